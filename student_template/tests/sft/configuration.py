"""adapter_config.json as it was handed in: a plain LoRA within the limits, or a verdict.

It is compared, never acted upon: no model that it names is looked for.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import msgspec

from autograder.grading.compare import Wrong
from tests.sft.strict import decode, malformed, shown

CONFIG, WEIGHTS = "adapter/adapter_config.json", "adapter/adapter_model.safetensors"
MAX_RANK = 16
TARGETS = ("c_attn", "c_proj", "c_fc")

# What a configuration may say as it likes, because it changes nothing in a finished adapter. All
# other options have to be off: they would make it something else than W + alpha/r · B A.
_IDLE = {
    "auto_mapping", "base_model_name_or_path", "fan_in_fan_out", "inference_mode", "lora_dropout",
    "megatron_core", "peft_version", "qalora_group_size", "revision", "task_type",
}  # fmt: skip
_STARTS = (True, False, "gaussian")  # ways to initialise that leave the base alone
_OFF = (None, False, "", [], {})


class Config(msgspec.Struct, frozen=True):
    """What counts of adapter_config.json."""

    peft_type: str
    r: int
    lora_alpha: float
    target_modules: list[str]
    base_model_name_or_path: str | None = None
    bias: str = "none"
    init_lora_weights: bool | str = True


def handed_in(forms: Mapping[str, bytes], file: str) -> bytes:
    if file not in forms:
        raise Wrong(
            f"gap in {file}: not handed in; an adapter is JSON and safetensors, never a pickle",
            f"空：没有提交 {file}；适配器由 JSON 和 safetensors 组成，不收 pickle",
        )
    return forms[file]


def read_config(forms: Mapping[str, bytes]) -> Config:
    """The configuration of a plain LoRA within the limits. Raises Wrong for another."""
    raw: dict[str, Any] = decode(handed_in(forms, CONFIG), dict[str, Any], CONFIG)
    try:
        config = msgspec.convert(raw, Config)
    except msgspec.ValidationError as error:
        raise malformed(CONFIG, str(error)) from error
    if config.peft_type != "LORA":
        raise _refused("peft_type", config.peft_type, "it has to be LORA", "应为 LORA")
    if not 1 <= config.r <= MAX_RANK:
        raise _refused("r", config.r, f"a rank from 1 to {MAX_RANK}", f"秩应为 1 到 {MAX_RANK}")
    if not 0 < config.lora_alpha < math.inf:
        raise _refused("lora_alpha", config.lora_alpha, "above zero", "应大于零")
    named, known = config.target_modules, ", ".join(TARGETS)
    beyond = [name for name in named if name not in TARGETS or named.count(name) > 1]
    if beyond or not named:
        told = beyond[0] if beyond else "[]"
        some, some_zh = f"some of {known}, each once", f"应为 {known} 中的几个"
        raise _refused("target_modules", told, some, some_zh)
    if config.bias != "none":
        raise _refused("bias", config.bias, "it has to be none", "应为 none")
    if config.init_lora_weights not in _STARTS:
        told = config.init_lora_weights
        raise _refused("init_lora_weights", told, "this start changes the base", "这会改动基座模型")
    fields = {*_IDLE, *Config.__struct_fields__}
    for name, value in raw.items():
        if name not in fields and value not in _OFF:
            raise _refused(name, value, "plain LoRA has no such option on", "普通 LoRA 不用它")
    return config


def _refused(name: str, value: object, en: str, zh: str) -> Wrong:
    told = f"{shown(name)} = {shown(value)}"
    return Wrong(f"{CONFIG}: {told}: {en}", f"{CONFIG}：{told}：{zh}")
