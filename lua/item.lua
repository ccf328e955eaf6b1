#!lua flags=allow-oom
-- item.lua - create an item, alter it, or take over what was typed from outside.
--
-- KEYS: 1 HASH item  2 HASH orders  3 HASH requests  4 HASH buyers  5 ZSET unpaid  6 STREAM events
--       7 HASH nodes  8 HASH payments  9 ZSET finished  10 SET reserved  11 HASH entrants
--       12 ZSET ranks
-- ARGV: 1 the verb, then its words:
--   adopt [the newest seq that the caller was told]
--   create TOTAL [FIELD VALUE]...   fields: those of `set`, and state (open, paused)
--   set FIELD VALUE...              fields: see shared/rules.lua
--   restock DELTA [TOTAL]           DELTA with a sign or without; TOTAL: only if it still is this
--   state open|paused|closed
--
-- Answers:
--   OK           the view of the item (12 words), then what was done: one of
--   OPENED         a new epoch: the item is new, or its sold count was typed from outside
--   RESTOCKED      the total is another, by a hand or by restock; units sold are as they were
--   KNOWN          nothing to do: somebody else has adopted it already
--   CREATED        the item is there, with its rules
--   EXISTS         there is such an item already; nothing was changed
--   SET            n: how many fields have another value now
--   STATE          the state is what was asked for
--   BELOW_SOLD     sold: the total would fall below it; nothing was changed
--   CHANGED        total: it is not the one that the caller named; nothing was changed
--   CLOSED         a closed item stays as it is
--   COMMITTED      entrants: users take part by the draw's commitment, or it was held: it can be
--                  `off`, but no other; nothing was changed
--   BAD_FIELD      name: no such rule; nothing was changed
--   BAD_VALUE      name: not of the rule's form, or out of its bounds; nothing was changed
--   NOITEM       there is no such item
--   BROKEN       a sentence: the hash holds what no sale can be made from
--   RESYNC       counts were typed from outside; call item.lua adopt first
--   LOST         seq, known seq: Redis lost history (I8)
--   BAD_CALL     there is no such verb, or its words are not of their form
--
-- The article starts a sale by `hmset ticket_hash_key ticket_total_nums 10000 ticket_sold_nums 0`
-- and the next one by typing it again. The scripts keep shadows of both counts; a count that
-- differs from its shadow was not made by them. An epoch is named by the seq of the event that
-- opened it, so that no two are alike even if the hash was deleted in between: then seq goes
-- on from the stream's last id. Orders of earlier epochs stay readable and still expire; the
-- buyers' counts begin anew, and nobody takes part in a draw yet. Units already sold in a typed
-- count are `outside`: not ours.
--
-- A verb may be asked again when its outcome is unknown: what is as asked for changes nothing and
-- makes no event. A restock says so only with TOTAL.
--
-- Keeps I1, I4, I5, I8. Cost: O(rules); what a new sale drops is freed in the background.

-- @include item
-- @include log
-- @include rules

local WORDS_MAX = 64

local verb = ARGV[1]

-- Decides a new epoch; the commit drops the buyers' counts.
local function decide_opening(item)
	item.epoch, item.paid, item.outside, item.opened = item.seq + 1, 0, item.sold, true
	item.gen = item.gen + 1
	log_note(item, 'opened', digits(item.epoch), digits(item.now), digits(item.total),
		digits(item.outside))
end

-- Decides another total.
local function decide_restock(item, delta)
	item.gen = item.gen + 1
	log_note(item, 'restocked', digits(item.epoch), digits(item.now), digits(item.total),
		digits(delta))
end

-- Decides a rule or the state.
local function decide_alteration(item, field, value)
	item.state = field == 'state' and value or item.state
	item.max = field == 'max_units' and tonumber(value) or item.max
	log_note(item, 'altered', digits(item.epoch), digits(item.now), field, value)
end

-- May the draw's commitment not become `value` any more? It binds whoever holds the draw from the
-- first user on who takes part: one that is chosen later could choose the winners.
local function draw_is_settled(value)
	local f = redis.call('HMGET', KEYS[1], 'draw', 'draw_seed')
	return value ~= 'off' and value ~= f[1] and
		(f[2] or redis.call('HLEN', KEYS[11]) > 0)
end

-- Each verb decides: the word, what it tells, and the rules to write.
local verbs = {}

function verbs.adopt(item)
	local total, sold = digits(item.total), digits(item.sold)
	if item.fresh or item.known_sold ~= sold then
		decide_opening(item)
		return 'OPENED'
	elseif item.known_total ~= total then
		decide_restock(item, item.total - tonumber(item.known_total))
		return 'RESTOCKED'
	end
	-- The same numbers in other digits (007): written plainly, they are ours again.
	item.plainly = item.typed_total ~= total or item.typed_sold ~= sold
	return 'KNOWN'
end

function verbs.create(item, rules)
	if not item.born then
		return 'EXISTS'
	end
	decide_opening(item)
	for i = 1, #rules, 2 do
		decide_alteration(item, rules[i], rules[i + 1])
	end
	return 'CREATED', nil, rules
end

function verbs.set(item, rules)
	local changed, has = {}, {}
	for i = 1, #rules, 2 do
		if rules[i] == 'draw' and draw_is_settled(rules[i + 1]) then
			return 'COMMITTED', redis.call('HLEN', KEYS[11])
		end
	end
	for i = 1, #rules, 2 do
		has[rules[i]] = has[rules[i]] or redis.call('HGET', KEYS[1], rules[i])
		if has[rules[i]] ~= rules[i + 1] then
			has[rules[i]] = rules[i + 1]
			decide_alteration(item, rules[i], rules[i + 1])
			changed[#changed + 1], changed[#changed + 2] = rules[i], rules[i + 1]
		end
	end
	return 'SET', #changed / 2, changed
end

function verbs.restock(item)
	local sign, size = string.match(ARGV[2], '^([+-]?)(%d+)$')
	local delta = sign == '-' and -size or tonumber(size)
	if ARGV[3] and tonumber(ARGV[3]) ~= item.total then
		return 'CHANGED', item.total
	elseif item.total + delta > MOST then
		return 'BAD_VALUE', 'ticket_total_nums'
	elseif item.total + delta < item.sold then
		return 'BELOW_SOLD', item.sold
	elseif delta ~= 0 then
		item.total = item.total + delta
		decide_restock(item, delta)
	end
	return 'RESTOCKED'
end

function verbs.state(item)
	if item.state ~= ARGV[2] then
		decide_alteration(item, 'state', ARGV[2])
		return 'STATE', nil, {'state', ARGV[2]}
	end
	return 'STATE'
end

-- Looks at the words before anything is read: the rules in them, or nil and the answer.
local function words_check()
	local second, good = ARGV[2] or '0', false
	if verb == 'create' and ARGV[2] and count(second) then
		return rules_read(ARGV, 3, {state = {open = true, paused = true}})
	elseif verb == 'set' and #ARGV >= 3 then
		return rules_read(ARGV, 2)
	elseif verb == 'adopt' then
		good = #ARGV <= 2 and count(second)
	elseif verb == 'restock' and ARGV[2] then
		good = count((string.gsub(second, '^[+-]', ''))) and
			(#ARGV == 2 or #ARGV == 3 and count(ARGV[3]))
	elseif verb == 'state' then
		good = #ARGV == 2 and (second == 'open' or second == 'paused' or second == 'closed')
	end
	return good and {} or nil, 'BAD_CALL'
end

local rules, refusal, name = words_check()
if #ARGV > WORDS_MAX or not rules and refusal == 'BAD_CALL' then
	return {'BAD_CALL'}
end
local creating = verb == 'create' and digits(tonumber(ARGV[2])) or nil
local item, answer = item_read(verb == 'adopt' and tonumber(ARGV[2] or '0') or 0,
	verb == 'adopt' or creating, creating)
if not item then
	return answer
elseif not rules then
	return item_answer(item, refusal, name)
elseif verb ~= 'adopt' and not creating and item.state == 'closed' then
	return item_answer(item, 'CLOSED')
end
redis.call('XLEN', KEYS[6]) -- only so that a key of a foreign kind is an error before the commit
local seq = item.seq
local word, told, fields = verbs[verb](item, rules)
local any = fields and rules_are_any(fields) or not fields and item.ruled

-- Commit.
if item.seq > seq then
	log_append()
	local total, sold = digits(item.total), digits(item.sold)
	if item.opened then
		redis.call('UNLINK', KEYS[4], KEYS[11], KEYS[12])
		redis.call('HDEL', KEYS[1], 'draw_seed')
	end
	redis.call('HSET', KEYS[1], 'ticket_total_nums', total, 'ticket_sold_nums', sold,
		'known_total', total, 'known_sold', sold, 'paid_nums', digits(item.paid),
		'outside_nums', digits(item.outside), 'seq', digits(item.seq),
		'epoch', digits(item.epoch), 'gen', digits(item.gen), 'last_ms', digits(item.now),
		unpack(fields or {}))
	if any ~= item.ruled then
		redis.call('HSET', KEYS[1], 'ruled', any and '1' or '0')
	end
elseif item.plainly then
	redis.call('HSET', KEYS[1], 'ticket_total_nums', digits(item.total),
		'ticket_sold_nums', digits(item.sold))
end
return item_answer(item, word, told)
