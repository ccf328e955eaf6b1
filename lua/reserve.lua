#!lua
-- reserve.lua - reserve the right to buy, or look whether a user has.
--
-- KEYS: 1 HASH item  2 HASH orders  3 HASH requests  4 HASH buyers  5 ZSET unpaid  6 STREAM events
--       7 HASH nodes  8 HASH payments  9 ZSET finished  10 SET reserved
-- ARGV: 1 the newest seq that the caller was told, digits  2 look or reserve  3 user  4 p: proven
--       by a token; or empty
--
-- Answers:
--   OK                the view of the item (12 words), then one of
--   RESERVED            the user has one now, and had none before
--   ALREADY_RESERVED    the user has one; nothing was changed
--   NOT_RESERVED        looked: the user has none
--   RESERVE_NOT_OPEN    when it opens
--   RESERVE_OVER        the time is over, or the item takes no reservations
--   RESERVE_FULL        as many as there may be have been given
--   NO_TOKEN            only a proven user may reserve
--   NOITEM            there is no such item
--   BROKEN            a sentence: the hash holds what no sale can be made from
--   RESYNC            counts were typed from outside; call item.lua adopt first
--   LOST              seq, known seq: Redis lost history (I8)
--   BAD_CALL          the words are not of their form
--
-- Who has one keeps it, whatever the window and the quota become; so asking again is always right.
-- A reservation is no event: it moves no unit (docs/adr/0013).
--
-- Keeps I8. Cost: O(1).

-- @include item
-- @include buyer

local known, verb, user, proof = count(ARGV[1]), ARGV[2], ARGV[3], ARGV[4]
if #ARGV ~= 4 or not known or verb ~= 'look' and verb ~= 'reserve' or
		not string.find(user, '^[%w._@-]+$') or #user > 64 or
		proof ~= '' and proof ~= 'p' then
	return {'BAD_CALL'}
end
local item, answer = item_read(known)
if not item then
	return answer
end
local rule, broken = buyer_rules()
if not rule then
	return broken
end

-- Why no reservation is given: a word and a number, or nothing.
local function refused()
	local opens, closes = rule.reserve_starts_ms, rule.reserve_ends_ms
	closes = closes > 0 and closes or rule.starts_ms > 0 and rule.starts_ms or rule.ends_ms
	if item.state == 'closed' or not buyer_takes_reservations(rule) or
			closes > 0 and item.now >= closes then
		return 'RESERVE_OVER'
	elseif item.now < opens then
		return 'RESERVE_NOT_OPEN', opens
	elseif rule.reserve_quota > 0 and redis.call('SCARD', KEYS[10]) >= rule.reserve_quota then
		return 'RESERVE_FULL'
	end
end

if rule.token_required > 0 and proof == '' then
	return item_answer(item, 'NO_TOKEN')
elseif redis.call('SISMEMBER', KEYS[10], user) == 1 then
	return item_answer(item, 'ALREADY_RESERVED')
elseif verb == 'look' then
	return item_answer(item, 'NOT_RESERVED')
end
local word, opens = refused()
if word then
	return item_answer(item, word, opens)
end

-- Commit.
redis.call('SADD', KEYS[10], user)
return item_answer(item, 'RESERVED')
