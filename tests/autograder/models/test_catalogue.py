"""What the catalogue offers is data, and whole."""

from __future__ import annotations

from fnmatch import fnmatch
from pathlib import PurePosixPath

import pytest

from autograder.models.catalogue import CATALOGUE
from autograder.models.origins import READABLE, Hub, Package

SOURCES = CATALOGUE.values()


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.name)
def test_nothing_but_data_is_needed(source):
    assert source.files
    assert all(PurePosixPath(name).suffix in READABLE for name in source.files)


@pytest.mark.parametrize(
    "source", [one for one in SOURCES if isinstance(one.origin, Hub)], ids=lambda one: one.name
)
def test_what_is_needed_of_a_hub_is_brought_from_it(source):
    assert all(any(fnmatch(name, one) or name == one for one in source.origin.files)
               for name in source.files)  # fmt: skip


@pytest.mark.parametrize(
    "package",
    [one.origin for one in SOURCES if isinstance(one.origin, Package)],
    ids=lambda package: package.requirement,
)
def test_a_package_is_pinned_and_only_data_is_kept_of_it(package):
    assert "==" in package.requirement
    for member in package.members:
        assert PurePosixPath(member.name).suffix in READABLE or package.convert
