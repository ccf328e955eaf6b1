-- shared/buyer.lua - who may buy of an item that has buyers' rules, and when.
--
-- Only for items whose hash says `ruled`; of all others nobody reads these fields. What a caller
-- knows of a user comes as a fourth word with each purchase, see buy.lua. Needs item.lua before it.

-- The item's rules by name, absent ones 0; or nil and the answer to give instead: BROKEN when one
-- is not of its form. `told` are the names of those that nodes hear of, in their order.
local function buyer_rules()
	local rule = {told = {'token_required', 'starts_ms', 'ends_ms', 'reserve_starts_ms',
		'reserve_ends_ms', 'reserve_quota', 'reserve_required'}}
	local names = {'risk', 'risk_shares', 'draw', 'draw_seed', 'group_units', 'group_days',
		'draw_ends_ms', unpack(rule.told)}
	local f = redis.call('HMGET', KEYS[1], unpack(names))
	for i = 5, #names do
		rule[names[i]] = count(f[i] or '0')
		if not rule[names[i]] then
			return nil, {'BROKEN', names[i] .. ' must be digits'}
		end
	end
	rule.risk, rule.risk_shares = f[1] or 'off', f[2] or ''
	rule.draw, rule.draw_seed = f[3] or 'off', f[4] or ''
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

-- Must the user still prove who it is, of what the caller knows as `proof`?
local function buyer_must_prove(rule, proof)
	return rule.token_required > 0 and (proof == '' or proof == 'x')
end

-- Why the rules refuse a purchase, of what the caller knows as `proof` and whose user has the
-- reservation `has` (1, 0, or nil: none is needed): a word and a number; or nothing.
local function buyer_refused(item, rule, proof, has)
	if buyer_must_prove(rule, proof) then
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
	for _, name in ipairs(rule.told) do
		reply[#reply + 1] = rule[name]
	end
	reply[#reply + 1] = buyer_takes_reservations(rule) and redis.call('SCARD', KEYS[10]) or 0
	reply[#reply + 1] = item.limit
	reply[#reply + 1] = rule.risk == 'on' and 2 or rule.risk == 'shadow' and 1 or 0
	reply[#reply + 1] = rule.risk_shares
	reply[#reply + 1] = rule.draw_ends_ms
	reply[#reply + 1] = rule.draw == 'off' and '' or rule.draw
	reply[#reply + 1] = rule.draw_seed
end
