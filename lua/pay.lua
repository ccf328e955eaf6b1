#!lua flags=allow-oom
-- pay.lua - decide a payment against expiry, once for each transaction id.
--
-- KEYS: 1 HASH item  2 HASH orders  3 HASH requests  4 HASH buyers  5 ZSET unpaid  6 STREAM events
--       7 HASH nodes  8 HASH payments  9 ZSET finished
-- ARGV: 1 order seq  2 the provider's transaction id  3 the amount paid, digits
--       4 the newest seq that the caller was told, digits; may be left out
--
-- Answers:
--   OK        the view of the item (12 words), then one of
--   PAID          at ms: the order was held and its deadline not reached; it is sold
--   RETAKEN       at ms: it came too late, but the item's rule took the units again; it is sold
--   REPEATED      fate: this very payment was told before (paid, due, refunded)
--   DUE           state: it buys nothing (the order is expired, cancelled, paid, refunded, gone);
--                 it is recorded as due to be given back
--   WRONG_AMOUNT  the amount owed; nothing was recorded
--   CONFLICT      this transaction id came for another order or with another amount
--   NO_ORDER      there is no order of this number
--   NOITEM    there is no such item
--   BROKEN    a sentence: the hash or the order's record is none
--   RESYNC    counts were typed from outside; call item.lua adopt first
--   LOST      seq, known seq: Redis lost history (I8)
--   BAD_CALL  an argument is not of its form
--
-- One compare-and-set on Redis' clock: before the deadline the payment wins, from the deadline on
-- expiry does, whether or not sync.lua has come by yet. A late payment takes the units again only
-- if late_pay is `retake`, the order is of this sale, the sale is not closed, enough are left and
-- the buyer may have them.
--
-- Keeps I1, I2, I4, I5, H4, H8. Cost: O(1).

-- @include item
-- @include group
-- @include log
-- @include record
-- @include order

local number, txn, amount = ARGV[1], ARGV[2], count(ARGV[3])
local known = count(ARGV[4] or '0')
if #ARGV < 3 or #ARGV > 4 or not is_number(number) or not is_txn(txn) or not amount or
		not known then
	return {'BAD_CALL'}
end
local item, answer = item_read(known)
if not item then
	return answer
end
keys_probe()
local before = payment_read(txn)
if before and before.number == number and before.amount == amount then
	return item_answer(item, 'REPEATED', before.fate)
elseif before then
	return item_answer(item, 'CONFLICT')
end
local order, refusal = order_read(item, number)
if not order and refusal[13] ~= 'GONE' then
	return refusal
end
order = order or {number = number, state = 'gone', units = 0, epoch = 0, user = ''}
if order.there and order.amount ~= amount then
	return item_answer(item, 'WRONG_AMOUNT', order.amount)
end

-- May the units of an order that has ended be taken again?
local function may_retake()
	local has = tonumber(redis.call('HGET', KEYS[4], order.user) or '0')
	local will_have = has + (order.owns or 0) + order.units
	local group = order.user ~= '' and group_open(item, {order.user})
	return (order.state == 'expired' or order.state == 'cancelled') and
		item.late == 'retake' and item.state ~= 'closed' and order.epoch == item.epoch and
		order.units <= item.total - item.sold and
		(item.limit == 0 or order.user == '' or will_have <= item.limit) and
		(not group or order.units <= group_left(group, order.user, number))
end

local word, fate = 'PAID', 'paid'
if order.state == 'held' and item.now >= order.deadline then
	order_end(item, order, 'expired')
end
local told = order.state
if order.state ~= 'held' and may_retake() then
	word = 'RETAKEN'
	units_move(item, order, order.units)
elseif order.state ~= 'held' then
	word, fate = 'DUE', 'due'
end
if fate == 'paid' then
	told = item.now
	order_move(item, order, 'paid', txn)
	item.paid = item.paid + (order.epoch == item.epoch and order.units or 0)
	payment_note(item, order, 'paid', order.units, txn, amount)
else
	if order.state == 'expired' or order.state == 'cancelled' then
		order.txn = txn
	end
	payment_note(item, order, 'due', 0, txn, amount)
end

-- Commit.
order_commit(item, order, txn, fate, amount)
return item_answer(item, word, told)
