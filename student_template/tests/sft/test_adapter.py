"""Exercise `adapter`: is it a plain LoRA that fits the base, and has it been trained?"""

from tests.sft.adapter import check_values, read_config, read_matrices
from tests.sft.base import NAME, base
from tests.sft.strict import shown


def test_the_configuration_is_a_plain_lora_within_the_limits(forms, record):
    config = read_config(forms)
    named = config.base_model_name_or_path or ""
    if named.replace("\\", "/").rstrip("/").rpartition("/")[2] != NAME:
        record.note(
            en=f"base_model_name_or_path is {shown(named)!r}: not looked for, {NAME} is used here",
            zh=f"base_model_name_or_path 是 {shown(named)!r}：不去找它，这里用的是 {NAME}",
        )


def test_names_shapes_and_dtypes_fit_the_base(forms, record):
    adapter = read_matrices(forms)
    count = sum(a.numel() + b.numel() for a, b in adapter.matrices.values())
    share = f"{count / base().parameters:.1%}".replace("%", " %")
    record.note(
        en=f"{count:,} trained parameters, {share} of the base's",
        zh=f"训练了 {count:,} 个参数，是基座的 {share}",
    )


def test_the_values_are_finite_and_trained(forms):
    check_values(read_matrices(forms))
