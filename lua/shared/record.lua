-- shared/record.lua - the forms of an order's record and of a payment's entry; see docs/KEYS.md.
--
-- Reading only, so that order.lua may have it too. Needs item.lua before it.

local RECORD = '^(%a+)|(%d+)|(%d+)|(%d+)|(%d+)|(%d+)|([^|]*)|([^|]*)|(%d+)|([^|]*)$'
local ENTRY = '^(%d+)|(%a+)|(%d+)|(%d+)|(%d+)|(%d+)|([^|]*)$'

-- Is it the number of an order: digits from 1 up, written plainly?
local function is_number(text)
	return text and #text <= 15 and string.find(text, '^[1-9]%d*$')
end

-- Is it the id of a payment?
local function is_txn(text)
	return text and #text <= 64 and string.find(text, '^[%w_.:~-]+$')
end

-- The record of an order, as text; or nil and the word: NO_ORDER when there never was one of this
-- number, GONE when its record has left Redis. An event that is still in the stream, but whose
-- order is not there, is no order's: orders leave after their events.
local function record_find(number, seq)
	local text = redis.call('HGET', KEYS[2], number)
	if text then
		return text
	end
	if tonumber(number) > seq then
		return nil, 'NO_ORDER'
	end
	local entry = redis.call('XRANGE', KEYS[6], number .. '-0', '+', 'COUNT', 1)[1]
	for i = 1, entry and #entry[2] or 0, 2 do
		if entry[2][i] == number then
			return nil, 'NO_ORDER'
		end
	end
	return nil, 'GONE'
end
