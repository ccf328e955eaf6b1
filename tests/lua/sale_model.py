"""sale_model - the rules of a sale and of its orders, in Python, to hold the scripts to.

A Sale decides one question after the other, as the scripts must, and remembers what it decided. It
knows nothing of Redis, records or events; sale_play.py asks it and the scripts the same.
"""


class Order:
    """An order, as the rules see it."""

    def __init__(self, units, user, epoch, deadline, amount):
        self.units, self.user, self.epoch = units, user, epoch
        self.deadline, self.amount = deadline, amount
        self.state, self.txn, self.gone = "held", "", False


class Payment:
    """A payment that was told: of which order, how much, and what became of it."""

    def __init__(self, number, amount, fate, order):
        self.number, self.amount, self.fate, self.order = number, amount, fate, order


class Sale:
    """A sale as it should be."""

    def __init__(self, total, rules):
        self.total, self.state, self.rules = total, "open", rules
        self.sold = self.paid = 0
        self.epoch = 1
        self.keys, self.owned, self.orders, self.payments = {}, {}, {}, {}

    # -- buying --------------------------------------------------------------------------------

    def decide(self, key, user, units, is_full):
        """(word, number); the number is None where it is a seq."""
        if not (units.isascii() and units.isdigit()) or units.startswith("0"):
            return "BAD_UNITS", 0
        if key in self.keys:
            return ("REPEATED", None) if self.keys[key] == (user, units) else ("CONFLICT", 0)
        if self.state != "open":
            return ("PAUSED" if self.state == "paused" else "ENDED"), 0
        if is_full:
            return "BACKLOG", 0
        if int(units) > self.rules["max_units"]:
            return "LIMIT", self.rules["max_units"]
        limit, has = self.rules["limit_units"], self.owned.get(user, 0)
        if user and limit and has + int(units) > limit:
            return "LIMIT", max(limit - has, 0)
        if int(units) > self.total - self.sold:
            return "SOLD_OUT", self.total - self.sold
        self.keys[key] = (user, units)
        self._move(int(units), user, self.epoch)
        return "ACCEPTED", None

    def _move(self, units, user, epoch):
        """Units of this sale become a buyer's, or are given back."""
        if epoch == self.epoch:
            self.sold += units
            self.owned[user] = self.owned.get(user, 0) + units

    def accept(self, number, user, units, deadline):
        """The order that an ACCEPTED made."""
        self.orders[number] = Order(units, user, self.epoch, deadline, units * self.rules["price"])

    # -- the end of a hold ---------------------------------------------------------------------

    def _end(self, order, state):
        order.state = state
        self._move(-order.units, order.user, order.epoch)

    def expire(self, now):
        """Ends what is due; returns how many orders."""
        due = [order for order in self.orders.values()
               if order.state == "held" and order.deadline <= now]
        for order in due:
            self._end(order, "expired")
        return len(due)

    def cancel(self, number):
        """The word, and what is told with it (None: the time)."""
        order = self.orders.get(number)
        if order is None or order.gone:
            return ("GONE",) if order else ("NO_ORDER",)
        if order.state != "held":
            return "ALREADY", order.state
        self._end(order, "cancelled")
        return "CANCELLED", None

    # -- payments ------------------------------------------------------------------------------

    def pay(self, number, txn, amount, now):
        """The word, and what is told with it (None: the time)."""
        order, before = self.orders.get(number), self.payments.get(txn)
        if before:
            same = (before.number, before.amount) == (number, amount)
            return ("REPEATED", before.fate) if same else ("CONFLICT",)
        if order is None:
            return ("NO_ORDER",)
        if order.gone:
            self.payments[txn] = Payment(number, amount, "due", None)
            return "DUE", "gone"
        if amount != order.amount:
            return "WRONG_AMOUNT", order.amount
        word = "PAID"
        if order.state == "held" and now >= order.deadline:
            self._end(order, "expired")
        if order.state != "held":
            if not self._may_retake(order):
                if order.state in ("expired", "cancelled"):
                    order.txn = txn
                self.payments[txn] = Payment(number, amount, "due", order)
                return "DUE", order.state
            word = "RETAKEN"
            self._move(order.units, order.user, order.epoch)
        order.state, order.txn = "paid", txn
        self.paid += order.units * (order.epoch == self.epoch)
        self.payments[txn] = Payment(number, amount, "paid", order)
        return word, None

    def _may_retake(self, order):
        limit = self.rules["limit_units"] if order.user else 0
        return (order.state in ("expired", "cancelled") and self.rules["late_pay"] == "retake"
                and self.state != "closed" and order.epoch == self.epoch
                and order.units <= self.total - self.sold
                and (not limit or self.owned.get(order.user, 0) + order.units <= limit))

    def refund(self, number, txn):
        """The word, and what is told with it."""
        order = self.orders.get(number)
        if order is None:
            return ("NO_ORDER",)
        if not txn and (order.gone or not order.txn):
            return "NOT_PAID", "gone" if order.gone else order.state
        payment = self.payments.get(txn or order.txn)
        if payment is None or payment.number != number:
            return ("NO_PAYMENT",)
        if payment.fate == "refunded":
            return ("ALREADY",)
        fate, payment.fate = payment.fate, "refunded"
        if fate == "due":
            return "REFUNDED", 0
        self._end(order, "refunded")
        self.paid -= order.units * (order.epoch == self.epoch)
        return "REFUNDED", order.units

    # -- the operator and strangers ------------------------------------------------------------

    def reopen(self, total, sold):
        """Counts typed from outside: a new epoch."""
        self.total, self.sold, self.paid = total, sold, 0
        self.epoch, self.owned = self.epoch + 1, {}
