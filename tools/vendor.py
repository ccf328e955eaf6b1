#!/usr/bin/env python3
"""vendor.py [--check] - the libraries under web/vendor/: how they got there, that they are whole.

web/vendor/vendor.json lists each package with its version, its licence and, for each file that is
copied, what it hashes to (SHA-384 in base64, as in a page's `integrity`). Without an argument every
package is fetched by `npm pack` from the registry that npm is set to, which checks the package
itself, and the listed files are copied into web/vendor/<name>-<version>/, unchanged. A file that is
not what the list says stops the copy; a file with an empty hash is copied and its hash is printed,
which is how a new version is taken. --check needs no network: the files that lie there are those
listed, no more and no fewer, and hash to what is stated.
"""
import base64
import hashlib
import json
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[1] / "web" / "vendor"
LIST = FOLDER / "vendor.json"


def digest(data):
    """As a page's `integrity` has it."""
    return "sha384-" + base64.b64encode(hashlib.sha384(data).digest()).decode("ascii")


def listed():
    """(package, its folder, the file inside the package, where it lies here, its hash)."""
    for package in json.loads(LIST.read_text("utf-8")):
        folder = FOLDER / f"{package['name']}-{package['version']}"
        for inside, stated in package["files"].items():
            yield package, folder, inside, folder / Path(inside).name, stated


def check():
    """What is wrong with the files, a line each."""
    expected = {LIST}
    for _, _, inside, path, stated in listed():
        expected.add(path)
        if not path.is_file():
            yield f"{path}: is not there"
        elif digest(path.read_bytes()) != stated:
            yield f"{path}: is not the {inside} that {LIST.name} states"
    for path in FOLDER.rglob("*"):
        if path.is_file() and path not in expected:
            yield f"{path}: is not listed in {LIST.name}"


def unpack(package, folder):
    """The package's archive as npm gives it, opened."""
    wanted = f"{package['name']}@{package['version']}"
    done = subprocess.run(["npm", "pack", "--silent", wanted], cwd=folder, check=True,
                          stdout=subprocess.PIPE, text=True)
    return tarfile.open(Path(folder) / done.stdout.split()[-1])


def copy():
    """Fetches and copies; returns what is wrong."""
    faults, fetched = [], {}
    with tempfile.TemporaryDirectory() as temporary:
        for package, folder, inside, path, stated in listed():
            name = package["name"]
            if name not in fetched:
                fetched[name] = unpack(package, temporary)
                shutil.rmtree(folder, ignore_errors=True)
                folder.mkdir()
            data = fetched[name].extractfile(f"package/{inside}").read()
            if stated and digest(data) != stated:
                faults.append(f"{name}: {inside} is {digest(data)}, not {stated}")
                continue
            path.write_bytes(data)
            print(f"{path.relative_to(FOLDER)} {digest(data)}")
    return faults


def main(argv):
    """0: all is as the list says."""
    faults = list(check()) if argv[1:] == ["--check"] else copy()
    for fault in faults:
        print(fault, file=sys.stderr)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))
