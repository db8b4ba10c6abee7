"""Draws docs/report-class.png and docs/report-student.png from the pages that `make grade` wrote.

Give another folder of reports as the argument.
"""

from __future__ import annotations

import base64
import shutil
import sys
from pathlib import Path

from selenium import webdriver
from selenium.webdriver.chrome.service import Service

ROOT = Path(__file__).resolve().parent.parent
STUDENT = "gpt2/s04-no-scale.html"
CLASS_SIZE = (1360, 1960)  # CSS pixels
STUDENT_SIZE = (1280, 1760)
# Of the student's page, what a picture has room for: the result, a test, and some code.
PICKED = """
const tests = Array.from(document.querySelectorAll(".test:not(.passed)"));
const chosen = tests.filter((one) => one.querySelector(".map")).slice(0, 1);
const drop = (some, isKept) => some.forEach((one) => { if (!isKept(one)) one.remove(); });
drop(document.querySelectorAll(".test"), (one) => chosen.includes(one));
drop(document.querySelectorAll(".exercise"), (one) => one.querySelector(".test"));
const lines = Array.from(document.querySelectorAll(".l"));
const marked = lines.findIndex((one) => one.querySelector("mark.doubtful, mark.wrong"));
lines.forEach((one, place) => { if (place < marked - 12 || place > marked + 22) one.remove(); });
"""


def main() -> None:
    reports = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "reports"
    options = webdriver.ChromeOptions()
    options.binary_location = shutil.which("chromium") or ""
    for flag in ("--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"):
        options.add_argument(flag)
    browser = webdriver.Chrome(options=options, service=Service(shutil.which("chromedriver")))
    try:
        _draw(browser, reports / "index.html", CLASS_SIZE, "report-class.png", "")
        _draw(browser, reports / STUDENT, STUDENT_SIZE, "report-student.png", PICKED)
    finally:
        browser.quit()


def _draw(
    browser: webdriver.Chrome, page: Path, size: tuple[int, int], name: str, script: str
) -> None:
    browser.set_window_size(*size)
    browser.get(page.resolve().as_uri())
    browser.execute_script(script)
    shot = browser.execute_cdp_cmd("Page.captureScreenshot", {
        "captureBeyondViewport": True,
        "clip": {"x": 0, "y": 0, "width": size[0], "height": size[1], "scale": 1},
    })  # fmt: skip
    (ROOT / "docs" / name).write_bytes(base64.b64decode(shot["data"]))


if __name__ == "__main__":
    main()
