"""A real Chromium for pages in files, and axe-core, which says whom a page would shut out."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import pytest
from selenium import webdriver
from selenium.webdriver.chrome.service import Service

AXE = "axe-core@4.14.1"
AXE_SHA256 = "29348999450cdf2849a8e70b7912fc2da85a849da39c0d0d5394f51d4a9ed95c"
_FOLDER = Path(__file__).resolve().parents[4] / "build" / "axe"
_SCRIPT = Path("node_modules", "axe-core", "axe.min.js")
_FLAGS = (
    "--headless",
    "--no-sandbox",  # CI runs as root
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
    "--window-size=1200,900",
)


def open_browser() -> webdriver.Chrome:
    """Skips where there is none."""
    driver, chromium = shutil.which("chromedriver"), shutil.which("chromium")
    if not driver or not chromium:
        pytest.skip("Chromium is absent (Debian's packages chromium and chromium-driver)")
    options = webdriver.ChromeOptions()
    options.binary_location = chromium
    for flag in _FLAGS:
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"performance": "ALL", "browser": "ALL"})
    return webdriver.Chrome(options=options, service=Service(driver))


def set_theme(browser: webdriver.Chrome, theme: str, media: str = "") -> None:
    """`light` or `dark`; `media` may be `print`."""
    features = [{"name": "prefers-color-scheme", "value": theme}]
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": media, "features": features})


def console(browser: webdriver.Chrome) -> list[str]:
    """What the console said since this was last called."""
    return [entry["message"] for entry in browser.get_log("browser")]


def requested(browser: webdriver.Chrome) -> set[str]:
    """The schemes of all that the page asked for since this was last called, whether it got it.

    What its policy kept it from asking is not among them.
    """
    messages = [json.loads(entry["message"])["message"] for entry in browser.get_log("performance")]
    refused = {message["params"]["requestId"] for message in messages
               if message["method"] == "Network.loadingFailed"
               and message["params"].get("blockedReason") == "csp"}  # fmt: skip
    return {
        message["params"]["request"]["url"].partition(":")[0]
        for message in messages
        if message["method"] == "Network.requestWillBeSent"
        and message["params"]["requestId"] not in refused
    }


def axe_source() -> str:
    """axe-core itself, fetched once by npm. Skips where that cannot be had."""
    path = _FOLDER / _SCRIPT
    if not path.is_file():
        _fetch()
    data = path.read_bytes()
    assert hashlib.sha256(data).hexdigest() == AXE_SHA256, f"{path} is not {AXE}. Do: delete it"
    return data.decode()


def _fetch() -> None:
    if not shutil.which("npm"):
        pytest.skip("npm is absent, which brings axe-core")
    _FOLDER.parent.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=_FOLDER.parent) as folder:
        command = ["npm", "install", "--prefix", folder, "--no-audit", "--no-fund",
                   "--ignore-scripts", "--no-package-lock", AXE]  # fmt: skip
        done = subprocess.run(command, capture_output=True, text=True, timeout=200, check=False)
        assert done.returncode == 0, done.stderr
        shutil.rmtree(_FOLDER, ignore_errors=True)
        Path(folder).rename(_FOLDER)
        Path(folder).mkdir()  # for its context to delete


def violations(browser: webdriver.Chrome, source: str) -> list[str]:
    """What axe-core finds wrong in the page as it is shown now, best practices included."""
    browser.execute_script(source)
    found: dict[str, Any] = browser.execute_async_script(
        "const done = arguments[0]; axe.run(document, {resultTypes: ['violations']}).then(done)"
    )
    return [f"{one['id']}: {one['nodes'][0]['html']}: {one['nodes'][0]['failureSummary']}"
            for one in found["violations"]]  # fmt: skip
