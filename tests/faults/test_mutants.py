"""The mutants fit the code as it is: `make mutants`, which tries them, takes minutes."""
import shutil
import sys
from pathlib import Path

import pytest

from harness.scripts import ROOT

MUTANTS = Path(__file__).resolve().parent / "mutants"
sys.path.append(str(MUTANTS))

from edits import apply, read_all  # noqa: E402


@pytest.mark.parametrize("mutant", read_all(MUTANTS), ids=lambda mutant: mutant.bug)
def test_a_mutant_fits_the_code(mutant, tmp_path):
    """Each of its edits stands once in its file, and so does the case that is to kill it."""
    for path, _, _ in mutant.edits:
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / path, tmp_path / path)
    assert apply(tmp_path, mutant) == ""
    first = mutant.cases.split(" and ")[0]
    lines = (ROOT / mutant.path).read_text("utf-8").splitlines()
    assert any(line.startswith("def test_") and first in line for line in lines), mutant.cases
