"""What must be the same here and there, so that a mark does not depend on where it was made."""

from __future__ import annotations

from collections.abc import Mapping

from autograder.grading.identity import ABSENT, all_versions, own_files, version_of

_SHOWN = 12  # hexadecimal digits


def identity(profile: str) -> dict[str, str]:
    """The versions of what grades, and of what student code may import, and of our own files."""
    dask = {"distributed": version_of("distributed")}
    return dask | all_versions(profile) | {"autograder's files": own_files()[:_SHOWN]}


def differences(there: Mapping[str, str], here: Mapping[str, str]) -> str:
    """What a person has to make the same, in a line; empty where all is."""
    return ", ".join(
        f"{name} {there.get(name, ABSENT)} there, {version} here"
        for name, version in here.items()
        if there.get(name, ABSENT) != version
    )
