"""The text a model is measured on: tiny-gpt2's corpus, or a file; its last tenth is held out."""

from __future__ import annotations

import lzma
from dataclasses import dataclass
from pathlib import Path

from autograder.errors import CourseError

CORPUS = Path(__file__).with_name("corpus.txt.xz")
HELD_OUT = 10  # one document in ten, from the end


@dataclass(frozen=True)
class Text:
    """Documents to count the baselines on, and documents that nobody has seen."""

    name: str
    train: tuple[str, ...]
    held_out: tuple[str, ...]


def read_text(path: Path | None = None) -> Text:
    """A file's documents, which empty lines part, or the corpus that tiny-gpt2 has read."""
    try:
        content = (path or CORPUS).read_bytes()
        text = (content if path else lzma.decompress(content)).decode().replace("\r\n", "\n")
    except OSError as error:
        raise CourseError(f"{path}: {error.strerror}. Do: check --text") from error
    except UnicodeDecodeError as error:
        raise CourseError(f"{path}: not UTF-8 text ({error}). Do: convert it") from error
    documents = tuple(filter(None, (document.strip() for document in text.split("\n\n"))))
    cut = len(documents) - len(documents) // HELD_OUT
    if cut == len(documents):
        raise CourseError(
            f"{path}: {cut} documents, too few to hold out a tenth. Do: put empty lines between "
            "documents, or give more of them"
        )
    return Text(path.name if path else "corpus", documents[:cut], documents[cut:])
