#!lua flags=allow-oom
-- sync.lua - a node's tick: say that it lives, end what is due, learn what is left.
--
-- KEYS: 1 HASH item  2 HASH orders  3 HASH requests  4 HASH buyers  5 ZSET unpaid  6 STREAM events
--       7 HASH nodes  8 HASH payments  9 ZSET finished  10 SET reserved  11 HASH entrants
--       12 ZSET ranks
-- ARGV: 1 node name  2 weight  3 requests asked of it  4 orders it sold  5 the newest seq that it
--       was told; 2 to 5 are digits  6 not needed: what else the node tells of itself, at most 400
--       bytes of a-z A-Z 0-9 _ : , | . -  7 not needed: what it counted by bands of scores, at most
--       1000 bytes: band:asked:refused with commas
--
-- Answers:
--   OK        the view of the item (12 words), then the live weight of all nodes and the number
--             of orders expired by this call; to whom gave a sixth word the newest seq that SQL
--             holds, if the item has buyers' rules =rules and these, and if its heartbeat was due
--             all heartbeats: a name and an entry each
--   NOITEM    there is no such item; nothing was written
--   BROKEN    a sentence: the hash holds what no sale can be made from
--   RESYNC    counts were typed from outside; call item.lua adopt first
--   LOST      seq, known seq: Redis lost history (I8); nothing was written
--   BAD_CALL  an argument is not of its form
--
-- A node counts as live for a second after its heartbeat, which is written at most every 250 ms so
-- that an idle cluster hardly writes; one silent for ten minutes is forgotten. At most 200 due
-- orders a call, so that ten thousand that expire together do not hold up the buyers. An order of
-- an earlier epoch expires too, but its units belong to no stock any more. Of an item that was
-- drawn the units that are left go to the first of the ranks, at most 50 a call.
--
-- Keeps I1, I2, I4, I5, I8, H8. Cost: O(nodes + expired).

-- @include item
-- @include buyer
-- @include group
-- @include draw

local LIVE_MS, BEAT_MS, GHOST_MS, DUE_MAX = 1000, 250, 600000, 200

local weight, known, note = count(ARGV[2]), count(ARGV[5]), ARGV[6] or ''
local risk = ARGV[7] or ''
if #ARGV < 5 or #ARGV > 7 or not weight or not count(ARGV[3]) or not count(ARGV[4]) or
		not known or #note > 400 or #risk > 1000 or string.find(risk, '[^%d:,]') then
	return {'BAD_CALL'}
end
local item, answer = item_read(known)
if not item then
	return answer
end

local rules
if item.ruled then
	rules, answer = buyer_rules()
	if not rules then
		return answer
	end
end

local live, beat, ghosts = weight, true, {}
local nodes = redis.call('HGETALL', KEYS[7])
for i = 1, #nodes, 2 do
	local of, seen = string.match(nodes[i + 1], '^(%d+)|(%d+)|')
	local age = item.now - (tonumber(seen) or 0)
	if nodes[i] == ARGV[1] then
		beat = age >= BEAT_MS or tonumber(of) ~= weight
	elseif age <= LIVE_MS then
		live = live + tonumber(of)
	elseif age > GHOST_MS then
		ghosts[#ghosts + 1] = nodes[i]
	end
end

if beat and string.find(note, '[^%w_:,|.-]') then
	return {'BAD_CALL'}
end

local due = redis.call('ZRANGEBYSCORE', KEYS[5], '-inf', item.now, 'LIMIT', 0, DUE_MAX)
local records = #due > 0 and redis.call('HMGET', KEYS[2], unpack(due)) or {}
redis.call('ZCARD', KEYS[9]) -- only so that a key of a foreign kind is an error before the commit
local seq, sold, at = item.seq, item.sold, digits(item.now)
local events, orders, finished, gone, less = {}, {}, {}, {}, {}
local theirs, named = {}, {} -- the orders of named users that end, and those users
for i, number in ipairs(due) do
	local state, units, middle, epoch, user, key =
		string.match(records[i] or '', '^(%a+)|(%d+)|(%d+|%d+|%d+)|(%d+)|([^|]*)|([^|]*)|')
	gone[#gone + 1] = number
	if state == 'held' then
		seq = seq + 1
		orders[#orders + 1] = number
		orders[#orders + 1] = 'expired|' .. units .. '|' .. middle .. '|' .. epoch .. '|' ..
			user .. '|' .. key .. '|' .. at .. '|'
		finished[#finished + 1] = digits(seq)
		finished[#finished + 1] = number
		events[#events + 1] = digits(seq)
		events[#events + 1] = 'expired|' .. epoch .. '|' .. at .. '|' .. number .. '|' ..
			units
		if tonumber(epoch) == item.epoch then
			sold = sold - tonumber(units)
			if user ~= '' then
				less[user] = (less[user] or 0) + tonumber(units)
			end
		end
		if user ~= '' then
			theirs[#theirs + 1], named[#named + 1] = number, user
		end
	end
end
local users = {}
for user in pairs(less) do
	users[#users + 1] = user
end
local owned = #users > 0 and redis.call('HMGET', KEYS[4], unpack(users)) or {}
local turn, ending = rules and draw_next(item, rules, item.total - sold), #named
for _, user in ipairs(turn and turn.users or {}) do
	named[#named + 1] = user
end
local group = #named > 0 and group_open(item, named)
for i = 1, group and ending or 0 do
	group_drop(group, named[i], theirs[i])
end
local prizes = turn and draw_prizes(item, turn, group, less, seq, events)
if prizes then
	seq, sold = prizes.seq, sold + #prizes.users
end

-- Commit.
if #events > 0 then
	redis.call('XADD', KEYS[6], digits(seq) .. '-0', unpack(events))
end
if #orders > 0 then
	redis.call('HSET', KEYS[2], unpack(orders))
	redis.call('ZADD', KEYS[9], unpack(finished))
end
if group then
	group_commit(group)
end
if #gone > 0 then
	redis.call('ZREM', KEYS[5], unpack(gone))
end
for i, user in ipairs(users) do
	local units = tonumber(owned[i] or '0') - less[user]
	if units > 0 then
		redis.call('HSET', KEYS[4], user, digits(units))
	else
		redis.call('HDEL', KEYS[4], user)
	end
end
if prizes then
	draw_commit(prizes)
end
if #events > 0 then
	item.seq, item.sold, item.gen = seq, sold, item.gen + 1
	redis.call('HSET', KEYS[1], 'ticket_sold_nums', digits(sold), 'known_sold', digits(sold),
		'seq', digits(seq), 'gen', digits(item.gen), 'last_ms', at)
end
if beat then
	redis.call('HSET', KEYS[7], ARGV[1],
		ARGV[2] .. '|' .. at .. '|' .. ARGV[3] .. '|' .. ARGV[4] ..
		(note == '' and '' or '|' .. note))
	if risk ~= '' then
		redis.call('HSET', KEYS[7], '=risk:' .. ARGV[1], '0|' .. at .. '|' .. risk)
	end
end
if #ghosts > 0 then
	redis.call('HDEL', KEYS[7], unpack(ghosts))
end

local reply = item_view(item)
reply[13], reply[14] = live, #orders / 2
if ARGV[6] then
	reply[15] = item.recorded
	if rules then
		buyer_tell(item, rules, reply)
	end
	local told = #reply
	for i = 1, beat and #nodes or 0 do
		reply[told + i] = nodes[i]
	end
end
return reply
