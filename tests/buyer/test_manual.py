"""The manual, --help, the example and the documents say the same as the program."""
import re
import subprocess

from harness.buyer import WON, Buyer
from harness.scripts import ROOT

PAGE = ROOT / "buyer" / "penstock-buyer.1"
EXAMPLE = ROOT / "buyer" / "buyer.example.ini"


def test_the_page_of_the_manual_is_well_formed():
    """mandoc finds nothing to warn of."""
    done = subprocess.run(["mandoc", "-T", "lint", "-W", "warning", PAGE], capture_output=True,
                          text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_every_flag_command_and_exit_code_is_in_the_page(buyer):
    """Those of --help and of verdict.h."""
    page = PAGE.read_text("utf-8")
    text = buyer.says(WON, "--help").out
    for flag in re.findall(r"^  --([a-z-]+)", text, re.M):
        assert re.search(rf"Fl -{flag}\b", page), f"--{flag} is not in the manual"
    for command in re.findall(r"^  ([a-z]+)  ", text, re.M):
        assert f"Cm {command}" in page, f"{command} is not in the manual"
    codes = re.findall(r"VERDICT_\w+ = (\d+)", (ROOT / "buyer" / "verdict.h").read_text("utf-8"))
    assert len(codes) == 11
    documented = (ROOT / "docs" / "BUYER.md").read_text("utf-8")
    for code in codes:
        assert f".It {code}\n" in page, f"exit code {code} is not in the manual"
        assert f"\n| {code} |" in documented, f"exit code {code} is not in BUYER.md"


def test_the_example_is_taken_as_it_stands_and_with_all_its_lines(tmp_path):
    """Its remarks are settings that the program knows."""
    buyer = Buyer(tmp_path, None, user=None, units=None, remind_before_minutes=None)
    assert "server = http://localhost:8080  (from file)" in buyer.says(
        WON, "--check", config=EXAMPLE).out
    lines = [line[1:] if re.match(r";\w+ = ", line) else line
             for line in EXAMPLE.read_text("utf-8").splitlines()]
    path = tmp_path / "all.ini"
    path.write_text("\n".join(lines) + "\n")
    path.chmod(0o600)
    out = buyer.says(WON, "--check", config=path).out
    assert out.count("(from file)") == 19, out


def test_every_word_is_in_the_documents_table():
    """reasons.c and the table in BUYER.md: the same words, numbers and lines."""
    source = (ROOT / "buyer" / "reasons.c").read_text("utf-8")
    documented = (ROOT / "docs" / "BUYER.md").read_text("utf-8")
    found = re.findall(r'\{ "([A-Z_]+)",\s*REASONS_(\w+),\s*(-?\d+),\s*"([^"]*)",\s*"([^"]*)" \}',
                       source)
    assert len(found) == source.count(", REASONS_"), "the pattern misses an entry"
    for word, kind, _, english, chinese in found:
        row = f"| {word} | {kind.lower()} | {english} | {chinese} |"
        assert row in documented, f"not in docs/BUYER.md: {row}"
