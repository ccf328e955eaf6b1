"""
The sale at last: 500 penstock-buyer processes, 100 units, from the reservation to the payment.

Tokens, reservations and a schedule are the server's; each buyer has a home, a token and a webhook
of its own. `make test-buyer-sale`; the figures are in docs/BUYER.md.
"""
import collections
import hashlib
import hmac
import subprocess
import time

import pytest

from harness.buyer import IS_SANITIZED, LOST, WON, Buyer
from harness.postbox import Webhook
from harness.town import Town
from harness.waiting import stretched, wait_until

BUYERS, UNITS, AT_ONCE = (60, 12, 4) if IS_SANITIZED else (500, 100, 4)
LAUNCH_S, RESERVE_S, START_S = 0.05, 60, 85
ENDS = ("ACCEPTED", "REPEATED")


def token_of(user, key):
    """As penstockctl issues it."""
    text = f"v1.{user}.1000.{int(time.time()) + 86400}"
    return f"{text}.{hmac.new(bytes.fromhex(key), text.encode(), hashlib.sha256).hexdigest()}"


class Crowd:
    """All buyers with their processes; what they say goes into files."""

    def __init__(self, town, folder, hook):
        self.key = town.cluster.redis_part.secret("token.key")
        self.url = f"http://127.0.0.1:{town.cluster.nginx_port}"
        self.hook, self.folder = hook, folder
        self.buyers = {f"buyer-{i}": self.make(f"buyer-{i}") for i in range(BUYERS)}
        self.running, self.paying, self.codes, self.paid = {}, {}, {}, set()

    def make(self, user):
        """A buyer with a token in a closed file of settings."""
        path = self.folder / f"{user}.ini"
        path.touch(0o600)
        path.write_text(f"token = {token_of(user, self.key)}\n", "ascii")
        return Buyer(self.folder, self.url, user, config=path, notify_webhook=self.hook.url,
                     stop_after_minutes=2)

    def launch(self, user, *words):
        """A process of a buyer."""
        with open(self.folder / f"{user}.out", "ab") as out:
            buyer = self.buyers[user]
            return subprocess.Popen(buyer.argv(*words), env=buyer.env, stdin=subprocess.DEVNULL,
                                    stdout=out, stderr=out)

    def gather(self, table):
        """{user: exit code} of those that have ended, taken out of the table."""
        ended = {user: child.returncode for user, child in table.items()
                 if child.poll() is not None}
        for user in ended:
            del table[user]
        return ended

    def step(self):
        """Takes whoever has ended; winners pay, a few at a time. True: all is done."""
        self.codes.update(self.gather(self.running))
        for user, code in self.gather(self.paying).items():
            assert code == WON, self.said(user)
        for user, code in self.codes.items():
            if code == WON and user not in self.paid and len(self.paying) < AT_ONCE:
                self.paid.add(user)
                self.paying[user] = self.launch(user, "pay")
        return not self.running and not self.paying and self.paid == self.winners()

    def winners(self):
        """Who ended with an order."""
        return {user for user, code in self.codes.items() if code == WON}

    def said(self, user):
        """Everything that a buyer's processes said."""
        return f"{user}: {(self.folder / f'{user}.out').read_text('utf-8')}"

    def kill(self):
        """Ends what still runs."""
        for child in [*self.running.values(), *self.paying.values()]:
            child.kill()
            child.wait()


def percentile(values, share):
    """Of sorted values."""
    return values[min(len(values) - 1, int(len(values) * share))]


def first_attempts(town, start_ms):
    """How late the first attempt of each key reached a node, in ms, sorted; from the stat.logs."""
    firsts = {}
    for i in range(4):
        for line in town.cluster.stat_lines(i):
            firsts[line["key"]] = min(line["time"], firsts.get(line["key"], line["time"]))
    return sorted(at - start_ms for at in firsts.values())


@pytest.mark.slow
@pytest.mark.deadline(400)
def test_500_buyers_100_units(tmp_path):
    """100 winners, who pay; 400 told why not; one message each for reservation and result."""
    town = Town(trial_pay=1).start(total=UNITS)
    hook = Webhook(town.cluster.ports.take())
    began = time.time()
    reserve_s, start_s = stretched(RESERVE_S), stretched(START_S)
    town.operator.does("item", "set", "ticket", "token=yes", "reserve=yes", "limit-units=1",
                       f"reserve-starts=+{int(reserve_s)}s", f"starts=+{int(start_s)}s")
    crowd = Crowd(town, tmp_path, hook)
    try:
        for user in crowd.buyers:
            crowd.running[user] = crowd.launch(user)
            time.sleep(LAUNCH_S)  # a few at a time: 500 at once are a load test of fork()
        assert time.time() - began < start_s, "not launched in time"
        wait_until(crowd.step, 240, "everybody's end", every=0.05)
        check(town, crowd, hook, began)
    finally:
        crowd.kill()
        hook.close()
        town.stop()


def check(town, crowd, hook, began):
    """What must be true in the end, and the figures."""
    codes = collections.Counter(crowd.codes.values())
    assert codes == {WON: UNITS, LOST: BUYERS - UNITS}, codes
    kinds = collections.Counter(hook.kinds())
    assert kinds[("reservation", "RESERVED")] == BUYERS, kinds
    assert sum(kinds[("result", end)] for end in ENDS) == UNITS, kinds
    assert kinds[("result", "SOLD_OUT")] == BUYERS - UNITS, kinds
    assert len(hook.messages) == len({one["id"] for one in hook.messages}) == 2 * BUYERS
    winners = {one["user"] for one in hook.messages if one["outcome"] in ENDS}
    assert winners == crowd.winners() == crowd.paid
    orders = {one["orderId"] for one in hook.messages if one["outcome"] in ENDS}
    assert len(orders) == UNITS
    assert town.counts() == (UNITS, 0, UNITS) and town.cluster.orders() == UNITS
    town.ledger.wait_recorded()
    town.audit()
    start_ms = town.cluster.counts()["starts_ms"]
    late = first_attempts(town, start_ms)
    sold = sorted(line["time"] - start_ms for line in town.cluster.sold_lines())
    lines = sum(town.cluster.line_counts())
    print(f"\n{BUYERS} buyers, {UNITS} units: {UNITS} won and paid, {BUYERS - UNITS} told that it "
          f"is sold out, {len(hook.messages)} notifications; audit clean; "
          f"{time.time() - began:.0f} s in all")
    print(f"first attempts at a node, ms after the start: least {late[0]}, half "
          f"{percentile(late, 0.5)}, 99 % {percentile(late, 0.99)}, last {late[-1]}")
    print(f"units sold, ms after the start: first {sold[0]}, last {sold[-1]}; "
          f"{lines} requests in all, {lines / BUYERS:.1f} a buyer")
