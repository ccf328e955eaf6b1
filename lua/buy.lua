#!lua
-- buy.lua - sell to a batch of buyers, all decided in one atomic, durable step.
--
-- KEYS: 1 HASH item  2 HASH orders  3 HASH requests  4 HASH buyers  5 ZSET unpaid  6 STREAM events
--       and for an item with buyers' rules: 7 HASH nodes  8 HASH payments  9 ZSET finished
--       10 SET reserved
-- ARGV: 1 the newest seq that the caller was told, digits; then three words a purchase, 1 to 256
--       purchases: idempotency key, user (may be empty), units; with ten keys four words, the
--       fourth what the caller knows of the user: empty: a name and no more, p: proven by a token,
--       x and r: the same two, and the roll by the score went against them
--
-- Answers:
--   OK        the view of the item (12 words), the deadline of all orders made by this call, then
--             for each purchase, in order, either its seq, a number: a new order, its units
--             deducted; or one of these words and two numbers:
--   REPEATED    seq, deadline: this key has its order already; nothing was changed
--   CONFLICT    0, 0: this key belongs to a purchase with other units or another user
--   SOLD_OUT    left, 0: not that many are left
--   LIMIT       units still allowed, 0: the order's, the buyer's or the group's limit
--   PAUSED      0, 0: the operator paused the sale
--   ENDED       when, 0: the sale is closed (0), or over
--   BACKLOG     0, 0: too many events wait to be written to SQL
--   BAD_UNITS   0, 0: units are not digits from 1 up
--   NO_TOKEN    0, 0: only a proven user may buy
--   NOT_STARTED when the sale starts, 0: it has not
--   NOT_RESERVED 0, 0: only who has a reservation may buy
--   REFUSED     0, 0: the roll by the user's score went against this attempt
--   NOITEM    there is no such item
--   BROKEN    a sentence: the hash holds what no sale can be made from
--   RESYNC    counts were typed from outside; call item.lua adopt first
--   RULES     the item has buyers' rules, and was asked without what they need: all keys
--   LOST      seq, known seq: Redis lost history (I8)
--   BAD_CALL  no seq, or the words do not come in threes or are too many
--
-- Keeps I1, I2, I3, I4, I5, I8: count, order, key, buyer, deadline and event change together or not
-- at all. XADD goes first among the writes: it alone could refuse, and then nothing is written.
-- Cost: O(batch); one command of each kind a batch. An order costs Redis about 32,000 instructions,
-- a call 200,000 more.

-- @include item
-- @include buyer
-- @include group

local AMOUNT_MAX = 999999999999999 -- still exact in a double

local size = #KEYS > 6 and 4 or 3 -- of a purchase
local n, known = (#ARGV - 1) / size, count(ARGV[1])
if not known or n < 1 or n > 256 or n ~= math.floor(n) then
	return {'BAD_CALL'}
end
local item, answer = item_read(known)
if not item then
	return answer
elseif item.ruled and size == 3 then
	return {'RULES'}
end

local keys, users, named = {}, {}, false
for i = 1, n do
	keys[i], users[i] = ARGV[size * (i - 1) + 2], ARGV[size * (i - 1) + 3]
	named = named or users[i] ~= ''
end
local entries = redis.call('HMGET', KEYS[3], unpack(keys))
local owned = named and redis.call('HMGET', KEYS[4], unpack(users)) or {}
-- How many events the stream holds: what SQL does not. Asked only when it may be too many, for
-- recorded_seq lags behind, and a rebuilt item's seq has jumped.
local function waiting()
	local first = redis.call('XRANGE', KEYS[6], '-', '+', 'COUNT', 1)[1]
	return first and item.seq - first[2][1] + 1 or 0
end

local closed = item.state == 'paused' and 'PAUSED' or item.state ~= 'open' and 'ENDED'
	or item.backlog > 0 and item.seq - item.recorded >= item.backlog and
	waiting() >= item.backlog and 'BACKLOG'
local deadline = item.now + item.window
local due, at, epoch = digits(deadline), digits(item.now), digits(item.epoch)

local rules, reserved, group
if item.ruled then
	rules, answer = buyer_rules()
	if not rules then
		return answer
	end
	reserved = buyer_reservations(rules, users)
	group = named and group_open(item, users)
end

-- Read only so that a key of a foreign kind is an error here and not half-way through the commit.
redis.call('HLEN', KEYS[2])
redis.call('ZCARD', KEYS[5])

local events, orders, requests, unpaid = {}, {}, {}, {}
local made, fresh, units_of = 0, {}, {} -- made: twice the orders made
local left, seq = item.total - item.sold, item.seq

-- What all orders of as many units have in common is put together once a batch.
local parts = {}
local function parts_of(text)
	local units = count(text)
	if not units or string.byte(text) == 48 then
		return nil
	end
	local amount = units * item.price
	local middle = text .. '|' .. digits(amount) .. '|'
	parts[text] = {
		units = units, amount = amount, entry = '|' .. due .. '|' .. text .. '|',
		record = 'held|' .. middle .. at .. '|' .. due .. '|' .. epoch .. '|',
		event = 'created|' .. epoch .. '|' .. at .. '|' .. middle .. due .. '|',
	}
	return parts[text]
end

-- The answer to a purchase whose key is known.
local function recall(entry, text, user)
	local number, limit, rest = string.match(entry, '^(%d+)|(%d+)|(.*)$')
	if rest == text .. '|' .. user then
		return 'REPEATED', number, limit
	end
	return 'CONFLICT', 0, 0
end

-- The seq of the order made for purchase i, which is added to what will be written; or the word and
-- its two numbers.
local function decide(i)
	local key, user, text = keys[i], users[i], ARGV[size * (i - 1) + 4]
	local part = parts[text] or parts_of(text)
	if not part then
		return 'BAD_UNITS', 0, 0
	end
	local entry = fresh[key] or entries[i]
	if entry then
		return recall(entry, text, user)
	end
	local units = part.units
	if closed then
		return closed, 0, 0
	elseif units > item.max or part.amount > AMOUNT_MAX then
		return 'LIMIT', item.max, 0
	end
	if rules then
		local word, first = buyer_refused(item, rules, ARGV[4 * i + 1],
			reserved and reserved[i])
		if word then
			return word, first, 0
		end
	end
	local has = 0
	if user ~= '' then
		has = units_of[user] or tonumber(owned[i] or '0')
		if item.limit > 0 and has + units > item.limit then
			return 'LIMIT', math.max(item.limit - has, 0), 0
		elseif group and units > group_left(group, user) then
			return 'LIMIT', group_left(group, user), 0
		end
	end
	if units > left then
		return 'SOLD_OUT', left, 0
	end
	if user ~= '' then
		units_of[user] = has + units
	end
	left, seq, made = left - units, seq + 1, made + 2
	local number = digits(seq)
	if group and user ~= '' then
		group_add(group, user, number, text, at)
	end
	entry = number .. part.entry .. user
	fresh[key] = entry
	local odd = made - 1
	events[odd], events[made] = number, part.event .. user .. '|' .. key
	orders[odd], orders[made] = number, part.record .. user .. '|' .. key .. '|0|'
	requests[odd], requests[made] = key, entry
	unpaid[odd], unpaid[made] = due, number
	return seq
end

-- The view is told after the commit.
local reply, used = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, deadline}, 13
for i = 1, n do
	local said, first, second = decide(i)
	used = used + 1
	reply[used] = said
	if first then
		reply[used + 1], reply[used + 2] = first, second
		used = used + 2
	end
end

-- Commit.
if made > 0 then
	redis.call('XADD', KEYS[6], events[made - 1] .. '-0', unpack(events))
	redis.call('HSET', KEYS[2], unpack(orders))
	redis.call('HSET', KEYS[3], unpack(requests))
	redis.call('ZADD', KEYS[5], unpack(unpaid))
	for user, units in pairs(units_of) do
		redis.call('HSET', KEYS[4], user, digits(units))
	end
	if group then
		group_commit(group)
	end
	item.sold, item.seq = item.total - left, seq
	local sold = digits(item.sold)
	redis.call('HSET', KEYS[1], 'ticket_sold_nums', sold, 'known_sold', sold,
		'seq', digits(seq), 'last_ms', at)
end

for i, word in ipairs(item_view(item)) do
	reply[i] = word
end
return reply
