-- shared/buyer.lua - who may buy of an item that has buyers' rules, and when.
--
-- Only for items whose hash says `ruled`; of all others nobody reads these fields. What a caller
-- knows of a user comes as a fourth word with each purchase, see buy.lua. Needs item.lua before it.

local BUYER_NUMBERS = {'token_required', 'starts_ms', 'ends_ms'}

-- The item's rules by name, absent ones 0; or nil and the answer to give instead: BROKEN when one
-- is not of its form.
local function buyer_rules()
	local f, rule = redis.call('HMGET', KEYS[1], unpack(BUYER_NUMBERS)), {}
	for i, name in ipairs(BUYER_NUMBERS) do
		rule[name] = count(f[i] or '0')
		if not rule[name] then
			return nil, {'BROKEN', name .. ' must be digits'}
		end
	end
	return rule
end

-- Why the rules refuse a purchase of what the caller knows as `proof`: a word and a number; or
-- nothing.
local function buyer_refused(item, rule, proof)
	if rule.token_required > 0 and proof == '' then
		return 'NO_TOKEN', 0
	elseif item.now < rule.starts_ms then
		return 'NOT_STARTED', rule.starts_ms
	elseif rule.ends_ms > 0 and item.now >= rule.ends_ms then
		return 'ENDED', rule.ends_ms
	end
end

-- Appends the rules to what a node is told, in the order of node/news.c.
local function buyer_tell(rule, reply)
	for _, name in ipairs(BUYER_NUMBERS) do
		reply[#reply + 1] = rule[name]
	end
end
