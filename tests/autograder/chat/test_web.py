"""The served page: this computer only, and a real conversation in a real browser."""

from __future__ import annotations

import json
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from collections import Counter
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import urlsplit

import pytest
from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait

from autograder.chat.conversation import EXAMPLES
from autograder.chat.transcript import read_transcript

PATIENCE = 200  # seconds, of a busy machine
OFF_THE_NETWORK = (
    "--headless",
    "--no-sandbox",  # CI runs as root
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--no-pings",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-domain-reliability",
    "--disable-features=OptimizationHints,OptimizationGuideModelDownloading,MediaRouter,Translate",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
    "--window-size=1100,850",
)

NOBODY = ("--url", "http://127.0.0.1:1/v1", "--model", "nobody")  # asked only when one speaks


@contextmanager
def _served(folder, *options):
    """The page of the real command; gives its address. Ctrl-C ends it, with exit code 0."""
    command = [sys.executable, "-m", "autograder", "chat", "--web", "--lang", "en", *options]
    with subprocess.Popen(
        command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            line = process.stdout.readline()
            yield re.search(r"http://127\.0\.0\.1:\d+/", line)[0]
            process.send_signal(signal.SIGINT)
            assert process.wait(PATIENCE) == 0
            assert "Traceback" not in process.stderr.read()
        finally:
            process.kill()


def _get(url, **headers):
    request = urllib.request.Request(url, headers=headers)  # noqa: S310
    return urllib.request.urlopen(request, timeout=PATIENCE)  # noqa: S310


def _other_address():
    """An address of this computer that is not the loopback's, found without sending anything."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
        except OSError:
            return None
        return probe.getsockname()[0]


def test_the_page_is_for_this_computer_and_keeps_the_browser_from_other_hosts(tmp_path):
    with _served(tmp_path, *NOBODY) as url:
        with _get(url) as page:
            policy = page.headers["Content-Security-Policy"]
        assert policy.startswith("default-src 'self'; ")
        assert "http" not in policy
        with pytest.raises(urllib.error.HTTPError, match="400"):
            _get(url, Host="elsewhere.example")
        port = urlsplit(url).port
        other = _other_address()
        if other:
            with pytest.raises(ConnectionRefusedError):
                socket.create_connection((other, port), timeout=PATIENCE)
        taken = subprocess.run(
            [sys.executable, "-m", "autograder", "chat", "--web", "--port", str(port), *NOBODY],
            capture_output=True, text=True, timeout=PATIENCE, check=False, cwd=tmp_path,
        )  # fmt: skip
        assert taken.returncode == 2
        assert taken.stderr.splitlines()[-1].startswith(f"autograder: --port: {port} is taken. Do:")
    assert list(tmp_path.iterdir()) == []  # nothing was said, nothing is left


@pytest.fixture
def browser(tmp_path):
    """Chromium with an empty profile, of which no part connects to another computer."""
    driver, chromium = shutil.which("chromedriver"), shutil.which("chromium")
    if not driver or not chromium:
        pytest.skip("Chromium is absent (Debian's packages chromium and chromium-driver)")
    options = webdriver.ChromeOptions()
    options.binary_location = chromium
    log = tmp_path / "net.json"
    for flag in (
        *OFF_THE_NETWORK,
        f"--user-data-dir={tmp_path / 'browser'}",
        f"--log-net-log={log}",
    ):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"performance": "ALL"})
    chrome = webdriver.Chrome(options=options, service=Service(driver))
    yield chrome
    chrome.quit()  # which completes the log
    assert _connected(log) == {"127.0.0.1"}


def _connected(log):
    """The addresses to which the browser has opened connections, its own services' among them."""
    net = json.loads(log.read_text())
    kind = net["constants"]["logEventTypes"]["TCP_CONNECT_ATTEMPT"]
    tried = (event.get("params", {}) for event in net["events"] if event["type"] == kind)
    return {one["address"].rpartition(":")[0] for one in tried if "address" in one}


def _hosts(browser):
    """Whom the page's browser has asked, over the network, since this was last called."""
    messages = (json.loads(entry["message"])["message"] for entry in browser.get_log("performance"))
    urls = (
        urlsplit(message["params"]["request"]["url"])
        for message in messages
        if message["method"] == "Network.requestWillBeSent"
    )
    return Counter(url.netloc for url in urls if url.scheme in ("http", "https", "ws", "wss"))


@contextmanager
def _listening():
    """Another server, and the list of what it is asked."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            self.send_error(404)

        def log_message(self, *_arguments):
            """Keeps quiet."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}", asked
        finally:
            server.shutdown()
            thread.join()


@pytest.mark.usefixtures("real_folder")
def test_a_real_conversation_in_a_real_browser(browser, tmp_path):
    home = tmp_path / "home"
    home.mkdir()
    wait = WebDriverWait(browser, PATIENCE)

    def page_has(text):
        wait.until(lambda driver: text in driver.find_element(By.TAG_NAME, "body").text)

    with _served(home, "--temperature", "0") as url:
        browser.get(url)
        for example in EXAMPLES:
            page_has(example)
        box = wait.until(lambda driver: driver.find_element(By.TAG_NAME, "textarea"))
        box.send_keys("What is the capital of France?" + Keys.ENTER)
        page_has("Paris")
        page_has("transcripts/chat-")
        wait.until(lambda driver: driver.find_element(By.TAG_NAME, "textarea").is_enabled())
        browser.find_element(By.XPATH, "//button[normalize-space()='Save']").click()
        page_has("Saved in transcripts/chat-")  # told on a slip of its own
        assert not browser.find_elements(By.CSS_SELECTOR, "[aria-label='Retry']")
        assert set(_hosts(browser)) == {urlsplit(url).netloc}
        with _listening() as (elsewhere, asked):
            ended = browser.execute_async_script(
                "const picture = new Image(); picture.onerror = () => arguments[1]('refused');"
                "picture.onload = () => arguments[1]('shown'); picture.src = arguments[0]",
                elsewhere + "/picture.png",
            )
        assert (ended, asked) == ("refused", [])
    (file,) = (home / "transcripts").iterdir()
    saved = read_transcript(file)
    assert saved.turns[0].value == "What is the capital of France?"
    assert "Paris" in saved.turns[1].value
