"""The reader of the wire corpus: what stands in a file is what is sent, byte for byte."""
import pytest

from wire_cases import bytes_of, read, read_all, unescape, with_keys


def test_escapes_are_bytes_slashes_and_repetitions():
    """Three forms, also within each other."""
    assert unescape(r"a\x00\xff\\n\{3*ab}\{2*\x0a}") == b"a\x00\xff\\nababab\n\n"


def test_a_line_has_its_end_and_bytes_have_none():
    """| and :, and # so many times."""
    assert [bytes_of("|a"), bytes_of("|"), bytes_of(":a"), bytes_of("#2 X-%d: b")] == [
        b"a\r\n", b"\r\n", b"a", b"X-0: b\r\nX-1: b\r\n"]
    with pytest.raises(AssertionError):
        bytes_of("GET /")


def test_a_file_is_cases_by_name(tmp_path):
    """Remarks and blank lines are none of them."""
    file = tmp_path / "some.wire"
    file.write_text("# a remark\n\ncase one\n|a\n:b\n\ncase two\n|@outer-key-@ @hidden-key@\n")
    cases = read(file)
    assert cases == [("some: one", b"a\r\nb"), ("some: two", b"@outer-key-@ @hidden-key@\r\n")]
    assert with_keys(cases[1][1], "wire-0000001", "wire-0000002") == \
        b"wire-0000001 wire-0000002\r\n"


def test_every_case_of_the_corpus_hides_a_purchase():
    """The nonce is in it, and most have one outside as well."""
    cases = read_all()
    assert all(b"@hidden-key@" in raw for name, raw in cases if "a key in the path" not in name)
    assert sum(b"@outer-key-@" in raw for _, raw in cases) > 150
