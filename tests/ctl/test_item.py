"""test_item - penstockctl item: every verb, what it prints, what it refuses and how it exits."""
import subprocess
import time

import pytest
import redis

from harness.operator import Operator
from harness.waiting import wait_until


def test_an_item_is_created_with_its_rules(operator, desk):
    """All rules by flag; Redis has them, and the event log as well."""
    row = operator.does("item", "create", "ticket", total=100, price=9900, pay_window="5m",
                        max_units=2, limit_units=4, late_pay="retake",
                        backlog_max=5000).rows()[0]
    assert row == {"ITEM": "ticket", "DONE": "created", "STATE": "open", "TOTAL": "100",
                   "LEFT": "100", "HELD": "0", "PAID": "0", "OUTSIDE": "0"}
    counts = desk.counts()
    assert counts["pay_window_ms"] == 300000 and counts["price"] == 9900
    assert (counts["max_units"], counts["limit_units"], counts["late_pay"],
            counts["backlog_max"]) == (2, 4, "retake", 5000)
    desk.check()


def test_a_paused_item_is_created_paused_and_resumed(operator, desk):
    """--paused; then pause and resume, each said and seen by a buyer."""
    assert operator.knows("item", "create", "ticket", total=1, paused=True)["state"] == "paused"
    assert desk.buy_one("k1").word == "PAUSED"
    assert operator.knows("item", "resume", "ticket")["done"] == "resumed"
    assert desk.buy_one("k1").word == "ACCEPTED"
    assert operator.knows("item", "pause", "ticket")["state"] == "paused"
    assert operator.knows("item", "pause", "ticket")["state"] == "paused"
    desk.check()


def test_an_item_is_created_once(operator):
    """The second create is refused and changes nothing."""
    operator.does("item", "create", "ticket", total=5)
    said = operator.says(1, "item", "create", "ticket", total=7)
    assert "there is an item ticket already" in said.err and said.out == ""
    assert operator.knows("item", "show", "ticket")["total"] == 5


def test_bad_rules_are_refused_with_what_would_be_right(operator, empty):
    """A span without a unit, a word for a number, a number out of bounds: exit 2, no item."""
    for flags, sentence in (({"pay_window": "300"}, "must be a span of 1ms to a year"),
                            ({"price": "1e3"}, "price must be digits"),
                            ({"max_units": "0"}, "max-units must be 1 to 2000000000"),
                            ({"late_pay": "maybe"}, "late-pay must be refund or retake"),
                            ({"price": "9" * 80}, "price \"999")):
        assert sentence in operator.says(2, "item", "create", "ticket", total=1, **flags).err
    assert empty.keys() == []


def test_rules_are_set_by_name_or_field(operator, desk):
    """pay-window=10m and pay_window_ms=600000 are the same; SET counts only what changed."""
    operator.does("item", "create", "ticket", total=1)
    operator.does("item", "set", "ticket", "pay-window=10m", "limit_units=2")
    assert (desk.counts()["pay_window_ms"], desk.counts()["limit_units"]) == (600000, 2)
    seq = desk.counts()["seq"]
    operator.does("item", "set", "ticket", "pay_window_ms=600000")
    assert desk.counts()["seq"] == seq
    assert "no rule=value" in operator.says(2, "item", "set", "ticket", "colour=red").err
    assert "no rule=value" in operator.says(2, "item", "set", "ticket", "price").err
    assert "late-pay must be" in operator.says(2, "item", "set", "ticket", "late_pay=x").err
    assert "price must be" in operator.says(2, "item", "set", "ticket", "price=007").err
    desk.check()


def test_more_rules_than_a_call_takes_are_refused(operator, desk):
    """31 are set at once; 32: exit 2 and a sentence, nothing is set; as where it is created."""
    operator.does("item", "create", "ticket", total=1)
    operator.does("item", "set", "ticket", *[f"price={i}" for i in range(31)])
    assert desk.counts()["price"] == 30
    for count in (32, 40, 63):
        said = operator.says(2, "item", "set", "ticket", *[f"price={i}" for i in range(count)])
        assert "at most 31 rules" in said.err and desk.counts()["price"] == 30
    said = operator.says(2, "item", "create", "mug", *["price=1"] * 32, total=1, price=7)
    assert "at most 31 rules" in said.err
    assert "no item mug" in operator.says(1, "item", "show", "mug").err
    operator.does("item", "create", "mug", *["price=1"] * 30, total=1, paused=True)
    said = operator.says(2, "item", "create", "cup", *["price=1"] * 31, total=1, paused=True)
    assert "at most 31 rules" in said.err


def test_rules_about_buyers_and_times_are_typed_as_people_do(operator, desk):
    """token=yes, a time in UTC, a span from now, off; at create as well; shown as times."""
    operator.does("item", "create", "ticket", "token=yes", "starts=2026-01-31T12:00:00Z", total=1)
    assert (desk.counts()["token_required"], desk.counts()["starts_ms"]) == (1, 1769860800000)
    operator.does("item", "set", "ticket", "starts=2026-01-31T12:00:00.250Z", "ends=+10m")
    assert desk.counts()["starts_ms"] == 1769860800250
    assert 590000 < desk.counts()["ends_ms"] - time.time() * 1000 <= 600000
    shown = operator.does("item", "show", "ticket").out
    assert "tokens required  yes\n" in shown and "2026-01-31T12:00:00.250Z" in shown
    operator.does("item", "set", "ticket", "starts=off", "ends_ms=0", "token=no")
    assert [desk.counts()[name] for name in ("starts_ms", "ends_ms", "token_required", "ruled")] \
        == [0, 0, 0, 0]
    for word in ("starts=tomorrow", "starts=2026-01-31", "starts=2026-01-31T12:00:00",
                 "starts=2026-01-31T12:00:00.5Z", "starts=+soon", "token=1x", "ends=-5m"):
        assert "must be" in operator.says(2, "item", "set", "ticket", word).err, word
    desk.check()


def test_an_item_that_is_reserved_shows_its_window_and_how_many_have(operator, desk):
    """reserve=yes with a quota; two users; shown; gone when it is closed and archived."""
    operator.does("item", "create", "ticket", "reserve=yes", "reserve-quota=2",
                  "reserve-ends=+1h", total=1)
    assert [desk.reserve(user)[0] for user in "abc"] == ["RESERVED", "RESERVED", "RESERVE_FULL"]
    shown = operator.knows("item", "show", "ticket")
    assert (shown["reserve_required"], shown["reserve_quota"], shown["reserved"]) == ("yes", 2, 2)


def test_attempts_by_score_are_added_up_over_the_nodes(operator, desk):
    """Two nodes' counts, one entry that has none; percent, and what the policy says."""
    operator.does("item", "create", "ticket", "risk=shadow", "risk-shares=60:60_90:74", total=1)
    for node, counts in (("a", "6:10:4,9:100:25"), ("b", "6:10:5"), ("c", "")):
        desk.run("sync", 12, node, 1, 2, 3, 0, "", counts)
    rows = operator.does("item", "risk", "ticket").rows()
    assert rows == [{"FROM": "60", "ATTEMPTS": "20", "REFUSED": "9", "REFUSED %": "45",
                     "POLICY %": "40"},
                    {"FROM": "90", "ATTEMPTS": "100", "REFUSED": "25", "REFUSED %": "25",
                     "POLICY %": "26"}]
    assert "no item" in operator.says(1, "item", "risk", "none-such").err


def test_a_restock_goes_up_and_down_to_what_is_sold(operator, desk):
    """+50, -40, then below the three that are held: refused."""
    operator.does("item", "create", "ticket", total=10)
    desk.buy("a", "b", "c")
    assert operator.knows("item", "restock", "ticket", "+50")["total"] == 60
    said = operator.knows("item", "restock", "ticket", "-57")
    assert (said["total"], said["left"], said["held"]) == (3, 0, 3)
    assert "3 units are held or sold" in operator.says(1, "item", "restock", "ticket", "-1").err
    for word in ("0", "+", "ten", "1.5", "99999999999"):
        assert "no number of units" in operator.says(2, "item", "restock", "ticket", word).err
    desk.check()


def test_counts_that_somebody_typed_are_taken_over_first(operator, desk):
    """hmset by hand, and no node to adopt it: the tool does."""
    desk.type(20)
    assert operator.knows("item", "show", "ticket")["state"] == "typed"
    assert operator.knows("item", "restock", "ticket", "+5")["total"] == 25
    assert operator.knows("item", "show", "ticket")["state"] == "open"
    desk.check()


def test_show_says_all_of_an_item(operator, desk):
    """Counts, rules, what waits for the ledger, and the nodes that told of themselves."""
    operator.does("item", "create", "ticket", total=10, price=5)
    desk.buy("a", "b")
    desk.sync("node-1")
    shown = operator.knows("item", "show", "ticket")
    assert (shown["left"], shown["held"], shown["orders"], shown["unpaid"]) == (8, 2, 2, 2)
    assert shown["price"] == 5 and shown["pay_window_ms"] == 300000
    assert shown["seq"] == desk.counts()["seq"] and shown["recorded_seq"] == 0
    assert shown["nodes"].startswith("node-1") and shown["archived_ms"] is None
    text = operator.does("item", "show", "ticket").out
    assert "\npay window       5m\n" in text and "\nleft             8\n" in text
    assert "there is no item mug" in operator.says(1, "item", "show", "mug").err


def test_list_shows_every_item_once_in_order(operator, empty):
    """Thirty items and keys that are none of items."""
    for i in range(30):
        operator.does("item", "create", f"item-{i:02}", total=i)
    empty.set("Upper_hash_key", "x")
    empty.hset("{a}_hash_key", "x", 1)
    rows = operator.does("item", "list").rows()
    assert [row["ITEM"] for row in rows] == [f"item-{i:02}" for i in range(30)]
    assert [item["left"] for item in operator.knows("item", "list")] == list(range(30))


def test_list_of_nothing_is_an_empty_list(operator, empty):
    """A title line for people, [] for programs."""
    assert operator.knows("item", "list") == []
    assert operator.does("item", "list").out.startswith("ITEM")


def test_closing_freezes_and_says_what_archiving_waits_for(operator, desk):
    """Held, then unrecorded, then archived; a closed item stays closed."""
    operator.does("item", "create", "ticket", total=10)
    desk.buy("a", "b")
    said = operator.does("item", "close", "ticket")
    assert said.rows()[0]["DONE"] == "closed" and "orders still held: 2;" in said.err
    assert desk.buy_one("c").word == "ENDED"
    for number in desk.redis.zrange(desk.keys[4], 0, -1):
        desk.cancel(number)
    said = operator.does("item", "close", "ticket")
    assert "has recorded 0 of" in said.err
    desk.trim(desk.counts()["seq"])
    said = operator.does("item", "close", "ticket")
    assert said.rows()[0]["DONE"] == "archived" and said.err == ""
    assert operator.knows("item", "show", "ticket")["archived_ms"] > 0
    for words in (("resume", "ticket"), ("restock", "ticket", "+1"), ("set", "ticket", "price=1")):
        assert "stays as it is" in operator.says(1, "item", *words).err


def test_a_full_redis_can_be_paused_closed_and_archived(operator, desk):
    """Redis is at maxmemory: buying is refused, an operator is not, and archiving makes room."""
    operator.does("item", "create", "ticket", total=2000)
    for page in range(8):
        desk.buy(*[(f"k-{page}-{i}", "", "1") for i in range(250)])
    for number in desk.redis.zrange(desk.keys[4], 0, -1):
        desk.cancel(number)
    desk.trim(desk.counts()["seq"], 3600000)
    used = desk.redis.info("memory")["used_memory"]
    desk.redis.config_set("maxmemory", used - 500000)
    try:
        with pytest.raises(redis.ResponseError, match="maxmemory"):
            desk.buy("late")
        assert operator.knows("item", "pause", "ticket")["done"] == "paused"
        assert operator.knows("item", "restock", "ticket", "-1")["total"] == 1999
        operator.does("item", "set", "ticket", "price=5")
        desk.trim(desk.counts()["seq"], 3600000)
        operator.does("item", "close", "ticket")
        desk.trim(desk.counts()["seq"], 3600000)
        assert operator.knows("item", "close", "ticket")["done"] == "archived"
        wait_until(lambda: desk.redis.info("memory")["used_memory"] < used - 500000, 5, "room")
    finally:
        desk.redis.config_set("maxmemory", "1gb")


def test_close_waits_as_long_as_it_was_told(operator, desk):
    """A hold ends while it waits: archived. Nothing happens: exit 1 after the span."""
    operator.does("item", "create", "ticket", total=10)
    number = desk.buy_one("a").first
    assert "orders still held: 1;" in operator.says(1, "item", "close", "ticket", wait="300ms").err
    run = operator.start("item", "close", "ticket", wait="20s", json=True)
    desk.cancel(number)
    desk.trim(desk.counts()["seq"])
    out, err = run.communicate(timeout=20)
    assert run.returncode == 0 and '"done":"archived"' in out, err
    assert "--wait" in operator.says(2, "item", "close", "ticket", wait="soon").err


def test_an_item_that_is_not_there_is_said_to_be_missing(operator, empty):
    """Every verb that needs one: exit 1 and where to look."""
    for words in (("set", "mug", "price=1"), ("restock", "mug", "+1"), ("pause", "mug"),
                  ("resume", "mug"), ("close", "mug")):
        assert "there is no item mug" in operator.says(1, "item", *words).err
    assert empty.keys() == []


def test_a_broken_item_is_named_with_its_fault(operator, desk):
    """Words typed for digits."""
    desk.type(10)
    desk.rule(price="cheap")
    assert "price must be digits" in operator.says(1, "item", "pause", "ticket").err
    desk.rule(ticket_total_nums="many\x1b[2J")
    said = operator.does("item", "show", "ticket")
    assert "broken" in said.out and "\x1b" not in said.out


def test_lost_history_is_said_with_the_way_out(operator, desk):
    """The ledger told of more events than Redis has (I8)."""
    operator.does("item", "create", "ticket", total=10)
    desk.redis.hset(desk.hash, "recorded_seq", 50)
    said = operator.says(1, "item", "pause", "ticket")
    assert "Redis lost history" in said.err and "audit --rebuild ticket" in said.err
    assert operator.knows("item", "list")[0]["state"] == "lost"
    desk.redis.flushall()
    desk.redis.hset(desk.hash, "recorded_seq", 50)  # as the ledger writes it
    assert operator.knows("item", "show", "ticket")["state"] == "lost"


def test_bad_words_end_with_usage_and_code_2(operator, empty):
    """No command, a wrong one, names that are none, too few and too many words."""
    assert "Usage: penstockctl" in operator.says(2).err
    assert 'no command "itme"' in operator.says(2, "itme", "list").err
    assert 'no command "item shwo"' in operator.says(2, "item", "shwo").err
    assert "item restock NAME" in operator.says(2, "item").err
    assert "command stands first" in operator.says(2, "--json", "item", "list").err
    assert "no item's name" in operator.says(2, "item", "show", "No Item").err
    assert "usage: penstockctl item show NAME" in operator.says(2, "item", "show").err
    assert "usage: penstockctl item show NAME" in operator.says(2, "item", "show", "a", "b").err
    assert "did you mean --json?" in operator.says(2, "item", "list", jsn=True).err
    assert "--total must be given" in operator.says(2, "item", "create", "ticket").err
    assert "out of range" in operator.says(2, "item", "create", "ticket", total=9999999999).err


def test_help_is_there_for_all_and_each(operator):
    """The whole list, a noun's, a command's with examples; all on stdout with code 0."""
    assert "penstockctl item create NAME" in operator.does(help=True).out
    assert "penstockctl item create NAME" in operator.does("item", help=True).err
    said = operator.does("item", "create", help=True)
    assert "Examples\n  penstockctl item create ticket --total 10000" in said.out
    assert said.out.startswith("penstockctl item create ")
    assert operator.does(version=True).out.startswith("penstockctl ")


def test_redis_away_is_code_3_and_nothing_was_changed(operator, redis_part):
    """A port where nobody listens; a wrong password."""
    said = operator.says(3, "item", "pause", "ticket", redis="127.0.0.1:1")
    assert "nothing was changed" in said.err
    assert "cannot be read" in operator.says(3, "item", "list", redis="127.0.0.1:1").err
    wrong = redis_part.secrets / "order.key"
    said = operator.says(3, "item", "list", redis_password_file=wrong)
    assert wrong.read_text("ascii").strip() not in said.err + said.out


def test_silence_after_sending_is_code_4(redis_part, operator, desk):
    """Redis stands still: it may or may not have been done, and looking tells."""
    operator.does("item", "create", "ticket", total=10)
    redis_part.process.pause()
    try:
        said = operator.run("item", "pause", "ticket", timeout_ms=100)
    finally:
        redis_part.process.resume()
    # The login itself got no answer: then nothing was sent.
    assert said.code in (3, 4), said
    assert operator.knows("item", "show", "ticket")["state"] in ("open", "paused")
    desk.check()


def test_output_that_cannot_be_written_is_code_3(operator, empty):
    """A full disk behind stdout."""
    with open("/dev/full", "w", encoding="ascii") as full:
        done = subprocess.run(operator.argv("item", "list"), env=operator.env, stdout=full,
                              stderr=subprocess.PIPE, text=True, timeout=20, check=False)
    assert done.returncode == 3 and "could not be written" in done.stderr


def test_settings_come_from_the_environment_of_the_tool_only(redis_part, empty):
    """Rules are not read from there; the groups are, and --check says so."""
    operator = Operator(redis_part)
    operator.env["PENSTOCK_PRICE"] = "7"
    operator.does("item", "create", "ticket", total=1)
    assert operator.knows("item", "show", "ticket")["price"] == 0
    assert f"redis = 127.0.0.1:{redis_part.port}  (from environment)" in \
        operator.does("item", "list", check=True).out
