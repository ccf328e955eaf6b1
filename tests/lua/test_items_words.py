"""Every answer word of items.lua: which items there are."""
import pytest

from harness.scripts import keys_of, script_text


class Index:
    """items.lua on a throwaway Redis."""

    def __init__(self, client):
        self.redis, self.text = client, script_text("items")

    def run(self, *words):
        """The raw reply."""
        return self.redis.eval(self.text, 0, *words)

    def put(self, *names):
        """Items as the article types them, each with a second key of its own."""
        for name in names:
            hash_key, orders = keys_of(name)[:2]
            self.redis.hset(hash_key, mapping={"ticket_total_nums": 1, "ticket_sold_nums": 0})
            self.redis.hset(orders, "2", "held|")

    def pages(self):
        """All pages: a list of the names of each."""
        found, page = [], "0"
        while page != "0" or not found:
            word, page, *names = self.run(page)
            assert word == "OK"
            found.append(names)
        return found


@pytest.fixture
def index(server):
    """No item."""
    server.client.flushall()
    return Index(server.client)


def test_no_item_is_one_empty_page(index):
    """OK, 0, and no name."""
    assert index.run("0") == ["OK", "0"]


def test_each_item_is_named_and_nothing_else_is(index):
    """Keys of an item, of a device login and of other kinds are no items, nor are long names."""
    index.put("ticket", "a", "x" * 32, "with-some_9")
    index.put("x" * 33, "Upper", "-dash", "dot.dot")
    index.redis.set("text_hash_key", "1")
    index.redis.hset("penstock:device:ab", "state", "open")
    word, page, *names = index.run("0")
    assert (word, page) == ("OK", "0")
    assert sorted(names) == ["a", "ticket", "with-some_9", "x" * 32]


def test_many_items_come_page_by_page(index):
    """Three thousand: all named, in pages that are bounded."""
    names = {f"item-{i}" for i in range(3000)}
    index.put(*names)
    pages = index.pages()
    assert {name for page in pages for name in page} == names
    assert len(pages) > 3 and max(map(len, pages)) < 1500


def test_what_it_is_asked_for_is_a_page(index):
    """BAD_CALL: none, two, none of digits, too long."""
    for words in ((), ("0", "0"), ("",), ("x",), ("-1",), ("1" * 21,)):
        assert index.run(*words) == ["BAD_CALL"]


def test_it_writes_nothing(index):
    """The engine would refuse: a script with no-writes."""
    assert index.text.startswith("#!lua flags=no-writes\n")
