"""Exercise `config`: a base in four bits, a LoRA on it, and how it is trained."""

import functools

import torch

from autograder.grading.compare import Wrong, assert_close, assert_equal, assert_text
from tests.sft import said, toy
from tests.sft.low_rank import ALPHA, DROPOUT, RANK, descent, shapes


def test_the_base_is_kept_in_four_bits(student, record):
    on_cpu, on_gpu = (student.call("quantisation", on_gpu=one) for one in (False, True))
    with record.part(2, en="four bits of the kind nf4", zh="四比特，nf4"):
        assert_equal(on_cpu["four_bits"], torch.tensor(True), name="load_in_4bit")
        assert_text(on_cpu["kind"], "nf4", name="kind of four bits")
    with record.part(1, en="scales quantised once more", zh="缩放系数再量化一次"):
        assert_equal(on_cpu["double"], torch.tensor(True), name="double quantisation")
    with record.part(1, en="dtype to compute in", zh="计算用的 dtype"):
        assert_text(on_cpu["dtype"], "float32", name="compute dtype on the CPU")
        assert_text(on_gpu["dtype"], "bfloat16", name="compute dtype on a GPU")


def test_the_adapter_has_the_courses_settings(student, record):
    out = student.call("lora")
    with record.part(1, en="rank", zh="秩"):
        assert_equal(out["rank"], torch.tensor(RANK), name="r")
    with record.part(1, en="alpha", zh="alpha"):
        assert_equal(out["alpha"], torch.tensor(ALPHA), name="lora_alpha")
    with record.part(1, en="dropout", zh="dropout"):
        dropout = torch.tensor(DROPOUT, dtype=torch.float64)
        assert_close(out["dropout"], dropout, name="lora_dropout", atol=1e-9)  # it is a number
    with record.part(1, en="weights are (in, out)", zh="权重是 (in, out)"):
        assert_equal(out["fan_in_fan_out"], torch.tensor(True), name="fan_in_fan_out")


@functools.cache
def fresh(seed: int, dtype: torch.dtype):
    """A base, what it reads, and its logits in float32."""
    base = toy.model(seed, dtype=dtype)
    ids = torch.arange(30).reshape(2, 15)
    wide = toy.Model(base.config, {name: one.float() for name, one in base.weights.items()})
    with torch.inference_mode():
        return base, ids, wide.built()(input_ids=ids).logits


def adapted(student, seed, dtype):
    """A fresh adapter on a base: it changes no logit yet."""
    base, ids, logits = fresh(seed, dtype)
    out = student.call("adapted", config=base.config, weights=base.weights, input_ids=ids)
    # float32: sums of some dozen numbers of about ten
    assert_close(out["logits"], logits, name="logits with a fresh adapter", atol=1e-3)
    return out


def test_the_adapter_alone_learns_and_lies_on_every_layer_of_a_block(student, record):
    out = adapted(student, 1, torch.float32)
    learning = set(said.texts(out["learning"], "what learns"))
    matrices = {f"{name} {matrix}" for name in shapes() for matrix in "AB"}
    if not learning & matrices:
        raise Wrong("no matrix of an adapter learns", "没有一个适配器矩阵在学")
    with record.part(1, en="the base is frozen", zh="基座冻结"):
        check_none(
            learning & base_names(), "also learns, but is the base's", "也在学，而它属于基座"
        )
    with record.part(2, en="where the adapter lies", zh="适配器的位置"):
        check_none(matrices - learning, "is missing among what learns", "没有在学")
        check_none(learning - base_names() - matrices, "has no business here", "不应该在这里")


def base_names():
    return {*toy.model(0, dtype=torch.float32).weights, "lm_head.weight"}


def check_none(names, en, zh):
    if names:
        first = min(names)[: said.SHOWN]
        raise Wrong(f"{first} {en} (one of {len(names)})", f"{first} {zh}（共 {len(names)} 个）")


def test_the_adapter_has_gradients_and_the_base_has_none(student):
    case = descent(7)
    out = student.call("learnt", **case.arguments)
    # float32 rounds at 6e-8; gradients are sums of thousands of products, below ten in all
    for name, expected in case.outputs.items():
        if name.startswith("first"):
            assert_close(out[name], expected, name=name, atol=1e-3, rtol=1e-3)
    check_none({name for name in out if name not in case.outputs}, "has a gradient", "有梯度")


def test_the_optimiser_suits_the_machine(student, record):
    on_cpu, on_gpu = (student.call("optimisation", on_gpu=one) for one in (False, True))
    with record.part(1, en="on the CPU", zh="CPU"):
        assert_text(on_cpu["optimiser"], "adamw_torch", name="optim on the CPU")
        assert_equal(on_cpu["bf16"], torch.tensor(False), name="bf16 on the CPU")
    with record.part(1, en="on a GPU", zh="GPU"):
        assert_text(on_gpu["optimiser"], "paged_adamw_8bit", name="optim on a GPU")
        assert_equal(on_gpu["bf16"], torch.tensor(True), name="bf16 on a GPU")
