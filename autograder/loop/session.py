"""What is known of a student's work between two saves, and what has to be run again."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from autograder.course.assignment import Assignment, Course, Exercise, Language
from autograder.course.gaps import Unfilled, unfilled
from autograder.course.masked import known_gaps
from autograder.errors import CourseError
from autograder.intake.own import read_own
from autograder.intake.submission import Submission
from autograder.loop.checking import Checked, check_tests, missing_data
from autograder.loop.footprint import (
    Prints,
    Watched,
    changed_functions,
    parses,
    prints,
    what_decided,
)
from autograder.loop.printed import kept
from autograder.loop.progress import Standing, course_points, load_standings, save_standings
from autograder.loop.view import Next, Row, View
from autograder.loop.words import lacking_lines, undiagnosed_lines

Pair = tuple[str, str]  # an assignment and one of its exercises, by name


class _Work:
    """One assignment as it lies in the folder."""

    def __init__(self, course: Course, assignment: Assignment) -> None:
        self.own: Submission = read_own(course, assignment)
        self.prints: Prints = prints(assignment, self.own)
        self.parses = parses(assignment, self.own)
        sources = {name: self.own.files[name].decode() for name in assignment.files}
        self.known = known_gaps(assignment)
        self.gaps = [(f"{assignment.name}/{name}", gap) for name, text in sources.items()
                     for gap in unfilled(text, self.known[name])]  # fmt: skip


@dataclass(frozen=True)
class _Run:
    """One run of an exercise's tests."""

    checked: Checked
    seconds: float
    printed: tuple[str, ...]  # the last lines of what the code printed


class Session:
    """The work in the folder, and what its tests came to the last time.

    `look` reads what was saved, `run` runs one exercise of `waiting`, `view` tells the rest.
    """

    def __init__(self, course: Course, chosen: Sequence[Assignment], language: Language) -> None:
        self._course, self._language = course, language
        self._chosen = {one.name: one for one in chosen}
        self._standings = load_standings(course.root)
        self._work: dict[str, _Work] = {}
        self._trouble: dict[str, str] = {}  # by assignment: why its files cannot be read
        self._runs: dict[Pair, _Run] = {}  # the last of each exercise since we began
        self._asked: set[Pair] = set()  # to be run whatever is known
        self._focus: Pair | None = None  # what the student is working at
        self._last: Pair | None = None  # what was run last

    def look(self, names: Collection[str]) -> None:
        """Reads these assignments' files anew."""
        for name in (name for name in self._chosen if name in names):
            before = self._work.get(name)
            try:
                work = _Work(self._course, self._chosen[name])
            except CourseError as error:  # saved half way: say so and wait for the next save
                self._trouble[name] = str(error)
                continue
            self._trouble.pop(name, None)
            self._work[name] = work
            if before and before.own.sha256 != work.own.sha256:
                self._focus = self._touched(name, before.prints) or self._next(name)
                if self._focus:
                    self._asked.add(self._focus)  # the lines in its messages have moved

    def run_all(self) -> None:
        self._asked |= set(self._pairs())

    def waiting(self) -> list[Pair]:
        """What has to be run, in order: where the student is, then what else the change affects."""
        pair = self._next()
        if pair and not self._work[pair[0]].parses:
            return [pair] if pair in self._asked or pair not in self._runs else []
        some = [*self._asked]
        if pair:
            some += [pair] if pair not in self._runs else []
            some += [one for one in self._pairs() if one[0] == pair[0] and not self._holds(one)]
        order = {one: index for index, one in enumerate(self._pairs())}
        return sorted(set(some) & order.keys(), key=lambda one: (one != pair, order[one]))

    def run(self, pair: Pair) -> None:
        """Runs the public tests of one exercise and keeps what they came to."""
        self._asked.discard(pair)
        work, assignment = self._work[pair[0]], self._chosen[pair[0]]
        only = {test.id for test in self._exercise(pair).tests}
        watched, printed, started = Watched(), list[str](), time.perf_counter()
        with kept(printed):
            checked = check_tests(
                self._course, assignment, work.own, self._language, only=only, around=watched.around
            )
        self._runs[pair] = _Run(checked, time.perf_counter() - started, tuple(printed))
        self._last = pair
        if work.parses:  # else all would be lost, and found again at the next save
            self._keep(pair, Standing(
                decided_by=what_decided(work.prints, watched.functions),
                statuses={test.id: test.status for test in checked.score.tests},
                points=checked.score.total,
            ))  # fmt: skip

    def view(self) -> View:
        pair = self._next()
        earned, most = course_points(self._course, self._standings)
        run = self._runs.get(pair or self._last or ("", ""))
        return View(
            rows=tuple(map(self._row, self._pairs())),
            next=self._shown(pair) if pair else None,
            earned=earned,
            most=most,
            trouble=(*self._trouble.values(), *self._lacking()),
            seconds=run.seconds if run else None,
            printed=run.printed if run else (),
        )

    def _pairs(self) -> list[Pair]:
        return [(name, exercise.id) for name, one in self._chosen.items() if name in self._work
                for exercise in one.exercises]  # fmt: skip

    def _next(self, name: str = "") -> Pair | None:
        """The exercise to do: where the student is, else the first that is not done."""
        focus = [self._focus] if self._focus and not name else []
        pairs = (pair for pair in [*focus, *self._pairs()] if name in ("", pair[0]))
        return next((pair for pair in pairs if not self._row(pair).is_done), None)

    def _touched(self, name: str, before: Prints) -> Pair | None:
        """The first exercise with a gap in a function that was changed."""
        functions = changed_functions(before, self._work[name].prints)
        exercises = {gap.exercise for gaps in self._work[name].known.values() for gap in gaps
                     if _is_inside(gap.scope, functions)}  # fmt: skip
        if self._focus and self._focus[0] == name and self._focus[1] in exercises:
            return self._focus
        return next((pair for pair in self._pairs()
                     if pair[0] == name and pair[1] in exercises), None)  # fmt: skip

    def _exercise(self, pair: Pair) -> Exercise:
        return next(one for one in self._chosen[pair[0]].exercises if one.id == pair[1])

    def _standing(self, pair: Pair) -> Standing | None:
        return self._standings.get(pair[0], {}).get(pair[1])

    def _holds(self, pair: Pair) -> bool:
        standing = self._standing(pair)
        return standing is not None and standing.holds(self._work[pair[0]].prints)

    def _keep(self, pair: Pair, standing: Standing) -> None:
        self._standings.setdefault(pair[0], {})[pair[1]] = standing
        save_standings(self._course.root, self._standings)

    def _row(self, pair: Pair) -> Row:
        exercise = self._exercise(pair)
        return Row(
            assignment=self._chosen[pair[0]],
            exercise=exercise,
            standing=self._standing(pair),
            holds=self._holds(pair),
            gaps=len(self._gaps(pair)),
            points=sum(test.points for test in exercise.tests if test.visibility == "public"),
        )

    def _gaps(self, pair: Pair) -> list[tuple[str, Unfilled]]:
        return [one for one in self._work[pair[0]].gaps if one[1].exercise == pair[1]]

    def _shown(self, pair: Pair) -> Next:
        run, gaps = self._runs.get(pair), self._gaps(pair)
        known = (gap for some in self._work[pair[0]].known.values() for gap in some)
        return Next(
            row=self._row(pair),
            gaps=tuple(gaps),
            tests=run.checked.score.tests if run else (),
            others=tuple(
                (gap.name, gap.hints_in(self._language)[0])
                for gap in known
                if gap.exercise == pair[1]
            ),
        )

    def _lacking(self) -> Iterator[str]:
        """What could not be run or named for want of data, and how to have it."""
        for one in self._chosen.values():
            yield from lacking_lines(one, missing_data(one), self._language)
        run = self._runs.get(self._last or ("", ""))
        if run and self._last:
            tests = run.checked.score.tests
            yield from undiagnosed_lines(self._chosen[self._last[0]], tests, self._language)


def _is_inside(scope: str, functions: Collection[str]) -> bool:
    return any(scope == name or scope.startswith(f"{name}.") for name in functions)
