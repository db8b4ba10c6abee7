"""`check --watch`: at each save the next exercise, until the student leaves."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from rich.console import Console
from watchfiles import PythonFilter
from watchfiles import watch as changes

from autograder.course.assignment import Assignment, Course, Language
from autograder.errors import CourseError
from autograder.loop.keys import has_keys, pressed, single_keys
from autograder.loop.screen import Screen, Shown
from autograder.loop.session import Session

SLICE_MS = 100  # how soon a key is seen
STEP_MS = 20  # a save is taken as over when nothing more has come for so long


def watch(course: Course, chosen: Sequence[Assignment], language: Language) -> int:
    """Checks now and at each save, until `q` or Ctrl-C."""
    session = Session(course, chosen, language)
    screen = Screen(Console(highlight=False), language, has_keys=has_keys())
    shown, saves = Shown(), _saves(course, chosen)
    next(saves)  # the watcher is there before the first look, so that no save is missed
    session.look([one.name for one in chosen])
    _go_on(session, screen, shown)
    while True:
        with single_keys():
            saved, key = next(saves), pressed()
        if key == "q":
            return 0
        if key == "r":
            session.run_all()
        if key:
            shown = shown.after(key, session.view().hints(language))
        session.look(saved)
        if saved or key or session.waiting():
            _go_on(session, screen, shown)


def _go_on(session: Session, screen: Screen, shown: Shown) -> None:
    """Runs the next of what has to be run, and draws: between two of them saves are seen to."""
    waiting = session.waiting()
    if waiting:
        screen.begin(session.view(), shown, " ".join(waiting[0]))
        session.run(waiting[0])
    screen.draw(session.view(), shown, is_settled=not session.waiting())


def _saves(course: Course, chosen: Sequence[Assignment]) -> Iterator[set[str]]:
    """The assignments that were saved in, again and again; often none."""
    root = course.root.resolve()  # some systems tell the paths of what was saved like this
    names = [one.name for one in chosen if (root / one.name).is_dir()]
    if not names:
        raise CourseError(f"{root}: no {chosen[0].name}/ here. Do: get the template again")
    forms = (Path(form.file).suffix for one in chosen for form in one.forms)
    for saved in changes(
        *(root / name for name in names),
        watch_filter=PythonFilter(extra_extensions=(*forms, ".ipynb")),
        yield_on_timeout=True,
        rust_timeout=SLICE_MS,
        step=STEP_MS,
    ):
        yield {Path(path).relative_to(root).parts[0] for _, path in saved}
