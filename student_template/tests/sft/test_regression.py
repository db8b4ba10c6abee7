"""Exercise `regression`: the model still reads its corpus about as well as before."""

from tests.sft.adapter import read_adapter
from tests.sft.verdicts import judge_regression


def test_general_text_is_not_forgotten(forms, record):
    judge_regression(read_adapter(forms), record)
