"""Solves the six equations with your own code and real word vectors, and draws what it finds.

    python word_arithmetic/equations.py                        # pictures
    python word_arithmetic/equations.py "国王 - 男人 + 女人"      # your own: the ten nearest words
    python word_arithmetic/equations.py --embedding minilm     # English words
    python word_arithmetic/equations.py --write                # into answers.json, keeping `own`
    python word_arithmetic/equations.py --write "冰 + 火"       # into `own`, with the nearest word
    python word_arithmetic/equations.py -- "-冰 + 火"           # a first minus needs the two dashes

Start it where the folder word_arithmetic is.
"""

import argparse
import json
import math
import sys
import traceback
from pathlib import Path

from rich.console import Console
from rich.table import Table

FOLDER = Path(__file__).resolve().parent
FORM, CODE = FOLDER / "answers.json", FOLDER / "word_arithmetic.py"
sys.path += [str(FOLDER), str(FOLDER.parent)]
sys.dont_write_bytecode = True

from assignments.word_arithmetic.puzzles import puzzles_for  # noqa: E402 - found in the folder above
from autograder.errors import CourseError  # noqa: E402
from autograder.models.embeddings import EMBEDDINGS, load_embedding  # noqa: E402

WIDTH = 30  # characters of a bar of similarity 1


def main():
    parser = argparse.ArgumentParser(
        description="Solves the equations of this task.",
        epilog='Where an equation begins with a minus, write -- before it: -- "-冰 + 火"',
    )
    parser.add_argument("equation", nargs="*", help="equations of your own")
    parser.add_argument("--embedding", default="word-vectors", choices=EMBEDDINGS)
    parser.add_argument("--write", action="store_true", help="write what is found to answers.json")
    given = parser.parse_args()
    form = read_form(given.embedding, bool(given.equation)) if given.write else {}
    try:
        embedding = load_embedding(given.embedding)
    except CourseError as error:  # one line: what is missing, and how to get it
        sys.exit(str(error))
    try:
        if given.equation:
            form["own"] = with_own(form.get("own", []), solve_own(given.equation, embedding))
        else:
            form["equations"] = [solve(one, embedding) for one in puzzles_for(given.embedding)]
    except Exception as error:  # your code's
        sys.exit(told(error))
    if given.write:
        FORM.write_text(as_text(form), encoding="utf-8")
        print(f"{FORM.name}: written")


def solve(puzzle, embedding):
    """Draws an equation's candidates and returns its entry for answers.json."""
    import word_arithmetic as own

    candidates = list(puzzle.candidates)
    answer, found = own.solve_among(puzzle.equation, candidates, embedding.index, embedding.table)
    similarities = dict(zip(candidates, found.tolist(), strict=True))
    draw(f"{puzzle.equation} = {answer}", similarities)
    similarity = round(similarities[answer], 4)
    return {"equation": puzzle.equation, "answer": answer, "similarity": similarity}


def solve_own(equations, embedding):
    """Draws the words nearest to each equation and returns the entries of the nearest."""
    import word_arithmetic as own

    nearest, found = own.solve_freely(equations, embedding.index, embedding.table, 10)
    for equation, words, values in zip(equations, nearest, found.tolist(), strict=True):
        draw(equation, dict(zip(words, values, strict=True)))
    return [{"equation": text, "answer": words[0]}
            for text, words in zip(equations, nearest, strict=True)]  # fmt: skip


def draw(title, similarities):
    """One bar a word; what is negative is drawn hollow."""
    for word, value in similarities.items():
        if not math.isfinite(value):
            sys.exit(
                f"{title}: the similarity of {word} is {value}. Do: look at unit; `make check`"
            )
    console = Console(highlight=False, markup=False)
    console.print(title)
    table = Table(show_header=False, box=None)
    for word, value in similarities.items():
        bar = ("█" if value >= 0 else "░") * round(min(abs(value), 1) * WIDTH)
        table.add_row(word, f"{value:+.4f}", bar)
    console.print(table)


def told(error):
    """One line on what your code did not do, and where."""
    lines = [frame for frame in traceback.extract_tb(error.__traceback__)
             if frame.filename == str(CODE)]  # fmt: skip
    where = f"{CODE.name}, line {lines[-1].lineno}, {lines[-1].name}" if lines else CODE.name
    match error:
        case NameError(name="MASK"):
            return (
                f"{where}: this gap is still open. Do: fill it first; `make check` shows its hint"
            )
        case SyntaxError():
            return f"{CODE.name}, line {error.lineno}: {error.msg}. Do: mend it; `make check`"
    if type(error).__name__ == "UnknownWord" and str(error):
        return str(error)
    return f"{where}: {type(error).__name__}: {error}. Do: mend it; `make check`"


def read_form(embedding, adds):
    """What answers.json holds now; with `adds`, its embedding has to be the one in use."""
    empty = {"embedding": embedding, "equations": [], "own": []}
    if not FORM.exists():
        return empty
    try:
        form = json.loads(FORM.read_text(encoding="utf-8-sig"))
    except ValueError as error:  # of JSON: with line and column
        sys.exit(f"{FORM.name}: {error}. Do: mend it, or delete the file and begin again")
    if not isinstance(form, dict) or not all(
        isinstance(form.get(name, []), list) for name in ("equations", "own")
    ):
        sys.exit(f"{FORM.name}: not the form that was given out. Do: delete it and begin again")
    named = form.get("embedding", embedding)
    if adds and named != embedding:
        sys.exit(f"{FORM.name}: it says {named}, not {embedding}. Do: add --embedding {named}")
    return empty | {name: form[name] for name in ("equations", "own") if name in form}


def with_own(entries, added):
    """The own equations, less blank ones, with the added ones in the place of the same before."""
    replaced = {"", *(one["equation"] for one in added)}
    kept = [one for one in entries
            if not isinstance(one, dict) or one.get("equation") not in replaced]  # fmt: skip
    return [*kept, *added]


def as_text(form):
    """JSON with one entry a line."""
    lines = [f'  "embedding": {json.dumps(form["embedding"])}']
    for name in ("equations", "own"):
        entries = ",\n".join(f"    {json.dumps(one, ensure_ascii=False)}" for one in form[name])
        lines.append(f'  "{name}": [\n{entries}\n  ]')
    return "{\n" + ",\n".join(lines) + "\n}\n"


if __name__ == "__main__":
    main()
