-- shared/buyer.lua - who may buy of an item that has buyers' rules, and when.
--
-- Only for items whose hash says `ruled`; of all others nobody reads these fields. What a caller
-- knows of a user comes as a fourth word with each purchase, see buy.lua. Needs item.lua before it.

-- The rules that are numbers. Made when asked for: a plain item does not pay for it.
local function buyer_numbers()
	return {'token_required', 'starts_ms', 'ends_ms', 'reserve_starts_ms', 'reserve_ends_ms',
		'reserve_quota', 'reserve_required', 'group_units', 'group_days'}
end

-- The item's rules by name, absent ones 0; or nil and the answer to give instead: BROKEN when one
-- is not of its form.
local function buyer_rules()
	local numbers, rule = buyer_numbers(), {}
	local f = redis.call('HMGET', KEYS[1], 'risk', 'risk_shares', unpack(numbers))
	for i, name in ipairs(numbers) do
		rule[name] = count(f[i + 2] or '0')
		if not rule[name] then
			return nil, {'BROKEN', name .. ' must be digits'}
		end
	end
	rule.risk = f[1] or 'off'
	rule.risk_shares = f[2] or ''
	return rule
end

-- Can users reserve the right to buy?
local function buyer_takes_reservations(rule)
	return rule.reserve_required + rule.reserve_starts_ms + rule.reserve_ends_ms +
		rule.reserve_quota > 0
end

-- Who of `users` has a reservation, a list of 1 and 0; nil where none is needed.
local function buyer_reservations(rule, users)
	if rule.reserve_required > 0 then
		return redis.call('SMISMEMBER', KEYS[10], unpack(users))
	end
end

-- Why the rules refuse a purchase, of what the caller knows as `proof` and whose user has the
-- reservation `has` (1, 0, or nil: none is needed): a word and a number; or nothing.
local function buyer_refused(item, rule, proof, has)
	if rule.token_required > 0 and (proof == '' or proof == 'x') then
		return 'NO_TOKEN', 0
	elseif item.now < rule.starts_ms then
		return 'NOT_STARTED', rule.starts_ms
	elseif rule.ends_ms > 0 and item.now >= rule.ends_ms then
		return 'ENDED', rule.ends_ms
	elseif has == 0 then
		return 'NOT_RESERVED', 0
	elseif rule.risk == 'on' and (proof == 'r' or proof == 'x') then
		return 'REFUSED', 0
	end
end

-- Appends the rules to what a node is told, in the order of node/news.c; groups are none of its
-- business.
local function buyer_tell(item, rule, reply)
	reply[#reply + 1] = '=rules'
	local numbers = buyer_numbers()
	for i = 1, #numbers - 2 do
		reply[#reply + 1] = rule[numbers[i]]
	end
	reply[#reply + 1] = buyer_takes_reservations(rule) and redis.call('SCARD', KEYS[10]) or 0
	reply[#reply + 1] = item.limit
	reply[#reply + 1] = rule.risk == 'on' and 2 or rule.risk == 'shadow' and 1 or 0
	reply[#reply + 1] = rule.risk_shares
end
