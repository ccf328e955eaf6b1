"""postgres - a PostgreSQL server of a test's own, from Debian's binaries.

PostgreSQL refuses to run as root, so root hands it to the user `postgres`, who came with the
package; anybody else runs it as themselves. It listens on a free port of 127.0.0.1 and asks for no
password. A test takes a fresh database of it; the server may be paused, killed and started again.
"""
import getpass
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from harness.ports import Ports
from harness.process import Process
from harness.waiting import wait_until

FOUND = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"))


def binary(name):
    """The path of one of the newest server's programs."""
    assert FOUND, "PostgreSQL is not installed: make deps"
    return FOUND[-1].parent / name


class Postgres:
    """A running server, and databases in it. `options` are settings (fsync="off")."""

    def __init__(self, **options):
        self.ports, self.count = Ports(), 0
        self.port = self.ports.take()
        self.folder = Path(tempfile.mkdtemp(prefix="penstock-postgres-"))
        self.user = "postgres" if os.getuid() == 0 else getpass.getuser()
        self.data = self.folder / "data"
        if os.getuid() == 0:
            self.folder.chmod(0o755)
            shutil.chown(self.folder, self.user, self.user)
        self._run("initdb", "-D", self.data, "-U", "penstock", "-A", "trust", "-E", "UTF8",
                  "--no-sync", "--locale=C")
        settings = {"listen_addresses": "127.0.0.1", "unix_socket_directories": self.folder,
                    "port": self.port, **options}
        words = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        self.process = Process("postgres", [*self._as_user("--pdeathsig", "KILL"),
                                            binary("postgres"), "-D", self.data, *words],
                               self.folder / "postgres.log")
        self.start()

    def _as_user(self, *more):
        if os.getuid() != 0:
            return []
        return ["setpriv", "--reuid", self.user, "--regid", self.user, "--clear-groups", *more]

    def _run(self, name, *words, text=None):
        """One of the programs, to its end; what it printed."""
        done = subprocess.run([*self._as_user(), binary(name), *words], check=False, input=text,
                              capture_output=True, text=True, cwd=self.folder)
        assert done.returncode == 0, f"{name}: {done.stdout}{done.stderr}"
        return done.stdout

    def start(self):
        """Starts it, perhaps again, and waits until it answers."""
        self.process.start()
        wait_until(self.answers, 30, "PostgreSQL to answer", every=0.05)

    def answers(self):
        """It takes statements."""
        assert self.process.is_running(), self.process.text()
        words = [*self._as_user(), binary("pg_isready"), "-q", "-h", "127.0.0.1", "-p", self.port,
                 "-U", "penstock", "-d", "postgres"]
        return subprocess.run([str(word) for word in words], check=False).returncode == 0

    def database(self):
        """The URL of a fresh database."""
        self.count += 1
        name = f"test{self.count}"
        self.sql(f"CREATE DATABASE {name}", "postgres")
        return f"postgresql://penstock@127.0.0.1:{self.port}/{name}"

    def sql(self, text, database):
        """Runs statements; rows as tuples of texts."""
        out = self._run("psql", "-h", "127.0.0.1", "-p", str(self.port), "-U", "penstock", "-d",
                        database, "-qAt", "-F", "\t", "-v", "ON_ERROR_STOP=1", "-c", text)
        return [tuple(line.split("\t")) for line in out.splitlines()]

    def copy_in(self, table, text, database):
        """Rows as CSV into a table."""
        self._run("psql", "-h", "127.0.0.1", "-p", str(self.port), "-U", "penstock", "-d", database,
                  "-c", f"\\copy {table} FROM STDIN CSV", text=text)

    def children(self):
        """The process ids of its own processes: one a connection, and its helpers."""
        path = f"/proc/{self.process.pid}/task/{self.process.pid}/children"
        return Path(path).read_text("ascii").split()

    @staticmethod
    def signal(pid, number):
        """Sends a signal, if the process is still there."""
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            pass

    def close(self):
        """Ends it and removes its folder."""
        self.process.resume()
        self.process.kill()
        self.process.forget()
        self.ports.close()
        shutil.rmtree(self.folder, ignore_errors=True)
