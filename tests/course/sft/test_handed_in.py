"""What students hand in beside the code of sft is data: whatever it is, it ends in a clear line."""

from __future__ import annotations

import json
import re

import pytest
import torch
from safetensors.torch import save

from autograder.grading.compare import Wrong
from tests.course.sft.adapters import config_with, handed, matrices
from tests.sft.adapter import (
    check_values,
    read_adapter,
    read_matrices,
)
from tests.sft.base import base
from tests.sft.configuration import CONFIG, WEIGHTS, read_config

FIRST = "base_model.model.transformer.h.0.attn.c_attn.lora_A.weight"


def refusal(forms, read=read_adapter):
    """The line in which an adapter is refused."""
    with pytest.raises(Wrong) as caught:
        read(forms)
    en, zh = caught.value.text.en, caught.value.text.zh
    assert "\n" not in en + zh
    assert len(en) < 400
    assert re.search(r"[\u4e00-\u9fff]", zh)
    return en


# ------------------------------------------------------------------ adapter_config.json


def test_an_adapter_as_peft_saves_it_is_read():
    adapter = read_adapter(handed(config_with(), matrices()))
    assert (adapter.r, adapter.alpha) == (4, 16)
    assert len(adapter.matrices) == len(base().layers)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"r": 17}, "r = 17: a rank from 1 to 16"),
        ({"r": 0}, "r = 0: a rank from 1 to 16"),
        ({"r": 4.5}, "Expected `int`"),
        ({"r": "8"}, "Expected `int`"),
        ({"lora_alpha": 0}, "lora_alpha = 0.0: above zero"),
        ({"peft_type": "IA3"}, "peft_type = IA3: it has to be LORA"),
        ({"target_modules": ["c_attn", "lm_head"]}, "target_modules = lm_head"),
        ({"target_modules": ["c_attn", "c_attn"]}, "target_modules = c_attn"),
        ({"target_modules": []}, "target_modules = []"),
        ({"target_modules": ".*"}, "Expected `array`"),
        ({"bias": "all"}, "bias = all: it has to be none"),
        ({"use_dora": True}, "use_dora = True: plain LoRA has no such option on"),
        ({"use_rslora": True}, "use_rslora = True"),
        ({"lora_bias": True}, "lora_bias = True"),
        ({"modules_to_save": ["lm_head"]}, "modules_to_save = ['lm_head']"),
        ({"rank_pattern": {"c_fc": 64}}, "rank_pattern = {'c_fc': 64}"),
        ({"layers_to_transform": [0]}, "layers_to_transform = [0]"),
        ({"trainable_token_indices": [1]}, "trainable_token_indices = [1]"),
        ({"init_lora_weights": "pissa"}, "init_lora_weights = pissa: this start changes the base"),
        ({"x\u202ey" * 99: "z" * 9999}, "plain LoRA has no such option on"),
        ({"revolution": {"code": "__import__('os')"}}, "revolution = "),
    ],
)  # fmt: skip
def test_a_configuration_of_another_kind_is_refused_by_name(changes, says):
    line = refusal(handed(config_with(**changes), matrices()))
    assert line.startswith(CONFIG)
    assert says in line
    assert line.isprintable()


def test_options_that_this_grader_does_not_know_are_fine_while_they_are_off():
    read_config(handed(config_with(new_option=None, other=False, third={}), b""))


@pytest.mark.parametrize(
    "named", ["/etc/passwd", "openai-community/gpt2", "https://example.org/x", "../..", None]
)
def test_the_base_that_a_configuration_names_is_never_looked_for(named, monkeypatch):
    base()  # is loaded once, from the grader's own files

    def opened(*_, **__):
        raise AssertionError("something was looked for")

    monkeypatch.setattr("socket.socket.connect", opened)
    monkeypatch.setattr("builtins.open", opened)
    monkeypatch.setattr("os.open", opened)
    monkeypatch.setattr("os.stat", opened)
    forms = handed(config_with(base_model_name_or_path=named), matrices())
    assert read_adapter(forms).r == 4


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "truncated"),
        (b"[]", "Expected `object`"),
        (b"\xff\xfe{}", "malformed"),
        (b'{"r": "\xff"}', "can't decode"),
        (b'{"r": NaN}', "invalid character"),
        (b'{"r": 4, "r": 8}', "'r' stands twice"),
        (b'{"a": {"b": 1, "b": 1}}', "'b' stands twice"),
        (b'{"r": ' + b"9" * 5000 + b"}", "r"),
        (b'{"a": ' + b"[" * 20_000 + b"]" * 20_000 + b"}", "recurs"),
    ],
)
def test_a_configuration_that_is_no_json_object_is_refused(data, says):
    line = refusal(handed(data, matrices()))
    assert says.lower() in line.lower()


# ------------------------------------------------------------------ adapter_model.safetensors


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_half_precision_is_as_good(dtype):
    read_adapter(handed(config_with(), matrices(dtype=dtype)))


@pytest.mark.parametrize(
    ("dtype", "name"),
    [(torch.float64, "F64"), (torch.int8, "I8"), (torch.int64, "I64"), (torch.bool, "BOOL"),
     (torch.complex64, "C64"), (torch.float8_e4m3fn, "F8_E4M3")],
)  # fmt: skip
def test_another_dtype_is_refused_by_name(dtype, name):
    line = refusal(handed(config_with(), matrices(dtype=dtype)), read_matrices)
    assert f"has dtype {name}, expected one of F32, F16, BF16" in line


def test_shapes_of_another_model_are_refused():
    other = {name: torch.ones(4 if ".lora_A" in name else 2304, 768 if ".lora_A" in name else 4)
             for name in matrices()}  # fmt: skip
    line = refusal(handed(config_with(), other))
    assert "has shape (4, 768), expected (4, " in line


def test_a_rank_that_the_configuration_does_not_say_is_refused():
    assert "has shape (8, " in refusal(handed(config_with(r=4), matrices(r=8)))


@pytest.mark.parametrize(
    ("added", "says"),
    [
        ("base_model.model.transformer.h.99.attn.c_attn.lora_A.weight", "is no matrix of a LoRA"),
        ("base_model.model.lm_head.weight", "is no matrix of a LoRA"),
        (
            "base_model.model.transformer.h.0.attn.c_attn.lora_magnitude_vector.weight",
            "is no matrix",
        ),
        ("x" * 9999, "is no matrix of a LoRA"),
    ],
)
def test_a_tensor_too_many_is_refused(added, says):
    assert says in refusal(handed(config_with(), {**matrices(), added: torch.ones(2, 2)}))


def test_a_missing_matrix_is_named():
    weights = matrices()
    del weights[FIRST]
    assert f"no {FIRST}" in refusal(handed(config_with(), weights))


def test_too_large_a_share_of_trained_parameters_is_refused(monkeypatch):
    monkeypatch.setattr("tests.sft.adapter.MAX_SHARE", 0.02)
    assert "too large a share" in refusal(handed(config_with(), matrices()))


def test_the_highest_rank_on_all_targets_is_no_larger_share_than_allowed():
    read_matrices(handed(config_with(r=16), matrices(r=16)))


def test_targets_and_matrices_have_to_agree():
    assert "lora_A.weight there" in refusal(handed(config_with(), matrices(targets=("c_attn",))))
    line = refusal(handed(config_with(target_modules=["c_fc"]), matrices()))
    assert "is no matrix of a LoRA on these targets" in line


def test_a_file_that_is_cut_off_is_refused_wherever_it_is_cut():
    whole = save(matrices())
    for length in (0, 7, 8, 100, len(whole) // 2, len(whole) - 1):
        line = refusal(handed(config_with(), whole[:length]))
        assert line.startswith(f"{WEIGHTS}: cannot be used: ")


def lying(change):
    """A file whose header was changed by `change`, a function of the header as a dict."""
    whole = save(matrices())
    length = int.from_bytes(whole[:8], "little")
    entries = json.loads(whole[8 : 8 + length])
    header = change(entries)
    header = header if isinstance(header, bytes) else json.dumps(header).encode()
    return len(header).to_bytes(8, "little") + header + whole[8 + length :]


def entry(**changes):
    return lambda entries: entries | {FIRST: entries[FIRST] | changes}


@pytest.mark.parametrize(
    "change",
    [
        entry(data_offsets=[0, 2**62]),
        entry(data_offsets=[2**62, 2**63]),
        entry(data_offsets=[16, 0]),
        entry(data_offsets=[-4, 4]),
        entry(data_offsets="all"),
        entry(shape=[4, 2**40]),
        entry(shape=[-1, 4]),
        entry(shape=[2**70, 4]),
        entry(dtype=7),
        entry(dtype="F16"),
        entry(code="import os"),
        lambda entries: dict.fromkeys(entries, 1),
        list,
        lambda entries: json.dumps(entries).encode()[:-1] + b', "%s": {}}' % FIRST.encode(),
        lambda entries: json.dumps(entries).encode() + b" " * (1 << 17),
        lambda entries: b"[" * 60_000,
        lambda entries: b"",
    ],
)
def test_a_header_that_lies_is_refused(change):
    assert refusal(handed(config_with(), lying(change))).startswith(WEIGHTS)


def test_a_header_longer_than_the_file_is_refused_without_reading_on():
    data = (2**63).to_bytes(8, "little") + b"{}"
    assert "ends within its header" in refusal(handed(config_with(), data))


def test_a_pickle_is_refused_unread(tmp_path):
    torch.save(matrices(), tmp_path / "adapter_model.bin")
    data = (tmp_path / "adapter_model.bin").read_bytes()
    assert "no safetensors" in refusal(handed(config_with(), data))
    forms = handed(config_with(), b"")
    del forms[WEIGHTS]
    forms["adapter/adapter_model.bin"] = data
    assert refusal(forms).startswith(f"gap in {WEIGHTS}: not handed in")
    assert "never a pickle" in refusal(forms)


@pytest.mark.parametrize("value", [torch.nan, torch.inf, -torch.inf])
def test_values_that_are_not_finite_are_refused_by_the_matrix(value):
    weights = matrices()
    weights[FIRST][0, 0] = value
    line = refusal(handed(config_with(), weights))
    assert "h.0.attn.c_attn.lora_A holds values that are not finite" in line


def test_values_that_overflow_on_the_base_are_refused():
    weights = {name: matrix + 1e30 for name, matrix in matrices().items()}
    assert "overflows" in refusal(handed(config_with(), weights))


def test_an_untrained_adapter_is_refused_but_for_its_form():
    weights = {name: torch.zeros_like(matrix) if ".lora_B" in name else matrix
               for name, matrix in matrices().items()}  # fmt: skip
    forms = handed(config_with(), weights)
    assert "every B A is zero, as before training" in refusal(forms)
    assert read_matrices(forms).r == 4


def test_values_are_checked_apart_from_the_form():
    weights = matrices()
    weights[FIRST][0, 0] = torch.nan
    adapter = read_matrices(handed(config_with(), weights))
    with pytest.raises(Wrong):
        check_values(adapter)
