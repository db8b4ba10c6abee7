"""Does anything grow while a long class is graded? `make soak`.

Half of the class is honest, half hostile: the attacks of tests/attacks/ that don't wait for a time
limit. Every few submissions this looks at the processes of the run, those of student code aside,
and at what lies in /dev/shm and in the run's temporary folder: of each quarter of the run the
least, which is what stays, and of the memory the median. Memory is the proportional set size.
"""

from __future__ import annotations

import argparse
import contextlib
import dataclasses
import os
import signal
import statistics
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from autograder.course.assignment import find_course
from autograder.grading.options import Options
from autograder.intake.submission import Submission
from autograder.sandbox.folder import MEMORY
from autograder.scale.job import Failed, Job
from autograder.scale.local import grade_all
from benchmarks.processes import pss_mib, tree
from tests.attacks.corpus import BASES, FILE, attacks

ROOT = Path(__file__).resolve().parent.parent
JOBS = 2
DEPTH = 3  # of student code: run, zygote, branch, child


@dataclass(frozen=True)
class Sample:
    """What the run holds after a number of submissions."""

    done: int
    memory_mib: float
    descriptors: int
    threads: int
    processes: int
    zombies: int
    entries: int  # in /dev/shm and the temporary folder, two levels deep


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--submissions", type=int, default=2000)
    parser.add_argument("--plot", type=Path, default=ROOT / "benchmarks/results/soak.png")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        temporary, outside = Path(folder, "tmp"), Path(folder, "outside")
        temporary.mkdir()
        outside.mkdir()
        os.environ["TMPDIR"] = tempfile.tempdir = str(temporary)
        samples: list[Sample] = []
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        with contextlib.suppress(KeyboardInterrupt):  # what was seen until then is shown
            for sample in soak(options.submissions, outside):
                samples.append(sample)
    print(f"{samples[-1].done} of {options.submissions} submissions, {JOBS} jobs\n")
    print(table(samples))
    plot(samples, options.plot)


def soak(count: int, outside: Path) -> Iterator[Sample]:
    """Grades `count` submissions and yields a sample every hundredth of them."""
    assignment = find_course(ROOT).assignment("gpt2")
    job = Job(assignment, Options())
    every = max(1, count // 100)
    for done, result in enumerate(grade_all(job, mixed(count, outside), JOBS), start=1):
        if isinstance(result, Failed) or result.status != "graded":
            print(f"no mark: {result.reason}", flush=True)
        if done % every == 0:
            yield look(done)


def mixed(count: int, outside: Path) -> list[Submission]:
    """A class in which every other student attacks, in turn by all the attacks there are."""
    hostile = [
        one.source(ROOT, outside)
        for one in attacks()
        if one.path.suffix == ".py" and "timeout" not in one.here
    ]
    honest = list(BASES.values())
    sources = [
        (hostile if n % 2 else honest)[n // 2 % len(hostile if n % 2 else honest)]
        for n in range(count)
    ]
    return [
        Submission(f"s{n:04}", "gpt2", {FILE: source.encode()}) for n, source in enumerate(sources)
    ]


def look(done: int) -> Sample:
    """Counts everything once."""
    found = list(tree(os.getpid()))
    ours = [pid for pid, depth in found if depth < DEPTH]
    places = {MEMORY, Path(tempfile.gettempdir())}
    return Sample(
        done=done,
        memory_mib=sum(pss_mib(pid) for pid, _ in found),
        descriptors=sum(_entries(Path(f"/proc/{pid}/fd")) for pid in ours),
        threads=sum(_entries(Path(f"/proc/{pid}/task")) for pid in ours),
        processes=len(found),
        zombies=sum(_is_zombie(pid) for pid, _ in found),
        entries=sum(_entries(place) + _entries(*place.glob("*/")) for place in places),
    )


def growth(samples: Sequence[Sample]) -> dict[str, tuple[float, float]]:
    """Of each figure: what it was in the first quarter, and in the last."""
    quarter = max(1, len(samples) // 4)
    found = {}
    for field in dataclasses.fields(Sample)[1:]:
        of = statistics.median if field.name == "memory_mib" else min
        parts = samples[:quarter], samples[-quarter:]
        first, last = (of([getattr(one, field.name) for one in part]) for part in parts)
        found[field.name] = first, last
    return found


def table(samples: Sequence[Sample]) -> str:
    """The growth of each figure, as Markdown."""
    lines = ["| | first quarter | last quarter | growth |", "|---|---|---|---|"]
    lines += [
        f"| {name.replace('_mib', ', MiB')} | {first:.0f} | {last:.0f} | {last - first:+.0f} |"
        for name, (first, last) in growth(samples).items()
    ]
    return "\n".join(lines)


def plot(samples: Sequence[Sample], path: Path) -> None:
    """Memory above, all that is counted below."""
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot

    figure, (memory, counts) = pyplot.subplots(2, sharex=True, figsize=(8, 6))
    done = [one.done for one in samples]
    memory.plot(done, [one.memory_mib for one in samples])
    memory.set_ylabel("memory of all processes, MiB")
    memory.set_ylim(bottom=0)
    for field in dataclasses.fields(Sample)[2:]:
        counts.plot(done, [getattr(one, field.name) for one in samples], label=field.name)
    counts.set_xlabel("submissions graded")
    counts.set_ylim(bottom=0)
    counts.legend()
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=100, bbox_inches="tight")


def _is_zombie(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return False


def _entries(*folders: Path) -> int:
    count = 0
    for folder in folders:
        try:
            count += len(os.listdir(folder))
        except OSError:
            continue  # gone meanwhile
    return count


if __name__ == "__main__":
    main()
