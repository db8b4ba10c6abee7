"""Names of members: in one form, and never out of the folder."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.intake.names import (
    BadName,
    alike,
    clean_name,
    decoded,
    is_archive,
    is_litter,
    without_suffix,
)


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("../model.py", "a path out of its folder"),
        ("gpt2/../../model.py", "a path out of its folder"),
        ("gpt2/..", "a path out of its folder"),
        ("/etc/passwd", "an absolute path"),
        ("//server/share", "an absolute path"),
        ("C:/gpt2/model.py", "an absolute path"),
        ("c:model.py", "an absolute path"),
        ("x" * 300, "too long a name"),
        ("é" * 128, "too long a name"),
        ("a/" * 2049, "a name of 4,098 bytes, more than 4,096"),
    ],
)
def test_a_name_that_leads_elsewhere_is_bad(name, wrong):
    with pytest.raises(BadName, match=wrong):
        clean_name(name)


def test_a_name_as_long_as_a_path_may_be_is_good():
    assert clean_name("é/" * 1365) == "/".join("é" * 1365)
    assert clean_name("é" * 127) == "é" * 127


def test_dots_that_lead_nowhere_are_dropped():
    assert clean_name("./gpt2//./model.py") == "gpt2/model.py"
    assert clean_name("./") == ""
    assert clean_name("gpt2/..model..py") == "gpt2/..model..py"


@given(st.text())
def test_a_clean_name_stays_below_its_folder_and_is_clean(name):
    try:
        clean = clean_name(name)
    except BadName:
        return
    assert not {"", ".", ".."} & set(clean.split("/")) or clean == ""
    assert clean_name(clean) == clean == unicodedata.normalize("NFC", clean)


@pytest.mark.parametrize("name", ["gpt2/model.py", "作业/模型.py", "Élodie"])
def test_names_are_read_in_utf8(name):
    assert decoded(name.encode()) == name


def test_names_are_read_in_gbk_where_they_are_no_utf8():
    assert decoded("作业/模型.py".encode("gbk")) == "作业/模型.py"


@given(st.binary())
def test_any_bytes_are_some_name(raw):
    assert isinstance(decoded(raw), str)


def test_litter_is_what_nobody_handed_in():
    for name in ("__MACOSX/gpt2/._model.py", ".DS_Store", "gpt2/.DS_Store", "gpt2/._model.py"):
        assert is_litter(name)
    for name in ("gpt2/model.py", "gpt2/.hidden", "_model.py"):
        assert not is_litter(name)


def test_an_archive_is_known_by_its_suffix():
    for name in ("s.zip", "S.ZIP", "s.tar", "s.tar.gz", "s.tgz", "s.tar.bz2", "s.tar.xz"):
        assert is_archive(name)
        assert without_suffix(name).lower() == "s"
    for name in ("s.rar", "s.gz", "zip", "s.zip.txt"):
        assert not is_archive(name)
        assert without_suffix(name) == name


def test_names_are_alike_in_whatever_case_and_accents():
    assert alike("GPT2/Élodie.py", unicodedata.normalize("NFD", "gpt2/élodie.PY"))
    assert not alike("gpt2/model.py", "gpt2/models.py")
