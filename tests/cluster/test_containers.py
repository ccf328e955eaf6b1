"""The scripts of the containers, tried without any: what each does on a stand-in of its world.

The containers themselves are tried by `make test-compose`.
"""
import os
import subprocess

import pytest

from harness.scripts import ROOT

DEPLOY = ROOT / "deploy"


def stand_in(folder, name, text):
    """A program of that name in `folder`, to stand first on the PATH."""
    program = folder / name
    program.write_text(f"#!/bin/sh\n{text}\n", "ascii")
    program.chmod(0o755)


@pytest.mark.parametrize("said, status, opened", [
    ("0", 0, True), ("1", 0, False), ("", 1, False), ("10", 1, False),
    ("LOADING Redis is loading the dataset in memory", 1, False),
    ("NOAUTH Authentication required.", 1, False),
    ("ERR 0", 1, False),
])
def test_setup_opens_a_sale_only_where_redis_says_that_there_is_none(
        tmp_path, said, status, opened):
    """0 from EXISTS: hmset. 1: nothing, and well. Any other word: nothing, and exit 1."""
    stand_in(tmp_path, "redis-cli",
             f'echo "$@" >>{tmp_path}/asked; case $1 in exists) echo "{said}";; *) echo OK;; esac')
    done = subprocess.run(
        [DEPLOY / "compose-setup.sh", "500"], capture_output=True, text=True, check=False,
        env={**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}"})
    assert done.returncode == status, done
    asked = (tmp_path / "asked").read_text("ascii").splitlines()
    assert asked[0] == "exists ticket_hash_key"
    assert asked[1:] == ["hmset ticket_hash_key ticket_total_nums 500 ticket_sold_nums 0"] * opened


def test_setup_fails_where_redis_is_not_there(tmp_path):
    """redis-cli cannot connect, or says OK to nothing: exit 1, and no sale was said to be open."""
    for text in ("exit 1", '[ $1 = exists ] && echo 0 || echo "READONLY no"'):
        stand_in(tmp_path, "redis-cli", text)
        done = subprocess.run(
            [DEPLOY / "compose-setup.sh", "500"], capture_output=True, text=True, check=False,
            env={**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}"})
        assert done.returncode == 1 and "on sale" not in done.stdout, done


def test_init_hands_the_key_before_this_one_to_the_nodes(tmp_path):
    """payment-old.key and token-old.key, put there by hand: of the nodes' user, as the new ones."""
    for name in ("secrets", "host/run", "host/deploy", "here", "redis", "bin"):
        (tmp_path / name).mkdir(parents=True)
    for name in ("secrets.sh", "nginx.conf"):
        (tmp_path / "here" / name).write_bytes((DEPLOY / name).read_bytes())
        (tmp_path / "here" / name).chmod(0o755)
    stand_in(tmp_path / "bin", "chown", f'echo "$@" >>{tmp_path}/given')
    text = (DEPLOY / "compose-init.sh").read_text("utf-8")
    for path, ours in (("/var/lib/penstock/secrets", "secrets"), ("/host/", "host/"),
                       ("/usr/local/lib/penstock", "here"), ("/run/penstock-redis", "redis")):
        text = text.replace(path, f"{tmp_path}/{ours}")
    names = ["payment-old.key", "token-old.key"]
    for kept in ([], names):
        for name in kept:
            (tmp_path / "secrets" / name).write_text("0" * 64, "ascii")
        subprocess.run(["bash", "-c", text], check=True, env={
            **os.environ, "PATH": f"{tmp_path}/bin:{os.environ['PATH']}"})
        given = [line.split(" ") for line in (tmp_path / "given").read_text("utf-8").splitlines()]
        owners = {path.rpartition("/")[2]: owner for owner, *paths in given for path in paths}
        assert owners["payment.key"] == "10001:10001"
        assert [name for name in names if owners.get(name) == "10001:10001"] == kept


def test_compose_passes_the_key_before_this_one_to_the_nodes():
    """Both settings are there, empty by default, which is the same as absent to a node."""
    text = (DEPLOY / "docker-compose.yml").read_text("utf-8")
    for name in ("PENSTOCK_PAYMENT_KEY_OLD_FILE", "PENSTOCK_TOKEN_KEY_OLD_FILE"):
        assert f"  {name}: ${{{name}:-}}\n" in text, name


@pytest.fixture
def database(tmp_path):
    """A function that runs postgres-start.sh on tmp_path/data; what its programs were told.

    initdb and postgres are stand-ins: the first makes a folder with PG_VERSION, as the real one.
    """
    programs = tmp_path / "bin"
    programs.mkdir()
    log = tmp_path / "told"
    stand_in(programs, "initdb",
             f'echo initdb "$2" >>{log}; mkdir "$2" && echo 15 >"$2/PG_VERSION"')
    stand_in(programs, "postgres", f"""case $1 in
        --single) echo single "$3" >>{log}; cat >/dev/null; [ ! -e {tmp_path}/cut ] ;;
        *) echo serve "$2" >>{log} ;; esac""")

    def run():
        log.write_text("", "ascii")
        done = subprocess.run(
            [DEPLOY / "postgres-start.sh", tmp_path / "data", "/dev/null", programs],
            capture_output=True, text=True, check=False)
        return done.returncode, log.read_text("ascii").replace(f"{tmp_path}/", "").splitlines()

    return run


def test_a_database_is_made_once_and_made_anew_if_that_was_cut_off(tmp_path, database):
    """The first start is cut off in its middle: nothing is served, and the next makes it whole."""
    (tmp_path / "cut").touch()
    status, told = database()
    assert status != 0 and told == ["initdb data.new", "single data.new"]
    assert not (tmp_path / "data").exists()
    (tmp_path / "cut").unlink()
    assert database() == (0, ["initdb data.new", "single data.new", "serve data"])
    assert not (tmp_path / "data.new").exists()
    assert database() == (0, ["serve data"])


def test_a_restored_database_is_served_and_not_made_anew(tmp_path, database):
    """A data folder from a backup has no mark of ours: it is served, with all that lies in it."""
    (tmp_path / "data" / "base").mkdir(parents=True)
    (tmp_path / "data" / "PG_VERSION").write_text("15\n", "ascii")
    assert database() == (0, ["serve data"])
    assert (tmp_path / "data" / "base").is_dir()


def test_a_folder_that_is_no_database_is_left_alone(tmp_path, database):
    """Something lies in it, but no PG_VERSION: a person must look, and nothing is deleted."""
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "dump.sql").write_text("--\n", "ascii")
    status, told = database()
    assert status == 1 and not told
    assert (tmp_path / "data" / "dump.sql").exists()
    (tmp_path / "data" / "dump.sql").unlink()
    assert database() == (0, ["initdb data.new", "single data.new", "serve data"])
