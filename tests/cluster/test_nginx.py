"""nginx.conf as it is: the one place of weights, its refusals, its patience with dead nodes."""
import re

from harness import web
from harness.background import Background
from harness.scripts import ROOT
from harness.waiting import stretched, wait_equal

SERVER = re.compile(r"^\s*server 127\.0\.0\.1:(\d+) .*weight=(\d+)", re.M)


def test_nginx_and_the_nodes_agree_on_the_weights(cluster):
    """What nginx.conf says is what the nodes tell Redis, and what 1,000 requests show."""
    cluster.open_sale(10000)
    stated = {f"node-{port}": int(weight)
              for port, weight in SERVER.findall(cluster.nginx.conf.read_text("utf-8"))}
    assert list(stated.values()) == [1, 2, 3, 4]

    def told():
        nodes = cluster.redis.hgetall("{ticket_hash_key}:nodes")
        return {name: int(entry.split("|")[0]) for name, entry in nodes.items()}

    wait_equal(stated, told, what="the weights in Redis")
    # Again and again: workers that count for themselves would be exact by luck once, not always.
    for times in range(1, 13):
        cluster.ab(130, 13, keepalive=times % 2)
        cluster.wait_lines(130 * times)
        assert cluster.line_counts() == [13 * times * weight for weight in stated.values()]


def test_other_weights_are_taken_from_the_same_line(make_cluster):
    """7:1:1:1 in nginx.conf, nothing else changed: nodes and nginx follow."""
    cluster = make_cluster()
    text = cluster.nginx.conf.read_text("utf-8")
    for old, new in ((1, 7), (2, 1), (3, 1), (4, 1)):
        text = re.sub(rf"(:{cluster.node_ports[old - 1]} weight=)\d+", rf"\g<1>{new}", text)
    cluster.nginx.conf.write_text(text, "utf-8")
    cluster.start(total=1000)
    cluster.ab(1000, 10)
    cluster.wait_lines(1000)
    assert cluster.line_counts() == [700, 100, 100, 100]
    assert "with weight 7" in cluster.log(0)


def test_weights_stand_in_nginx_conf_and_nowhere_else():
    """No other file under deploy/, and no setting with a number, states a node's weight."""
    for path in (ROOT / "deploy").rglob("*"):
        if path.is_file() and path.name != "nginx.conf":
            text = path.read_text("utf-8", "replace")
            assert not re.search(r"--weight[ =]\s*[0-9]", text), path
            assert not re.search(r"PENSTOCK_WEIGHT[ =:]\s*[0-9]", text), path


def test_all_nodes_dead_is_a_502_that_says_unknown(cluster):
    """Nobody is there: 502 in JSON, Retry-After, and the key to ask again by."""
    for i in range(4):
        cluster.kill_node(i)
    answer = cluster.buy(key="my-key")
    assert (answer.status, answer.reason) == (502, "UNKNOWN")
    assert answer.json["key"] == "my-key" and answer.headers["retry-after"] == "1"
    for i in range(4):
        cluster.restart_node(i)
    wait_equal(404, lambda: cluster.buy().status, 5, "nginx to find the nodes again")


def test_a_slow_redis_makes_nginx_blacklist_nobody(make_cluster):
    """Every node answers 503 for a while: nginx passes that on, and never says 502."""
    cluster = make_cluster(deadline_ms=300).start(total=5000)
    cluster.pause_redis()
    answers = cluster.buy_together(100)
    assert {answer.status for answer in answers} == {503}
    cluster.resume_redis()
    cluster.wait_ready()
    answers = cluster.buy_together(100)
    assert {answer.status for answer in answers} == {200}


def test_a_body_is_too_large_for_nginx_long_before_it_is_read(cluster):
    """1 MB announced: 413 in JSON at once."""
    cluster.open_sale(5)
    raw = web.request("/buy/ticket", "POST", {"Content-Length": "1000000",
                                              "Content-Type": "application/json"})
    answer = cluster.ask(raw, timeout=3)
    assert answer.status == 413 and answer.reason == "BAD_REQUEST"
    assert sum(cluster.line_counts()) == 0


def test_a_crowd_of_slow_clients_does_not_keep_others_from_buying(cluster):
    """S10 in small: 500 connections that never finish a request; 200 buyers are all served."""
    cluster.open_sale(200)
    half = b"GET /buy/ticket HTTP/1.1\r\nHost: x\r\n"
    with Background(web.ask_all, [(cluster.nginx.port, half)] * 500, 3) as slow:
        answers = cluster.buy_together(200)
        assert {answer.reason for answer in answers} == {"ACCEPTED"}
        assert max(answer.seconds for answer in answers) < stretched(3)
    assert not [answer for answer in slow.result if answer.status == 200]
    cluster.crosses(answers=answers)


def test_the_operators_page_can_be_closed_to_strangers(make_cluster):
    """`deny all` in the three places that OPERATIONS names: 403 in JSON there, all else as ever."""
    cluster = make_cluster()
    text = cluster.nginx.conf.read_text("utf-8")
    for place in ("location ^~ /pages/admin/ {", "location = /status {",
                  "location /admin/items/ {"):
        assert text.count(place) == 1, place
        text = text.replace(place, place + " allow 192.0.2.0/24; deny all;")
    cluster.nginx.conf.write_text(text, "utf-8")
    cluster.start(total=10)
    for path in ("/admin/", "/pages/admin/index.html", "/pages/admin/main.js",
                 "/pages/x/../admin/index.html", "/status", "/status?fresh=1",
                 "/admin/items/ticket"):
        answer = cluster.ask(web.request(path))
        assert (answer.status, answer.reason) == (403, "FORBIDDEN"), path
        assert answer.json["error"] == "not from here" and answer.json["retryable"] is False
    page = cluster.ask(web.request("/", headers={"Accept": "text/html"}))
    assert page.status == 200 and page.headers["content-type"].startswith("text/html")
    assert cluster.buy().reason == "ACCEPTED"


def test_the_operators_page_is_open_as_it_comes(cluster):
    """The place for those lines is empty, and the page has its type and its policy."""
    for path in ("/admin/", "/pages/admin/index.html", "/pages/admin/admin.css"):
        answer = cluster.ask(web.request(path))
        assert answer.status == 200, path
        assert answer.headers["content-security-policy"].startswith("default-src 'self'")
    assert answer.headers["content-type"] == "text/css; charset=utf-8"
