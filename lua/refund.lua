#!lua flags=allow-oom
-- refund.lua - give a payment back.
--
-- KEYS: 1 HASH item  2 HASH orders  3 HASH requests  4 HASH buyers  5 ZSET unpaid  6 STREAM events
--       7 HASH nodes  8 HASH payments  9 ZSET finished
-- ARGV: 1 order seq  2 the transaction id of the payment; empty: the one in the order's record
--
-- Answers:
--   OK          the view of the item (12 words), then one of
--   REFUNDED      units: the paid order's, which is refunded; 0: the payment had come too late or
--                 second
--   ALREADY       it was given back before; nothing was changed
--   NOT_PAID      state: the record names no payment (`gone`: it has left Redis, say which payment)
--   NO_PAYMENT    no such payment came for this order
--   NO_ORDER      there is no order of this number
--   NOITEM      there is no such item
--   BROKEN      a sentence: the hash or the order's record is none
--   RESYNC      counts were typed from outside; call item.lua adopt first
--   LOST        seq, known seq: Redis lost history (I8)
--   BAD_CALL    an argument is not of its form
--
-- The payment's entry holds all that is needed, so it works after the order's record has left
-- Redis. The record's own payment is the one that paid the order, or the newest that came too late.
--
-- Keeps I1, I4, I5. Cost: O(1).

-- @include item
-- @include group
-- @include log
-- @include record
-- @include order

local number, txn = ARGV[1], ARGV[2]
if #ARGV ~= 2 or not is_number(number) or not (txn == '' or is_txn(txn)) then
	return {'BAD_CALL'}
end
local item, answer = item_read(0)
if not item then
	return answer
end
keys_probe()
local order, refusal = order_read(item, number)
if not order and refusal[13] ~= 'GONE' then
	return refusal
end
if txn == '' and (not order or order.txn == '') then
	return item_answer(item, 'NOT_PAID', order and order.state or 'gone')
end
txn = txn == '' and order.txn or txn
local payment = payment_read(txn)
if not payment or payment.number ~= number then
	return item_answer(item, 'NO_PAYMENT')
elseif payment.fate == 'refunded' then
	return item_answer(item, 'ALREADY')
end
-- An order that had left when its payment came is none of it, even if a rebuild brought it back.
if not order or payment.epoch ~= order.epoch then
	order = {
		number = number, units = payment.units, epoch = payment.epoch, user = payment.user,
	}
end

local units = payment.fate == 'paid' and payment.units or 0
if units > 0 then
	if order.there then
		order_move(item, order, 'refunded')
	end
	units_move(item, order, -units)
	item.paid = item.paid - (order.epoch == item.epoch and units or 0)
end
payment_note(item, order, 'refunded', units, txn, payment.amount)

-- Commit.
order_commit(item, order, txn, 'refunded', payment.amount)
return item_answer(item, 'REFUNDED', units)
