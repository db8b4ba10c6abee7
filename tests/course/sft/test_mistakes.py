"""The suite has teeth: each classic mistake costs points where it is made, and few elsewhere.

And it asks for nothing else: correct/ holds answers in other styles, which get all points of the
code. Nothing but the code's tests run here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from autograder.course.assignment import load_assignment
from autograder.course.masked import known_gaps
from autograder.grading.grade import Grader
from autograder.grading.options import Options
from autograder.intake.submission import Submission
from autograder.reports.schema import Report

ROOT = Path(__file__).parents[3]
TRAINING, CHAT = "supervised_fine_tuning.py", "chat.py"
CODE = ("text", "labels", "collator", "config", "chat")
POINTS = 42  # of the code
ELSEWHERE = 2  # points outside its own exercise that one mistake may cost, at most

MARKS = re.compile(r"^ *# (\[MASK|hint:|提示：).*\n", re.MULTILINE)
REFERENCE = {
    name: MARKS.sub("", (ROOT / "solutions/sft" / name).read_text(encoding="utf-8"))
    for name in (TRAINING, CHAT)
}

GIVEN = "labels = [IGNORED] * len(ids)"
LEARNT = "labels = labels + reply"
REPLY = "[*tokens_of(said, tokenizer), tokenizer.eos_token_id]"
KEPT = '{"input_ids": ids[:whole], "labels": labels[:whole]}'
FULL = "len(ids) + len(more) > context"
MASK = "[1] * length + [0] * short"
LORA = "r=8,\n        lora_alpha=32,"
NEW = "output[0, len(prompt) :]"
HISTORY = "ids = ids + encode_turn(turn, not ids, tokenizer)[0]"

# name: its exercise, its file, and what stands in the reference and in the mistake
MISTAKES = {
    "one key only": (
        "text", TRAINING,
        'entry["items"] if "items" in entry else entry["conversations"]', 'entry["conversations"]',
    ),
    "dialogues without a reply are kept": (
        "text", TRAINING, 'any(turn.speaker == "gpt" for turn in one)', "one",
    ),
    "everybody is the human": ("text", TRAINING, 'in ("human", "gpt")', "is not None"),
    "no space behind the colon": ("text", TRAINING, "User: {turn.value}", "User:{turn.value}"),
    "the space is given": (
        "text", TRAINING, 'Assistant:", f" {turn.value}"', 'Assistant: ", turn.value',
    ),
    "an empty line between turns": ("text", TRAINING, 'else "\\n"', 'else "\\n\\n"'),
    "what was said is stripped": (
        "text", TRAINING, 'Turn(one["from"], one["value"])',
        'Turn(one["from"], one["value"] and one["value"].strip())',
    ),
    "loss on the user's tokens too": ("labels", TRAINING, GIVEN, "labels = list(ids)"),
    "loss on the name of the assistant": (
        "labels", TRAINING, GIVEN,
        'labels = list(ids) if turn.speaker == "gpt" else [IGNORED] * len(ids)',
    ),
    "loss on the user alone": (
        "labels", TRAINING, LEARNT, "labels = list(ids[: len(labels)]) + [IGNORED] * len(reply)",
    ),
    "the end of turn left out": ("labels", TRAINING, REPLY, "tokens_of(said, tokenizer)"),
    "the end of turn not learnt": (
        "labels", TRAINING, LEARNT, "labels = labels + reply[:-1] + [IGNORED]",
    ),
    "labels shifted in the data too": (
        "labels", TRAINING, KEPT,
        '{"input_ids": ids[:whole], "labels": [*labels[1:whole], IGNORED][:whole]}',
    ),
    "the last reply alone": (
        "labels", TRAINING, "labels + their_labels",
        '[IGNORED] * len(labels if turn.speaker == "gpt" else "") + '
        '(labels if turn.speaker == "human" else []) + their_labels',
    ),
    "the first reply alone": (
        "labels", TRAINING, "labels + their_labels",
        "labels + (their_labels if whole == 0 else [IGNORED] * len(more))",
    ),
    "cut in the middle of a turn": (
        "labels", TRAINING, KEPT, '{"input_ids": ids[:context], "labels": labels[:context]}',
    ),
    "cut to the token": ("labels", TRAINING, FULL, "len(ids) >= context"),
    "a turn that just fits is left out": ("labels", TRAINING, FULL, FULL.replace(">", ">=")),
    "cut behind a question": (
        "labels", TRAINING, 'len(ids) if turn.speaker == "gpt" else whole', "len(ids)",
    ),
    "the beginning is cut off": (
        "labels", TRAINING, KEPT,
        '{"input_ids": ids[-context:], "labels": labels[-context:]}',
    ),
    "samples without a reply are kept": ("labels", TRAINING, 'if sample["input_ids"]]', "]"),
    "padding counted in the loss": (
        "collator", TRAINING, 'sample["labels"] + [IGNORED] * short',
        'sample["labels"] + [padding] * short',
    ),
    "padding told by its id": (
        "collator", TRAINING, 'labels.append(sample["labels"] + [IGNORED] * short)',
        'labels.append([IGNORED if one == padding else label for one, label in '
        'zip(ids[-1], sample["labels"] + [IGNORED] * short)])',
    ),
    "attention mask all ones": ("collator", TRAINING, MASK, "[1] * longest"),
    "attention mask by the id": (
        "collator", TRAINING, MASK, "[int(one != padding) for one in ids[-1]]",
    ),
    "padded on the left": (
        "collator", TRAINING, 'sample["input_ids"] + [padding] * short',
        '[padding] * short + sample["input_ids"]',
    ),
    "padded to the context": (
        "collator", TRAINING, 'max(len(sample["input_ids"]) for sample in samples)', "CONTEXT",
    ),
    "padded with zeros": ("collator", TRAINING, "[padding] * short", "[0] * short"),
    "fp4 instead of nf4": ("config", TRAINING, '"nf4"', '"fp4"'),
    "int8 instead of nf4": ("config", TRAINING, "load_in_4bit=True", "load_in_8bit=True"),
    "no double quantisation": ("config", TRAINING, "bnb_4bit_use_double_quant=True,", ""),
    "float32 everywhere": (
        "config", TRAINING, "torch.bfloat16 if on_gpu else torch.float32", "torch.float32",
    ),
    "wrong targets": ("config", TRAINING, '["c_attn", "c_proj", "c_fc"]', '["c_attn"]'),
    "q_attn for c_fc": (
        "config", TRAINING, '["c_attn", "c_proj", "c_fc"]', '["c_attn", "q_attn", "c_proj"]',
    ),
    "an adapter on lm_head": ("config", TRAINING, '"c_fc"]', '"c_fc", "lm_head"]'),
    "the embedding learns as well": (
        "config", TRAINING, "target_modules=targets,",
        'target_modules=targets, modules_to_save=["wte"],',
    ),
    "rank for alpha": ("config", TRAINING, LORA, "r=32,\n        lora_alpha=8,"),
    "no dropout": ("config", TRAINING, "lora_dropout=0.05", "lora_dropout=0.0"),
    "the bias learns as well": (
        "config", TRAINING, "fan_in_fan_out=True,", 'fan_in_fan_out=True, bias="all",',
    ),
    "base not frozen": (
        "config", TRAINING, "return get_peft_model(model, lora())",
        "return get_peft_model(model, lora()).requires_grad_(True)",
    ),
    "not prepared": ("config", TRAINING, "model = prepare_model_for_kbit_training(model)", "pass"),
    "no adapter at all": (
        "config", TRAINING, "return get_peft_model(model, lora())",
        "return model.requires_grad_(True)",
    ),
    "paged AdamW on the CPU": (
        "config", TRAINING, '"paged_adamw_8bit" if on_gpu else "adamw_torch"', '"paged_adamw_8bit"',
    ),
    "plain AdamW on the GPU": (
        "config", TRAINING, '"paged_adamw_8bit" if on_gpu else "adamw_torch"', '"adamw_torch"',
    ),
    "prompt without the history": (
        "chat", CHAT, HISTORY, "ids = encode_turn(turn, True, tokenizer)[0]",
    ),
    "history without the ends of turns": (
        "chat", CHAT, HISTORY,
        "ids = ids + [one for one in encode_turn(turn, not ids, tokenizer)[0] "
        "if one != tokenizer.eos_token_id]",
    ),
    "prompt ends behind the question": (
        "chat", CHAT, 'prompt = ids + tokens_of("\\nAssistant:", tokenizer)', "prompt = ids",
    ),
    "prompt ends with a space": ("chat", CHAT, '"\\nAssistant:"', '"\\nAssistant: "'),
    "the newest turns forgotten": ("chat", CHAT, "prompt_of(turns[2:],", "prompt_of(turns[:-2],"),
    "the prompt's tokens decoded too": ("chat", CHAT, NEW, "output[0]"),
    "the last token alone": ("chat", CHAT, NEW, "output[0, -1:]"),
    "never stops": ("chat", CHAT, "end = tokenizer.eos_token_id", "end = None"),
    "stops at a line break": (
        "chat", CHAT, "end = tokenizer.eos_token_id", 'end = tokens_of("\\n", tokenizer)[0]',
    ),
    "greedy only": ("chat", CHAT, '"do_sample": True', '"do_sample": False'),
    "no temperature": ("chat", CHAT, '"temperature": settings["temperature"],', ""),
    "no top_p": ("chat", CHAT, '"top_p": settings["top_p"],', ""),
}  # fmt: skip

Judge = Callable[[str, dict[str, str]], Report]


@pytest.fixture(scope="module")
def judge() -> Iterator[Judge]:
    """Grades the code of a submission, in the real sandbox, and says what hidden tests saw."""
    assignment = load_assignment(ROOT, "sft")
    code = [exercise for exercise in assignment.exercises if exercise.id in CODE]
    only = frozenset(test.id for exercise in code for test in exercise.tests)
    with Grader(assignment, known_gaps(assignment), Options(reveal=True)) as warm:

        def grade(name: str, texts: dict[str, str]) -> Report:
            files = {file: text.encode() for file, text in texts.items()}
            report = warm.grade(Submission(name, "sft", files), only)
            assert report.status == "graded", report.reason
            return report

        yield grade


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_costs_points_in_its_own_exercise_and_few_elsewhere(
    judge: Judge, name: str
) -> None:
    own, file, right, wrong = MISTAKES[name]
    assert right in REFERENCE[file]
    texts = REFERENCE | {file: REFERENCE[file].replace(right, wrong)}
    report = judge(name, texts)
    lost = {one.id: one.max_score - one.score for one in report.exercises if one.id in CODE}
    assert lost.pop(own) > 0
    assert sum(lost.values()) <= ELSEWHERE, lost


STYLES = sorted(path.name for path in (Path(__file__).parent / "correct").iterdir())


@pytest.mark.parametrize("style", [*STYLES, "the reference"])
def test_correct_code_gets_all_points_in_any_style(judge: Judge, style: str) -> None:
    folder = Path(__file__).parent / "correct" / style
    texts = REFERENCE if style not in STYLES else {
        name: (folder / name).read_text(encoding="utf-8") for name in (TRAINING, CHAT)
    }  # fmt: skip
    report = judge(style, texts)
    graded = [test for test in report.tests if test.status == "passed" or test.message]
    refused = [f"{one.id}: {one.message}" for one in graded if one.status != "passed"]
    assert not refused, "\n".join(refused)
    assert report.score == POINTS


def test_the_first_wrong_label_is_shown_in_its_text(judge: Judge) -> None:
    wrong = REFERENCE | {
        TRAINING: REFERENCE[TRAINING].replace(LEARNT, "labels = labels + [IGNORED] * len(reply)")
    }
    test = next(one for one in judge("labels", wrong).tests
                if one.id.endswith("::test_only_what_the_assistant_says_is_learnt"))  # fmt: skip
    assert "(' The') has label −100, expected itself" in test.message
    assert "Assistant:▸ The◂ capital of France is" in test.message
