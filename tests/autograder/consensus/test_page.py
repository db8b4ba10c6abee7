"""The vote's page in a real browser: harmless, fit for everybody, and reached from the class's."""

from __future__ import annotations

import msgspec
from selenium.webdriver.common.by import By

from autograder.consensus.page import consensus_page
from autograder.consensus.result import load
from tests.autograder.reports.site.browser import (
    axe_source,
    console,
    open_browser,
    requested,
    set_theme,
    violations,
)


def test_the_page_is_reached_from_the_class_and_shuts_nobody_out(voted, tmp_path):
    found = load((voted.reports / "consensus.json").read_bytes(), "it")
    both = [found["tiny"], msgspec.structs.replace(found["tiny"], assignment="other")]
    chinese = tmp_path / "consensus.html"
    chinese.write_bytes(consensus_page(both, "zh", has_class=True))
    browser, source = open_browser(), axe_source()
    try:
        for theme in ("light", "dark"):
            set_theme(browser, theme)
            browser.get((voted.reports / "index.html").as_uri())
            browser.find_element(By.LINK_TEXT, "The majority vote").click()
            assert browser.find_element(By.TAG_NAME, "h1").text == "The majority vote"
            assert violations(browser, source) == []
            browser.find_element(By.LINK_TEXT, "The class").click()
            browser.get(chinese.as_uri())
            assert violations(browser, source) == []
        assert console(browser) == []
        assert requested(browser) <= {"file", "data"}
    finally:
        browser.quit()
