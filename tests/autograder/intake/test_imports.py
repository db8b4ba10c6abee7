"""What a student is told before the sandbox refuses it."""

from __future__ import annotations

import pytest

from autograder.intake.imports import ForeignImport, foreign_imports

SOURCE = """import math, transformers.models
from torch import nn
def late():
    import matplotlib
if math:
    from scipy.special import erf
from . import sibling
"""


def test_packages_that_the_sandbox_lacks_are_named_with_their_line_but_not_in_functions():
    assert foreign_imports(SOURCE, ("torch", "numpy")) == (
        ForeignImport("transformers", 1),
        ForeignImport("scipy", 6),
    )


def test_a_byte_order_mark_is_read_over():
    assert foreign_imports("\ufeffimport scipy", ()) == (ForeignImport("scipy", 1),)


@pytest.mark.parametrize("source", ["def (", "\0", "(" * 5000])
def test_what_does_not_parse_imports_nothing(source):
    assert foreign_imports(source, ()) == ()


def test_a_deep_expression_is_read_over():
    assert foreign_imports(f"x = {'+'.join('1' * 2000)}\nimport scipy", ()) == (
        ForeignImport("scipy", 2),
    )
