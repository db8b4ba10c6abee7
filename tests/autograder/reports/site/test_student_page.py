"""One student's page: all of their own, nothing of anybody else, nothing that runs or hides."""

from __future__ import annotations

import re

import msgspec
import pytest

from autograder.course.assignment import load_assignment
from autograder.grading.blank import blank_report
from autograder.grading.options import Options
from autograder.intake.submission import Submission
from autograder.reports.schema import Adjustment
from autograder.reports.site.student_page import HEAD, has_stamp, stamp_of, student_page
from tests.autograder.reports.site.made import CODE, NASTY, PICTURE, Parsed, a_report, gaps


@pytest.fixture
def assignment(tiny_course):
    return load_assignment(tiny_course.root, "tiny")


def _page(assignment, report, code=CODE, language="en"):
    files = {"tiny.py": code.encode()}
    return student_page(assignment, report, language, files=files, gaps=gaps(assignment))


def test_a_failed_test_has_its_numbers_its_map_its_hint_and_its_picture(assignment):
    page = Parsed(_page(assignment, a_report(assignment, "s01", ("failed",) * 3, "total: wrong")))
    words = " ".join(page.words.split())
    for told in ("total: wrong", "shape 2 × 3 × 4", "largest difference 1.25", "at [0, 1, 2]",
                 "yours 1.5", "expected 0.25", "tolerance 1e-06", "outside the tolerance 50 %",
                 "Hint: which axis?", "cosine", "a note", "↓ time (3) → features (4)",
                 "times the tolerance", "not a number", "0 / 10"):  # fmt: skip
        assert told in words, told
    labels = [found.get("aria-label") for _, found in page.elements]
    assert "Where it differs: 3 rows, 4 columns; 50 % outside the tolerance" in labels


def test_of_a_hidden_test_there_is_title_hint_and_status(assignment):
    page = _page(assignment, a_report(assignment, "s01", ("passed", "passed", "failed"))).decode()
    article = page[page.index("works for one row") :]
    article = article[: article.index("</article>")]
    words = re.sub(r"<[^>]*>|\s+", " ", article).split()
    assert " ".join(words) == (
        "works for one row ✗ failed 0 / 3 · hidden · 0.25 s · hidden/test_tiny.py::"
        "test_works_for_one_row Hint: no special case for one row"
    )


def test_nothing_that_a_student_wrote_becomes_an_element_or_hides(assignment):
    plain = a_report(assignment, "s01", ("failed", "error", "timeout"), "x")
    picture = msgspec.structs.replace(
        PICTURE, title=NASTY, bars=(msgspec.structs.replace(PICTURE.bars[0], label=NASTY),)
    )
    difference = msgspec.structs.replace(
        plain.tests[0].differences[0], name=NASTY, yours=NASTY, map=('"><script>', "zz")
    )
    tests = tuple(
        msgspec.structs.replace(
            test, message=NASTY, notes=(NASTY,), pictures=(picture,), differences=(difference,)
        )
        for test in plain.tests
    )
    info = msgspec.structs.replace(plain.submission, id=NASTY, files=(NASTY,))
    bonus = Adjustment(kind="bonus", points=1, reason=NASTY)
    nasty = msgspec.structs.replace(
        plain, submission=info, tests=tests, reason=NASTY, model=NASTY, adjustments=(bonus,)
    )
    code = CODE + f"# {NASTY}\n"
    expected = Parsed(_page(assignment, msgspec.structs.replace(
        nasty, submission=plain.submission, reason="x", model="x",
        adjustments=(msgspec.structs.replace(bonus, reason="x"),),
        tests=tuple(msgspec.structs.replace(
            test, message="x", notes=("x",),
            pictures=(msgspec.structs.replace(picture, title="x", bars=(
                msgspec.structs.replace(picture.bars[0], label="x"),)),),
            differences=(msgspec.structs.replace(difference, name="x", yours="x"),),
        ) for test in tests),
    ), CODE + "# x\n"))  # fmt: skip
    found = Parsed(_page(assignment, nasty, code))
    shape = [(name, sorted(values)) for name, values in found.elements]
    assert shape == [(name, sorted(values)) for name, values in expected.elements]
    everything = found.words + "".join(
        value or "" for _, values in found.elements for value in values.values()
    )
    assert "\u202e" not in everything
    assert "\u2066" not in everything
    assert everything.count("‹U+202E›evil‹U+2066›") >= 10
    assert not [name for name, _ in found.elements if name in ("script", "img", "iframe")]
    assert not [one for _, values in found.elements for one in values if one.startswith("on")]
    assert not [one for _, values in found.elements for one in values if one == "style"]


def test_the_page_needs_nothing_and_may_ask_for_nothing(assignment):
    page = Parsed(_page(assignment, a_report(assignment, "s01")))
    policy = next(values["content"] for name, values in page.elements
                  if values.get("http-equiv") == "Content-Security-Policy")  # fmt: skip
    assert re.fullmatch(
        r"default-src 'none'; style-src 'sha256-[\w+/=]+'; img-src data:; base-uri 'none'; "
        r"form-action 'none'", policy
    )  # fmt: skip
    links = [values.get("href") or values.get("src") for _, values in page.elements
             if "href" in values or "src" in values]  # fmt: skip
    assert all(link.startswith(("#", "data:,")) for link in links)


def test_the_code_is_shown_to_the_letter_with_its_gaps_told_in_words(assignment):
    page = _page(assignment, a_report(assignment, "s01", ("passed", "failed", "failed"))).decode()
    code = page[page.index('<pre class="code"') : page.index("</pre>")]
    code = re.sub(r'<span class="tag">.*?: </span></span>', "", code)
    text = re.sub(r"<[^>]*>", "", code[code.index(">") + 2 :])
    assert text.rstrip("\n") == CODE.rstrip("\n")
    assert re.search(
        r'<mark class="gap right"><span class="tag"><span class="hide">gap </span>1', page
    )
    assert re.search(
        r'<mark class="gap wrong"><span class="tag"><span class="hide">gap </span>2', page
    )


def test_a_rejected_one_has_its_reason_and_one_of_an_earlier_run_no_code(assignment):
    blank = blank_report(assignment, Submission("s01", "tiny"), Options(), "rejected", "no file")
    page = student_page(assignment, blank, "en").decode()
    assert "no file" in page
    assert "No test was run." in page
    assert "earlier run" not in page
    assert "earlier run" in student_page(assignment, a_report(assignment, "s02"), "en").decode()


def test_it_can_be_in_chinese(assignment):
    page = _page(assignment, a_report(assignment, "s01", ("failed",) * 3), language="zh").decode()
    assert '<html lang="zh-CN">' in page
    for told in ("最大误差", "容差", "评分环境", "存疑", "未填", "跳到测试"):
        assert told in page


def test_the_stamp_stands_at_the_top_and_tells_any_change(assignment):
    report = a_report(assignment, "s01")
    other = msgspec.structs.replace(report, duration_s=9.0)
    stamps = {stamp_of(report, "a", "en"), stamp_of(report, "b", "en"), stamp_of(report, "a", "zh"),
              stamp_of(other, "a", "en")}  # fmt: skip
    assert len(stamps) == 4
    stamp = stamp_of(report, "a", "en")
    page = student_page(assignment, report, "en", stamp=stamp)
    assert has_stamp(page[:HEAD], stamp)
    assert not has_stamp(page[:HEAD], stamp_of(other, "a", "en"))
