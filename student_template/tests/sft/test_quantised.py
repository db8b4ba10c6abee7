"""Exercise `quantised`: the adapter works on the base that QLoRA trains it on, too."""

from tests.sft.adapter import read_adapter
from tests.sft.verdicts import judge_quantised


def test_the_gain_is_kept_on_the_quantised_base(forms, record):
    judge_quantised(read_adapter(forms), record)
