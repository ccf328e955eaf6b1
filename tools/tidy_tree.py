"""tidy_tree - the files that tidy looks at, read once each.

A tree is what git knows or would know (tracked, or new and not ignored); without git, all below the
root but build/, run/ and caches. Paths are text relative to the root, with slashes. The seeds of
the fuzz targets and the libraries of the pages are no texts of ours: each byte of them is meant, so
no rule looks at them.
"""
import os
import subprocess
from collections import namedtuple
from pathlib import Path

Fault = namedtuple("Fault", "path line what")

SKIPPED = {".git", "build", "run", "__pycache__", ".pytest_cache", "node_modules"}
SUFFIXES = {".c": "c", ".h": "h", ".lua": "lua", ".py": "py", ".sh": "sh", ".md": "md",
            ".js": "js", ".mjs": "js", ".css": "css"}
FOREIGN = ("tests/fuzz/corpus/", "web/vendor/")
CODE = ("c", "h", "lua", "py", "sh", "js", "css")


class Tree:
    """The files below `root`."""

    def __init__(self, root):
        self.root = Path(root)
        self.paths = sorted(path for path in self._listed() if not path.startswith(FOREIGN))
        self._texts = {}
        self._kinds = {}

    def _listed(self):
        if (self.root / ".git").exists():
            done = subprocess.run(["git", "ls-files", "-z", "-co", "--exclude-standard"],
                                  cwd=self.root, capture_output=True, text=True, check=True)
            return {path for path in done.stdout.split("\0")
                    if path and (self.root / path).is_file()}
        found = set()
        for folder, below, names in os.walk(self.root):
            below[:] = [name for name in below if name not in SKIPPED]
            here = Path(folder).relative_to(self.root)
            found.update((here / name).as_posix() for name in names)
        return found

    def text(self, path):
        """The file's text; empty when it is not UTF-8 text or not there."""
        if path not in self._texts:
            try:
                self._texts[path] = (self.root / path).read_text(encoding="utf-8")
            except (OSError, UnicodeDecodeError):
                self._texts[path] = ""
        return self._texts[path]

    def lines(self, path):
        """(number, line) of the file, from 1."""
        return enumerate(self.text(path).splitlines(), 1)

    def kind(self, path):
        """c, h, lua, py, sh, js, css, md, or other; by the suffix, else by the first line."""
        if path not in self._kinds:
            self._kinds[path] = SUFFIXES.get(Path(path).suffix) or self._kind_by_shebang(path)
        return self._kinds[path]

    def _kind_by_shebang(self, path):
        first = self.text(path).partition("\n")[0]
        if first.startswith("#!"):
            for word, kind in (("python", "py"), ("sh", "sh")):
                if word in first:
                    return kind
        return "other"

    def of(self, *kinds, below=""):
        """The paths of these kinds below a folder (`below` ends with a slash)."""
        return [path for path in self.paths
                if path.startswith(below) and self.kind(path) in kinds]
