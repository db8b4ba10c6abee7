"""Trouble that a model makes, told in one line instead of a traceback."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from autograder.errors import CourseError

_EXTRA = ("gguf", "gradio", "openai", "peft")  # what the extra `chat` brings
_NO_MEMORY = ("out of memory", "can't allocate", "cannot allocate", "not enough memory")


@contextmanager
def one_line(what: str, remedy: str) -> Iterator[None]:
    """Turns what fails inside into a CourseError: memory by its own line, all else by `remedy`.

    A model's files and a model's code can fail in any way there is, so everything is caught.
    """
    try:
        yield
    except CourseError:
        raise
    except ModuleNotFoundError as error:
        raise missing_package(error) from error
    except Exception as error:
        reason = next(iter(str(error).strip().splitlines()), "") or type(error).__name__
        if isinstance(error, MemoryError) or any(sign in str(error).lower() for sign in _NO_MEMORY):
            raise CourseError(
                f"{what}: out of memory. Do: close other programs, choose a smaller model, or "
                "begin a shorter conversation"
            ) from error
        raise CourseError(f"{what}: {reason}. Do: {remedy}") from error


def missing_package(error: ModuleNotFoundError) -> CourseError:
    """One line on a package that is not installed."""
    name = (error.name or "").partition(".")[0]
    wanted = "'autograder[chat]'" if name in _EXTRA else name
    return CourseError(f"{name}: this package is not installed. Do: pip install {wanted}")
