"""The command line: parse, one call, exit code. Imports stay lazy, so that --help is instant.

The command NAME runs the function NAME of autograder/commands/NAME.py with the parsed options.
"""

from __future__ import annotations

import argparse
import importlib
import os
import signal
import sys
import traceback
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from types import FrameType
from typing import Any

from autograder import __version__
from autograder.errors import CourseError, GraderFault

EXIT_CODES = """exit codes: 0 done, whatever the marks · 1 --fail-under, check or verify not met ·
2 the course or the call is wrong · 3 something was ungradable · 130/143 stopped by a signal"""

STOPPED = "stopped; what was written so far is whole"

# See commands/export.py.
EXPORTS = ("nbgrader", "gradebook", "notebooks", "gradescope", "moodle", "canvas")


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command and returns its exit code; trouble is one line on stderr."""
    for name in ("SIGTERM", "SIGHUP"):  # Windows has only the first
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), _terminate)
    options = vars(_parser().parse_args(arguments))
    name = options.pop("command")
    try:
        command = getattr(importlib.import_module(f"autograder.commands.{name}"), name)
        return int(command(**options))
    except CourseError as error:
        return _say(error, 2)
    except GraderFault as error:
        return _say(error, 3)
    except KeyboardInterrupt:
        return _say(STOPPED, 130)
    except BrokenPipeError:  # `autograder grade | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:
        return _unexpected(error)


def _unexpected(error: Exception) -> int:
    """A bug of ours, told the maintainer in full, unless it is what a signal left behind."""
    stopped = _stopped_amid(error)
    if isinstance(stopped, SystemExit):
        raise stopped
    if stopped:
        return _say(STOPPED, 130)
    traceback.print_exception(error)
    return 3


def _stopped_amid(error: BaseException | None) -> SystemExit | KeyboardInterrupt | None:
    """The signal that an error came after: code that is left midway may fail on its way out."""
    while error is not None and not isinstance(error, SystemExit | KeyboardInterrupt):
        error = error.__context__
    return error


def _say(message: object, code: int) -> int:
    print(f"autograder: {message}", file=sys.stderr)
    return code


def _terminate(number: int, _frame: FrameType | None) -> None:
    raise SystemExit(128 + number)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="autograder",
        description="Grades deep-learning assignments; student code runs in a sandbox.",
        epilog=EXIT_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"autograder {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def command(name: str, text: str) -> Any:
        return commands.add_parser(name, help=text, description=text).add_argument

    _student(command)
    _grade(command)
    _author(command)
    _instructor(command)
    _mistakes(command)
    _export(command)
    _chat(command)
    add = command("fetch", "bring models and data into your cache, checked and whole")
    add("names", nargs="*", metavar="NAME", help="see --list")
    add("--list", action="store_true", dest="listing", help="say what there is and what is here")
    add("--needed", action="store_true", help="what the tests of this folder's assignments need")
    _add_language(add)
    add = command("doctor", "say what this machine has and lacks, and how to mend each lack")
    add("--attack", action="store_true", help="try a few attacks on this machine's sandbox")
    _add_language(add)
    return parser


def _student(command: Any) -> None:
    add = command("check", "check your own work with the public tests, in the template's folder")
    add("assignment", nargs="?", metavar="ASSIGNMENT", help="default: each one in the folder")
    add("folder", nargs="?", type=Path, metavar="FOLDER", help="pretraining: a model's folder")
    add("--text", type=Path, metavar="FILE", help="pretraining: measure on this text")
    add("--watch", action="store_true", help="check again whenever you save")
    add("--explain", action="store_true", help="draw your attention pattern beside the right one")
    add("--ci", type=Path, metavar="DIR", help="write there what a workflow shows and keeps")
    _add_language(add)
    add = command("pack", "make the zip to hand in")
    add("assignment", nargs="?", metavar="ASSIGNMENT", help="default: each one in the folder")
    add("--output", type=Path, metavar="FILE", help="default: <folder>.zip in the folder")
    _add_language(add)


def _grade(command: Any) -> None:
    add = command("grade", "grade students' folders, zips, or whole classes of them")
    add("paths", nargs="+", type=Path, metavar="PATH", help="a student's folder or zip, or a class")
    add(
        "--class",
        action="store_true",
        dest="archives_are_classes",
        help="each PATH that is an archive holds a class, as Moodle and Canvas hand it out",
    )
    add("--assignment", metavar="NAME", help="default: each one that somebody handed in")
    add("--output", type=Path, default=Path("reports"), metavar="DIR", help="default: reports")
    add("--jobs", type=_positive, metavar="N", help="processes; default: one a core")
    add(
        "--dask", metavar="ADDRESS", help="on a Dask cluster: tcp://HOST:PORT, or local:N processes"
    )
    add("--fail-under", type=_percent, metavar="PERCENT", help="exit 1 if a score is below")
    add("--no-cache", action="store_true", help="grade afresh what has not changed, too")
    _add_times(add)
    _add_progress(add)
    _add_sandbox(add)
    _add_language(add)


def _author(command: Any) -> None:
    add = command("new", "lay out a new assignment that verifies and grades at once")
    add("name", metavar="NAME", help="of its folder and module, such as layer_norm")
    _add_language(add)

    add = command("release", "write the student template from the references and their marks")
    add("--output", type=Path, metavar="DIR", help="default: student_template/ in the course")

    add = command("verify", "prove the course: the template earns nothing, the reference all")
    add("assignment", nargs="?", metavar="ASSIGNMENT", help="default: each one in the course")
    add("--mistakes", action="store_true", help="and the tests have teeth, which takes long")
    add("--output", type=Path, metavar="FILE", help="writes what each mistake costs, as Markdown")
    _add_isolation(add)


def _instructor(command: Any) -> None:
    add = command("watch", "grade what arrives in a folder, until stopped")
    add("folder", type=Path, metavar="DIR", help="a class's folder; a student's may come any time")
    add("--assignment", metavar="NAME", help="default: those that are handed in")
    add("--output", type=Path, default=Path("reports"), metavar="DIR", help="default: reports")
    add("--jobs", type=_positive, metavar="N", help="processes; default: one a core")
    _add_times(add)
    _add_progress(add)
    _add_sandbox(add)
    _add_language(add)

    add = command("consensus", "group a class's answers to each gap; grade the majority's")
    add("paths", nargs="+", type=Path, metavar="PATH", help="as for grade")
    add("--class", action="store_true", dest="archives_are_classes", help="as for grade")
    add("--assignment", metavar="NAME", help="default: each one that somebody handed in")
    add("--output", type=Path, default=Path("reports"), metavar="DIR", help="default: reports")
    add("--jobs", type=_positive, metavar="N", help="processes; default: one a core")
    _add_isolation(add)
    _add_language(add)

    add = command("collect", "fetch students' repositories as they were at a deadline")
    add("source", type=Path, metavar="LIST", help="a URL a line, or a CSV with a column of them")
    add("--into", type=Path, default=Path("collected"), metavar="DIR", help="default: collected")
    add("--deadline", type=_moment, metavar="TIME", help="2026-12-01T23:59+08:00; default: now")
    _add_language(add)

    add = command("cache", "say how many results are kept, or delete them")
    add("--clear", action="store_true", help="delete them: the next run grades afresh")
    _add_language(add)

    add = command("rerun", "repeat one test of one student and show its inputs and both outputs")
    add("student", metavar="STUDENT", help="a folder or zip, or an id in submissions/")
    add("--test", required=True, metavar="ID", help="as in the report: test_mlp.py::test_…")
    add("--assignment", metavar="NAME", help="default: the one that has this test")
    _add_sandbox(add)
    _add_language(add)

    add = command("report", "show one report: points, and of each test that lost some, why")
    add("file", type=Path, metavar="FILE", help="such as reports/gpt2/s01.json")
    _add_language(add)

    add = command("compare", "say what a regrade changed, and for whom")
    add("old", type=Path, metavar="OLD", help="a report, or a folder of reports")
    add("new", type=Path, metavar="NEW", help="the same of another run")
    _add_language(add)

    add = command("parity", "compare logits with Hugging Face at the model's real size")
    add("path", nargs="?", type=Path, metavar="PATH", help="a student; default: the reference")
    _add_sandbox(add)
    _add_language(add)


def _mistakes(command: Any) -> None:
    add = command("mistakes", "list the known mistakes; or what a class got wrong beside them")
    add("assignment", nargs="?", metavar="ASSIGNMENT", help="default: each one in the course")
    add(
        "--from",
        type=Path,
        dest="reports",
        metavar="REPORTS",
        help="list the failures there that no known mistake explains, the most frequent first",
    )
    add("--draft", type=_positive, dest="number", metavar="N", help="print a file for one of those")
    add("--submissions", type=Path, metavar="DIR", help="the class's code; default: submissions")
    _add_language(add)


def _export(command: Any) -> None:
    add = command("export", "give the course, or its marks, to another tool")
    add("target", choices=EXPORTS, metavar="TARGET", help=", ".join(EXPORTS))
    add(
        "output",
        type=Path,
        metavar="OUT",
        help="a folder; of gradebook: nbgrader's gradebook.db; "
        "of gradescope a zip, of moodle and canvas a CSV",
    )
    add("--assignment", metavar="NAME", help="default: each one in the course")
    add("--reports", type=Path, default=Path("reports"), metavar="DIR", help="default: reports")
    add("--grader", default="autograder", metavar="WHERE", help="what students give to pip install")
    add(
        "--without-landlock",
        choices=("refuse", "none"),
        default="refuse",
        help="of gradescope: where its kernel has no Landlock, grade nothing, or unconfined",
    )
    _add_language(add)


def _chat(command: Any) -> None:
    add = command("chat", "talk with a language model, in the terminal or on a page")
    add("--web", action="store_true", help="a page in the browser, from this computer only")
    add("--port", type=int, metavar="N", help="of the page; default: the first free from 7860")
    add("--model", metavar="PATH", help="a Hugging Face folder or GGUF file; with --url, a name")
    add("--adapter", type=Path, metavar="PATH", help="a LoRA adapter's folder, on top of --model")
    add("--url", metavar="URL", help="a server of OpenAI's protocol; key from OPENAI_API_KEY")
    add("--save", type=Path, metavar="FILE", help="default: transcripts/chat-<date>-<time>.json")
    add("--system", metavar="TEXT", help="instructions to the model before the conversation")
    add("--temperature", type=float, default=0.7, metavar="T", help="0: the likeliest; default 0.7")
    add("--top-p", type=float, default=0.9, metavar="P", help="default: 0.9")
    add(
        "--max-new-tokens",
        type=int,
        default=256,
        metavar="N",
        help="of a reply, half of the context at most; default: 256",
    )
    add("--seed", type=int, metavar="N", help="default: drawn, and written in the transcript")
    _add_language(add)


def _add_sandbox(add: Any) -> None:
    _add_isolation(add)
    add("--model", type=Path, metavar="PATH", help="a folder with real weights, as model/gpt2-base")


def _add_progress(add: Any) -> None:
    add(
        "--progress",
        choices=("bar", "lines", "json"),
        help="default: a bar on a terminal, else lines; json: a line a result, and no table",
    )


def _add_times(add: Any) -> None:
    add(
        "--times",
        type=Path,
        metavar="FILE",
        help="an LMS's CSV of when each student handed in; default: the one that was given last",
    )


def _add_isolation(add: Any) -> None:
    add(
        "--isolation",
        choices=("landlock", "none"),
        default="landlock",
        help="'none' runs student code unconfined: only for code that you trust",
    )


def _add_language(add: Any) -> None:
    add("--lang", choices=("en", "zh"), default=_locale_language(), help="default: the locale")


def _locale_language() -> str:
    language = next(filter(None, map(os.environ.get, ("LC_ALL", "LC_MESSAGES", "LANG"))), "")
    return "zh" if language.lower().startswith("zh") else "en"


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("at least 1")
    return number


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError("no time such as 2026-12-01T23:59+08:00") from None
    if moment.tzinfo is None:
        raise argparse.ArgumentTypeError(f"no time zone: write {text}+08:00, or {text}Z")
    return moment


def _percent(text: str) -> float:
    number = float(text)
    if not 0 <= number <= 100:
        raise argparse.ArgumentTypeError("between 0 and 100")
    return number
