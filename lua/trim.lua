#!lua flags=allow-oom
-- trim.lua - let go of what SQL holds, and say how far SQL is.
--
-- KEYS: 1 HASH item  2 HASH orders  3 HASH requests  4 HASH buyers  5 ZSET unpaid  6 STREAM events
--       7 HASH nodes  8 HASH payments  9 ZSET finished
-- ARGV: 1 the newest seq that SQL holds durably  2 how long finished orders stay, ms; digits
--       3 not needed: what SQL holds of the item, at most 200 bytes of 0-9 |
--
-- Answers:
--   TRIMMED   entries trimmed, orders let go, entries still in the stream, the item's seq
--   LOST      seq, recorded seq: Redis has fewer events than SQL (I8); nothing was let go
--   BAD_CALL  an argument is not of its form
--
-- Called by the ledger after its commit, never before. It does not look at the item's counts, so a
-- typed or emptied hash stops it as little as a full memory: recorded_seq is written even into an
-- empty Redis, and from then on no script sells there. recorded_seq never falls; recorded_ms is
-- when it last rose. Who gives a third word is heard of: it stands with the nodes' heartbeats as
-- `=ledger`, which is no node's name, at most twice a second unless recorded_seq rises; without one
-- an idle ledger writes nothing. The stream is trimmed exactly to what SQL
-- holds (I6). At most 200 orders a call are let go: ended or paid long enough ago, and SQL holds
-- their newest event. Requests and payments stay.
--
-- Keeps I6, I7, I8. Cost: O(events trimmed + orders let go).

-- @include item

local GO_MAX, BEAT_MS = 200, 500

local told, retain = count(ARGV[1]), count(ARGV[2])
local note = ARGV[3] or ''
if #ARGV < 2 or #ARGV > 3 or not told or not retain or #note > 200 or
		string.find(note, '[^%d|]') then
	return {'BAD_CALL'}
end
local f = redis.call('HMGET', KEYS[1], 'seq', 'recorded_seq', 'last_ms')
local seq = count(f[1]) or tonumber(stream_seq())
local recorded = math.max(count(f[2]) or 0, told)
local rises = recorded > (count(f[2]) or 0)
local time = redis.call('TIME')
local now = math.max(time[1] * 1000 + math.floor(time[2] / 1000), count(f[3]) or 0)

local done, go = {}, {}
if seq >= recorded then
	done = redis.call('ZRANGEBYSCORE', KEYS[9], '-inf', told, 'LIMIT', 0, GO_MAX)
end
local records = #done > 0 and redis.call('HMGET', KEYS[2], unpack(done)) or {}
for i, number in ipairs(done) do
	local state, moved = string.match(records[i] or '', '^(%a+)|.*|(%d+)|[^|]*$')
	if state ~= 'held' and (tonumber(moved) or 0) + retain <= now then
		go[#go + 1] = number
	end
end
local beat = note ~= '' and redis.call('HMGET', KEYS[7], '=ledger')[1] or ''
local seen = tonumber(string.match(beat, '^0|(%d+)|')) or 0
redis.call('XLEN', KEYS[6]) -- only so that a key of a foreign kind is an error before the commit

-- Commit.
if rises then
	redis.call('HSET', KEYS[1], 'recorded_seq', digits(recorded), 'recorded_ms', digits(now))
end
if note ~= '' and (rises or now - seen >= BEAT_MS) then
	redis.call('HSET', KEYS[7], '=ledger', '0|' .. digits(now) .. '|' .. note)
end
if seq < recorded then
	return {'LOST', seq, recorded}
end
local trimmed = redis.call('XTRIM', KEYS[6], 'MINID', '=', digits(told + 1) .. '-0')
if #go > 0 then
	redis.call('HDEL', KEYS[2], unpack(go))
	redis.call('ZREM', KEYS[9], unpack(go))
end
return {'TRIMMED', trimmed, #go, redis.call('XLEN', KEYS[6]), seq}
