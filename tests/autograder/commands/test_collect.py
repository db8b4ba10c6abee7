"""`collect` on real repositories: the commit of the deadline; nothing runs, nothing leads out."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.autograder.conftest import GOOD

DEADLINE = "2020-11-20T23:59:00+08:00"
GIT, OPENSSL = shutil.which("git"), shutil.which("openssl")
BEFORE, LATER = "2020-11-20T20:00:00+08:00", "2020-11-21T00:01:00+08:00"


@dataclass(frozen=True)
class Repo:
    """A student's repository."""

    path: Path

    def git(self, *arguments: str, at: str = BEFORE, given: str | None = None) -> str:
        who = {f"GIT_{role}_{what}": value for role in ("AUTHOR", "COMMITTER")
               for what, value in (("NAME", "s"), ("EMAIL", "s@x"), ("DATE", at))}  # fmt: skip
        environment = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, **who}
        command = [GIT, "-C", str(self.path), *arguments]
        return subprocess.run(
            command, env=environment, input=given, capture_output=True, text=True, check=True
        ).stdout.strip()

    def write(self, name: str, text: str) -> None:
        path = self.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def commit(self, body: str, at: str = BEFORE) -> str:
        """Commits all, with a `scaled_sum` of this body."""
        self.write("tiny/tiny.py", f"def scaled_sum(x, factor):\n    {body}\n")
        self.git("add", "--all", "--force", ".")
        self.git("commit", "--quiet", "--allow-empty", "-m", body, at=at)
        return self.git("rev-parse", "HEAD")


@pytest.fixture
def repo(tmp_path):
    def made(name: str, branch: str = "main") -> Repo:
        one = Repo(tmp_path / "server" / name)
        one.path.mkdir(parents=True)
        one.git("init", "--quiet", "-b", branch)
        return one

    return made


@pytest.fixture
def collect(tiny_course, tmp_path):
    """Runs `collect` on a list of these lines, to collected/."""

    def run(*lines: str, deadline: str | None = DEADLINE, name: str = "list.txt"):
        source = tmp_path / "server" / name
        source.parent.mkdir(exist_ok=True)
        source.write_text("".join(f"{line}\n" for line in lines))
        at = ["--deadline", deadline] if deadline else []
        return tiny_course.run("collect", str(source), *at)

    return run


@pytest.fixture
def collected(tiny_course):
    return tiny_course.root / "collected"


def _body(folder: Path) -> str:
    return (folder / "tiny/tiny.py").read_text().splitlines()[1].strip()


def _record(collected: Path, student: str) -> dict:
    return json.loads((collected / f".collected/{student}.json").read_text())


def test_what_is_collected_is_a_class_that_can_be_graded(repo, collect, tiny_course):
    repo("s01").commit(GOOD)
    repo("s02", branch="trunk").commit("return x")
    result = collect("s01", "# a comment", "", "other-name s02")
    assert result.returncode == 0, result.stderr
    assert {line.split("] ")[1].split(":")[0] for line in result.stdout.splitlines()} == {
        "s01", "other-name",
    }  # fmt: skip
    result = tiny_course.run("grade", "collected")
    assert result.returncode == 0, result.stderr
    assert result.stderr == ""
    reports = tiny_course.root / "reports/tiny"
    scores = {path.stem: json.loads(path.read_text())["score"] for path in reports.glob("*.json")}
    assert scores == {"s01": 10, "other-name": 0}


def test_a_later_commit_is_left_out_and_the_one_of_the_deadline_found_far_below(
    repo, collect, collected
):
    one = repo("s01")
    wanted = one.commit("return 'in time'")
    for number in range(20):
        one.commit(f"return {number}", at=LATER)
    result = collect("s01")
    assert result.returncode == 0, result.stderr
    assert _body(collected / "s01") == "return 'in time'"
    assert "what was committed after the deadline is left out" in result.stdout
    record = _record(collected, "s01")
    assert (record["commit"], record["is_newest"]) == (wanted, False)
    assert record["committed_at"] == "2020-11-20T12:00:00Z"


def test_a_commit_of_the_very_second_is_in_time(repo, collect, collected):
    one = repo("s01")
    one.commit("return 1", at=DEADLINE)
    one.commit("return 2", at="2020-11-20T23:59:01+08:00")
    assert collect("s01").returncode == 0
    assert _body(collected / "s01") == "return 1"


def test_what_was_merged_after_the_deadline_does_not_count_though_it_was_made_before(
    repo, collect, collected
):
    one = repo("s01")
    one.commit("return 'on main'")
    one.git("checkout", "--quiet", "-b", "side")
    one.commit("return 'on a side branch'", at="2020-11-20T21:00:00+08:00")
    one.git("checkout", "--quiet", "main")
    one.git("merge", "--quiet", "--no-ff", "-m", "merge", "side", at=LATER)
    assert collect("s01").returncode == 0
    assert _body(collected / "s01") == "return 'on main'"


def test_without_a_deadline_it_is_the_newest(repo, collect, collected):
    one = repo("s01")
    one.commit("return 1")
    assert collect("s01", deadline=None).returncode == 0
    one.commit("return 2", at=LATER)
    assert collect("s01", deadline=None).returncode == 0
    assert _body(collected / "s01") == "return 2"


def test_each_trouble_is_one_line_and_the_rest_goes_on(repo, collect, collected):
    repo("s01").commit(GOOD)
    repo("empty")
    repo("late").commit(GOOD, at=LATER)
    other = repo("other")
    other.write("essay.txt", "not the assignment")
    other.git("add", ".")
    other.git("commit", "--quiet", "-m", "essay")
    result = collect("gone", "empty", "late", "other", "s01")
    assert result.returncode == 3
    told = {line.split("] ")[1].split(":")[0]: line for line in result.stderr.splitlines()}
    assert sorted(told) == ["empty", "gone", "late", "other"]
    assert "cannot be fetched (" in told["gone"]
    assert "empty. Do: ask the student to push" in told["empty"]
    assert "no commit by the deadline. Do: " in told["late"]
    assert "no file in tiny at " in told["other"]
    assert all("Do: " in line for line in told.values())
    assert [path.name for path in collected.iterdir() if path.name[0] != "."] == ["s01"]


def test_students_who_handed_in_nothing_are_no_failure(repo, collect):
    repo("empty")
    repo("late").commit(GOOD, at=LATER)
    assert collect("empty", "late").returncode == 0


def test_a_second_run_fetches_only_what_is_missing(repo, collect, collected):
    one = repo("s01")
    one.commit("return 1")
    assert collect("s01", "s02").returncode == 3
    one.path.rename(one.path.with_name("moved"))
    repo("s02").commit("return 2")
    result = collect("s01", "s02")
    assert result.returncode == 0, result.stderr
    assert "s01: " in result.stdout
    assert "already collected" in result.stdout
    assert _body(collected / "s02") == "return 2"


def test_another_deadline_is_fetched_again(repo, collect, collected):
    one = repo("s01")
    one.commit("return 1")
    one.commit("return 2", at=LATER)
    assert collect("s01").returncode == 0
    assert collect("s01", deadline="2020-11-22T00:00:00+08:00").returncode == 0
    assert _body(collected / "s01") == "return 2"


def test_what_was_collected_before_the_deadline_is_fetched_again(repo, collect, collected):
    one = repo("s01")
    one.commit("return 1")
    assert collect("s01", deadline="2999-01-01T00:00:00Z").returncode == 0
    one.commit("return 2")
    result = collect("s01", deadline="2999-01-01T00:00:00Z")
    assert "already collected" not in result.stdout
    assert _body(collected / "s01") == "return 2"


def test_nothing_of_a_repository_is_run(repo, collect, collected, tmp_path):
    trap = tmp_path / "trapped"
    one = repo("s01")
    one.write(".gitattributes", "* filter=trap diff=trap\n")
    one.write(".gitmodules", f'[submodule "x"]\n\tpath = tiny/x\n\turl = ext::touch {trap}\n')
    one.write(".gitconfig", f'[filter "trap"]\n\tsmudge = touch {trap}\n')
    one.commit(GOOD)
    for hook in ("post-checkout", "post-merge", "reference-transaction", "pre-auto-gc"):
        one.write(f".git/hooks/{hook}", f"#!/bin/sh\ntouch {trap}\n")
        (one.path / f".git/hooks/{hook}").chmod(0o755)
    for name, value in (
        ("filter.trap.smudge", f"touch {trap}"),
        ("core.fsmonitor", f"touch {trap}"),
        ("uploadpack.packObjectsHook", f"touch {trap}"),
    ):
        one.git("config", name, value)
    result = collect("s01")
    assert result.returncode == 0, result.stderr
    assert not trap.exists()
    assert not list(collected.rglob(".git*"))


def test_links_submodules_gits_own_files_and_large_ones_are_left_out_and_named(
    repo, collect, collected
):
    one = repo("s01")
    one.write("tiny/big.bin", "0" * (17 << 20))
    (one.path / "tiny").joinpath("passwd").symlink_to("/etc/passwd")
    commit = one.commit(GOOD)
    one.git("update-index", "--add", "--cacheinfo", f"160000,{commit},tiny/sub")
    config = one.git("hash-object", "-w", "--stdin", given="[core]\n\tfsmonitor = touch trap\n")
    tiny = f"{one.git('ls-tree', one.git('write-tree') + ':tiny')}\n"
    inner = one.git("mktree", given=f"100644 blob {config}\tconfig\n")
    tiny = one.git("mktree", "--missing", given=f"{tiny}040000 tree {inner}\t.GIT\n")
    root = one.git("mktree", given=f"040000 tree {tiny}\ttiny\n")
    one.git("update-ref", "HEAD", one.git("commit-tree", root, "-p", commit, "-m", "odd"))
    result = collect("s01")
    assert result.returncode == 0, result.stderr
    assert [path.name for path in (collected / "s01/tiny").iterdir()] == ["tiny.py"]
    left_out = " ".join(_record(collected, "s01")["left_out"])
    for told in ("tiny/passwd (a link or submodule)", "tiny/sub (a link or submodule)",
                 "tiny/.GIT/config (git's own)", "tiny/big.bin (17 MiB)"):  # fmt: skip
        assert told in left_out
    assert "without tiny/" in result.stdout


@pytest.mark.parametrize("name", ["..", "a/../../../out"])
def test_a_name_that_leads_out_is_refused(repo, collect, collected, name):
    one = repo("s01")
    commit = one.commit(GOOD)
    blob = one.git("hash-object", "-w", "--stdin", given="out")
    entry = f"100644 blob {blob}\tout.py\n"
    for part in [*reversed(name.split("/"))]:
        tree = one.git("mktree", given=entry)
        entry = f"040000 tree {tree}\t{part}\n"
    tiny = one.git("mktree", given=entry)
    root = one.git("mktree", given=f"040000 tree {tiny}\ttiny\n")
    one.git("update-ref", "HEAD", one.git("commit-tree", root, "-p", commit, "-m", "odd"))
    result = collect("s01")
    assert result.returncode == 3
    assert "a name that cannot be written" in result.stderr
    assert not list(collected.parent.rglob("out.py"))


def test_a_file_that_git_lfs_keeps_is_told(repo, collect):
    one = repo("s01")
    one.write(
        "tiny/model.safetensors", "version https://git-lfs.github.com/spec/v1\noid sha256:0\n"
    )
    one.commit(GOOD)
    assert "tiny/model.safetensors (in Git LFS: only a pointer)" in collect("s01").stdout


def test_too_many_files_are_too_much(repo, collect):
    one = repo("s01")
    for number in range(2001):
        one.write(f"tiny/data/{number}.txt", str(number))
    one.commit(GOOD)
    result = collect("s01")
    assert result.returncode == 3
    assert "2002 files" in result.stderr


def test_a_csv_of_classroom_names_students_by_the_roster(repo, collect, collected):
    repo("hw-octocat").commit("return 1")
    repo("hw-hubot").commit("return 2")
    header = "assignment_name,github_username,roster_identifier,student_repository_url"
    rows = ['"hw","octocat","张三-2026","hw-octocat"', '"hw","hubot","","hw-hubot"',
            '"hw","nobody","x@y.edu",""']  # fmt: skip
    result = collect(header, *rows, name="grades.csv")
    assert result.returncode == 0, result.stderr
    assert _body(collected / "张三-2026") == "return 1"
    assert _body(collected / "hubot") == "return 2"


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("s01 ext::touch /tmp/x", "ext: is not fetched from. Do: write https, ssh or a path"),
        ("s01 http://host/x", "http: is not fetched from"),
        ("s01 git://host/x", "git: is not fetched from"),
        ("s01 --upload-pack=touch", "no URL"),
        ("s01 https://me:secret@host/x", "the URL of host holds a password"),
        ("../x https://host/x", "could not name a folder"),
        (".git https://host/x", "could not name a folder"),
        ("https://host/..", "could not name a folder"),
        ("s01 a\ns01 b", "the student 's01' stands twice"),
        ("# nothing", "names no repository"),
    ],
)
def test_a_list_that_is_wrong_is_one_line(collect, line, complaint):
    result = collect(line)
    assert result.returncode == 2
    assert complaint in result.stderr
    assert "Do: " in result.stderr
    assert "secret" not in result.stderr
    assert len(result.stderr.splitlines()) == 1


def test_a_csv_without_urls_says_what_it_wants(collect):
    result = collect("name,score", "s01,3", name="list.csv")
    assert result.returncode == 2
    assert "no column holds URLs. Do: call one of them url" in result.stderr


@pytest.mark.parametrize("deadline", ["2020-11-20T23:59", "tomorrow"])
def test_a_deadline_has_a_time_zone(collect, deadline):
    result = collect("s01", deadline=deadline)
    assert result.returncode == 2
    assert "no time" in result.stderr


def test_a_server_that_wants_a_password_is_one_trouble_and_no_question(
    collect, tiny_course, tmp_path, monkeypatch
):
    """A server of ours that answers 401 to everything, with the certificate not looked at."""
    asked = tmp_path / "asked"
    helper = tmp_path / "askpass"
    helper.write_text(f"#!/bin/sh\ntouch {asked}\n")
    helper.chmod(0o755)
    for name in ("GIT_ASKPASS", "SSH_ASKPASS"):
        monkeypatch.setenv(name, str(helper))
    monkeypatch.setenv("GIT_SSL_NO_VERIFY", "1")
    with _closed_server(tmp_path) as port:
        result = collect(f"s01 https://localhost:{port}/s01.git")
    assert result.returncode == 3
    assert "terminal prompts disabled" in result.stderr
    assert not asked.exists()


def test_stopping_leaves_no_git_and_nothing_half_written(repo, tiny_course, tmp_path, monkeypatch):
    repo("s01").commit(GOOD)
    with socket.create_server(("localhost", 0)) as silent:  # takes the call and never answers
        port = silent.getsockname()[1]
        source = tmp_path / "server/list.txt"
        source.write_text(f"s01\nslow https://localhost:{port}/x.git\n")
        command = [sys.executable, "-u", "-m", "autograder", "collect", str(source)]
        with subprocess.Popen(command, cwd=tiny_course.root, stdout=subprocess.PIPE, text=True,
                              stderr=subprocess.PIPE) as process:  # fmt: skip
            assert "s01" in process.stdout.readline()
            connection, _ = silent.accept()
            process.send_signal(signal.SIGINT)
            assert process.wait(60) == 130
            connection.settimeout(30)
            while connection.recv(4096):  # until git's end of it is closed: the process is gone
                pass
            connection.close()
    collected = tiny_course.root / "collected"
    assert sorted(path.name for path in collected.iterdir()) == [".collected", ".lock", "s01"]


def test_the_times_of_the_commits_are_a_list_that_grade_takes(repo, collect, collected):
    repo("s01").commit(GOOD)
    assert collect("s01").returncode == 0
    lines = (collected / ".collected/times.csv").read_text().splitlines()
    assert lines == ["student,time", "s01,2020-11-20T12:00:00+00:00"]


class _closed_server:  # noqa: N801  # used as a function
    """An HTTPS server that asks everybody for a password."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def __enter__(self) -> int:
        subprocess.run(
            [OPENSSL, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=localhost",
             "-keyout", "key.pem", "-out", "cert.pem", "-days", "1"],
            cwd=self._folder, check=True, capture_output=True,
        )  # fmt: skip
        script = self._folder / "server.py"
        script.write_text(_SERVER)
        self._process = subprocess.Popen([sys.executable, str(script)], cwd=self._folder,
                                         stdout=subprocess.PIPE, text=True)  # fmt: skip
        return int(self._process.stdout.readline())

    def __exit__(self, *_error: object) -> None:
        self._process.kill()
        self._process.communicate()


_SERVER = """
import http.server, ssl
class Closed(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(401)
        self.send_header("WWW-Authenticate", 'Basic realm="closed"')
        self.send_header("Content-Length", "0")
        self.end_headers()
    def log_message(self, *_): pass
server = http.server.HTTPServer(("localhost", 0), Closed)
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain("cert.pem", "key.pem")
server.socket = context.wrap_socket(server.socket, server_side=True)
print(server.server_port, flush=True)
server.serve_forever()
"""
