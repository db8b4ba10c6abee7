"""The pages that `grade` leaves behind: one a student, made again only where something changed."""

from __future__ import annotations

import re
from urllib.parse import unquote

import pytest

GOOD = "return factor * x.sum(dim=-1)"
NO_FACTOR = "return x.sum(dim=-1)"


@pytest.fixture
def course(known_course):
    known_course.hand_in("s01", GOOD)
    known_course.hand_in("s02 & co", NO_FACTOR)
    (known_course.root / "submissions/s03/tiny").mkdir(parents=True)
    return known_course


def _grade(course, *arguments):
    done = course.run("grade", "submissions", "--lang", "en", *arguments)
    assert done.returncode == 0, done.stderr


def _pages(course):
    """When each page was written: the number of a file that is gone may be given again."""
    folder = course.root / "reports/tiny"
    return {path.stem: path.stat().st_mtime_ns for path in folder.glob("*.html")}


def test_the_classs_page_leads_to_a_page_for_each_with_their_own_work_alone(course):
    _grade(course)
    reports = course.root / "reports"
    index = (reports / "index.html").read_text(encoding="utf-8")
    links = [unquote(link) for link in re.findall(r'<a href="(tiny/[^"]+)"', index)]
    assert links == ["tiny/s01.html", "tiny/s02 & co.html",
                     "tiny/s03.html"]  # fmt: skip
    page = (reports / links[1]).read_text(encoding="utf-8")
    assert "return x.sum(dim=-1)" in re.sub(r"<[^>]*>", "", page)
    assert "largest difference" in page
    assert 'class="map"' in page
    for other in ("s01", "s03", "index.html", "factor * x.sum"):
        assert other not in page
    assert "not handed in" in (reports / links[2]).read_text(encoding="utf-8")


def test_pages_of_what_has_not_changed_are_not_made_again(course):
    _grade(course)
    before = _pages(course)
    _grade(course)
    assert _pages(course) == before
    course.hand_in("s01", NO_FACTOR)
    _grade(course)
    assert {name for name, page in _pages(course).items() if page != before[name]} == {"s01"}


def test_a_page_follows_the_course_the_language_and_is_made_again_when_lost(course, edit):
    _grade(course)
    before = _pages(course)
    (course.root / "reports/tiny/s01.html").unlink()
    _grade(course)
    assert {name for name, page in _pages(course).items() if page != before[name]} == {"s01"}
    edit(course.root / "solutions/tiny/tiny.py", "Add along the last axis.", "Which axis?")
    before = _pages(course)
    _grade(course)
    assert not set(before.values()) & set(_pages(course).values())
    _grade(course, "--lang", "zh")
    text = (course.root / "reports/tiny/s01.html").read_text(encoding="utf-8")
    assert "全部通过" in text


def test_reports_of_earlier_runs_without_a_page_get_one(course):
    _grade(course)
    page = course.root / "reports/tiny/s02 & co.html"
    page.unlink()
    assert course.run("grade", "submissions/s01").returncode == 0
    assert "The code is not at hand" in page.read_text(encoding="utf-8")
    _grade(course)
    assert "The code is not at hand" not in page.read_text(encoding="utf-8")
