"""Exercise `collator`: samples of different lengths become one batch."""

import torch

from autograder.grading.compare import assert_equal

SAMPLES = [[5, 6, 7, 8, 9], [3], [4, 8, 2]]
LEARNT = 2  # tokens at the end of each sample that are learnt


def samples_of(rows):
    """The last tokens of each are learnt, the others not."""
    return [{"input_ids": row, "labels": [-100] * len(row[:-LEARNT]) + row[-LEARNT:]}
            for row in rows]  # fmt: skip


def filled(rows, filling):
    """(b, t): each row as it is, and `filling` behind it."""
    table = torch.full((len(rows), max(map(len, rows))), filling)
    for number, row in enumerate(rows):
        table[number, : len(row)] = torch.tensor(row)
    return table


def check_batch(student, rows, padding, *names):
    out = student.call("collated", samples=samples_of(rows), padding=padding)
    expected = {
        "input_ids": filled(rows, padding),
        "labels": filled([one["labels"] for one in samples_of(rows)], -100),
        "attention_mask": filled([[1] * len(row) for row in rows], 0),
    }
    for name in names:
        assert_equal(out[name], expected[name], name=name)


def test_shorter_samples_are_filled_up_on_the_right(student):
    check_batch(student, SAMPLES, 11, "input_ids")
    check_batch(student, SAMPLES[1:], 11, "input_ids")


def test_padding_is_not_learnt(student):
    check_batch(student, SAMPLES, 11, "labels")


def test_padding_is_not_seen(student):
    check_batch(student, SAMPLES, 11, "attention_mask")
