"""The suite has teeth: each classic mistake costs points where it is made, and few elsewhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from autograder.intake.submission import Submission

SOLUTION = Path(__file__).parents[3] / "solutions/word_arithmetic"
FILE, FORM = "word_arithmetic.py", "answers.json"
ELSEWHERE = 6  # points outside its own exercise that one mistake may cost, at most

MARKS = re.compile(r"^ *# (\[MASK|hint:|提示：).*\n", re.MULTILINE)
REFERENCE = MARKS.sub("", (SOLUTION / FILE).read_text(encoding="utf-8"))

ROW = "index.get(word, index.get(word.lower()))"
LONGEST = "word[start : max(stops)]"
ONWARD = "max(stops, default=start + 1)"
MEAN = ".mean(dim=0)"
COMBINE = "vectors.new_tensor(signs) @ vectors"
ZERO = "x / length.masked_fill(length == 0, 1)"
COSINE = "(unit(a) * unit(b)).sum(dim=-1)"
EVERY = "unit(targets) @ unit(table).T"
OUT = "of_one[rows] = -torch.inf"
TOP = "similarities.topk(k, dim=-1)"
EXCLUDED = "[[row for row in rows if row is not None] for rows in found]"
SIGNS = '[1 if sign == "+" else -1 for sign in parts[::2]]'
AMONG = "nearest_candidate(equation_vector(text, index, table), vectors)"

# name: its exercise, and what stands in the reference and in the mistake
MISTAKES = {
    "no lower case": ("vector", ROW, "index.get(word)"),
    "always in lower case": ("vector", ROW, "index.get(word.lower())"),
    "lower case first": ("vector", ROW, "index.get(word.lower(), index.get(word))"),
    "row zero is no row": ("vector", ROW, "index.get(word) or index.get(word.lower())"),
    "shortest pieces": ("vector", "max(stops", "min(stops"),
    "no pieces": ("vector", "if stops:", "if stops and max(stops) == len(word) and start == 0:"),
    "the first piece only": ("vector", ONWARD, "len(word) if stops else start + 1"),
    "pieces that overlap": ("vector", ONWARD, "start + 1"),
    "stops at what is unknown": ("vector", ONWARD, "max(stops, default=len(word))"),
    "no mean of the pieces": ("vector", MEAN, ".sum(dim=0)"),
    "every piece once": (
        "vector", "table[rows_of(word, index)]", "table[list(dict.fromkeys(rows_of(word, index)))]",
    ),
    "zeros for an unknown word": (
        "vector", "raise UnknownWord(word)", "return [[False] * len(index)]",
    ),
    "the unknown piece is named": ("vector", "UnknownWord(word)", "UnknownWord(word[-1])"),
    "minus is plus": ("arithmetic", COMBINE, "vectors.sum(dim=0)"),
    "mean of the terms": ("arithmetic", COMBINE, f"({COMBINE}) / len(signs)"),
    "the first sign ignored": (
        "arithmetic", COMBINE, "vectors.new_tensor([1, *signs[1:]]) @ vectors",
    ),
    "terms summed in single precision": (
        "arithmetic", COMBINE, "(vectors.float().new_tensor(signs) @ vectors.float())",
    ),
    "cosine without norm": ("similarity", COSINE, "(a * b).sum(dim=-1)"),
    "only one norm": ("similarity", COSINE, "(unit(a) * b).sum(dim=-1)"),
    "the sine": ("similarity", COSINE, "(1 - (unit(a) * unit(b)).sum(dim=-1).square()).sqrt()"),
    "cosine by matrix product": ("similarity", COSINE, "unit(a) @ unit(b).transpose(-1, -2)"),
    "zero over zero": ("similarity", ZERO, "x / length"),
    "a large number against zero": ("similarity", ZERO, "x / (length + 1e-3)"),
    "length along the first axis": ("similarity", "dim=-1, keepdim=True", "dim=0, keepdim=True"),
    "sum of entries for length": ("similarity", "x.norm(dim=-1,", "x.abs().sum(dim=-1,"),
    "the farthest candidate": ("nearest", ".argmax().item()", ".argmin().item()"),
    "the last of equals": (
        "nearest", "similarities.argmax().item()",
        "len(vectors) - 1 - similarities.flip(0).argmax().item()",
    ),
    "dot product in the vocabulary": ("nearest", EVERY, "targets @ table.T"),
    "table not normalised": ("nearest", EVERY, "unit(targets) @ table.T"),
    "nothing excluded": ("nearest", OUT, "pass"),
    "excluded with zero": ("nearest", OUT, "of_one[rows] = 0"),
    "excluded for all targets": ("nearest", OUT, "similarities[:, rows] = -torch.inf"),
    "the k farthest": ("nearest", TOP, "similarities.topk(k, dim=-1, largest=False)"),
    "the nearest last": (
        "nearest", "return top.indices, top.values",
        "return top.indices.flip(-1), top.values.flip(-1)",
    ),
    "no full-width signs": ("equations", "text.translate(PLAIN)", "text"),
    "no dash": ("equations", '"＋－−–＝", "+---="', '"＋－−＝", "+--="'),
    "spaces between signs only": (
        "equations", '"".join(text.translate(PLAIN).partition("=")[0].split())',
        'text.translate(PLAIN).partition("=")[0].replace(" + ", "+").replace(" - ", "-").strip()',
    ),
    "the right side is read": (
        "equations", '.partition("=")[0]', '.replace("=", "").replace("?", "").replace("？", "")',
    ),
    "signs turned": ("equations", SIGNS, SIGNS.replace('"+"', '"-"')),
    "a first sign is no sign": ("equations", 'left.startswith(("+", "-"))', "False"),
    "missing words accepted": ("equations", "not all(words)", "False"),
    "the farthest equation": (
        "equations", f"place, similarities = {AMONG}",
        f"_, similarities = {AMONG}; place = similarities.argmin().item()",
    ),
    "its own words are answers": ("equations", EXCLUDED, "[[] for rows in found]"),
    "words without a row exclude the last": (
        "equations", EXCLUDED, "[[-1 if row is None else row for row in rows] for rows in found]",
    ),
    "only the first word excluded": (
        "equations", EXCLUDED, "[[row for row in rows[:1] if row is not None] for rows in found]",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_costs_points_in_its_own_exercise_and_few_elsewhere(grader, name):
    own, right, wrong = MISTAKES[name]
    assert right in REFERENCE
    files = {FILE: REFERENCE.replace(right, wrong).encode(), FORM: (SOLUTION / FORM).read_bytes()}
    report = grader.grade(Submission(name, "word_arithmetic", files))
    lost = {one.id: one.max_score - one.score for one in report.exercises}
    assert report.status == "graded", report.reason
    assert lost.pop(own) > 0
    assert sum(lost.values()) <= ELSEWHERE, lost
