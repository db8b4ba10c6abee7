"""Solves the six equations with your own code and real word vectors, and draws what it finds.

    python word_arithmetic/equations.py                        # pictures
    python word_arithmetic/equations.py "国王 - 男人 + 女人"      # your own: the ten nearest words
    python word_arithmetic/equations.py --embedding minilm     # English words
    python word_arithmetic/equations.py --write                # into answers.json, keeping `own`

Start it where the folder word_arithmetic is.
"""

import argparse
import json
import sys
from pathlib import Path

from rich.console import Console
from rich.table import Table

FOLDER = Path(__file__).resolve().parent
sys.path += [str(FOLDER), str(FOLDER.parent)]
sys.dont_write_bytecode = True

import word_arithmetic as own  # noqa: E402 - found beside this file

from assignments.word_arithmetic.puzzles import puzzles_for  # noqa: E402
from autograder.errors import CourseError  # noqa: E402
from autograder.models.embeddings import EMBEDDINGS, load_embedding  # noqa: E402

WIDTH = 30  # characters of a bar of similarity 1


def main():
    parser = argparse.ArgumentParser(description="Solves the equations of this task.")
    parser.add_argument("equation", nargs="*", help="equations of your own")
    parser.add_argument("--embedding", default="word-vectors", choices=EMBEDDINGS)
    parser.add_argument("--write", action="store_true", help="write the answers to answers.json")
    given = parser.parse_args()
    try:
        embedding = load_embedding(given.embedding)
    except CourseError as error:  # one line: what is missing, and how to get it
        sys.exit(str(error))
    if given.equation:
        solve_own(given.equation, embedding)
        return
    answers = [solve(puzzle, embedding) for puzzle in puzzles_for(given.embedding)]
    if given.write:
        write(FOLDER / "answers.json", given.embedding, answers)


def solve(puzzle, embedding):
    """Draws an equation's candidates and returns its entry for answers.json."""
    candidates = list(puzzle.candidates)
    answer, found = own.solve_among(puzzle.equation, candidates, embedding.index, embedding.table)
    similarities = dict(zip(candidates, found.tolist(), strict=True))
    draw(f"{puzzle.equation} = {answer}", similarities)
    similarity = round(similarities[answer], 4)
    return {"equation": puzzle.equation, "answer": answer, "similarity": similarity}


def solve_own(equations, embedding):
    try:
        nearest, found = own.solve_freely(equations, embedding.index, embedding.table, 10)
    except own.UnknownWord as error:
        sys.exit(str(error))
    for equation, words, values in zip(equations, nearest, found.tolist(), strict=True):
        draw(equation, dict(zip(words, values, strict=True)))


def draw(title, similarities):
    """One bar a word; what is negative is drawn hollow."""
    console = Console(highlight=False, markup=False)
    console.print(title)
    table = Table(show_header=False, box=None)
    for word, value in similarities.items():
        bar = ("█" if value >= 0 else "░") * round(min(abs(value), 1) * WIDTH)
        table.add_row(word, f"{value:+.4f}", bar)
    console.print(table)


def write(path, embedding, answers):
    """Keeps `own`, and replaces all else."""
    kept = json.loads(path.read_text(encoding="utf-8")).get("own", []) if path.exists() else []
    form = {"embedding": embedding, "equations": answers, "own": kept}
    path.write_text(as_text(form), encoding="utf-8")
    print(f"{path.name}: written")


def as_text(form):
    """JSON with one entry a line."""
    lines = [f'  "embedding": {json.dumps(form["embedding"])}']
    for name in ("equations", "own"):
        entries = ",\n".join(f"    {json.dumps(one, ensure_ascii=False)}" for one in form[name])
        lines.append(f'  "{name}": [\n{entries}\n  ]')
    return "{\n" + ",\n".join(lines) + "\n}\n"


if __name__ == "__main__":
    main()
