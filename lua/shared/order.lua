-- shared/order.lua - one order and its payment: read, moved, written back.
--
-- A verb reads the order, moves it as the drawing in core/events.h allows, and commits: record,
-- deadline, buyer, group, payment, counts and events change together. An order of an earlier epoch
-- moves too, but its units belong to no stock any more. Needs item.lua, group.lua, log.lua and
-- record.lua before it.

-- Reads only, so that a key of a foreign kind is an error here and not half-way through a commit.
local function keys_probe()
	redis.call('HLEN', KEYS[2])
	redis.call('HLEN', KEYS[4])
	redis.call('ZCARD', KEYS[5])
	redis.call('XLEN', KEYS[6])
	redis.call('HLEN', KEYS[8])
	redis.call('ZCARD', KEYS[9])
end

-- The order of a number as a table; or nil and the answer: NO_ORDER or GONE after the view, or
-- BROKEN when its record is none.
local function order_read(item, number)
	local text, word = record_find(number, item.seq)
	if not text then
		return nil, item_answer(item, word)
	end
	local state, units, amount, created, deadline, epoch, user, key, moved, txn =
		string.match(text, RECORD)
	if not state then
		return nil, {'BROKEN', 'the record of this order is none'}
	end
	return {
		number = number, state = state, units = tonumber(units), amount = tonumber(amount),
		created = created, deadline = tonumber(deadline), epoch = tonumber(epoch),
		user = user, key = key, moved = moved, txn = txn, was = state, there = true,
	}
end

-- The entry of a payment as a table, or nil.
local function payment_read(txn)
	local number, fate, amount, _, units, epoch, user =
		string.match(redis.call('HGET', KEYS[8], txn) or '', ENTRY)
	return number and {
		number = number, fate = fate, amount = tonumber(amount), units = tonumber(units),
		epoch = tonumber(epoch), user = user,
	}
end

-- Gives units to the order's buyer and takes them from the stock, or back with a minus. An order of
-- an earlier sale turns only in its buyer's group.
local function units_move(item, order, units)
	order.turned = (order.turned or 0) + units
	if order.epoch == item.epoch then
		item.sold = item.sold + units
		order.owns = (order.owns or 0) + units
		if units < 0 then
			item.gen = item.gen + 1
		end
	end
end

-- Decides that the order leaves its state; the txn only if one is given.
local function order_move(item, order, state, txn)
	order.state, order.moved, order.txn = state, digits(item.now), txn or order.txn
end

-- Decides that a hold ends: expired or cancelled.
local function order_end(item, order, state)
	order_move(item, order, state)
	units_move(item, order, -order.units)
	log_note(item, state, digits(order.epoch), digits(item.now), order.number,
		digits(order.units))
end

-- Decides an event about a payment: paid, due, refunded.
local function payment_note(item, order, kind, units, txn, amount)
	log_note(item, kind, digits(order.epoch), digits(item.now), order.number, digits(units),
		txn, digits(amount))
end

-- Writes the order back, if its record is there.
local function order_write(item, order)
	redis.call('HSET', KEYS[2], order.number, table.concat({order.state, digits(order.units),
		digits(order.amount), order.created, digits(order.deadline), digits(order.epoch),
		order.user, order.key, order.moved, order.txn}, '|'))
	redis.call('ZADD', KEYS[9], digits(item.seq), order.number)
	if order.was == 'held' then
		redis.call('ZREM', KEYS[5], order.number)
	end
end

-- Writes the buyer's units: `owns` more than they were.
local function buyer_write(user, owns)
	local units = tonumber(redis.call('HGET', KEYS[4], user) or '0') + owns
	if units > 0 then
		redis.call('HSET', KEYS[4], user, digits(units))
	else
		redis.call('HDEL', KEYS[4], user)
	end
end

-- Writes all that was decided. With `txn` the payment's entry gets the fate.
local function order_commit(item, order, txn, fate, amount)
	local turned = order.user ~= '' and order.turned or 0
	local group = turned ~= 0 and group_open(item, {order.user})
	if group and turned < 0 then
		group_drop(group, order.user, order.number)
	elseif group then
		group_add(group, order.user, order.number, digits(order.units), order.created)
	end
	log_append()
	if order.there then
		order_write(item, order)
	end
	if group then
		group_commit(group)
	end
	if txn then
		redis.call('HSET', KEYS[8], txn, table.concat({order.number, fate, digits(amount),
			digits(item.now), digits(order.units), digits(order.epoch),
			order.user}, '|'))
	end
	if order.user ~= '' and order.owns and order.owns ~= 0 then
		buyer_write(order.user, order.owns)
	end
	redis.call('HSET', KEYS[1], 'ticket_sold_nums', digits(item.sold),
		'known_sold', digits(item.sold), 'paid_nums', digits(item.paid),
		'seq', digits(item.seq), 'gen', digits(item.gen), 'last_ms', digits(item.now))
end
