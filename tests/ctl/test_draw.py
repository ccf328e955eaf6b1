"""test_draw - penstockctl draw: committed, held, published, and verified by the list alone."""
import pytest

from harness.draws import commit_of, ranked

FAR, OVER = 32503680000000, 32503680001000  # the year 3000
SEED = "5e" * 32
USERS = [f"user-{i}@x" for i in range(900)]


@pytest.fixture
def seed_file(tmp_path):
    """The seed, as only its owner may read it."""
    path = tmp_path / "seed"
    path.write_text(SEED + "\n", "ascii")
    path.chmod(0o600)
    return path


@pytest.fixture
def lottery(operator, desk, seed_file):
    """Three units and 900 users, committed to; the clock stands at OVER."""
    operator.does("item", "create", "ticket", f"draw_ends_ms={OVER}", total=3, paused=True)
    said = operator.does("draw", "commit", "ticket", seed_file=seed_file)
    assert said.out.strip() == commit_of(SEED)
    operator.does("item", "resume", "ticket")
    desk.rule(last_ms=FAR)
    for first in range(0, 900, 200):
        desk.buy(*((f"k-{i}", USERS[i], "1", "") for i in range(first, min(first + 200, 900))))
    assert desk.redis.hlen(desk.keys[10]) == 900
    desk.rule(last_ms=OVER)
    return operator


def publish(operator, path):
    """The list, in a file."""
    path.write_text(operator.does("draw", "publish", "ticket").out, "ascii")
    return path


def test_a_draw_is_held_and_everybody_can_verify_it(lottery, desk, seed_file, tmp_path):
    """Before: the seed is not told. After: the winners of Python's own ranks, and a good list."""
    early = publish(lottery, tmp_path / "early.draw")
    assert "seed -\n" in early.read_text("ascii")
    assert "not told yet" in lottery.says(1, "draw", "verify", early).err
    for _ in range(2):  # said again, it changes nothing
        assert "900 took part" in lottery.does("draw", "hold", "ticket", seed_file=seed_file).err
    desk.sync()
    orders = [order["user"] for _, order in
              sorted(desk.check()[1].items(), key=lambda pair: int(pair[0]))]
    assert orders == ranked(SEED, USERS)[:3]
    path = publish(lottery, tmp_path / "ticket.draw")
    said = lottery.does("draw", "verify", path).out
    assert said.startswith("900 took part, 3 won: the first of the ranks")
    assert lottery.knows("item", "show", "ticket")["draw_seed"] == SEED


def test_a_list_that_was_tampered_with_is_found_out(lottery, desk, seed_file, tmp_path):
    """Another seed, a friend put in place of a winner, a winner left out, a name twice."""
    lottery.does("draw", "hold", "ticket", seed_file=seed_file)
    desk.sync()
    path = publish(lottery, tmp_path / "ticket.draw")
    text = path.read_text("ascii")
    winner = ranked(SEED, USERS)[0]
    seq = desk.redis.hget(desk.keys[10], winner).split("|")[0]
    loser = ranked(SEED, USERS)[-1]
    for wrong, sentence in (
            (text.replace(SEED, "00" * 32), "not the one that was committed"),
            (text.replace(f"{winner} {seq}\n", f"{winner} 0\n").replace(
                f"{loser} 0\n", f"{loser} {seq}\n"), f"{winner} is of rank 1"),
            (text.replace(f"{winner} {seq}\n", ""), ""),
            (text.replace(f"{loser} 0\n", f"{loser} 0\n" * 2), "not in its place"),
            (text.replace("commit", "promise"), "no list of a draw"),
            (text + "eve x\n", "not in its place"), ("", "no list of a draw")):
        path.write_text(wrong, "ascii")
        said = lottery.run("draw", "verify", path)
        assert said.code == (0 if not sentence else 1) and sentence in said.err, said


def test_a_draw_needs_its_time_its_seed_and_its_item(lottery, desk, seed_file, tmp_path, operator):
    """Early, another seed, no file, open to others, an item without a draw."""
    desk.item("set", "draw_ends_ms", OVER + 5)
    assert "may still take part" in lottery.says(1, "draw", "hold", "ticket",
                                                 seed_file=seed_file).err
    other = tmp_path / "other"
    other.write_text("00" * 32, "ascii")
    other.chmod(0o600)
    assert "not the one that was committed" in lottery.says(1, "draw", "hold", "ticket",
                                                            seed_file=other).err
    assert "--seed-file" in lottery.says(2, "draw", "hold", "ticket").err
    other.chmod(0o644)
    assert lottery.says(2, "draw", "hold", "ticket", seed_file=other).out == ""
    operator.does("item", "create", "mug", total=1)
    assert "not sold by draw" in operator.says(1, "draw", "publish", "mug").err
    assert desk.counts().get("draw_seed") is None


def test_a_commitment_binds_from_the_first_user_on(lottery, desk, seed_file, tmp_path):
    """Another seed, by either command: exit 1 in words. The same again is done; off is allowed."""
    other = tmp_path / "other"
    other.write_text("00" * 32, "ascii")
    other.chmod(0o600)
    seq = desk.counts()["seq"]
    for words, flags in ((("draw", "commit", "ticket"), {"seed_file": other}),
                         (("item", "set", "ticket", f"draw={commit_of('00' * 32)}"), {})):
        said = lottery.says(1, *words, **flags)
        assert "900 users take part" in said.err and "draw=off" in said.err and said.out == ""
    assert lottery.does("draw", "commit", "ticket", seed_file=seed_file).out.strip() \
        == commit_of(SEED)
    assert desk.counts()["seq"] == seq and desk.counts()["draw"] == commit_of(SEED)
    lottery.does("item", "set", "ticket", "draw=off")


def test_a_draw_without_tokens_is_warned_of(operator, desk, seed_file):
    """Whoever names a winner is told the order: said on stderr, and the commitment stands."""
    operator.does("item", "create", "ticket", f"draw_ends_ms={OVER}", total=3)
    said = operator.does("draw", "commit", "ticket", seed_file=seed_file)
    assert "token=yes" in said.err and said.out.strip() == commit_of(SEED)
    operator.does("item", "set", "ticket", "token=yes")
    assert operator.does("draw", "commit", "ticket", seed_file=seed_file).err == ""
