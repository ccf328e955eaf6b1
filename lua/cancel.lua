#!lua flags=allow-oom
-- cancel.lua - end a hold at its buyer's word.
--
-- KEYS: 1 HASH item  2 HASH orders  3 HASH requests  4 HASH buyers  5 ZSET unpaid  6 STREAM events
--       7 HASH nodes  8 HASH payments  9 ZSET finished
-- ARGV: 1 order seq  2 the newest seq that the caller was told, digits; may be left out
--
-- Answers:
--   OK         the view of the item (12 words), then one of
--   CANCELLED    at ms: the order was held; its units are back
--   ALREADY      state: it is not held any more; nothing was changed
--   GONE         its record has left Redis; it ended long ago
--   NO_ORDER     there is no order of this number
--   NOITEM     there is no such item
--   BROKEN     a sentence: the hash or the order's record is none
--   RESYNC     counts were typed from outside; call item.lua adopt first
--   LOST       seq, known seq: Redis lost history (I8)
--   BAD_CALL   an argument is not of its form
--
-- A hold whose deadline has passed, and which sync.lua has not ended yet, is cancelled as well:
-- the units are back either way.
--
-- Keeps I1, I2, I4, I5. Cost: O(1).

-- @include item
-- @include group
-- @include log
-- @include record
-- @include order

local number, known = ARGV[1], count(ARGV[2] or '0')
if #ARGV < 1 or #ARGV > 2 or not is_number(number) or not known then
	return {'BAD_CALL'}
end
local item, answer = item_read(known)
if not item then
	return answer
end
keys_probe()
local order, refusal = order_read(item, number)
if not order then
	return refusal
elseif order.state ~= 'held' then
	return item_answer(item, 'ALREADY', order.state)
end
order_end(item, order, 'cancelled')

-- Commit.
order_commit(item, order)
return item_answer(item, 'CANCELLED', item.now)
