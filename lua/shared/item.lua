-- shared/item.lua - what every script must know of an item before it decides.
--
-- Included by the verbs (`-- @include item`), so that the reading of an item, the check of its
-- counts and the clock exist once. Numbers are taken as digits by pattern: tonumber() alone would
-- accept nan, inf, 0x10 and 1e3. Fifteen digits stay exact in a double.

local MOST, MAX = 999999999999999, '2000000000'
local TWELVE_COUNTS = '^%d+ %d+ %d+ %d+ %d+ %d+ %d+ %d+ %d+ %d+ %d+ %d+$'

-- Digits only, at most fifteen: the number; else nil.
local function count(text)
	if text and #text <= 15 and string.find(text, '^%d+$') then
		return tonumber(text)
	end
end

-- A count as text: tostring() would write large ones with an exponent.
local function digits(number)
	return string.format('%d', number)
end

-- The item of KEYS[1] as a table, or nil and the answer to give instead: NOITEM, BROKEN with a
-- constant sentence, or RESYNC when its counts were typed from outside since a script wrote them
-- (item.lua adopt settles that). With `adopting` the last check is left to the caller.
local function item_read(adopting)
	local f = redis.call('HMGET', KEYS[1], 'ticket_total_nums', 'ticket_sold_nums',
		'known_total', 'known_sold', 'paid_nums', 'outside_nums', 'seq', 'epoch', 'gen',
		'last_ms', 'state', 'pay_window_ms', 'max_units', 'limit_units', 'price')
	if not f[1] and not f[2] then
		return nil, {'NOITEM'}
	end
	local state = f[11] or 'open'
	if not f[1] or not f[2] then
		return nil, {'BROKEN', 'ticket_total_nums and ticket_sold_nums must be there'}
	end
	-- All counts are looked at together: one call of a pattern instead of a dozen.
	local total, sold, paid, outside = f[1], f[2], f[5] or '0', f[6] or '0'
	local seq, epoch, gen, last = f[7] or '0', f[8] or '0', f[9] or '0', f[10] or '0'
	local window, max = f[12] or '300000', f[13] or MAX
	local limit, price = f[14] or '0', f[15] or '0'
	if not string.find(total .. ' ' .. sold .. ' ' .. paid .. ' ' .. outside .. ' ' .. seq ..
			' ' .. epoch .. ' ' .. gen .. ' ' .. last .. ' ' .. window .. ' ' .. max ..
			' ' .. limit .. ' ' .. price, TWELVE_COUNTS) then
		local typed = {'ticket_total_nums', total, 'ticket_sold_nums', sold,
			'pay_window_ms', window, 'max_units', max, 'limit_units', limit,
			'price', price}
		for i = 1, #typed, 2 do
			if not string.find(typed[i + 1], '^%d+$') then
				return nil, {'BROKEN', typed[i] .. ' must be digits'}
			end
		end
		return nil, {'BROKEN', 'a count kept by the scripts is no longer digits'}
	end
	-- Lua makes numbers of digits where it calculates with them.
	local item = {
		total = total + 0, sold = sold + 0, paid = paid + 0, outside = outside + 0,
		seq = seq + 0, epoch = epoch + 0, gen = gen + 0, last = last + 0, state = state,
		window = window + 0, max = max + 0, limit = limit + 0, price = price + 0,
		typed_total = total, typed_sold = sold, known_total = f[3], known_sold = f[4],
		fresh = not f[7],
	}
	if math.max(item.total, item.seq, item.last, item.window, item.max, item.limit, item.price,
			item.paid, item.outside, item.gen, item.epoch, item.sold) > MOST then
		return nil, {'BROKEN', 'a count or a rule has more than fifteen digits'}
	end
	if item.sold > item.total then
		return nil, {'BROKEN',
			'ticket_sold_nums exceeds ticket_total_nums: raise the total'}
	end
	if not adopting and (f[1] ~= f[3] or f[2] ~= f[4]) then
		return nil, {'RESYNC'}
	end
	-- Redis' clock is the only one, and it never goes backwards for an item.
	local time = redis.call('TIME')
	item.now = math.max(time[1] * 1000 + math.floor(time[2] / 1000), item.last)
	return item
end

-- The head that every answer about an item begins with; the node keeps it as the item's view.
local function item_view(item)
	local expiry, held = 0, item.sold - item.paid - item.outside
	if item.total == item.sold and held > 0 then
		local first = redis.call('ZRANGE', KEYS[5], 0, 0, 'WITHSCORES')
		expiry = first[2] or 0
	end
	return {'OK', item.now, item.total, item.sold, item.paid, item.outside, item.epoch,
		item.seq, item.gen, item.state, expiry, item.max}
end
