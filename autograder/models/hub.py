"""Files from a model hub: only data, one revision, each file checked against what the hub says."""

from __future__ import annotations

import errno
import hashlib
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path, PurePosixPath

from autograder.errors import CourseError, GraderFault
from autograder.models.bar import growing
from autograder.models.origins import READABLE, Hub, Unreachable
from autograder.models.store import PICKLES, refused

TIMEOUT = 10.0  # seconds for the hub to answer
CHUNK = 1 << 20  # bytes


@dataclass(frozen=True)
class _Offer:
    """A file in a repository."""

    name: str
    size: int  # bytes
    digest: str  # SHA-256 of a large file, git's SHA-1 of a small one
    large: bool


def bring_from_hub(hub: Hub, needed: Sequence[str], folder: Path) -> None:
    """Puts the repository's readable files into `folder`.

    Raises CourseError, by name, where it offers a pickle and nothing readable; GraderFault where
    the hub doesn't answer or sends something else than it says.
    """
    revision, offers = _offers(hub)
    chosen = [offer for offer in offers if _wanted(offer.name, hub.files)]
    for pattern in needed:
        if not any(fnmatch(offer.name, pattern) for offer in chosen):
            raise _unreadable(hub, pattern, offers)
    with growing(folder, sum(offer.size for offer in chosen), hub.repository):
        for offer in chosen:
            _download(hub, revision, offer, folder)
    shutil.rmtree(folder / ".cache", ignore_errors=True)  # the hub library's notes
    for offer in chosen:
        _check(folder / offer.name, offer)


def _wanted(name: str, patterns: Sequence[str]) -> bool:
    top_level = "/" not in name
    readable = PurePosixPath(name).suffix in READABLE
    return top_level and readable and any(fnmatch(name, pattern) for pattern in patterns)


def _unreadable(hub: Hub, lacking: str, offers: Sequence[_Offer]) -> CourseError:
    pickles = [one.name for one in offers if PurePosixPath(one.name).suffix in PICKLES]
    if pickles:
        return CourseError(refused(f"{hub.repository}/{pickles[0]}"))
    return CourseError(f"{hub.repository}: no {lacking} there. Do: get it from elsewhere")


def _offers(hub: Hub) -> tuple[str, list[_Offer]]:
    """The revision, and what it offers."""
    from huggingface_hub import HfApi

    try:
        info = HfApi().repo_info(
            hub.repository, repo_type=hub.kind, timeout=TIMEOUT, files_metadata=True
        )
    except Exception as error:  # its HTTP library's errors have no common base with the hub's
        raise _no_answer(hub, error) from error
    offers = [
        _Offer(one.rfilename, one.size, one.lfs.sha256 if one.lfs else one.blob_id, bool(one.lfs))
        for one in info.siblings
    ]
    return info.sha, offers


def _download(hub: Hub, revision: str, offer: _Offer, folder: Path) -> None:
    from huggingface_hub import hf_hub_download
    from huggingface_hub.utils import disable_progress_bars

    disable_progress_bars()  # ours counts all files
    try:
        hf_hub_download(hub.repository, offer.name, repo_type=hub.kind, revision=revision,
                        local_dir=folder, etag_timeout=TIMEOUT)  # fmt: skip
    except Exception as error:
        if isinstance(error, OSError) and error.errno == errno.ENOSPC:
            raise
        raise _no_answer(hub, error) from error


def _no_answer(hub: Hub, error: Exception) -> Unreachable:
    reason = " ".join(str(error).split())[:200] or type(error).__name__
    return Unreachable(f"the hub can't bring {hub.repository} ({reason})")


def _check(path: Path, offer: _Offer) -> None:
    digest = hashlib.sha256() if offer.large else hashlib.sha1(usedforsecurity=False)
    if not offer.large:
        digest.update(f"blob {path.stat().st_size}\0".encode())  # as git hashes a file
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
    if path.stat().st_size != offer.size or digest.hexdigest() != offer.digest:
        raise GraderFault(
            f"{offer.name}: not what the hub says it is (wrong size or checksum). Do: fetch again"
        )
