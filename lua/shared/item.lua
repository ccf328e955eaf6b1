-- shared/item.lua - what every script must know of an item before it decides.
--
-- Included by the verbs (`-- @include item`), so that the reading of an item, the check of its
-- counts and the clock exist once. Numbers are taken as digits by pattern: tonumber() alone would
-- accept nan, inf, 0x10 and 1e3. Fifteen digits stay exact in a double.

local MOST, MAX, YEAR_MS = 999999999999999, '2000000000', 31536000000
local ALL_COUNTS = '^%d+ %d+ %d+ %d+ %d+ %d+ %d+ %d+ %d+ %d+ %d+ %d+ %d+ %d+$'

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

-- The newest event's number that the stream remembers, as text; trimming does not change it.
local function stream_seq()
	if redis.call('EXISTS', KEYS[6]) == 1 then
		local info = redis.call('XINFO', 'STREAM', KEYS[6])
		for i = 1, #info, 2 do
			if info[i] == 'last-generated-id' then
				return string.match(info[i + 1], '^(%d+)%-')
			end
		end
	end
	return '0'
end

-- What to say of a hash that holds neither count.
local function item_absence(seq, known, recorded)
	local has, least = count(seq) or 0, math.max(known, count(recorded) or 0)
	if has < least then
		return {'LOST', has, least}
	end
	return {'NOITEM'}
end

-- Says which of the counts is at fault, when one is.
local function item_broken(...)
	local typed = {...}
	for i = 1, #typed, 2 do
		if not string.find(typed[i + 1], '^%d+$') then
			return {'BROKEN', typed[i] .. ' must be digits'}
		end
	end
	return {'BROKEN', 'a count kept by the scripts is no longer digits'}
end

-- The item of KEYS[1] as a table, or nil and the answer to give instead: NOITEM; BROKEN with a
-- constant sentence; LOST when its seq is below `known` (what the caller was told before) or
-- below what SQL holds (I8); or RESYNC when its counts were typed from outside since a script
-- wrote them (item.lua adopt settles that). With `adopting` the last check is left to the caller;
-- with `creating`, the text of a total, an item that is not there is made of it.
local function item_read(known, adopting, creating)
	local f = redis.call('HMGET', KEYS[1], 'ticket_total_nums', 'ticket_sold_nums',
		'known_total', 'known_sold', 'paid_nums', 'outside_nums', 'seq', 'epoch', 'gen',
		'last_ms', 'state', 'pay_window_ms', 'max_units', 'limit_units', 'price',
		'backlog_max', 'recorded_seq', 'late_pay', 'ruled')
	local total, sold, seq = f[1], f[2], f[7]
	if not seq then
		if redis.call('HGET', KEYS[1], 'rebuilding') then
			return nil, {'BROKEN', 'the item is being made anew from the ledger'}
		end
		seq = stream_seq()
	end
	local born = not total and not sold
	if born then
		local absence = item_absence(seq, known, f[17])
		if not creating or absence[1] == 'LOST' then
			return nil, absence
		end
		total, sold = creating, '0'
	elseif not total or not sold then
		return nil, {'BROKEN', 'ticket_total_nums and ticket_sold_nums must be there'}
	end
	-- All counts are looked at together: one call of a pattern instead of a dozen.
	local paid, outside, epoch, gen = f[5] or '0', f[6] or '0', f[8] or '0', f[9] or '0'
	local last, window, max = f[10] or '0', f[12] or '300000', f[13] or MAX
	local limit, price = f[14] or '0', f[15] or '0'
	local backlog, recorded = f[16] or '1000000', f[17] or '0'
	if not string.find(total .. ' ' .. sold .. ' ' .. paid .. ' ' .. outside .. ' ' .. seq ..
			' ' .. epoch .. ' ' .. gen .. ' ' .. last .. ' ' .. window .. ' ' .. max ..
			' ' .. limit .. ' ' .. price .. ' ' .. backlog .. ' ' .. recorded,
			ALL_COUNTS) then
		return nil, item_broken('ticket_total_nums', total, 'ticket_sold_nums', sold,
			'pay_window_ms', window, 'max_units', max, 'limit_units', limit,
			'price', price, 'backlog_max', backlog)
	end
	-- Lua makes numbers of digits where it calculates with them.
	local item = {
		total = total + 0, sold = sold + 0, paid = paid + 0, outside = outside + 0,
		seq = seq + 0, epoch = epoch + 0, gen = gen + 0, last = last + 0,
		state = f[11] or 'open', window = window + 0, max = max + 0, limit = limit + 0,
		price = price + 0, backlog = backlog + 0, recorded = recorded + 0, late = f[18],
		typed_total = total, typed_sold = sold, known_total = f[3], known_sold = f[4],
		fresh = not f[7], born = born, ruled = f[19] == '1',
	}
	if math.max(item.total, item.seq, item.last, item.window, item.max, item.limit, item.price,
			item.paid, item.outside, item.gen, item.epoch, item.sold, item.backlog,
			item.recorded) > MOST then
		return nil, {'BROKEN', 'a count or a rule has more than fifteen digits'}
	end
	if item.window > YEAR_MS then
		return nil, {'BROKEN', 'pay_window_ms is more than a year'}
	end
	if item.sold > item.total then
		return nil, {'BROKEN',
			'ticket_sold_nums exceeds ticket_total_nums: raise the total'}
	end
	if item.seq < known or item.seq < item.recorded then
		return nil, {'LOST', item.seq, math.max(known, item.recorded)}
	end
	if not adopting and (f[1] ~= f[3] or f[2] ~= f[4]) then
		return nil, {'RESYNC'}
	end
	-- Redis' clock is the only one, and it never goes backwards for an item.
	local time = redis.call('TIME')
	item.now = math.max(time[1] * 1000 + math.floor(time[2] / 1000), item.last)
	return item
end

-- When the next hold of this sale ends. Those of an earlier one end too, but give nothing back; if
-- the first hundred are all of those, it is later than the last of them, which is told.
local function item_next_expiry(item)
	local first, at = redis.call('ZRANGE', KEYS[5], 0, 0, 'WITHSCORES'), 1
	if first[1] and first[1] + 0 < item.epoch then
		first = redis.call('ZRANGE', KEYS[5], 0, 99, 'WITHSCORES')
		while first[at + 2] and first[at] + 0 < item.epoch do
			at = at + 2
		end
	end
	return first[at + 1] or 0
end

-- The head that every answer about an item begins with; the node keeps it as the item's view.
local function item_view(item)
	local expiry, held = 0, item.sold - item.paid - item.outside
	if item.total == item.sold and held > 0 then
		expiry = item_next_expiry(item)
	end
	return {'OK', item.now, item.total, item.sold, item.paid, item.outside, item.epoch,
		item.seq, item.gen, item.state, expiry, item.max}
end

-- The view, then the script's own words.
local function item_answer(item, ...)
	local reply = item_view(item)
	for _, word in ipairs({...}) do
		reply[#reply + 1] = word
	end
	return reply
end
