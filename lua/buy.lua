#!lua
-- buy.lua - sell to a batch of buyers, all decided in one atomic, durable step.
--
-- KEYS: 1 HASH item  2 HASH orders  3 HASH requests  4 HASH buyers  5 ZSET unpaid  6 STREAM events
--       and for an item with buyers' rules: 7 HASH nodes  8 HASH payments  9 ZSET finished
--       10 SET reserved  11 HASH entrants  12 ZSET ranks
-- ARGV: 1 the newest seq that the caller was told, digits  2 how many words each purchase has; then
--       the words of 1 to 256 purchases:
--       1  idempotency key: one unit, for nobody by name; none begins with `draw:`, see draw.lua
--       3  idempotency key, user (may be empty), units
--       4  the same, and what the caller knows of the user: empty: a name and no more, p: proven by
--          a token, x and r: the same two, and the roll by the score went against them. With
--          twelve keys; an item with buyers' rules needs it
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
--   TOOK_PART   when it is drawn, 0: an item sold by draw; the user takes part
--   NOT_DRAWN   0, 0: it was drawn, and the user has not won
--   REFUSED     0, 0: the roll by the user's score went against this attempt
--   NOITEM    there is no such item
--   BROKEN    a sentence: the hash holds what no sale can be made from
--   RESYNC    counts were typed from outside; call item.lua adopt first
--   RULES     the item has buyers' rules, and was asked without what they need: four words
--   LOST      seq, known seq: Redis lost history (I8)
--   BAD_CALL  no seq, no such number of words, or they do not come so, or are too many
--
-- Keeps I1, I2, I3, I4, I5, I8: count, order, key, buyer, deadline and event change together or not
-- at all. XADD goes first among the writes: it alone could refuse, and then nothing is written.
-- Cost: O(batch); one command of each kind a batch. An order of the short form costs Redis about a
-- tenth less than one of three words, in batches of eleven.

-- @include item
-- @include buyer
-- @include group
-- @include draw

local AMOUNT_MAX = 999999999999999 -- still exact in a double

local words, known, size = ARGV, count(ARGV[1]), ARGV[2]
size = (size == '1' or size == '3' or size == '4' and #KEYS == 12) and size + 0
local n = size and (#words - 2) / size or 0
if not known or n < 1 or n > 256 or n ~= math.floor(n) then
	return {'BAD_CALL'}
end
local item, answer = item_read(known)
if not item then
	return answer
elseif item.ruled and size ~= 4 then
	return {'RULES'}
end

local keys, users, named = {}, {}, false
if size == 1 then
	keys = {unpack(words, 3)}
else
	for i = 1, n do
		local user = words[size * i - size + 4]
		keys[i], users[i] = words[size * i - size + 3], user
		named = named or user ~= ''
	end
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

local rules, reserved, group, entrants
local entering = {}
if item.ruled then
	rules, answer = buyer_rules()
	if not rules then
		return answer
	end
	reserved = buyer_reservations(rules, users)
	group = named and group_open(item, users)
	entrants = rules.draw ~= 'off' and redis.call('HMGET', KEYS[11], unpack(users))
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
		units = units, fits = units <= item.max and amount <= AMOUNT_MAX,
		entry = '|' .. due .. '|' .. text .. '|',
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

-- The units that the user of purchase i has, those of this batch among them.
local function has_of(i, user)
	return units_of[user] or tonumber(owned[i] or '0')
end

-- The word and the two numbers for a purchase that makes no order; nothing when it makes one.
local function refuse(i, part, entry, user, text)
	if not part then
		return 'BAD_UNITS', 0, 0
	elseif entry then
		return recall(entry, text, user)
	elseif closed then
		return closed, 0, 0
	elseif not part.fits then
		return 'LIMIT', item.max, 0
	end
	local has_part = entrants and (entering[user] or entrants[i])
	if rules and (not has_part or buyer_must_prove(rules, words[4 * i + 2])) then
		local word, first = buyer_refused(item, rules, words[4 * i + 2],
			reserved and reserved[i])
		if word then
			return word, first, 0
		end
	end
	local units = part.units
	if user ~= '' and not has_part then
		local has = has_of(i, user)
		if item.limit > 0 and has + units > item.limit then
			return 'LIMIT', math.max(item.limit - has, 0), 0
		elseif group and units > group_left(group, user) then
			return 'LIMIT', group_left(group, user), 0
		end
	end
	if entrants then
		local word, first, second, is_new = draw_ask(item, rules, has_part, user, units)
		entering[user] = is_new and '0' or entering[user]
		return word, first, second
	end
	if units > left then
		return 'SOLD_OUT', left, 0
	end
end

-- The view is told after the commit. This loop is where a sale spends its time: what most purchases
-- need stands in it, all else in functions.
local reply, used = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, deadline}, 13
local form, plain = string.format, not closed and not rules
for i = 1, n do
	local key, user = keys[i], users[i] or ''
	local text = size > 1 and words[size * i - size + 5] or '1'
	local part, entry = parts[text] or parts_of(text), fresh[key] or entries[i]
	local is_easy = plain and part and part.fits and not entry and user == ''
	local word, first, second
	if not is_easy or part.units > left then
		word, first, second = refuse(i, part, entry, user, text)
	end
	if word then
		reply[used + 1], reply[used + 2], reply[used + 3] = word, first, second
		used = used + 3
	else
		if user ~= '' then
			units_of[user] = has_of(i, user) + part.units
		end
		left, seq, made, used = left - part.units, seq + 1, made + 2, used + 1
		local number, odd = form('%d', seq), made - 1
		if group and user ~= '' then
			group_add(group, user, number, text, at)
		end
		entry = number .. part.entry .. user
		fresh[key] = entry
		events[odd], events[made] = number, part.event .. user .. '|' .. key
		orders[odd], orders[made] = number, part.record .. user .. '|' .. key .. '|0|'
		requests[odd], requests[made] = key, entry
		unpaid[odd], unpaid[made] = due, number
		reply[used] = seq
	end
end

-- Commit.
for user in pairs(entering) do
	redis.call('HSET', KEYS[11], user, '0')
end
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
