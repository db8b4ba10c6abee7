"""The long run: `python -m tests.fuzz TARGET [--inputs N] [--seed N] [--guided]`.

With --guided, atheris looks for inputs that reach new lines of the reader (pip install atheris);
without, inputs are valid ones with some damage. An input that fails is written to
tests/fuzz/seeds/TARGET/, where it is a test from then on, and the run ends with exit code 1.
"""

from __future__ import annotations

import argparse
import hashlib
import random
import shutil
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from tests.fuzz.mutate import mutations

if TYPE_CHECKING:
    from tests.fuzz.targets import Target

WORK = Path("build/fuzz")  # begun anew by each run: atheris ends without tidying up
SEEDS = Path(__file__).parent / "seeds"  # where targets.py reads them


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz")
    parser.add_argument("target", choices=["protocol", "archive", "toml", "masking"])
    parser.add_argument("--inputs", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--guided", action="store_true")
    asked = parser.parse_args()
    target = _targets(guided=asked.guided)[asked.target]
    scratch = WORK / target.name
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir(parents=True)
    check = _keeping(target, scratch)
    if asked.guided:
        _guided(target, check, scratch / "corpus", asked.inputs, asked.seed)  # does not come back
    return int(_damaged(target, check, asked.inputs, asked.seed) > 0)


def _targets(*, guided: bool) -> Mapping[str, Target]:
    """Imported late: atheris watches what is imported in its sight, and only that."""
    if guided:
        import atheris

        with atheris.instrument_imports(include=["autograder"]):
            from tests.fuzz.targets import TARGETS
    else:
        from tests.fuzz.targets import TARGETS
    return TARGETS


def _keeping(target: Target, scratch: Path) -> Callable[[bytes], bool]:
    """The target's check, which keeps what fails."""

    def check(data: bytes) -> bool:
        try:
            return target.check(data, scratch)
        except BaseException:
            path = SEEDS / target.name / f"{hashlib.sha256(data).hexdigest()[:12]}.bin"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
            print(f"{target.name}: {path.name} fails", file=sys.stderr)
            raise

    return check


def _damaged(target: Target, check: Callable[[bytes], bool], inputs: int, seed: int) -> int:
    begun, failures, taken = time.monotonic(), 0, 0
    source = mutations(target.examples(), target.reshape, seed)
    for number, data in zip(range(1, inputs + 1), source, strict=False):
        try:
            taken += check(data)
        except Exception as error:
            failures += 1
            print(f"  {type(error).__name__}: {error}"[:300], file=sys.stderr)
            if failures >= 10:
                break
        if number % 20_000 == 0:
            print(f"{target.name}: {number:,} of {inputs:,}", file=sys.stderr, flush=True)
    took = time.monotonic() - begun
    share = f"{100 * taken / number:.0f} %"
    print(
        f"| {target.name} | {number:,} | {share} | {failures} | {number / took:,.0f} |", flush=True
    )
    return failures


def _guided(
    target: Target, check: Callable[[bytes], bool], corpus: Path, inputs: int, seed: int
) -> None:
    import atheris

    corpus.mkdir()
    for number, data in enumerate(target.examples() + target.seeds()):
        (corpus / str(number)).write_bytes(data)
    settings = [f"-runs={inputs}", f"-seed={seed}", "-max_len=4096", "-print_final_stats=1",
                f"-artifact_prefix={corpus}/"]  # fmt: skip

    def mutate(data: bytes, most: int, chance: int) -> bytes:
        if chance % 2:
            return atheris.Mutate(data, most)
        return target.reshape(data, random.Random(chance))[:most]  # noqa: S311

    atheris.Setup([sys.argv[0], *settings, str(corpus)], lambda data: check(data) and None,
                  custom_mutator=mutate)  # fmt: skip
    atheris.Fuzz()


if __name__ == "__main__":
    sys.exit(main())
