-- shared/rules.lua - the rules of an item that an operator may set, and what each may be.
--
-- A value is written as it is given, so a number must be plain digits without leading zeros.
-- Needs item.lua before it.

local RULES = {
	pay_window_ms = {1, 31536000000}, -- a year
	max_units = {1, 2000000000}, limit_units = {0, 2000000000}, price = {0, MOST},
	backlog_max = {0, MOST}, late_pay = {refund = true, retake = true},
}

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
		if not rule[value] and not fits then
			return nil, 'BAD_VALUE', field
		end
		pairs_read[#pairs_read + 1], pairs_read[#pairs_read + 2] = field, value
	end
	return pairs_read
end
