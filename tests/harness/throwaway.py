"""throwaway - a Redis with nothing to lose: a unix socket, no files, gone with the test run.

For the script suites, which care for answers and not for durability. It listens on no port, so
any number of them run side by side.
"""
import os
import shutil
import tempfile

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from harness.process import Process
from harness.waiting import wait_until


class ThrowawayRedis:
    """A running redis-server in a folder of its own, and a client to it."""

    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="penstock-lua-")
        path = os.path.join(self.folder, "redis.sock")
        self.server = Process("throwaway redis", [
            "redis-server", "--port", "0", "--unixsocket", path, "--save", "",
            "--appendonly", "no", "--dir", self.folder,
        ], os.path.join(self.folder, "redis.log")).start()
        self.client = redis.Redis(unix_socket_path=path, decode_responses=True,
                                  retry=Retry(NoBackoff(), 0))
        wait_until(self._answers, what="a throwaway Redis to answer")

    def _answers(self):
        try:
            return self.client.ping()
        except redis.ConnectionError:
            return False

    def close(self):
        """Ends the server and removes its folder."""
        self.client.close()
        self.server.kill()
        self.server.forget()
        shutil.rmtree(self.folder, ignore_errors=True)
