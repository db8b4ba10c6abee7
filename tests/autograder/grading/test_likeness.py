"""Near-identical adapters are found by the change they make, however it is written."""

from __future__ import annotations

import pytest
import torch
from safetensors.torch import save

from autograder.grading import likeness
from autograder.grading.likeness import MAX_LAYERS, MAX_WIDTH, NEAR, answers, read_matrices

LAYERS = (
    "base_model.model.transformer.h.0.attn.c_attn",
    "base_model.model.transformer.h.1.mlp.c_fc",
)


def near_identical(adapters, near=NEAR):
    answered = {name: answers(one) for name, one in adapters.items()}
    fit = {name: one for name, one in answered.items() if one is not None}
    return likeness.near_identical(fit, near)


def adapter(seed, r=4, layers=LAYERS, width=24):
    generator = torch.Generator().manual_seed(seed)
    shapes = {"A": (r, width), "B": (width * 3, r)}
    return {
        f"{layer}.lora_{letter}.weight": torch.randn(shape, generator=generator)
        for layer in layers
        for letter, shape in shapes.items()
    }


def changed(one, change):
    """`change` turns A and B of each layer into others."""
    found = {}
    for layer in LAYERS:
        a, b = change(one[f"{layer}.lora_A.weight"], one[f"{layer}.lora_B.weight"])
        found |= {f"{layer}.lora_A.weight": a, f"{layer}.lora_B.weight": b}
    return found


def explicit_cosine(one, other):
    changes = [
        torch.cat([
            (x[f"{layer}.lora_B.weight"].double() @ x[f"{layer}.lora_A.weight"].double()).flatten()
            for layer in LAYERS
        ])
        for x in (one, other)
    ]  # fmt: skip
    return torch.cosine_similarity(*changes, dim=0).item()


def test_a_copy_is_found_and_strangers_are_not():
    one = adapter(1)
    found = near_identical({"s01": one, "s02": adapter(2), "s03": dict(one), "s04": adapter(3)})
    assert [(first, second) for first, second, _ in found] == [("s01", "s03")]
    assert found[0][2] == pytest.approx(1)


@pytest.mark.parametrize(
    "change",
    [
        lambda a, b: (a.flip(0), b.flip(1)),  # the other order of directions
        lambda a, b: (a * 8, b / 8),
        lambda a, b: (a, b * 3),  # another alpha
        lambda a, b: (torch.linalg.solve(MIX, a), b @ MIX),
        lambda a, b: (torch.cat((a, torch.zeros_like(a))), torch.cat((b, torch.ones_like(b)), 1)),
        lambda a, b: (a.half(), b.half()),
        lambda a, b: (a + 0.02 * a.std() * torch.ones_like(a), b),
    ],
)
def test_a_copy_in_other_words_is_found(change):
    one = adapter(1)
    found = near_identical({"b": changed(one, change), "a": one, "c": adapter(2)})
    assert [(first, second) for first, second, _ in found] == [("a", "b")]


MIX = torch.randn(4, 4, generator=torch.Generator().manual_seed(9)) + 3 * torch.eye(4)


def test_the_cosine_is_that_of_the_changes_written_out():
    one, other = adapter(1), changed(adapter(1), lambda a, b: (a + torch.ones_like(a), b))
    ((_, _, cosine),) = near_identical({"a": one, "b": other}, near=-1)
    assert cosine == pytest.approx(explicit_cosine(one, other), abs=0.1)
    assert 0.1 < cosine < 0.98


def test_only_shared_layers_are_like_and_all_count():
    whole = adapter(1)
    half = {name: matrix for name, matrix in whole.items() if name.startswith(LAYERS[0])}
    assert near_identical({"a": whole, "b": half}) == []
    ((_, _, cosine),) = near_identical({"a": whole, "b": half}, near=0)
    assert 0.5 < cosine < 0.9


def test_what_is_no_adapter_is_left_out_and_breaks_nothing():
    one = adapter(1)
    broken = {
        "nan": changed(one, lambda a, b: (a * torch.nan, b)),
        "zeros": changed(one, lambda a, b: (a, b * 0)),
        "no partner": {name: matrix for name, matrix in one.items() if "lora_A" in name},
        "flat": changed(one, lambda a, b: (a.flatten(), b)),
        "ranks differ": changed(one, lambda a, b: (a[:2], b)),
        "integers": changed(one, lambda a, b: (a.int(), b.int())),
        "other names": {"weight": torch.ones(2, 2)},
        "other shapes": adapter(1, width=16),
        "nothing": {},
        "too wide": {f"{LAYERS[0]}.lora_A.weight": torch.ones(1, MAX_WIDTH + 1),
                     f"{LAYERS[0]}.lora_B.weight": torch.ones(4, 1)},
        "no rank": {f"{LAYERS[0]}.lora_A.weight": torch.ones(0, 24),
                    f"{LAYERS[0]}.lora_B.weight": torch.ones(24, 0)},
        "too wide in all": {f"{number}.lora_{letter}.weight": torch.ones(
                                (1, MAX_WIDTH) if letter == "A" else (MAX_WIDTH, 1))
                            for number in range(13) for letter in "AB"},
        "too many layers": {f"{number}.lora_{letter}.weight": torch.ones(1, 1)
                            for number in range(MAX_LAYERS + 1) for letter in "AB"},
    }  # fmt: skip
    assert near_identical(broken | {f"{name} again": one for name, one in broken.items()}
                          | {"a": one, "z": one}, near=0.9) == [
        ("a", "z", pytest.approx(1)), ("other shapes", "other shapes again", pytest.approx(1)),
    ]  # fmt: skip


def test_a_class_without_adapters_has_no_pairs():
    assert near_identical({}) == []
    assert near_identical({"s01": adapter(1)}) == []


def test_files_are_read_and_what_is_none_is_empty():
    one = adapter(1)
    assert near_identical({"a": read_matrices(save(one)), "b": one})
    assert read_matrices(b"\x80\x04 a pickle") == {}
    assert read_matrices(save(one)[:-1]) == {}


def test_numbers_that_nobody_can_compare_are_left_out():
    one = adapter(1)
    eighths = {name: matrix.to(torch.float8_e4m3fn) for name, matrix in one.items()}
    assert near_identical({"a": read_matrices(save(eighths)), "b": one, "c": one})[0][:2] == (
        "b",
        "c",
    )
    header = (
        b'{"x.lora_A.weight":{"dtype":"F32","shape":[0,9223372036854775808],"data_offsets":[0,0]}}'
    )
    assert read_matrices(len(header).to_bytes(8, "little") + header) == {}
