"""Documents, their last tenth, and texts that can't be used."""

from __future__ import annotations

import pytest

from autograder.errors import CourseError
from autograder.pretraining.text import read_text


def test_the_last_tenth_of_the_documents_is_held_out(tmp_path):
    path = tmp_path / "text.txt"
    path.write_bytes("\r\n\r\n".join(f"文 {n}" for n in range(25)).encode())
    text = read_text(path)
    assert (len(text.train), text.held_out) == (23, ("文 23", "文 24"))


def test_the_corpus_is_read_where_no_file_is_named():
    text = read_text()
    assert len(text.train) == pytest.approx(9 * len(text.held_out), abs=9)
    assert "capital of France is" in "".join(text.held_out)


@pytest.mark.parametrize(
    ("content", "cause"),
    [(b"", "0 documents"), (b"one\n\ntwo", "2 documents"), (b"a\n\n\xff\n\n" * 20, "UTF-8")],
)
def test_a_text_that_cannot_be_used_is_one_line(tmp_path, content, cause):
    path = tmp_path / "text.txt"
    path.write_bytes(content)
    with pytest.raises(CourseError, match=cause) as caught:
        read_text(path)
    assert str(path) in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1


def test_a_missing_text_is_one_line(tmp_path):
    with pytest.raises(CourseError, match=r"none\.txt: No such file"):
        read_text(tmp_path / "none.txt")
