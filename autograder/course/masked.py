"""An assignment's references with their marks taken out, and the gaps that this leaves."""

from __future__ import annotations

from pathlib import Path

from autograder.course.assignment import Assignment
from autograder.course.gaps import GapInfo, load_gaps
from autograder.course.masking import Masked, mask
from autograder.errors import CourseError


def mask_reference(assignment: Assignment) -> dict[str, Masked]:
    """Each listed file of the reference, masked. CourseError names a wrong mark or missing file."""
    return {name: _mask(assignment, name) for name in assignment.files}


def known_gaps(assignment: Assignment) -> dict[str, tuple[GapInfo, ...]]:
    """The gaps by file: from the reference where it is, else as released with the template."""
    if assignment.solution_folder.is_dir():
        masked = mask_reference(assignment)
        return {name: released_gaps(one) for name, one in masked.items()}
    return {name: load_gaps(_text(assignment, gaps_path(assignment, name)))
            for name in assignment.files}  # fmt: skip


def released_gaps(masked: Masked) -> tuple[GapInfo, ...]:
    """The gaps of one file without their answers."""
    return tuple(gap.released for gap in masked.gaps)


def gaps_path(assignment: Assignment, name: str) -> Path:
    """Where a template carries the gaps of a listed file."""
    return assignment.folder / "gaps" / f"{Path(name).stem}.json"


def _mask(assignment: Assignment, name: str) -> Masked:
    path = assignment.solution_folder / name
    return mask(_text(assignment, path), path.relative_to(assignment.root).as_posix())


def _text(assignment: Assignment, path: Path) -> str:
    """The file's text with its own line ends and byte order mark."""
    try:
        return path.read_bytes().decode("utf-8")
    except OSError as error:
        shown = path.relative_to(assignment.root).as_posix()
        raise CourseError(f"{shown}: {error.strerror}. Do: write the file") from error
    except UnicodeDecodeError as error:
        raise CourseError(f"{path}: not UTF-8. Do: save it as UTF-8") from error
