"""The fixture `forms`: what was handed in beside the code.

It is data from a student: parse it with care.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from autograder.course.assignment import Assignment
from autograder.grading.compare import Wrong
from autograder.intake.submission import Submission


class Forms(Mapping[str, bytes]):
    """The forms by name, as bytes. Those that were not handed in are absent.

    One that was, but could not be read (too large, a link out of the folder), raises Wrong with
    the reason when it is asked for.
    """

    def __init__(self, files: Mapping[str, bytes], unread: Mapping[str, str]) -> None:
        self._files = dict(files)
        self._unread = dict(unread)

    def __getitem__(self, name: str) -> bytes:
        if name in self._unread:
            raise Wrong(self._unread[name], self._unread[name])
        return self._files[name]

    def __contains__(self, name: object) -> bool:
        return name in self._files or name in self._unread

    def __iter__(self) -> Iterator[str]:
        yield from (*self._files, *self._unread)

    def __len__(self) -> int:
        return len(self._files) + len(self._unread)


def forms_of(submission: Submission, assignment: Assignment) -> Forms:
    files = submission.files
    names = [form.file for form in assignment.forms if form.file in files]
    return Forms({name: files[name] for name in names}, submission.unread)
