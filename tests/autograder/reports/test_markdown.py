"""The summary in Markdown, and what a Markdown renderer makes of what students write."""

from __future__ import annotations

from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from autograder.reports.markdown import MOST_BYTES, Part, job_summary
from tests.autograder.reports.made_up import (
    GAP,
    NASTY,
    a_report,
    a_test,
    every_ending,
    rejected,
)

EXPECTED = Path(__file__).parent / "expected"
PARTS = [Part(every_ending(), {"tiny.py": (GAP,)}), Part(rejected(), {})]


class Page(HTMLParser):
    """The tags of a page, and the texts inside <pre>."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.inside: list[str] = []
        self.blocks: list[str] = []
        self.feed(MarkdownIt("commonmark", {"html": True}).enable("table").render(text))
        self.close()

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.tags.append(tag)
        self.inside.append(tag)
        if tag == "pre":
            self.blocks.append("")

    def handle_endtag(self, tag: str) -> None:
        while self.inside and self.inside.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        if "pre" in self.inside:
            self.blocks[-1] += data


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_summary_is_the_expected_one(language):
    expected = (EXPECTED / f"summary.{language}.md").read_text(encoding="utf-8")
    parts = [Part(every_ending(language), PARTS[0].gaps), PARTS[1]]
    assert job_summary(parts, language) == expected


def test_a_nasty_message_is_shown_as_it_is_and_makes_no_element():
    page = Page(job_summary(PARTS, "en"))
    assert f"ValueError: {NASTY}" in page.blocks
    assert "script" not in page.tags
    assert "h1" not in page.tags
    assert "a" not in page.tags
    assert page.tags.count("details") == 4  # partial, failed, error, skipped; not the open gap


def test_nasty_notes_and_reasons_make_no_element_either():
    passed = a_test("adds_up", "passed", 4.0, notes=(NASTY, "<img src=x>"))
    page = Page(job_summary([Part(a_report(passed), {})], "en"))
    assert not {"script", "img", "h1", "a"} & set(page.tags)
    assert page.tags.count("strong") == 1  # the points


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=60))
def test_no_message_ends_its_block(message):
    failed = a_test("adds_up", "failed", 0.0, f"{message}\n\n{message}<b>")
    page = Page(job_summary([Part(a_report(failed), {})], "en"))
    assert page.blocks == [f"{message}\n\n{message}<b>"]
    assert "b" not in page.tags


def test_a_test_that_fails_by_an_open_gap_is_told_by_the_gap_alone():
    told = job_summary(PARTS, "en")
    assert "<code>tiny/tiny.py:9</code> gap 2, scale product, line 9 is not filled yet" in told
    assert told.count("is not filled yet") == 1


def test_a_summary_that_github_would_drop_is_cut_and_says_by_how_much():
    long = [a_test(f"t{n}", "failed", 0.0, "错" * 4000) for n in range(200)]
    told = job_summary([Part(a_report(*long), {})], "en")
    assert len(told.encode()) < MOST_BYTES + 100
    assert told.splitlines()[-1].endswith(" more parts are in the JSON reports.")
