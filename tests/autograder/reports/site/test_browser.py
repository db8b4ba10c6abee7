"""The pages in a real browser: used by pointer and keyboard, harmless, and fit for everybody."""

from __future__ import annotations

from urllib.parse import unquote

import msgspec
import pytest
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import Select

from autograder.course.assignment import load_assignment
from autograder.reports.site.class_page import Section, class_page
from autograder.reports.site.rows import read_rows
from tests.autograder.reports.site.browser import (
    axe_source,
    console,
    open_browser,
    requested,
    set_theme,
    violations,
)
from tests.autograder.reports.site.made import a_class, write_site

OPENS_ALONE = "return performance.getEntriesByType('resource').map(one => one.name)"


@pytest.fixture(scope="module")
def browser():
    chrome = open_browser()
    yield chrome
    chrome.quit()


@pytest.fixture
def index(tiny_course, tmp_path):
    assignment = load_assignment(tiny_course.root, "tiny")
    return write_site(assignment, a_class(assignment), tmp_path / "reports")


@pytest.fixture
def page(browser, index):
    """The class's page, opened. In the end the console is silent and nobody was asked."""
    set_theme(browser, "light")
    console(browser), requested(browser)
    browser.get(index.as_uri())
    yield browser
    assert console(browser) == []
    assert requested(browser) <= {"file", "data"}
    assert browser.execute_script("return window.hacked") is None


def _shown(page):
    rows = page.find_elements(By.CSS_SELECTOR, "table.students tbody tr")
    return [row.find_element(By.TAG_NAME, "a").text[:3] for row in rows if row.is_displayed()]


def _heading(page, name):
    return page.find_element(
        By.XPATH, f"//table[@class='students']//th[normalize-space()='{name}']"
    )


def test_a_press_on_a_heading_sorts_and_the_next_turns_it_round(page):
    score = _heading(page, "score")
    assert _shown(page) == ["s01", "s02", "s03", "s10", "s11", "s12"]
    score.find_element(By.TAG_NAME, "button").click()
    assert score.get_attribute("aria-sort") == "descending"
    assert _shown(page) == ["s01", "s10", "s02", "s03", "s11", "s12"]
    score.find_element(By.TAG_NAME, "button").click()
    assert score.get_attribute("aria-sort") == "ascending"
    assert _shown(page) == ["s03", "s11", "s02", "s10", "s01", "s12"]  # without a mark: last
    _heading(page, "student").find_element(By.TAG_NAME, "button").click()
    assert _shown(page) == ["s01", "s02", "s03", "s10", "s11", "s12"]
    assert score.get_attribute("aria-sort") is None


def test_the_table_is_filtered_by_words_by_status_and_by_a_test(page):
    count = page.find_element(By.NAME, "count")
    text = page.find_element(By.NAME, "text")
    text.send_keys("NOT handed")
    assert (_shown(page), count.text) == (["s11"], "1")
    page.find_element(By.CSS_SELECTOR, "button[type='reset']").click()
    assert len(_shown(page)) == 6
    Select(page.find_element(By.NAME, "status")).select_by_visible_text("ungradable")
    assert _shown(page) == ["s12"]
    Select(page.find_element(By.NAME, "status")).select_by_visible_text("not full")
    Select(page.find_element(By.NAME, "test")).select_by_visible_text("adds along the last axis")
    assert (_shown(page), count.text) == (["s03"], "1")


def test_a_tests_name_filters_the_table_and_its_strip_tells_whose_a_column_is(page):
    heading = page.find_element(By.XPATH, "//th[@data-test='1']")
    strip = heading.find_element(By.XPATH, "..//*[name()='svg']")
    page.execute_script("arguments[0].scrollIntoView({block: 'center'})", strip)
    left = -strip.size["width"] // 2 + 3
    ActionChains(page).move_to_element_with_offset(strip, left, 0).perform()
    tip = page.find_element(By.CSS_SELECTOR, ".tip").text
    assert tip == "s01-right · multiplies by the factor: passed"
    heading.find_element(By.TAG_NAME, "button").click()
    assert _shown(page) == ["s02", "s03", "s10", "s11", "s12"]


def test_a_student_is_opened_from_the_table_whatever_their_name(page):
    for start, name in [("s02", "s02-half"), ("s10", "s10-odd &<#?>%")]:
        page.find_element(By.PARTIAL_LINK_TEXT, start).click()
        assert page.find_element(By.TAG_NAME, "h1").text == name
        assert unquote(page.current_url).endswith(f"/tiny/{name}.html")
        assert page.find_elements(By.TAG_NAME, "script") == []
        page.back()


def test_it_all_goes_by_keyboard(page):
    page.find_element(By.TAG_NAME, "body").send_keys(Keys.TAB)
    assert page.switch_to.active_element.text == "Skip to the table"
    page.switch_to.active_element.send_keys(Keys.ENTER)
    reached = []
    for _ in range(40):
        page.switch_to.active_element.send_keys(Keys.TAB)
        reached.append(page.switch_to.active_element)
        if reached[-1].text == "score":
            break
    assert {"text", "status", "test"} <= {one.get_attribute("name") for one in reached}
    reached[-1].send_keys(Keys.ENTER)
    assert _heading(page, "score").get_attribute("aria-sort") == "descending"


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_axe_finds_nothing_that_shuts_anybody_out(tiny_course, tmp_path, browser, theme, language):
    source = axe_source()
    assignment = load_assignment(tiny_course.root, "tiny")
    reports = a_class(assignment)
    index = write_site(assignment, reports, tmp_path, language)
    both = (assignment, msgspec.structs.replace(assignment, name="other"))
    sections = [Section(one, read_rows(one, reports, language)) for one in both]
    (tmp_path / "tiny/two.html").write_bytes(class_page(sections, language))
    set_theme(browser, theme)
    for path in (index, *sorted(index.parent.glob("tiny/*.html"))):
        browser.get(path.as_uri())
        back = browser.execute_script("return getComputedStyle(document.body).backgroundColor")
        assert back == {"light": "rgb(255, 255, 255)", "dark": "rgb(20, 24, 29)"}[theme]
        assert violations(browser, source) == [], path.name


def test_a_page_is_whole_in_itself_and_its_policy_refuses_what_is_not_ours(page, index):
    pages = [index.as_uri(), (index.parent / "tiny/s02-half.html").as_uri()]
    for address in pages:
        page.get(address)
        assert page.execute_script(OPENS_ALONE) == []
        tried = page.execute_async_script("""
            const done = arguments[0], refused = [];
            document.addEventListener("securitypolicyviolation", (event) => {
                refused.push(event.effectiveDirective);
                if (refused.length === 3) done(refused.sort());
            });
            const add = (name, fields) => document.body.append(
                Object.assign(document.createElement(name), fields));
            add("script", {textContent: "window.hacked = 1"});
            add("img", {src: "http://127.0.0.1:9/picture.png"});
            add("p", {innerHTML: "<b onclick='window.hacked = 2'>press</b>"});
            document.querySelector("b[onclick]").click();
        """)
        assert tried == ["img-src", "script-src-attr", "script-src-elem"]
        assert len(console(page)) == 3  # its own words on these


def test_on_paper_there_are_no_controls_and_nothing_is_cut_off(page):
    set_theme(page, "light", "print")
    assert not page.find_element(By.CSS_SELECTOR, "form.controls").is_displayed()
    cut = page.execute_script("""
        return Array.from(document.querySelectorAll(".scroll, pre"))
            .filter((one) => getComputedStyle(one).overflow !== "visible").length
    """)
    assert cut == 0
    assert page.execute_cdp_cmd("Page.printToPDF", {})["data"].startswith("JVBERi")  # %PDF-
