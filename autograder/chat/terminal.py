"""The chat in a terminal: a prompt, replies as they come, and a few commands."""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path

from rich.console import Console

from autograder.chat.conversation import EXAMPLES
from autograder.chat.session import Model, Session
from autograder.chat.words import about, words
from autograder.course.assignment import Language
from autograder.errors import CourseError

_CONTROL = dict.fromkeys([*range(9), *range(11, 32), *range(127, 160)])  # but tab and line feed


class Terminal:
    """A conversation with a person at a keyboard."""

    def __init__(
        self,
        session: Session,
        load: Callable[[str], Model],
        language: Language,
        console: Console,
    ) -> None:
        self._session = session
        self._load = load
        self._language: Language = language
        self._console = console

    def run(self) -> None:
        """Talks until Ctrl-C or Ctrl-D at the prompt, or /quit."""
        with suppress(ImportError):  # where there is none, the arrow keys do less
            import readline  # noqa: F401  # gives input() its history
        self._about()
        self._examples()
        self._line(self._words("help"), style="dim")
        while (text := self._read()) is not None:
            try:
                if not text.startswith("/"):
                    self._say(text)
                elif self._command(*text.split(maxsplit=1)):
                    break
            except KeyboardInterrupt:
                self._line(" " + self._words("stopped"), style="dim")
            except CourseError as error:  # one line, and on: what was said so far is kept
                self._line(str(error), style="red")
        self._goodbye()

    def _read(self) -> str | None:
        """What the person types, None at the end; empty lines are passed over."""
        self._console.print()
        try:
            while not (text := input(f"{self._words('you')}> ").strip()):
                pass
        except (EOFError, KeyboardInterrupt):
            self._console.print()
            return None
        return text

    def _say(self, text: str) -> None:
        self._console.print(f"[bold]{self._words('model')}>[/] ", end="")
        said = False
        try:
            with closing(self._session.say(text, self._forgot)) as pieces:
                for piece in pieces:
                    said = True
                    self._print(piece)
            self._line("" if said else self._words("empty"), style="dim")
        except CourseError:
            self._console.print()
            raise

    def _command(self, name: str, argument: str = "") -> bool:
        """Carries out one command and says whether it ends the chat."""
        if name == "/quit":
            return True
        if name[1:] in ("1", "2", "3"):
            example = EXAMPLES[int(name[1:]) - 1]
            self._line(example)
            self._say(example)
        elif name == "/examples":
            self._examples()
        elif name == "/reset":
            self._new_conversation()
        elif name == "/save":
            self._save(argument)
        elif name == "/model":
            self._model(argument)
        elif name == "/help":
            self._line(self._words("help"), style="dim")
        else:
            self._line(self._words("unknown", command=name), style="red")
            self._line(self._words("help"), style="dim")
        return False

    def _save(self, argument: str) -> None:
        if not self._session.turns:
            self._line(self._words("nothing"), style="dim")
            return
        file = (
            self._session.save_as(Path(argument).expanduser()) if argument else self._session.save()
        )
        self._line(self._words("saved", file=file))

    def _model(self, argument: str) -> None:
        """Says which model this is, or loads another one; if that fails, this one stays."""
        if argument:
            with self._console.status(self._words("loading", name=argument)):
                self._session.model = self._load(argument)
            self._new_conversation()
        self._about()

    def _new_conversation(self) -> None:
        last = self._session.file
        self._session.reset()
        self._line(self._words("new", file=last) if last else self._words("new from nothing"))

    def _about(self) -> None:
        model = self._session.model
        line = about(self._language, model, self._session.settings)
        self._line(f"{line} · {self._words('seed', seed=self._session.seed)}")
        if model.adapter_sha256:
            self._line(self._words("adapter", sha256=model.adapter_sha256[:12]))

    def _examples(self) -> None:
        self._line(self._words("nothing to say"))
        for number, example in enumerate(EXAMPLES, start=1):
            self._line(f"  /{number}  {example}")

    def _goodbye(self) -> None:
        file = self._session.file
        self._line(self._words("saved", file=file) if file else self._words("nothing"))

    def _forgot(self, count: int) -> None:
        self._line(self._words("forgot", count=count), style="dim")

    def _words(self, key: str, **values: object) -> str:
        return words(key, self._language, **values)

    def _line(self, text: str, style: str = "") -> None:
        self._print(text + "\n", style)

    def _print(self, text: str, style: str = "") -> None:
        """Text as it is: no markup, and no control characters that could steer the terminal."""
        self._console.print(
            text.translate(_CONTROL),
            end="", style=style, markup=False, emoji=False, highlight=False, soft_wrap=True,
        )  # fmt: skip


def talk(session: Session, load: Callable[[str], Model], language: Language) -> None:
    """Runs the chat on this process's own terminal."""
    Terminal(session, load, language, Console(file=sys.stdout)).run()
