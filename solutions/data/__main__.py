"""`python -m solutions.data` (`make data`) writes the corpus and the dialogues to their places."""

from __future__ import annotations

import json
import lzma
from collections.abc import Mapping, Sequence
from pathlib import Path

from solutions.data.corpus import documents
from solutions.data.dialogues import Dialogue, Part, dialogues

ROOT = Path(__file__).resolve().parents[2]

CORPUS = ROOT / "autograder" / "pretraining" / "corpus.txt.xz"
GENERAL = ROOT / "tests" / "sft" / "general.txt"
DIALOGUES: Mapping[Part, Path] = {
    "train": ROOT / "assignments" / "sft" / "given" / "dialogues.json",
    "public": ROOT / "tests" / "sft" / "heldout.json",
    "hidden": ROOT / "tests" / "sft" / "hidden" / "heldout.json",
}

GENERAL_DOCUMENTS = 60  # the last of the corpus; about 6,000 tokens


def main() -> None:
    texts = list(documents())
    write(CORPUS, lzma.compress(as_text(texts).encode(), preset=9))
    write(GENERAL, as_text(texts[-GENERAL_DOCUMENTS:]).encode())
    for part, path in DIALOGUES.items():
        write(path, as_json(dialogues(part)).encode())


def as_text(texts: Sequence[str]) -> str:
    """Documents with an empty line between two."""
    return "\n\n".join(texts) + "\n"


def as_json(entries: Sequence[Dialogue]) -> str:
    """A JSON list with one dialogue a line, for people who look into it."""
    lines = (json.dumps(entry, ensure_ascii=False) for entry in entries)
    return "[\n" + ",\n".join(lines) + "\n]\n"


def write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    print(f"{path.relative_to(ROOT)}: {len(content):,} bytes")


if __name__ == "__main__":
    main()
