"""Gradescope's part, played: its folders, its order of events, and a judge of results.json."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from dataclasses import dataclass
from pathlib import Path

import jsonschema
import pytest

SCHEMA = json.loads((Path(__file__).parent / "results.schema.json").read_text())
CREATED = "2026-10-01T12:00:00.123456-07:00"


def check_results(results):
    """Raises where it is not what Gradescope's specification has."""
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    jsonschema.validate(results, SCHEMA)


@dataclass(frozen=True)
class Container:
    """A folder in place of /autograder."""

    root: Path
    venv: Path  # with all packages but the grader

    def build(self, archive):
        """What Gradescope does with an upload, up to setup.sh."""
        with zipfile.ZipFile(archive) as packed:
            assert {"setup.sh", "run_autograder"} <= set(packed.namelist())
            packed.extractall(self.root / "source")
        for name in ("submission", "results"):
            (self.root / name).mkdir()
        script = self.root / "run_autograder"
        script.write_bytes((self.root / "source/run_autograder").read_bytes())
        script.chmod(0o755)
        (self.root / "venv").symlink_to(self.venv)

    def set_up(self):
        """Runs setup.sh; pip may not go to the network, and finds all but the grader here."""
        stubs = self.root / "stubs"
        stubs.mkdir()
        (stubs / "apt-get").write_text("#!/bin/sh\necho apt-get is not needed here >&2\nexit 1\n")
        (stubs / "apt-get").chmod(0o755)
        path = f"{stubs}:{Path(sys.executable).parent}:{os.environ['PATH']}"
        environment = {**os.environ, "AUTOGRADER_ROOT": str(self.root), "PATH": path,
                       "PIP_NO_INDEX": "1", "PIP_DISABLE_PIP_VERSION_CHECK": "1"}  # fmt: skip
        script = ["bash", self.root / "source/setup.sh"]
        return subprocess.run(
            script, cwd=self.root, env=environment,
            capture_output=True, text=True, timeout=200, check=False,
        )  # fmt: skip

    def hand_in(self, files, created_at=CREATED):
        """The student's files, by name, and what Gradescope says of them."""
        for name, text in files.items():
            path = self.root / "submission" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        metadata = {"id": 1, "created_at": created_at, "users": [{"name": "Ada"}],
                    "assignment": {"title": "tiny"}, "previous_submissions": []}  # fmt: skip
        (self.root / "submission_metadata.json").write_text(json.dumps(metadata))

    def grade(self, *before):
        """Runs run_autograder as Gradescope does, after a command in `before`; results.json."""
        result = subprocess.run(
            [*map(str, before), str(self.root / "run_autograder")], cwd=self.root,
            env={**os.environ, "AUTOGRADER_ROOT": str(self.root)},
            capture_output=True, text=True, timeout=200, check=False,
        )  # fmt: skip
        assert result.returncode == 0, result.stdout + result.stderr
        (self.root / "stdout").write_text(result.stdout)
        results = json.loads((self.root / "results/results.json").read_text())
        check_results(results)
        return results


@pytest.fixture(scope="module")
def venv(tmp_path_factory):
    """As setup.sh makes it, but that torch and the like come from this environment.

    The grader itself comes from a wheel of ours.
    """
    from autograder.gradescope.wheel import own_wheel, wheel_name

    folder = tmp_path_factory.mktemp("gradescope") / "venv"
    subprocess.run([sys.executable, "-m", "venv", folder], check=True, timeout=200)
    packages = next(folder.glob("lib/python*/site-packages"))
    shutil.rmtree(packages / "setuptools", ignore_errors=True)  # an older one, before 3.12
    for metadata in packages.glob("setuptools-*"):
        shutil.rmtree(metadata)
    (packages / "here.pth").write_text(f"{sysconfig.get_path('purelib')}\n")
    wheel = folder / wheel_name()
    wheel.write_bytes(own_wheel())
    subprocess.run(
        [folder / "bin/pip", "install", "--quiet", "--no-index", "--no-deps",
         "--disable-pip-version-check", "--force-reinstall", wheel],
        check=True, timeout=200,
    )  # fmt: skip
    return folder


@pytest.fixture
def container(tmp_path, venv):
    root = tmp_path / "autograder"
    root.mkdir()
    return Container(root, venv)
