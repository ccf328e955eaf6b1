-- shared/draw.lua - an item that is sold by draw: who takes part, and who gets a unit.
--
-- Whoever asks before draw_ends_ms takes part, once, as a field of the hash `entrants`: 0, or
-- seq|deadline of the order that was won. draw.lua puts all into `ranks`, a sorted set of
-- `hash:user` in the order of the hashes, and reveals the seed; from then on each tick gives the
-- units that are left to the first of the ranks, as held orders. A unit that comes back because it
-- was not paid so goes to the next. What was won has the key draw:<seq>, which no client may send,
-- for whoever knows a key is told its order. Needs item.lua, buyer.lua and group.lua before it.

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

-- The next of the ranks, as many as `left` units are enough for; nil: nobody's turn has come.
local function draw_next(item, rule, left)
	local most = math.min(left, PRIZES_MAX)
	if rule.draw == 'off' or rule.draw_seed == '' or item.state ~= 'open' or most < 1 then
		return nil
	end
	local ranks, users = redis.call('ZRANGE', KEYS[12], 0, most - 1), {}
	if #ranks == 0 then
		return nil
	end
	for i, rank in ipairs(ranks) do
		users[i] = string.sub(rank, 66)
	end
	-- Some only so that a key of a foreign kind is an error here and not half-way through.
	redis.call('HLEN', KEYS[2])
	redis.call('HLEN', KEYS[3])
	return {ranks = ranks, users = users, has = redis.call('HMGET', KEYS[11], unpack(users)),
		owned = redis.call('HMGET', KEYS[4], unpack(users))}
end

-- May the user of place i of `turn` not have a unit? Who has won already, by a rank that a rebuild
-- found again, and whose limit or group's limit is used up. `less` is what users give back now.
local function draw_is_out(item, turn, group, less, i)
	local user = turn.users[i]
	local owns = (turn.owned[i] or '0') - (less[user] or 0)
	return string.find(turn.has[i] or '', '|', 1, true) or
		item.limit > 0 and owns + 1 > item.limit or
		group and group_left(group, user) < 1
end

-- Decides who of `turn` gets a unit: the orders, with their events in `events` from seq + 1 on.
-- Whose turn it was leaves the ranks, with a unit or without.
local function draw_prizes(item, turn, group, less, seq, events)
	local at, due = digits(item.now), digits(item.now + item.window)
	local prizes = {seq = seq, users = {}, ranks = turn.ranks}
	local epoch, amount = digits(item.epoch), digits(item.price)
	prizes.orders, prizes.requests, prizes.unpaid, prizes.entrants = {}, {}, {}, {}
	local function give(user)
		prizes.seq = prizes.seq + 1
		prizes.users[#prizes.users + 1] = user
		local number, odd = digits(prizes.seq), 2 * #prizes.users - 1
		local key = 'draw:' .. number
		if group then
			group_add(group, user, number, '1', at)
		end
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
	for i, user in ipairs(turn.users) do
		if not draw_is_out(item, turn, group, less, i) then
			give(user)
		end
	end
	return prizes
end

-- Writes them, but for the events, the counts and the group.
local function draw_commit(prizes)
	redis.call('ZREM', KEYS[12], unpack(prizes.ranks))
	if #prizes.users == 0 then
		return
	end
	redis.call('HSET', KEYS[2], unpack(prizes.orders))
	redis.call('HSET', KEYS[3], unpack(prizes.requests))
	redis.call('ZADD', KEYS[5], unpack(prizes.unpaid))
	redis.call('HSET', KEYS[11], unpack(prizes.entrants))
	for _, user in ipairs(prizes.users) do
		redis.call('HINCRBY', KEYS[4], user, 1)
	end
end
