"""Sources in other encodings: read as Python would read them, or refused with the reason."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.intake.sources import as_utf8
from autograder.intake.submission import Rejection

HAN = st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9000, codec="gb2312"))


def _rejection(data):
    with pytest.raises(Rejection) as caught:
        as_utf8("model.py", data)
    message = str(caught.value)
    assert message.startswith("model.py: ")
    assert message.endswith(". Do: save it as UTF-8 and hand it in again")
    return message


@pytest.mark.parametrize(
    "source",
    [
        b"x = 1\r\n",
        b"\xef\xbb\xbfx = 1\n",
        "# 头\nx = '注意力'".encode(),
        "# -*- coding: utf-8 -*-\nx = '头'".encode(),
        b"x = '# coding: gbk'\ny = 1\n# coding: gbk",  # neither counts
        b"",
    ],
)
def test_utf8_stays_as_it_is(source):
    assert as_utf8("model.py", source) == source


@pytest.mark.parametrize("name", ["gbk", "GB2312", "cp936", "gb18030"])
@pytest.mark.parametrize(
    "start", ["# -*- coding: {} -*-\n", "#!/usr/bin/python\n# 作业 vim: set fileencoding={} :\n",
              "# 作业\r\n# coding={}\r\n"],
)  # fmt: skip
def test_a_coding_line_is_followed_and_then_says_utf8(name, start):
    rest = "x = '多头注意力'  # coding: gbk\n"
    source = (start.format(name) + rest).encode("gbk")
    assert as_utf8("model.py", source) == (start.format("utf-8") + rest).encode()


@given(HAN, HAN)
def test_python_reads_the_same_before_and_after(comment, text):
    source = f"# {comment} coding: gbk\nx = {text!r}\n".encode("gbk")
    before, after = {}, {}
    exec(source, before)  # noqa: S102
    exec(as_utf8("model.py", source), after)  # noqa: S102
    assert before["x"] == after["x"] == text


@given(st.binary())
def test_any_bytes_become_utf8_or_are_refused(data):
    for start in (b"", b"# coding: gbk\n", b"# coding: latin-1\n", b"#coding:gb18030\n"):
        with suppress(Rejection):
            as_utf8("model.py", start + data).decode("utf-8")


def test_gbk_without_a_coding_line_is_refused_and_says_so():
    message = _rejection("x = '注意力'\n".encode("gbk"))
    assert "not UTF-8 (byte 7), but GBK without a coding line" in message


def test_what_is_neither_is_refused_with_the_place():
    assert "not UTF-8 (byte 2). " in _rejection(b"ab\xff")
    assert "not UTF-8 (byte 0). " in _rejection("x = 1".encode("utf-16"))


def test_a_coding_line_that_is_wrong_is_refused():
    assert "not GBK (byte 19)" in _rejection(b"# coding: gbk\nx = '\xff\xff'")
    assert "unknown encoding: nonsense" in _rejection(b"# coding: nonsense\n")


@pytest.mark.parametrize("name", ["idna", "punycode", "zlib", "rot13", "unicode_escape", "utf-7"])
def test_encodings_that_no_editor_writes_are_refused(name):
    assert "names" in _rejection(f"# coding: {name}\nx = 1\n".encode())
