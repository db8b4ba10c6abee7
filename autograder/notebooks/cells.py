"""Making cells and notebooks: nbformat 4.5 as JSON, with nbgrader's facts about a cell."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Sequence
from typing import Any

from autograder.course.assignment import Test

Cell = dict[str, Any]  # as JSON has it: made here, and written as it is

SCHEMA_VERSION = 3  # of nbgrader's facts

_KERNEL = {"name": "python3", "display_name": "Python 3", "language": "python"}
_FOLDED = {"jupyter": {"source_hidden": True}, "cellView": "form"}  # in Jupyter and in Colab


def notebook(cells: Sequence[Cell], **metadata: Any) -> bytes:
    """A whole notebook; the same cells give the same bytes."""
    whole = {
        "cells": list(cells),
        "metadata": {"kernelspec": _KERNEL, "language_info": {"name": "python"}, **metadata},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return (json.dumps(whole, indent=1, ensure_ascii=False) + "\n").encode()


def markdown(name: str, text: str) -> Cell:
    """`name` is the cell's own in its notebook: its id is made from it."""
    source = text.strip()
    return {"cell_type": "markdown", "id": _id(f"text {name}"), "metadata": {}, "source": source}


def code(name: str, text: str, *, folded: bool = False, **metadata: Any) -> Cell:
    return {
        "cell_type": "code",
        "id": _id(name),
        "metadata": {**(_FOLDED if folded else {}), **metadata},
        "source": text,
        "execution_count": None,
        "outputs": [],
    }


def locked(name: str, text: str, *, folded: bool = False) -> Cell:
    """A cell that nbgrader puts back as it was, whatever a student makes of it."""
    return code(name, text, folded=folded, nbgrader=_facts(name, locked=True))


def solution(name: str, text: str) -> Cell:
    return code(name, text, nbgrader=_facts(name, solution=True))


def graded(name: str, text: str, points: float) -> Cell:
    return code(name, text, nbgrader=_facts(name, grade=True, locked=True, points=points))


def test_name(test: Test) -> str:
    """The grade_id of a test, which depends on its id alone; a hidden one's does not tell it."""
    if test.visibility == "hidden":
        return f"hidden-{hashlib.sha256(test.id.encode()).hexdigest()[:8]}"
    return re.sub(r"\W+", "-", test.id, flags=re.ASCII)


def _facts(name: str, **facts: Any) -> dict[str, Any]:
    kinds = {"grade": False, "locked": False, "solution": False, "task": False}
    return {"grade_id": name, "schema_version": SCHEMA_VERSION, **kinds, **facts}


def _id(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()[:16]
