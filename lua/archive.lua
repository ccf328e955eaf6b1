#!lua flags=allow-oom
-- archive.lua - take a closed item's orders out of Redis, once SQL holds them all.
--
-- KEYS: 1 HASH item  2 HASH orders  3 HASH requests  4 HASH buyers  5 ZSET unpaid  6 STREAM events
--       7 HASH nodes  8 HASH payments  9 ZSET finished  10 SET reserved  11 HASH entrants
--       12 ZSET ranks
-- ARGV: none
--
-- Answers:
--   OK          the view of the item (12 words), then one of
--   ARCHIVED      orders taken out; 0 when it was done before
--   OPEN          the item is not closed
--   HELD          n: so many orders are held; they end by themselves
--   UNRECORDED    seq, recorded seq: SQL does not hold all events yet
--   NOITEM      there is no such item
--   BROKEN      a sentence: the hash holds what no sale can be made from
--   RESYNC      counts were typed from outside; call item.lua adopt first
--   LOST        seq, known seq: Redis lost history (I8)
--   BAD_CALL    there are no arguments
--
-- What stays: the hash (with archived_ms), the payments, so that each is known for ever and can be
-- given back, and the empty stream, whose last id keeps order numbers from being given twice.
--
-- Keeps I6. Cost: O(1); memory is freed in the background.

-- @include item

if #ARGV > 0 then
	return {'BAD_CALL'}
end
local item, answer = item_read(0)
if not item then
	return answer
end
local held, orders = redis.call('ZCARD', KEYS[5]), redis.call('HLEN', KEYS[2])
if item.state ~= 'closed' then
	return item_answer(item, 'OPEN')
elseif held > 0 then
	return item_answer(item, 'HELD', held)
elseif item.recorded ~= item.seq or redis.call('XLEN', KEYS[6]) > 0 then
	return item_answer(item, 'UNRECORDED', item.seq, item.recorded)
end

-- Commit.
if redis.call('UNLINK', KEYS[2], KEYS[3], KEYS[4], KEYS[5], KEYS[9], KEYS[10],
		KEYS[11], KEYS[12]) > 0 then
	redis.call('HSET', KEYS[1], 'archived_ms', digits(item.now))
end
return item_answer(item, 'ARCHIVED', orders)
