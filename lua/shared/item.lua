-- shared/item.lua - what every script must know of an item before it decides.
--
-- Included by the verbs (`-- @include item`), so that the reading of an item, the check of its
-- counts and the clock exist once. Numbers are taken as digits by pattern: tonumber() alone would
-- accept nan, inf, 0x10 and 1e3. Fifteen digits stay exact in a double.

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
	local item = {
		total = count(f[1]), sold = count(f[2]), paid = count(f[5] or '0'),
		outside = count(f[6] or '0'), seq = count(f[7] or '0'), epoch = count(f[8] or '0'),
		gen = count(f[9] or '0'), last = count(f[10] or '0'), state = f[11] or 'open',
		window = count(f[12] or '300000'), max = count(f[13] or '2000000000'),
		limit = count(f[14] or '0'), price = count(f[15] or '0'),
		typed_total = f[1], typed_sold = f[2], known_total = f[3], known_sold = f[4],
		fresh = not f[7],
	}
	if not item.total or not item.sold then
		return nil, {'BROKEN', 'ticket_total_nums and ticket_sold_nums must be digits'}
	end
	if not (item.paid and item.outside and item.seq and item.epoch and item.gen and
			item.last) then
		return nil, {'BROKEN', 'a count kept by the scripts is no longer digits'}
	end
	if not (item.window and item.max and item.limit and item.price) then
		return nil, {'BROKEN',
			'pay_window_ms, max_units, limit_units and price must be digits'}
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
