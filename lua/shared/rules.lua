-- shared/rules.lua - the rules of an item that an operator may set, and what each may be.
--
-- A value is written as it is given, so a number must be plain digits without leading zeros.
-- Needs item.lua before it.

local RULES = {
	pay_window_ms = {1, 31536000000}, -- a year
	max_units = {1, 2000000000}, limit_units = {0, 2000000000}, price = {0, MOST},
	backlog_max = {0, MOST}, late_pay = {refund = true, retake = true},
	token_required = {0, 1}, starts_ms = {0, MOST}, ends_ms = {0, MOST},
	reserve_starts_ms = {0, MOST}, reserve_ends_ms = {0, MOST},
	reserve_quota = {0, 2000000000}, reserve_required = {0, 1},
	group = {pattern = '^[a-z0-9][a-z0-9_-]*$', bytes = 32}, group_units = {0, 1000},
	group_days = {0, 3650}, risk = {off = true, shadow = true, on = true},
	draw = {pattern = '^' .. string.rep('%x', 64) .. '$', bytes = 64, off = true},
	draw_ends_ms = {0, MOST}, risk_shares = {pattern = '^[%d:_]+$', bytes = 64},
}

-- Those about who may buy, and when. An item without any has the field `ruled` not at 1, and then
-- nobody reads them.
local BUYER_RULES = {'token_required', 'starts_ms', 'ends_ms', 'reserve_starts_ms',
	'reserve_ends_ms', 'reserve_quota', 'reserve_required', 'group', 'risk', 'draw'}

-- Will the item of KEYS[1] have such a rule once `words`, a list {field, value, ...}, are written?
local function rules_are_any(words)
	local has = redis.call('HMGET', KEYS[1], unpack(BUYER_RULES))
	local value = {}
	for i, field in ipairs(BUYER_RULES) do
		value[field] = has[i]
	end
	for i = 1, #words, 2 do
		value[words[i]] = words[i + 1]
	end
	for _, field in ipairs(BUYER_RULES) do
		if value[field] and value[field] ~= '0' and value[field] ~= 'off' then
			return true
		end
	end
	return false
end

-- The fields and values of `words` from place `first` on as a list {field, value, ...}; or nil and
-- the answer: BAD_CALL when they are no pairs, BAD_FIELD or BAD_VALUE with the field's name.
-- `also` are further rules, in the same form.
local function rules_read(words, first, also)
	local pairs_read = {}
	if (#words - first + 1) % 2 ~= 0 then
		return nil, 'BAD_CALL'
	end
	for i = first, #words, 2 do
		local field, value = words[i], words[i + 1]
		local rule = RULES[field] or also and also[field]
		if not rule then
			return nil, 'BAD_FIELD', string.sub(field, 1, 64)
		end
		local number = (value == '0' or string.find(value, '^[1-9]')) and count(value)
		local fits = rule[1] and number and number >= rule[1] and number <= rule[2]
		fits = fits or rule.pattern and #value <= rule.bytes and
			string.find(value, rule.pattern)
		if rule[value] ~= true and not fits then
			return nil, 'BAD_VALUE', field
		end
		pairs_read[#pairs_read + 1], pairs_read[#pairs_read + 2] = field, value
	end
	return pairs_read
end
