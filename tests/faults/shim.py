"""shim - the test's end of the preloaded shims: what a server has synced, and what time it is.

SyncShim goes with tools/sync_shim.c, ClockShim with tools/clock_shim.c.
"""
import mmap
import os
import struct
from pathlib import Path

from proxy import TOOLS

HEAD, FILE, FILES_MAX = struct.Struct("<IiiIII"), struct.Struct("<Qq"), 250
MAGIC = 0x53594E43
FAIL_ERRNO, FAIL_COUNT, DELAY_US, SYNCS, FILES = range(1, 6)


class SyncShim:
    """
    A state file in `folder`; give env() to the server that is to be watched. `logs` are the files
    that a power cut may shorten.
    """

    def __init__(self, folder, name="sync_shim", logs="*.aof"):
        self.path, self.pattern = Path(folder) / name, logs
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

    def forget(self):
        """Of no file anything is on the disk, as far as is known from here on."""
        self._set(FILES, 0)

    def _logs(self, folder):
        """(path, size, bytes of it that are on the disk) of each log."""
        synced = dict(FILE.unpack_from(self.memory, HEAD.size + i * FILE.size)
                      for i in range(self._get(FILES)))
        for path in Path(folder).rglob(self.pattern):
            stat = path.stat()
            yield path, stat.st_size, min(synced.get(stat.st_ino, 0), stat.st_size)

    def unsynced(self, folder):
        """How many bytes of the logs are written and not synced at this moment."""
        return sum(size - on_disk for _, size, on_disk in self._logs(folder))

    def lose(self, folder, keep=0.0):
        """
        Cuts every log of a dead server back to what it had synced, as a power cut would; `keep` of
        what was not synced stays, from its beginning. Returns how many bytes are gone.
        """
        gone = 0
        for path, size, on_disk in self._logs(folder):
            stays = on_disk + int((size - on_disk) * keep)
            os.truncate(path, stays)
            gone += size - stays
        return gone

    def close(self):
        """Its memory is let go."""
        self.memory.close()


class ClockShim:
    """A wall clock of a program's own, off by some seconds; give env() to the program."""

    def __init__(self, folder, name, offset_s=0):
        self.path = Path(folder) / f"clock-{name}"
        self.path.write_bytes(struct.pack("<q", offset_s))

    def env(self):
        """The environment of a program under the shim."""
        return {"LD_PRELOAD": str(TOOLS / "clock_shim.so"), "CLOCK_SHIM": str(self.path)}

    def set(self, offset_s):
        """From now on it is off by so many seconds."""
        with open(self.path, "r+b") as state:
            state.write(struct.pack("<q", offset_s))
