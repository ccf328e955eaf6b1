#!lua
-- draw.lua - hold the draw of an item: rank all who took part, then reveal the seed.
--
-- KEYS: 1 HASH item  2 HASH orders  3 HASH requests  4 HASH buyers  5 ZSET unpaid  6 STREAM events
--       7 HASH nodes  8 HASH payments  9 ZSET finished  10 SET reserved  11 HASH entrants
--       12 ZSET ranks
-- ARGV: 1 the verb, then its words:
--   begin
--   rank (HASH USER)...    64 hex digits of HMAC-SHA-256 of the user, keyed by the seed; at most
--                          500 pairs
--   finish SEED            64 hex digits
--
-- Answers:
--   OK          the view of the item (12 words), then one of
--   BEGUN         entrants: ranks are empty
--   RANKED        how many have a rank now
--   DRAWN         entrants: the seed is revealed, now or before; nodes give the units out
--   NOT_OVER      when it ends: users may still take part
--   NO_DRAW       the item is not sold by draw
--   NOT_IN        user: took no part
--   UNRANKED      entrants, ranks: some have no rank yet
--   OTHER_SEED    another seed was revealed
--   NOITEM      there is no such item
--   BROKEN      a sentence: the hash holds what no sale can be made from
--   RESYNC      counts were typed from outside; call item.lua adopt first
--   LOST        seq, known seq: Redis lost history (I8)
--   BAD_CALL    no such verb, or its words are not of their form
--
-- Whoever holds the draw could give any ranks; whoever has the published list and the seed finds
-- out (penstockctl draw verify). A draw that was cut off is begun again: with the same seed the
-- ranks are the same, and until the seed is revealed nobody has won anything.
--
-- Keeps I8. Cost: O(pairs).

-- @include item
-- @include buyer

local HEX = '^' .. string.rep('%x', 64) .. '$'
local verb = ARGV[1]
local good = verb == 'begin' and #ARGV == 1 or
	verb == 'finish' and #ARGV == 2 and string.find(ARGV[2], HEX) or
	verb == 'rank' and #ARGV > 1 and #ARGV % 2 == 1 and #ARGV <= 1001
if not good then
	return {'BAD_CALL'}
end
local item, answer = item_read(0)
if not item then
	return answer
end
local rule, broken = buyer_rules()
if not rule then
	return broken
elseif rule.draw == 'off' then
	return item_answer(item, 'NO_DRAW')
elseif item.now < rule.draw_ends_ms then
	return item_answer(item, 'NOT_OVER', rule.draw_ends_ms)
elseif rule.draw_seed ~= '' and verb == 'finish' and rule.draw_seed ~= ARGV[2] then
	return item_answer(item, 'OTHER_SEED')
end
local entrants = redis.call('HLEN', KEYS[11])
if rule.draw_seed ~= '' then
	return item_answer(item, 'DRAWN', entrants)
end

if verb == 'begin' then
	redis.call('UNLINK', KEYS[12])
	return item_answer(item, 'BEGUN', entrants)
elseif verb == 'finish' then
	local ranks = redis.call('ZCARD', KEYS[12])
	if ranks ~= entrants then
		return item_answer(item, 'UNRANKED', entrants, ranks)
	end
	redis.call('HSET', KEYS[1], 'draw_seed', ARGV[2])
	return item_answer(item, 'DRAWN', entrants)
end
local members = {}
for i = 2, #ARGV, 2 do
	if not string.find(ARGV[i], HEX) then
		return {'BAD_CALL'}
	elseif redis.call('HEXISTS', KEYS[11], ARGV[i + 1]) == 0 then
		return item_answer(item, 'NOT_IN', string.sub(ARGV[i + 1], 1, 64))
	end
	members[i - 1], members[i] = 0, ARGV[i] .. ':' .. ARGV[i + 1]
end
redis.call('ZADD', KEYS[12], unpack(members))
return item_answer(item, 'RANKED', redis.call('ZCARD', KEYS[12]))
