"""Whether an assignment's tests have teeth: which mutants of its reference they let by.

`assignments/<name>/survivors.toml` lists those that are known, each with the reason. One that is
`equivalent` does what the reference does wherever the tests may look, and counts for nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from autograder.course.assignment import Assignment
from autograder.course.masked import mask_reference
from autograder.diagnosis.mutants import Mutant, mutants
from autograder.errors import CourseError
from autograder.intake.submission import Submission
from autograder.reports.schema import Report

LIST = "survivors.toml"
LEAST = 0.98  # of the mutants that are not equivalent: caught

Grade = Callable[[Sequence[Submission]], Iterator[Report]]


class Survivor(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A mutant that no test tells from the reference."""

    file: str
    mutant: str  # its name
    reason: str
    equivalent: bool = False


class _Listed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    survivor: tuple[Survivor, ...] = ()


@dataclass(frozen=True)
class Mutation:
    """What the tests made of a reference's mutants; a mutant is (file, name)."""

    tried: frozenset[tuple[str, str]]
    survived: tuple[tuple[str, str], ...]
    listed: Mapping[tuple[str, str], Survivor]

    @property
    def counted(self) -> int:
        """How many of those that were tried are not equivalent."""
        return len(self.tried) - sum(
            one.equivalent for key, one in self.listed.items() if key in self.tried
        )

    @property
    def caught(self) -> int:
        return len(self.tried) - len(self.survived)

    def problems(self, path: Path) -> Iterator[str]:
        """What contradicts the list at `path`, and the share that is caught, if too small."""
        for file, name in self.survived:
            if (file, name) not in self.listed:
                yield f"{file}: {name} survives. Do: test it, or say in {path} why not"
        for file, name in self.listed:
            if (file, name) in self.tried and (file, name) not in self.survived:
                yield f"{path}: {name} is caught. Do: take it out"
        if self.caught < LEAST * self.counted:
            yield f"only {self.caught} of {self.counted} are caught. Do: strengthen the tests"


def read_survivors(assignment: Assignment) -> dict[tuple[str, str], Survivor]:
    """The list, by file and name. Raises CourseError for one that cannot be read."""
    path = assignment.folder / LIST
    if not path.is_file():
        return {}
    try:
        listed = msgspec.toml.decode(path.read_bytes(), type=_Listed)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise CourseError(f"{path}: {error}. Do: mend it, then: autograder verify") from error
    return {(one.file, one.mutant): one for one in listed.survivor}


def mutants_of(
    assignment: Assignment, reference: Mapping[str, bytes]
) -> dict[tuple[str, str], Mutant]:
    """Every mutant of the functions that hold a gap, by file and name, in order of place."""
    return {
        (file, one.name): one
        for file, masked in mask_reference(assignment).items()
        for one in mutants(reference[file].decode(), {gap.scope for gap in masked.gaps})
    }


def mutate(
    assignment: Assignment, reference: Mapping[str, bytes], grade: Grade, every: int = 1
) -> Mutation:
    """Grades the reference with each mutant, or each `every`-th, in its file's place.

    Raises CourseError where the list names a mutant that does not exist.
    """
    all_of_them, listed = mutants_of(assignment, reference), read_survivors(assignment)
    if unknown := next((one for one in listed if one not in all_of_them), None):
        raise CourseError(
            f"{assignment.folder / LIST}: {': '.join(unknown)} is no mutant of the reference. "
            "Do: take it out, or write it as `autograder verify --mistakes` does"
        )
    chosen = dict(list(all_of_them.items())[::every])
    keys = dict(zip(map(str, range(len(chosen))), chosen, strict=True))
    submissions = [
        Submission(number, assignment.name, {**reference, key[0]: chosen[key].source.encode()})
        for number, key in keys.items()
    ]
    survived = {keys[one.submission.id] for one in grade(submissions) if _has_all(one)}
    return Mutation(frozenset(chosen), tuple(one for one in chosen if one in survived), listed)


def _has_all(report: Report) -> bool:
    return report.status == "graded" and report.score == report.max_score
