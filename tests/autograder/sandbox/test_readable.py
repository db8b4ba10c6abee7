"""What a sandbox may read: a profile's packages and the interpreter, no folder that holds more."""

from __future__ import annotations

import os
import sysconfig
from pathlib import Path

import pytest

from autograder.sandbox.inside.readable import Readable, readable

SITE = Path(sysconfig.get_path("purelib"))


@pytest.fixture(scope="module")
def files() -> Readable:
    return readable(["torch"])


def may_read(files: Readable, path: Path) -> bool:
    return any(path.is_relative_to(tree) for tree in files.trees)


@pytest.mark.parametrize("package", ["torch", "sympy", "mpmath", "networkx", "jinja2", "fsspec"])
def test_a_package_and_all_it_depends_on_may_be_read(files: Readable, package: str) -> None:
    assert may_read(files, SITE / package / "__init__.py")
    assert package not in files.outside


@pytest.mark.parametrize("package", ["transformers", "pytest", "hypothesis", "msgspec"])
def test_other_packages_may_not_be_read_and_do_not_exist(files: Readable, package: str) -> None:
    assert not may_read(files, SITE / package / "__init__.py")
    assert package in files.outside


def test_the_standard_library_may_be_read_but_not_the_packages_below_it(files: Readable) -> None:
    library = Path(os.path.realpath(os.__file__)).parent
    assert may_read(files, library / "json" / "__init__.py")
    assert not may_read(files, library / "site-packages")


@pytest.mark.parametrize("place", ["/", "/etc/passwd", "/proc/self", "/home", "/usr/bin/env"])
def test_nothing_else_of_the_machine_may_be_read(files: Readable, place: str) -> None:
    assert not may_read(files, Path(place))
