-- shared/draw.lua - an item that is sold by draw: who takes part, and who gets a unit.
--
-- Whoever asks before draw_ends_ms takes part, once, as a field of the hash `entrants`: 0, or
-- seq|deadline of the order that was won. draw.lua puts all into `ranks`, a sorted set of
-- `hash:user` in the order of the hashes, and reveals the seed; from then on each tick gives the
-- units that are left to the first of the ranks, as held orders. A unit that comes back because it
-- was not paid so goes to the next. Needs item.lua and buyer.lua before it.

local PRIZES_MAX = 50 -- a call

-- What a buyer of such an item hears: a word and two numbers; with `has` the user's field.
-- TOOK_PART with a `true` behind them: the user is to be entered.
local function draw_ask(item, rule, has, user, units)
	local number, due = string.match(has or '', '^(%d+)|(%d+)$')
	if user == '' then
		return 'NO_TOKEN', 0, 0
	elseif number then
		return 'REPEATED', number, due
	elseif rule.draw_seed ~= '' then
		return 'NOT_DRAWN', 0, 0
	elseif item.now >= rule.draw_ends_ms then
		return has and 'TOOK_PART' or 'ENDED', rule.draw_ends_ms, 0
	elseif units ~= 1 then
		return 'LIMIT', 1, 0
	end
	return 'TOOK_PART', rule.draw_ends_ms, 0, not has
end

-- Decides who gets the units that are left: the orders, with their events in `events` from seq + 1
-- on; nil: nobody does.
local function draw_prizes(item, rule, left, seq, events)
	local most = math.min(left, PRIZES_MAX)
	if rule.draw_seed == '' or item.state ~= 'open' or most < 1 then
		return nil
	end
	local at, due = digits(item.now), digits(item.now + item.window)
	local prizes = {seq = seq, users = {}}
	local epoch, amount = digits(item.epoch), digits(item.price)
	prizes.ranks = redis.call('ZRANGE', KEYS[12], 0, most - 1)
	prizes.orders, prizes.requests, prizes.unpaid, prizes.entrants = {}, {}, {}, {}
	for i, rank in ipairs(prizes.ranks) do
		local user, number = string.sub(rank, 66), digits(seq + i)
		local key, odd = 'draw:' .. number, 2 * i - 1
		prizes.users[i], prizes.seq = user, seq + i
		events[#events + 1] = number
		events[#events + 1] = 'created|' .. epoch .. '|' .. at .. '|1|' .. amount .. '|' ..
			due .. '|' .. user .. '|' .. key
		prizes.orders[odd], prizes.orders[odd + 1] = number, 'held|1|' .. amount .. '|' ..
			at .. '|' .. due .. '|' .. epoch .. '|' .. user .. '|' .. key .. '|0|'
		prizes.requests[odd], prizes.requests[odd + 1] = key,
			number .. '|' .. due .. '|1|' .. user
		prizes.unpaid[odd], prizes.unpaid[odd + 1] = due, number
		prizes.entrants[odd], prizes.entrants[odd + 1] = user, number .. '|' .. due
	end
	return #prizes.ranks > 0 and prizes or nil
end

-- Writes them, but for the events and the counts.
local function draw_commit(prizes)
	redis.call('HSET', KEYS[2], unpack(prizes.orders))
	redis.call('HSET', KEYS[3], unpack(prizes.requests))
	redis.call('ZADD', KEYS[5], unpack(prizes.unpaid))
	redis.call('HSET', KEYS[11], unpack(prizes.entrants))
	redis.call('ZREM', KEYS[12], unpack(prizes.ranks))
	for _, user in ipairs(prizes.users) do
		redis.call('HINCRBY', KEYS[4], user, 1)
	end
end
