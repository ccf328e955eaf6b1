#!lua flags=no-writes
-- order.lua - read one order.
--
-- KEYS: 1 HASH item  2 HASH orders  3 HASH requests  4 HASH buyers  5 ZSET unpaid  6 STREAM events
--       7 HASH nodes  8 HASH payments  9 ZSET finished
-- ARGV: 1 order seq
--
-- Answers:
--   FOUND     the record, the newest event that SQL holds, the time in ms, the fate of the payment
--             that the record names (paid, due, refunded; empty: it names none)
--   GONE      the newest event that SQL holds: the record has left Redis, or Redis lost it (I8);
--             the ledger has it
--   NO_ORDER  there is no order of this number
--   NOITEM    nothing is known of the item here
--   BAD_CALL  an argument is not of its form
--
-- No view: an order can be read whatever the item's counts are, typed or broken, and while buying
-- is refused. Cost: O(1).

-- @include item
-- @include record

local number = ARGV[1]
if #ARGV ~= 1 or not is_number(number) then
	return {'BAD_CALL'}
end
local f = redis.call('HMGET', KEYS[1], 'seq', 'recorded_seq', 'last_ms')
local recorded = count(f[2]) or 0
local seq = math.max(count(f[1]) or tonumber(stream_seq()), recorded)
local record, word = record_find(number, seq)
if record then
	local time = redis.call('TIME')
	local now = time[1] * 1000 + math.floor(time[2] / 1000)
	local txn = string.match(record, '|([^|]+)$')
	local entry = txn and redis.call('HGET', KEYS[8], txn)
	local _, fate = string.match(entry or '', ENTRY)
	return {'FOUND', record, recorded, math.max(now, count(f[3]) or 0), fate or ''}
elseif seq == 0 then
	return {'NOITEM'}
elseif word == 'GONE' then
	return {'GONE', recorded}
end
return {'NO_ORDER'}
