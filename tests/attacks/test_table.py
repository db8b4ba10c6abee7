"""The table in the documents says what the attacks say of themselves."""

from __future__ import annotations

from tests.attacks.table import PAGE, page


def test_the_table_is_up_to_date() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run: python -m tests.attacks.table"
