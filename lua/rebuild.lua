#!lua
-- rebuild.lua - make an item anew from what the ledger holds.
--
-- KEYS: 1 HASH item  2 HASH orders  3 HASH requests  4 HASH buyers  5 ZSET unpaid  6 STREAM events
--       7 HASH nodes  8 HASH payments  9 ZSET finished  10 SET reserved  11 HASH entrants
-- ARGV: 1 the step, 2 a token of the caller's own choice, then the step's words:
--   begin TOKEN FROM [insist]                 FROM: the newest event that the ledger holds
--   orders|requests|buyers|unpaid|payments|finished|entrants TOKEN (FIELD VALUE)...
--                                             at most 1000 words; forms as in docs/KEYS.md;
--                                             unpaid, finished: SEQ SCORE; entrants: who has won
--   finish TOKEN FROM SEQ (FIELD VALUE)...    SEQ: of the event `rebuilt`
--
-- Answers:
--   BEGUN        seq: the highest that Redis knows of; finish must go beyond it
--   UNRECORDED   seq, FROM: the stream holds events that the ledger does not; nothing was changed
--   ADDED        pairs
--   OK           the view of the item (12 words), then
--   REBUILT        the item is on sale again, as its fields say
--   WRONG_TOKEN  nobody began with this token, or another began after
--   BEHIND       recorded seq: the ledger holds more than FROM by now; begin again
--   TOO_LOW      seq: SEQ must be above it
--   BAD_FIELD    name: no field that finish writes, or one that it needs is missing
--   BAD_VALUE    name: not of its form, or the counts do not go together
--   BAD_CALL     no such step, or its words are not of their form
--
-- From begin to finish the hash holds no counts, so no other script sells or writes; one that
-- crashed is begun again with another token. The ledger is the judge of what was: whatever Redis
-- still held is dropped, but for the nodes and for events that the ledger lacks, unless the caller
-- insists. SEQ may lie far ahead: numbers that were given and lost must never be given again. The
-- generation becomes SEQ, which is above any that was told, for it rises by one an event at most.
--
-- Keeps I5, I8. Cost: O(pairs); begin frees memory in the background, and is O(entrants) of a
-- draw; finish is O(orders and users of its group) if the item is in one.

-- @include item
-- @include group
-- @include log
-- @include record
-- @include rules

local WORDS_MAX = 1000
local REQUEST, USER = '^[%w_.:~-]+$', '^[%w._@-]+$'
local COUNTS = {
	ticket_total_nums = {0, MOST}, ticket_sold_nums = {0, MOST}, paid_nums = {0, MOST},
	outside_nums = {0, MOST}, epoch = {1, MOST}, last_ms = {0, MOST},
	state = {open = true, paused = true, closed = true},
}
local PARTS = {
	orders = {2, '^[1-9]%d*$', RECORD}, requests = {3, REQUEST, '^%d+|%d+|%d+|[%w._@-]*$'},
	buyers = {4, USER, '^[1-9]%d*$'}, unpaid = {5, '^[1-9]%d*$', '^%d+$'},
	payments = {8, REQUEST, ENTRY}, finished = {9, '^[1-9]%d*$', '^%d+$'},
	entrants = {11, USER, '^%d+|%d+$'},
}

local step, token = ARGV[1], ARGV[2]
if not token or not is_txn(token) then
	return {'BAD_CALL'}
end
local f = redis.call('HMGET', KEYS[1], 'rebuilding', 'rebuilding_seq', 'recorded_seq', 'seq',
	'last_ms', 'rebuilt', 'draw_seed')
local recorded = count(f[3]) or 0

-- Calls `take` with each field and value of a hash.
local function each_of(key, take)
	local cursor = '0'
	repeat
		local page = redis.call('HSCAN', key, cursor, 'COUNT', 500)
		for i = 1, #page[2], 2 do
			take(page[2][i], page[2][i + 1])
		end
		cursor = page[1]
	until cursor == '0'
end

-- Those who take part in the draw and have won: the caller tells of them anew, if they have.
local function winners_so_far()
	local words = {}
	each_of(KEYS[11], function(user, has)
		if string.find(has, '|', 1, true) then
			words[#words + 1], words[#words + 2] = user, '0'
		end
	end)
	return words
end

local function begin()
	local from, has = count(ARGV[3]), tonumber(stream_seq())
	if not from or #ARGV > 4 or ARGV[4] and ARGV[4] ~= 'insist' then
		return {'BAD_CALL'}
	end
	local last = redis.call('EXISTS', KEYS[6]) == 1 and
		redis.call('XREVRANGE', KEYS[6], '+', '-', 'COUNT', 1)[1]
	if last and tonumber(string.match(last[1], '^%d+')) > from and not ARGV[4] then
		return {'UNRECORDED', has, from}
	end
	local highest = math.max(from, has, recorded, count(f[4]) or 0, count(f[2]) or 0)
	local won = winners_so_far()

	-- Commit.
	for i = 1, #won, 500 do
		redis.call('HSET', KEYS[11], unpack(won, i, math.min(i + 499, #won)))
	end
	redis.call('UNLINK', KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5], KEYS[6], KEYS[8], KEYS[9])
	redis.call('HSET', KEYS[1], 'rebuilding', token, 'rebuilding_seq', digits(highest),
		'recorded_seq', digits(recorded), 'last_ms', digits(count(f[5]) or 0))
	if f[7] then
		redis.call('HSET', KEYS[1], 'draw_seed', f[7])
	end
	return {'BEGUN', highest}
end

local function add(part)
	if #ARGV < 4 or #ARGV % 2 ~= 0 or #ARGV > WORDS_MAX + 2 then
		return {'BAD_CALL'}
	end
	local is_set, words = part[1] == 5 or part[1] == 9, {}
	for i = 3, #ARGV, 2 do
		if not string.find(ARGV[i], part[2]) or not string.find(ARGV[i + 1], part[3]) then
			return {'BAD_VALUE', string.sub(ARGV[i], 1, 64)}
		end
		words[#words + 1] = is_set and ARGV[i + 1] or ARGV[i]
		words[#words + 1] = is_set and ARGV[i] or ARGV[i + 1]
	end

	-- Commit.
	redis.call(is_set and 'ZADD' or 'HSET', KEYS[part[1]], unpack(words))
	return {'ADDED', #words / 2}
end

-- The fields of finish by name, with the counts that go together; or nil and the answer.
local function fields_read()
	local words, word, name = rules_read(ARGV, 5, COUNTS)
	if not words then
		return nil, {word, name}
	end
	local by_name = {outside_nums = '0', paid_nums = '0', last_ms = '0'}
	for i = 1, #words, 2 do
		by_name[words[i]] = words[i + 1]
	end
	by_name.ruled = rules_are_any(words) and '1' or nil
	for _, needed in ipairs({'ticket_total_nums', 'ticket_sold_nums', 'epoch'}) do
		if not by_name[needed] then
			return nil, {'BAD_FIELD', needed}
		end
	end
	local sold = tonumber(by_name.ticket_sold_nums)
	if sold > tonumber(by_name.ticket_total_nums) or
			sold < by_name.paid_nums + by_name.outside_nums then
		return nil, {'BAD_VALUE', 'ticket_sold_nums'}
	end
	return by_name
end

-- Counts the item's orders in its group again, if it is in one; of what the group held of the item
-- before nothing stays, for an order may be gone with the events that the ledger lacks.
local function count_in_group(now)
	local item = {ruled = redis.call('HGET', KEYS[1], 'ruled') == '1', now = now}
	local group = group_open(item, {''})
	if not group then
		return
	end
	each_of(group.key, function(user, text)
		if string.find(text, ':' .. group.item .. ':', 1, true) then
			local old = group_open(item, {user})
			for _, entry in ipairs(old.users[user]) do
				if entry[3] == group.item then
					group_drop(old, user, entry[4])
				end
			end
			group_commit(old)
		end
	end)
	each_of(KEYS[2], function(number, record)
		local state, units, _, created, _, _, user = string.match(record, RECORD)
		if user ~= '' and (state == 'held' or state == 'paid') and
				created + group.span > now then
			local own = group_open(item, {user})
			group_add(own, user, number, units, created)
			group_commit(own)
		end
	end)
end

local function finish()
	local from, seq = count(ARGV[3]), count(ARGV[4])
	if not from or not seq or #ARGV > 64 then
		return {'BAD_CALL'}
	elseif recorded > from then
		return {'BEHIND', recorded}
	elseif seq <= math.max(from, count(f[2]) or 0) then
		return {'TOO_LOW', math.max(from, count(f[2]) or 0)}
	end
	local fields, refusal = fields_read()
	if not fields then
		return refusal
	elseif tonumber(fields.epoch) > from then
		return {'BAD_VALUE', 'epoch'}
	end
	local time = redis.call('TIME')
	local now = math.max(time[1] * 1000 + math.floor(time[2] / 1000), fields.last_ms + 0,
		count(f[5]) or 0)
	fields.known_total, fields.known_sold = fields.ticket_total_nums, fields.ticket_sold_nums
	fields.seq, fields.gen, fields.last_ms = digits(seq), digits(seq), digits(now)
	fields.recorded_seq, fields.rebuilt, fields.draw_seed = digits(from), token, f[7] or nil

	-- Commit.
	redis.call('XADD', KEYS[6], digits(seq) .. '-0', digits(seq),
		'rebuilt|' .. fields.epoch .. '|' .. digits(now) .. '|' .. digits(from))
	redis.call('DEL', KEYS[1])
	for field, value in pairs(fields) do
		redis.call('HSET', KEYS[1], field, value)
	end
	count_in_group(now)
end

if step == 'begin' then
	return begin()
elseif step == 'finish' and f[6] == token and not f[1] then
	-- Asked again, for the first answer was lost.
elseif f[1] ~= token then
	return {'WRONG_TOKEN'}
elseif PARTS[step] then
	return add(PARTS[step])
elseif step == 'finish' then
	local refusal = finish()
	if refusal then
		return refusal
	end
else
	return {'BAD_CALL'}
end
local item, answer = item_read(0)
return item and item_answer(item, 'REBUILT') or answer
