"""The class's page: its figures are right, and what students write in it is text."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from autograder.course.assignment import load_assignment
from autograder.reports import site
from autograder.reports.site.class_page import Section, class_page
from autograder.reports.site.pages import href
from autograder.reports.site.plots import histogram, strip
from autograder.reports.site.rows import Rate, read_rows
from autograder.reports.site.words import said
from tests.autograder.reports.site.made import NASTY, Parsed, a_class, a_report

FOLDER = Path(site.__file__).parent


@pytest.fixture
def assignment(tiny_course):
    return load_assignment(tiny_course.root, "tiny")


def _page(assignment, reports, language="en", notes=()):
    rows = read_rows(assignment, reports, language)
    return class_page([Section(assignment, rows, notes)], language).decode()


def _words(part):
    return " ".join(re.sub(r"<[^>]*>", " ", part).split())


def test_the_figures_are_those_of_the_class(assignment):
    page = _page(assignment, a_class(assignment))
    words = _words(page)
    for told in ("6 students", "4.4 mean", "4.0 median", "1 without marks",
                 "Sum 60 % 3 of 5", "Scale 30 % 1 of 5"):  # fmt: skip
        assert told in words, told
    assert "0–10 %: 2; 10–20 %: 0; 20–30 %: 0; 30–40 %: 0; 40–50 %: 1; " in page
    rates = re.findall(r'data-test="\d">(.*?)</th><td class="n">(.*?)</td>', page)
    assert rates == [("adds along the last axis", "75 %"), ("multiplies by the factor", "25 %"),
                     ("works for one row (hidden)", "50 %")]  # fmt: skip


def test_the_strips_have_the_best_student_first(assignment):
    page = _page(assignment, a_class(assignment))
    assert re.findall(r'data-letters="(.*?)" aria-label="(.*?)"', page) == [
        ("ppph--", "passed: 3, not run: 2, partial: 1"),
        ("pefT--".replace("T", "t"), "not run: 2, error: 1, failed: 1, passed: 1, timeout: 1"),
        ("ppfc--", "not run: 2, passed: 2, crashed: 1, failed: 1"),
    ]


def test_a_class_of_nobody_or_of_nobody_with_marks_has_a_page_too(assignment):
    assert "Nobody is here yet." in _page(assignment, [])
    page = _page(assignment, a_class(assignment)[-1:])
    assert "ungradable" in page
    assert "nan" not in _words(page)


def test_what_students_write_is_text(assignment):
    page = _page(assignment, [a_report(assignment, NASTY, ("error",) * 3, NASTY)], notes=(NASTY,))
    assert page.count("<script") == 1
    assert page.count("</script") == 1
    assert "<img" not in page
    assert "\u202e" not in page
    assert "&lt;script&gt;window.hacked" in page
    assert "‹U+202E›evil" in page
    assert re.search(r'href="tiny/[\w.%~-]+\.html"', page)


def test_a_link_leads_to_the_page_whatever_the_student_is_called(assignment):
    assert href("tiny", "a/b?c#d%e é") == "tiny/a%2Fb%3Fc%23d%25e%20%C3%A9.html"
    assert href("tiny", "javascript:alert(1)") == "tiny/javascript%3Aalert%281%29.html"


def test_the_only_script_is_ours_and_the_policy_names_it(assignment):
    page = _page(assignment, a_class(assignment))
    script = page[page.index("<script>") + len("<script>") : page.index("</script>")]
    assert script == (FOLDER / "class.js").read_text(encoding="utf-8")
    given = {one for _, values in Parsed(page.encode()).elements for one in values}
    assert not [one for one in given if one.startswith("on") or one == "style"]
    for word in ("innerHTML", "eval", "document.write", "fetch(", "http"):
        assert word not in script


def test_it_can_be_in_chinese(assignment):
    page = _page(assignment, a_class(assignment), "zh")
    assert '<html lang="zh-CN">' in page
    for told in ("首先出错的地方", "无法评分", "得分分布", "用时", "测试 × 学生", "6 名学生"):
        assert told in page if told != "6 名学生" else told in _words(page)


def test_every_word_of_the_templates_is_there_in_both_languages():
    texts = [path.read_text(encoding="utf-8") for path in FOLDER.glob("*.j2")]
    words = {
        ast.literal_eval(one) for text in texts for one in re.findall(r'say\(("[^"]+")\)', text)
    }
    assert len(words) > 50
    for word in words:
        assert said(word, "zh") != said(word, "en") or word == "of"


def test_scores_at_the_edges_fall_into_the_right_bins():
    bins = histogram([0.0, 0.1, 0.3, 0.7, 0.999, 1.0, 1.2, -0.1])
    assert [one.count for one in bins] == [2, 1, 0, 1, 0, 0, 0, 1, 0, 3]
    assert [one.height for one in bins][-1] == 1.0
    assert {one.count for one in histogram([])} == {0}


def test_a_strip_has_one_element_a_letter_however_many_students_there_are():
    assert [(one.letter, one.path) for one in strip("ppfp")] == [
        ("p", "M0 0h2v1h-2zM3 0h1v1h-1z"), ("f", "M2 0h1v1h-1z"),
    ]  # fmt: skip
    assert len(strip("pfe" * 1000)) == 3
    assert strip("") == []


@pytest.mark.parametrize(
    ("good", "of", "told"),
    [(0, 0, "–"), (0, 9, "0 %"), (1, 1000, "< 1 %"), (999, 1000, "> 99 %"), (3, 3, "100 %")],
)
def test_a_rate_is_never_rounded_to_nothing_or_everything(good, of, told):
    assert Rate(good, of).percent == told
