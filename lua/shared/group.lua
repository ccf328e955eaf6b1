-- shared/group.lua - what users have of the items of one group, within a rolling period.
--
-- The group's key is a hash of user to entries `at:units:item:seq:until` of orders held or paid,
-- one after the other with commas. It belongs to no item, so it is named here and not in KEYS, and
-- has a slot of its own: items that share a group live on one Redis (docs/adr/0014). An entry
-- counts for the period from its order's time on, and is dropped when its order gives units back.
-- Items may have periods of different lengths: each counts by its own, drops nothing before
-- `until`, when the period of the item that wrote it is over, and never shortens the key's life.
-- The key goes when nobody has bought for the longest of them. Needs item.lua before it.

local GROUP_ENTRY, DAY_MS = '(%d+):(%d+):([%w_-]+):(%d+):(%d+)', 86400000

-- The group of the item, with the entries of `users`; nil: it is in none.
local function group_open(item, users)
	local f = item.ruled and redis.call('HMGET', KEYS[1], 'group', 'group_units', 'group_days')
	local units, days = count(f and f[2] or '0'), count(f and f[3] or '0')
	if not f or not f[1] or f[1] == 'off' or not units or not days or units * days == 0 then
		return nil
	end
	local group = {
		key = '{_hash_key}:group:' .. f[1], units = units, span = days * DAY_MS,
		item = string.sub(KEYS[1], 1, -10), now = item.now, users = {}, changed = {},
	}
	for i, text in ipairs(redis.call('HMGET', group.key, unpack(users))) do
		local entries = {}
		for at, has, name, number, till in string.gmatch(text or '', GROUP_ENTRY) do
			local is_young = at + group.span > group.now
			if is_young or till + 0 > group.now then
				entries[#entries + 1] = {at, has, name, number, till}
				entries[#entries].counts = is_young
			end
		end
		group.users[users[i]] = entries
	end
	return group
end

-- How many units the user may still have, beside those of order `number` of this item.
local function group_left(group, user, number)
	local left = group.units
	for _, entry in ipairs(group.users[user]) do
		if entry.counts and (entry[4] ~= number or entry[3] ~= group.item) then
			left = left - entry[2]
		end
	end
	return math.max(left, 0)
end

-- Decides that an order of this item is not the user's any more.
local function group_drop(group, user, number)
	local kept = {}
	for _, entry in ipairs(group.users[user]) do
		if entry[4] ~= number or entry[3] ~= group.item then
			kept[#kept + 1] = entry
		end
	end
	group.users[user], group.changed[user] = kept, true
end

-- Decides that an order of this item, made at time `at`, is the user's.
local function group_add(group, user, number, units, at)
	group_drop(group, user, number)
	local entries = group.users[user]
	entries[#entries + 1] = {at, units, group.item, number, digits(at + group.span),
		counts = true}
end

-- Writes what was decided.
local function group_commit(group)
	for user in pairs(group.changed) do
		local texts = {}
		for i, entry in ipairs(group.users[user]) do
			texts[i] = table.concat(entry, ':')
		end
		if #texts > 0 then
			redis.call('HSET', group.key, user, table.concat(texts, ','))
			redis.call('PEXPIRE', group.key, digits(group.span), 'NX')
			redis.call('PEXPIRE', group.key, digits(group.span), 'GT')
		else
			redis.call('HDEL', group.key, user)
		end
	end
end
