"""Exercise `collator`, hidden part: padding that looks like a token, other shapes."""

from tests.sft.test_collator import check_batch

ALL = ("input_ids", "labels", "attention_mask")


def test_a_token_that_looks_like_padding_is_still_a_token(student, draw):
    for padding in (0, 3):
        drawn = draw.integers(f"tokens {padding}", 5, 6, 9).tolist()
        sizes = (1 + draw.integers(f"sizes {padding}", 9, 6)).tolist()
        rows = [[*row[: size - 1], padding] for row, size in zip(drawn, sizes, strict=True)]
        check_batch(student, rows, padding, *ALL)


def test_samples_of_one_length_need_no_padding(student, draw):
    check_batch(student, draw.integers("tokens", 50, 4, 7).tolist(), 0, *ALL)
    check_batch(student, draw.integers("one", 50, 1, 12).tolist(), 49, *ALL)
