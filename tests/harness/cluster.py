"""cluster - nginx, four nodes and Redis on free ports, and verbs over them.

    with Cluster() as cluster:
        cluster.open_sale(100)
        cluster.buy_together(500)
        cluster.crosses()

Nodes are counted from 0; weights are those of deploy/nginx.conf. Whatever a test stops, kills or
pauses by a verb may be down at the end; a node that went by itself, or a word from a sanitizer,
fails the test.
"""
import shutil
import signal
import tempfile
from pathlib import Path

from harness import provider, statlog, web
from harness.crossing import cross_item
from harness.load import Ab
from harness.numbers import number_of
from harness.parts import IS_SANITIZED, NginxPart, NodePart, RedisPart
from harness.ports import Ports
from harness.scripts import keys_of
from harness.waiting import wait_equal, wait_until

NODES = 4


class Cluster:
    """A whole cluster; `flags` are settings of all nodes (deadline_ms=500)."""

    def __init__(self, **flags):
        self.ports = Ports()
        self.folder = Path(tempfile.mkdtemp(prefix="penstock-cluster-"))
        self.folder.chmod(0o711)
        self.node_ports = [self.ports.take() for _ in range(NODES)]
        self.redis_part = RedisPart(self.folder, self.ports.take())
        self.redis = self.redis_part.client
        self.nginx_port, self.ledger_port = self.ports.take(), self.ports.take()
        self.nginx = NginxPart(self.folder, self.nginx_port, self.node_ports, self.ledger_port,
                               shield=flags.get("shield") == 1)
        self.flags = {"weights-from": self.nginx.conf}
        self.flags.update({name.replace("_", "-"): value for name, value in flags.items()})
        self.nodes = [NodePart(self.folder, port, self.redis_part, self.flags)
                      for port in self.node_ports]
        self.down = set()  # nodes that a verb has ended
        self.stopped = False

    # -- life ----------------------------------------------------------------------------------

    def start(self, total=None, dead=()):
        """Starts all parts but the `dead` nodes, and waits until they may sell."""
        self.redis_part.start()
        if total is not None:
            self.type_sale(total)
        self.down |= set(dead)
        for i in self.living():
            self.nodes[i].start()
        self.nginx.start()
        self.wait_ready()
        if total is not None:
            self.wait_left(total)
        return self

    def stop(self):
        """Ends all parts and removes every file, once; fails if a part has died by itself."""
        if self.stopped:
            return
        self.stopped = True
        try:
            gone = [node.name for i, node in enumerate(self.nodes)
                    if i not in self.down and node.process.child and not node.process.is_running()]
            if IS_SANITIZED:
                self._end_gently()
            for node in self.nodes:
                node.check_sanitizers()
            assert not gone, f"died by themselves: {gone}"
        finally:
            self._clear()

    def _end_gently(self):
        """A clean exit, so that leaks are reported."""
        for node in self.nodes:
            node.process.resume()
            node.process.send(signal.SIGTERM)
        for node in self.nodes:
            if node.process.child:
                node.process.wait()

    def _clear(self):
        parts = [self.nginx, *self.nodes, self.redis_part]
        self.nginx.process.send(signal.SIGTERM)
        for part in parts[1:]:
            part.process.kill()
        if self.nginx.process.child:
            self.nginx.process.wait()
        for part in parts:
            part.process.forget()
        self.redis.close()
        self.ports.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def living(self):
        """The numbers of the nodes that no verb has ended."""
        return [i for i in range(NODES) if i not in self.down]

    def wait_ready(self, timeout=10.0):
        """Until every living node may sell."""
        for i in self.living():
            wait_until(self.nodes[i].is_ready, timeout, f"node {i} to be ready", every=0.02)

    # -- faults --------------------------------------------------------------------------------

    def kill_node(self, i, number=signal.SIGKILL):
        """Ends a node by a signal and waits; returns its exit code."""
        self.down.add(i)
        return self.nodes[i].process.end(number)

    def stop_node(self, i):
        """SIGTERM: drains; returns its exit code."""
        return self.kill_node(i, signal.SIGTERM)

    def restart_node(self, i, **flags):
        """Starts a node that a verb has ended, perhaps with other flags; waits until ready."""
        self.nodes[i].start(**flags)
        self.down.discard(i)
        wait_until(self.nodes[i].is_ready, 10, f"node {i} to be ready again")

    def pause_node(self, i):
        """SIGSTOP."""
        self.nodes[i].process.pause()

    def resume_node(self, i):
        """SIGCONT."""
        self.nodes[i].process.resume()

    def kill_redis(self):
        """SIGKILL."""
        self.redis_part.process.end(signal.SIGKILL)

    def restart_redis(self):
        """Starts Redis again on what its log holds; waits until it answers."""
        self.redis_part.start()

    def pause_redis(self):
        """SIGSTOP: connections stay open, nothing is answered."""
        self.redis_part.process.pause()

    def resume_redis(self):
        """SIGCONT."""
        self.redis_part.process.resume()

    # -- the sale ------------------------------------------------------------------------------

    def type_sale(self, total, item="ticket", sold=0):
        """The article's line, as typed into redis-cli."""
        self.redis.hset(keys_of(item)[0], mapping={"ticket_total_nums": total,
                                                   "ticket_sold_nums": sold})

    def open_sale(self, total, item="ticket"):
        """A fresh sale of `total` that every living node knows of."""
        self.type_sale(total, item)
        self.wait_left(total, item)

    def restock(self, total, item="ticket"):
        """Another total, typed; does not wait for anybody to notice."""
        self.redis.hset(keys_of(item)[0], "ticket_total_nums", total)

    def stock(self, i=0, item="ticket"):
        """What a node says is left, as a dict; {} when it does not know the item."""
        answer = web.get(self.nodes[i].port, f"/stock/{item}")
        return answer.json if answer.status == 200 else {}

    def wait_left(self, left, item="ticket", timeout=5.0):
        """Until every living node says that `left` are left."""
        for i in self.living():
            wait_equal(left, lambda i=i: self.stock(i, item).get("left"), timeout,
                       f"left at node {i}")

    def counts(self, item="ticket"):
        """The item's hash with its numbers as int."""
        return {field: int(text) if text.isdigit() else text
                for field, text in self.redis.hgetall(keys_of(item)[0]).items()}

    def orders(self, item="ticket"):
        """How many orders the item has ever had."""
        return self.redis.hlen(keys_of(item)[1])

    # -- buyers --------------------------------------------------------------------------------

    def port(self, via):
        """The port of "nginx" or of node number `via`."""
        return self.nginx.port if via == "nginx" else self.nodes[via].port

    def ask(self, raw, via="nginx", timeout=10.0):
        """Any bytes, to nginx or a node; returns the Answer."""
        return web.ask(self.port(via), raw, timeout)

    def buy(self, item="ticket", via="nginx", timeout=10.0, **facts):
        """One purchase (key, user, units, first, method, body, headers)."""
        answer = self.ask(web.purchase(item, **facts), via, timeout)
        answer.key = facts.get("key") or ""
        return answer

    def buy_together(self, n, via="nginx", item="ticket", timeout=10.0, **facts):
        """
        `n` purchases at once, each over its own connection, through nginx, one node, or all
        living nodes in turn ("nodes"). A fact may be a function of the purchase's number.
        """
        places = self.living() if via == "nodes" else [via]
        pairs, keys = [], []
        for i in range(n):
            own = {name: fact(i) if callable(fact) else fact for name, fact in facts.items()}
            pairs.append((self.port(places[i % len(places)]), web.purchase(item, **own)))
            keys.append(own.get("key") or "")
        answers = web.ask_all(pairs, timeout)
        for answer, key in zip(answers, keys):
            answer.key = key
        return answers

    def pipeline(self, keys, via="nginx", item="ticket"):
        """One purchase a key, all sent over one connection before any is answered."""
        raws = [web.purchase(item, key=key) for key in keys]
        answers = web.pipeline(self.port(via), raws)
        for answer, key in zip(answers, keys):
            answer.key = key
        return answers

    def ab_start(self, n, c, via="nginx", item="ticket", **options):
        """Starts ab (keepalive, headers); finish() or stop() it."""
        return Ab(f"http://127.0.0.1:{self.port(via)}/buy/{item}", n, c, **options)

    def ab(self, n, c, **options):
        """Runs ab to its end."""
        return self.ab_start(n, c, **options).finish()

    # -- orders --------------------------------------------------------------------------------

    def bought(self, **facts):
        """The number of an order that is bought now."""
        answer = self.buy(**facts)
        assert answer.reason == "ACCEPTED", answer
        return answer.json["data"]["orderId"]

    def look(self, number, via="nginx", **headers):
        """GET /orders/{number}."""
        return self.ask(web.request(f"/orders/{number}", headers=headers), via)

    def state(self, number, via="nginx"):
        """The state of an order as its buyer sees it."""
        answer = self.look(number, via)
        assert answer.status == 200, answer
        return answer.json["data"]["state"]

    def pay(self, number, via="nginx", **headers):
        """POST /orders/{number}/pay: for trial."""
        return self.ask(web.request(f"/orders/{number}/pay", "POST", headers), via)

    def cancel(self, number, via="nginx", **headers):
        """POST /orders/{number}/cancel."""
        return self.ask(web.request(f"/orders/{number}/cancel", "POST", headers), via)

    def callback(self, number, txn, amount=0, via="nginx", **facts):
        """What the payment provider sends, signed with the cluster's key."""
        key = self.redis_part.secret("payment.key")
        return self.ask(provider.callback(key, number, txn, amount, **facts), via)

    def number_of(self, seq, item="ticket"):
        """The genuine number of a seq, whether there is such an order or not."""
        return number_of(self.redis_part.secret("order.key"), item, seq)

    # -- what was seen -------------------------------------------------------------------------

    def stat_lines(self, i):
        """All lines of a node's stat.log, parsed."""
        return statlog.read(self.nodes[i].stat_log)

    def sold_lines(self):
        """All lines of all nodes that say result:1."""
        return [line for i in range(NODES) for line in self.stat_lines(i) if line["result"]]

    def line_counts(self):
        """How many lines each stat.log has."""
        return [statlog.count(node.stat_log) for node in self.nodes]

    def wait_lines(self, total, timeout=3.0):
        """Until the four logs together have `total` lines."""
        wait_equal(total, lambda: sum(self.line_counts()), timeout, "lines in the stat.logs")

    def wait_lines_at(self, i, condition, timeout=3.0):
        """Until the lines of a node's stat.log are as the condition wants them."""
        wait_until(lambda: condition(self.stat_lines(i)), timeout, f"lines of node {i}")

    def crosses(self, item="ticket", answers=(), unheard=0, earlier=()):
        """
        Invariants, replay, stat.logs and answers, all together; returns (hash, orders). Up to
        `unheard` orders may have no line: answered UNKNOWN, or cut off with their node. Events
        that have left the stream are given as `earlier`.
        """
        def lines():
            return [line for i in range(NODES) for line in self.stat_lines(i)]

        orders = self.orders(item)
        wait_until(lambda: sum(line["result"] == 1 and line["item"] == item for line in lines())
                   >= orders - unheard, 3, "stat.log to be flushed", every=0.05)
        return cross_item(self.redis, item, lines(), answers, unheard, earlier)

    def calls(self, command):
        """How often Redis has run a command, by its own statistics."""
        return self.redis.info("commandstats").get(f"cmdstat_{command}", {}).get("calls", 0)

    def log(self, i):
        """The operational log of a node."""
        return self.nodes[i].process.text()
