"""shim - the test's end of tools/sync_shim.c: what a server has synced, and syncs that fail."""
import mmap
import os
import struct
from pathlib import Path

from proxy import TOOLS

HEAD, FILE, FILES_MAX = struct.Struct("<IiiIII"), struct.Struct("<Qq"), 250
MAGIC = 0x53594E43
FAIL_ERRNO, FAIL_COUNT, DELAY_US, SYNCS, FILES = range(1, 6)


class SyncShim:
    """A state file in `folder`; give env() to the server that is to be watched."""

    def __init__(self, folder):
        self.path = Path(folder) / "sync_shim"
        with open(self.path, "wb") as state:
            state.write(HEAD.pack(MAGIC, 0, 0, 0, 0, 0))
            state.truncate(HEAD.size + FILE.size * FILES_MAX)
        with open(self.path, "r+b") as state:
            self.memory = mmap.mmap(state.fileno(), 0)

    def env(self):
        """The environment of a server under the shim."""
        return {"LD_PRELOAD": str(TOOLS / "sync_shim.so"), "SYNC_SHIM": str(self.path)}

    def _set(self, place, value):
        struct.pack_into("<i", self.memory, 4 * place, value)

    def _get(self, place):
        return struct.unpack_from("<i", self.memory, 4 * place)[0]

    def fail(self, number, times=1):
        """The next syncs fail with this errno."""
        self._set(FAIL_ERRNO, number)
        self._set(FAIL_COUNT, times)

    def delay(self, seconds):
        """Each sync takes so much longer."""
        self._set(DELAY_US, int(seconds * 1e6))

    def syncs(self):
        """How many have succeeded."""
        return self._get(SYNCS)

    def lose(self, folder, keep=0.0):
        """
        Cuts every file of a dead server back to what it had synced, as a power cut would; `keep` of
        what was not synced stays, from its beginning. Returns how many bytes are gone.
        """
        synced = dict(FILE.unpack_from(self.memory, HEAD.size + i * FILE.size)
                      for i in range(self._get(FILES)))
        gone = 0
        for path in (path for path in Path(folder).rglob("*") if path.is_file()):
            stat = path.stat()
            on_disk = min(synced.get(stat.st_ino, 0), stat.st_size)
            stays = on_disk + int((stat.st_size - on_disk) * keep)
            if path.suffix == ".aof" and stays < stat.st_size:
                os.truncate(path, stays)
                gone += stat.st_size - stays
        return gone

    def close(self):
        """Its memory is let go."""
        self.memory.close()
