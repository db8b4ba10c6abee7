"""Supervised fine-tuning: a base model learns from dialogues to answer, and to end its turn.

    python supervised_fine_tuning.py
    python supervised_fine_tuning.py --data sharegpt_gpt4.json --base model/gpt2-base
    accelerate launch supervised_fine_tuning.py --data sharegpt_gpt4.json --base model/gpt2-base

The base is quantised to four bits and frozen; what learns is a LoRA adapter on it (QLoRA). Only
the adapter is saved. Nothing is brought from a hub, no pickle is read, no code of a model is run.

A dialogue becomes text like this, with the end-of-text token behind each reply:

    User: What is the capital of France?
    Assistant: The capital of France is Paris.<|endoftext|>
    User: And of Italy?
    Assistant: The capital of Italy is Rome.<|endoftext|>
"""

import argparse
import functools
import json
import sys
from pathlib import Path
from typing import NamedTuple

import torch
from peft import LoraConfig, get_peft_model, prepare_model_for_kbit_training
from transformers import AutoModelForCausalLM, AutoTokenizer, BitsAndBytesConfig

IGNORED = -100  # a label that counts for nothing in the loss
CONTEXT = 512  # tokens of a sample at most; less where the base reads less
BATCH = 16  # samples of a step
BASE = "tiny-gpt2"  # where no other is named
RATE, RATE_OF_ANOTHER = 2e-3, 2e-4  # so small a model takes, and needs, larger steps
LOCAL = {"local_files_only": True, "trust_remote_code": False}


class Unusable(Exception):
    """What was given cannot be used; the message is one line that says why."""


class Turn(NamedTuple):
    """What one of the two said."""

    speaker: str  # "human" or "gpt"
    value: str


# ------------------------------------------------------------------ from a file to text


def read_dialogues(path):
    """The dialogues of a file in ShareGPT's form, each a list of turns, and how many were skipped.

    A dialogue in which the assistant says nothing teaches nothing, and is skipped. Raises Unusable
    if nothing is left, or if the file has another form, with the number of the dialogue at fault.
    """
    try:
        entries = json.loads(Path(path).read_text(encoding="utf-8"))
    except OSError as error:
        raise Unusable(f"{path}: {error.strerror}. Do: check --data") from error
    except (ValueError, RecursionError) as error:
        raise Unusable(f"{path}: not JSON ({error}). Do: check --data") from error
    if not isinstance(entries, list) or not entries:
        raise Unusable(f"{path}: not a list of dialogues. Do: give a file in ShareGPT's form")
    dialogues = [_turns_of(entry, f"{path}: dialogue {number}")
                 for number, entry in enumerate(entries, start=1)]  # fmt: skip
    # [MASK text/useful] [one for one in dialogues if any(turn.speaker == "gpt" for turn in one)]
    # hint: A list of those dialogues in which at least one turn's speaker is "gpt".
    # 提示：只留下至少有一轮是 "gpt" 说的那些对话。
    # hint: A list comprehension over dialogues with a condition; `any` is made for the condition.
    # 提示：对 dialogues 做带条件的列表推导；条件正好用 any。
    # hint: any(… for turn in one), comparing the speaker of each turn.
    # 提示：any(… for turn in one)，比较每一轮的 speaker。
    useful = [one for one in dialogues if any(turn.speaker == "gpt" for turn in one)]
    if not useful:
        raise Unusable(f"{path}: the assistant says nothing in it. Do: give other dialogues")
    return useful, len(dialogues) - len(useful)


def _turns_of(entry, where):
    try:
        turns = turns_of(entry) if isinstance(entry, dict) else None
    except (LookupError, TypeError):
        turns = None
    if turns is None or not all(isinstance(turn.value, str) for turn in turns):
        raise Unusable(f"{where} is not of ShareGPT's form. Do: mend it, or take it out")
    return turns


def turns_of(entry):
    """The turns of one entry of a ShareGPT file, as a list; turns of anybody else are left out.

    An entry is a dict with the list of its turns under `items` or, in other files, under
    `conversations`. Each turn there is a dict as well: "from" is "human" or "gpt" (or somebody
    else, as "system"), "value" is what was said.
    """
    # [MASK text/key] entry["items"] if "items" in entry else entry["conversations"]
    # hint: Two keys occur in the wild; look which of them this entry has.
    # 提示：实际的文件里有两种键名，看看这一条用的是哪一个。
    # hint: A conditional expression: the one key if it is in the entry, else the other.
    # 提示：条件表达式：entry 里有这个键就用它，否则用另一个。
    # hint: The docstring names both keys; ask for the first by `in`.
    # 提示：docstring 写了两个键名；用 in 来问第一个在不在。
    turns = entry["items"] if "items" in entry else entry["conversations"]
    return [Turn(one["from"], one["value"]) for one in turns if one["from"] in ("human", "gpt")]


def pieces_of(turn, first):
    """A turn as text, in two pieces: what is given, and what the assistant is to say.

    Every turn but the first begins a new line. A human turn is `User: …`, all of it given. Of the
    assistant's, `Assistant:` is given; what it says has a space before it. How the reply ends is
    not told here.
    """
    start = "" if first else "\n"
    if turn.speaker == "human":
        # [MASK text/human] f"{start}User: {turn.value}"
        # hint: The new line, if there is one, the name, and what was said.
        # 提示：（可能有的）换行，名字，然后是说的话。
        # hint: An f-string: start, then User, a colon, a space and the value.
        # 提示：一个 f-string：start，然后是 User、冒号、空格和 value。
        return f"{start}User: {turn.value}", ""
    # [MASK text/assistant] f"{start}Assistant:", f" {turn.value}"
    # hint: Two pieces; the space belongs to the second, since the model writes it.
    # 提示：分成两块；空格归第二块，因为它是模型写出来的。
    # hint: A tuple of two f-strings; the first ends with the colon.
    # 提示：两个 f-string 组成的元组；第一个以冒号结尾。
    # hint: The second is a space and what was said.
    # 提示：第二个是一个空格加上说的话。
    return f"{start}Assistant:", f" {turn.value}"


def dialogue_text(turns, end):
    """A whole dialogue as the model reads it; `end` is the text of the end-of-text token."""
    text = ""
    for turn in turns:
        text += "".join(pieces_of(turn, not text)) + (end if turn.speaker == "gpt" else "")
    return text


# ------------------------------------------------------------------ from text to tokens and labels


def tokens_of(text, tokenizer):
    """Token ids, as a list. A special token that stands in a text is just text."""
    return tokenizer(text, add_special_tokens=False, split_special_tokens=True)["input_ids"]


def encode_turn(turn, first, tokenizer):
    """Token ids and labels of one turn, two lists of one length.

    A label is the token's own id where the model is to learn it, else IGNORED. It learns what the
    assistant says and that its turn ends there: behind it stands the end-of-text token. Labels are
    not shifted; the model does that when it takes the loss.
    """
    given, said = pieces_of(turn, first)
    ids = tokens_of(given, tokenizer)
    # [MASK labels/given] [IGNORED] * len(ids)
    # hint: One label for each token; none of these is to be learnt.
    # 提示：每个 token 一个标签，这里的都不用学。
    # hint: IGNORED, as often as there are tokens.
    # 提示：有多少个 token，就有多少个 IGNORED。
    # hint: A list of one, times a length.
    # 提示：只有一个元素的列表，乘以一个长度。
    labels = [IGNORED] * len(ids)
    if turn.speaker == "gpt":
        # [MASK labels/reply] [*tokens_of(said, tokenizer), tokenizer.eos_token_id]
        # hint: The tokens of what is said, and one more: without it the model never learns to stop.
        # 提示：说的话的 token，再加一个：少了它，模型永远学不会停下来。
        # hint: tokens_of what was said, then the tokenizer's end-of-text token, in one list.
        # 提示：先是 tokens_of 说的话，再是 tokenizer 的文本结束 token，放进一个列表。
        # hint: A star unpacks a list into another: [*…, …].
        # 提示：星号能把一个列表展开进另一个：[*…, …]。
        reply = [*tokens_of(said, tokenizer), tokenizer.eos_token_id]
        # [MASK labels/learnt] begin
        # hint: Both lists grow by the reply. Which labels does it get?
        # 提示：两个列表都要接上这段回复。它的标签应该是什么？
        # hint: Labels that are learnt are the ids themselves.
        # 提示：要学的标签就是 id 本身。
        # hint: Two assignments: ids and labels, each with reply at its end.
        # 提示：两次赋值：ids 和 labels，各自在末尾接上 reply。
        ids = ids + reply
        labels = labels + reply
        # [MASK end]
    return ids, labels


def encode(turns, tokenizer, context):
    """A dialogue as a sample: a dict of two lists, `input_ids` and `labels`.

    Of a dialogue longer than `context` tokens the beginning is taken, as many whole turns as fit;
    and of these, those up to the last reply, since nothing is learnt from what comes behind it.
    Both lists are empty where no reply fits.
    """
    ids, labels, whole = [], [], 0
    for turn in turns:
        more, their_labels = encode_turn(turn, not ids, tokenizer)
        # [MASK labels/full] len(ids) + len(more) > context
        # hint: Would this turn, as a whole, be too much? Exactly `context` tokens still fit.
        # 提示：加上这一整轮会不会超出？正好 context 个 token 还放得下。
        # hint: Compare the length so far and that of the turn, together, with context.
        # 提示：把已有长度与这一轮长度之和，同 context 比较。
        # hint: It is too much only where the sum is larger, not where it is equal.
        # 提示：只有和更大时才算超出，相等时不算。
        if len(ids) + len(more) > context:
            break
        ids, labels = ids + more, labels + their_labels
        # [MASK labels/whole] len(ids) if turn.speaker == "gpt" else whole
        # hint: `whole` is how many tokens there are up to the end of the last reply so far.
        # 提示：whole 是到目前为止最后一个回复结束处的 token 数。
        # hint: It moves on only behind a turn of the assistant's.
        # 提示：只有在助手说完一轮之后它才往前移。
        # hint: A conditional expression: the length now if the speaker is gpt, else what it was.
        # 提示：条件表达式：如果是 gpt 说的，就是现在的长度，否则保持原值。
        whole = len(ids) if turn.speaker == "gpt" else whole
    return {"input_ids": ids[:whole], "labels": labels[:whole]}


def encode_all(dialogues, tokenizer, context):
    """The samples of all dialogues, and how many dialogues had to be skipped: no reply fits."""
    samples = [encode(turns, tokenizer, context) for turns in dialogues]
    kept = [sample for sample in samples if sample["input_ids"]]
    return kept, len(samples) - len(kept)


def collate(samples, padding):
    """Samples of different lengths as one batch: `input_ids`, `labels`, `attention_mask`, (b, t).

    Shorter ones are filled up on the right to the length t of the longest: the ids with the token
    `padding`, which nobody is to see and nobody is to learn. The mask is 1 for tokens, else 0.
    """
    # [MASK collator/longest] max(len(sample["input_ids"]) for sample in samples)
    # hint: Of this batch, not of the context: padding costs as much as text does.
    # 提示：是这一批里最长的，不是 context：填充也一样要花时间计算。
    # hint: max over the lengths of the samples' ids.
    # 提示：对各样本 id 的长度取 max。
    # hint: A generator inside max: len(…) for each sample.
    # 提示：max 里面放一个生成器：对每个样本求 len(…)。
    longest = max(len(sample["input_ids"]) for sample in samples)
    ids, labels, mask = [], [], []
    for sample in samples:
        length = len(sample["input_ids"])
        short = longest - length
        # [MASK collator/ids] sample["input_ids"] + [padding] * short
        # hint: So many tokens are missing, and they go behind the others.
        # 提示：缺多少个就补多少个，补在后面。
        # hint: A list with one padding in it, times `short`, behind the ids.
        # 提示：只含一个 padding 的列表，乘以 short，接在 id 后面。
        ids.append(sample["input_ids"] + [padding] * short)
        # [MASK collator/labels] sample["labels"] + [IGNORED] * short
        # hint: The padding token may be one that counts elsewhere, so its id is no good here.
        # 提示：用来填充的 token 在别处可能是要学的，所以这里不能写它的 id。
        # hint: What is filled up with here is IGNORED, as often as `short` says.
        # 提示：这里用来填充的是 IGNORED，个数是 short。
        labels.append(sample["labels"] + [IGNORED] * short)
        # [MASK collator/mask] [1] * length + [0] * short
        # hint: Tell tokens from padding by where they stand, not by their ids.
        # 提示：靠位置区分 token 和填充，不要靠 id。
        # hint: So many ones as the sample is long, then as many zeros as are missing.
        # 提示：样本有多长就有多少个 1，缺多少就补多少个 0。
        # hint: Two lists of one number each, times length and times short, and their sum.
        # 提示：两个只有一个数的列表，分别乘以 length 和 short，再相加。
        mask.append([1] * length + [0] * short)
    batch = {"input_ids": ids, "labels": labels, "attention_mask": mask}
    return {name: torch.tensor(rows) for name, rows in batch.items()}


# ------------------------------------------------------------------ the model and its adapter


def quantisation(on_gpu):
    """How the base is kept: in four bits of the kind nf4, whose scales are quantised once more.

    What is computed with it is computed in bfloat16 on a GPU, on the CPU in float32.
    """
    # [MASK config/dtype] torch.bfloat16 if on_gpu else torch.float32
    # hint: Two dtypes of torch, and a condition.
    # 提示：torch 的两种 dtype，加一个条件。
    # hint: The docstring names both: one for a GPU, one for the CPU.
    # 提示：docstring 写了两种：一种用于 GPU，一种用于 CPU。
    # hint: A conditional expression on on_gpu, between two attributes of torch.
    # 提示：以 on_gpu 为条件的表达式，在 torch 的两个属性之间选。
    dtype = torch.bfloat16 if on_gpu else torch.float32
    # [MASK config/quantisation] begin
    # hint: A BitsAndBytesConfig; four of its arguments say all that the docstring says.
    # 提示：返回一个 BitsAndBytesConfig；docstring 里说的，用它的四个参数就能说全。
    # hint: load_in_4bit is one; the others begin with bnb_4bit: its type, double, its dtype.
    # 提示：一个是 load_in_4bit；其余以 bnb_4bit 开头：类型、双重、dtype。
    # hint: The type is a string of three letters; use_double_quant is a boolean.
    # 提示：类型是三个字母的字符串；双重量化是 use_double_quant，一个布尔值。
    return BitsAndBytesConfig(
        load_in_4bit=True,
        bnb_4bit_quant_type="nf4",
        bnb_4bit_use_double_quant=True,
        bnb_4bit_compute_dtype=dtype,
    )
    # [MASK end]


def lora():
    """The adapter: rank 8, alpha 32, dropout 0.05, on every linear layer inside the Blocks."""
    # [MASK config/targets] ["c_attn", "c_proj", "c_fc"]
    # hint: Three names; print(model) shows them. One of them occurs twice in a Block.
    # 提示：三个名字，print(model) 就能看到。其中一个在每个 Block 里出现两次。
    # hint: Attention has two linear layers, the MLP has two; they are called c_….
    # 提示：注意力有两个线性层，MLP 也有两个；名字都是 c_… 的样子。
    # hint: A list of strings: for q, k and v, for going wide, and for coming back (in both).
    # 提示：字符串列表：产生 q、k、v 的，变宽的，变回来的（两处同名）。
    targets = ["c_attn", "c_proj", "c_fc"]
    # [MASK config/lora] begin
    # hint: A LoraConfig. GPT-2's Conv1D keeps its weight as (in, out): which argument says so?
    # 提示：返回一个 LoraConfig。GPT-2 的 Conv1D 的权重是 (in, out)，用哪个参数说明这一点？
    # hint: r, lora_alpha, lora_dropout and target_modules say what the docstring says.
    # 提示：r、lora_alpha、lora_dropout、target_modules 说的就是 docstring 里的话。
    # hint: fan_in_fan_out is for Conv1D, task_type for a causal language model. Return it.
    # 提示：fan_in_fan_out 用于 Conv1D，task_type 说明是因果语言模型。别忘了 return。
    return LoraConfig(
        r=8,
        lora_alpha=32,
        lora_dropout=0.05,
        target_modules=targets,
        fan_in_fan_out=True,
        task_type="CAUSAL_LM",
    )
    # [MASK end]


def with_adapter(model):
    """The base made ready for training (frozen, what is not quantised in float32), LoRA on it."""
    # [MASK config/prepare] prepare_model_for_kbit_training(model)
    # hint: peft has a function for models in few bits; its long name says what it does.
    # 提示：peft 有一个专门为低比特模型准备的函数，名字很长，说的就是它做的事。
    # hint: It is imported at the top of this file, and is given the model.
    # 提示：它在文件开头已经 import 了，参数是 model。
    model = prepare_model_for_kbit_training(model)
    return get_peft_model(model, lora())


def optimisation(on_gpu):
    """The arguments of TrainingArguments that depend on the machine, as a dict.

    On a GPU the optimiser is AdamW in 8 bits, paged: its state moves to the CPU's memory where the
    GPU's is short; and numbers are bfloat16. On the CPU it is torch's plain AdamW in float32.
    """
    # [MASK config/optimiser] "paged_adamw_8bit" if on_gpu else "adamw_torch"
    # hint: Two names of the enumeration transformers.training_args.OptimizerNames.
    # 提示：transformers.training_args.OptimizerNames 这个枚举里的两个名字。
    # hint: AdamW in both cases: paged and in 8 bits, or torch's own.
    # 提示：两种情况都是 AdamW：分页、8 比特的，或者 torch 自己的。
    # hint: Strings: paged_adamw_… and adamw_…, chosen by on_gpu.
    # 提示：字符串：paged_adamw_… 与 adamw_…，由 on_gpu 选择。
    return {"optim": "paged_adamw_8bit" if on_gpu else "adamw_torch", "bf16": on_gpu}


# ------------------------------------------------------------------ training


def train(given):
    """Trains an adapter as the command line says, and saves it and a picture of the loss."""
    from transformers import Trainer, set_seed

    on_gpu = torch.cuda.is_available()
    arguments = training_arguments(given, on_gpu)
    set_seed(given.seed)
    folder = base_folder(given.base)
    tokenizer = AutoTokenizer.from_pretrained(folder, **LOCAL)
    model = AutoModelForCausalLM.from_pretrained(
        folder, use_safetensors=True, quantization_config=quantisation(on_gpu),
        device_map={"": arguments.device}, **LOCAL,
    )  # fmt: skip
    samples = read_samples(given.data, tokenizer, min(CONTEXT, model.config.n_positions))
    model = with_adapter(model)
    if not on_gpu:
        model.gradient_checkpointing_disable()  # there is memory enough, and it takes half as long
    model.print_trainable_parameters()
    trainer = Trainer(
        model=model, args=arguments, train_dataset=samples,
        data_collator=functools.partial(collate, padding=tokenizer.eos_token_id),
    )  # fmt: skip
    trainer.train()
    if trainer.is_world_process_zero():
        save(model, base_name(given.base), given.output)
        draw_loss(trainer.state.log_history, given.output / "loss.png")
        print(f"{given.output}/: the adapter, and loss.png")


def training_arguments(given, on_gpu):
    """What Trainer is told: as the command line says, and what the machine allows."""
    from transformers import TrainingArguments

    return TrainingArguments(
        output_dir=str(given.output),
        num_train_epochs=given.epochs,
        max_steps=given.steps,
        learning_rate=given.rate or (RATE_OF_ANOTHER if given.base else RATE),
        lr_scheduler_type="cosine",
        warmup_steps=0.05,  # of all steps
        per_device_train_batch_size=BATCH,
        train_sampling_strategy="group_by_length",
        logging_steps=10,
        save_strategy="no",
        report_to=[],
        remove_unused_columns=False,
        label_names=["labels"],
        seed=given.seed,
        use_cpu=not on_gpu,
        dataloader_pin_memory=on_gpu,
        **optimisation(on_gpu),
    )


def read_samples(path, tokenizer, context):
    """The samples of a file of dialogues; shows the first, and says how many were skipped."""
    dialogues, silent = read_dialogues(path)
    samples, long = encode_all(dialogues, tokenizer, context)
    print(f"{len(samples)} dialogues; skipped: {silent} without a reply, {long} too long")
    if not samples:
        raise Unusable(f"{path}: no reply fits into {context} tokens. Do: give other dialogues")
    print(dialogue_text(dialogues[0], tokenizer.eos_token))
    return samples


def base_folder(base):
    """The folder of the base model; the course's own small one where none is named."""
    if base is None:
        from autograder.models.store import locate

        return locate(BASE)
    if not (base / "config.json").is_file():
        raise Unusable(f"{base}: no model is there. Do: check --base")
    return base


def base_name(base):
    return BASE if base is None else base.resolve().name


def save(model, base_name, folder):
    """Writes the adapter, which names its base without saying where that lies."""
    for config in model.peft_config.values():
        config.base_model_name_or_path = base_name
    # without the second argument peft would look the base's name up on a hub
    model.save_pretrained(folder, save_embedding_layers=False)
    (folder / "README.md").unlink(missing_ok=True)  # peft's form of a model card, unfilled


def draw_loss(history, path):
    """The loss on the assistant's tokens over the steps, as a PNG."""
    from matplotlib.figure import Figure

    points = [(entry["step"], entry["loss"]) for entry in history if "loss" in entry]
    axes = (figure := Figure()).subplots()
    axes.plot(*zip(*points, strict=True))
    axes.set(xlabel="step", ylabel="loss (nats a token)", title="loss on the assistant's tokens")
    axes.grid(alpha=0.3)
    figure.savefig(path, dpi=120)


def main():
    here = Path(__file__).resolve().parent
    parser = argparse.ArgumentParser(description="Fine-tunes a base model on dialogues.")
    add = parser.add_argument
    add("--data", type=Path, default=here / "dialogues.json", help="dialogues in ShareGPT's form")
    add("--base", type=Path, help=f"a folder such as model/gpt2-base; default: {BASE}")
    add("--output", type=Path, default=here / "adapter", help="default: adapter/ beside this file")
    add("--epochs", type=float, default=3.0, help="how often each dialogue is read")
    add("--steps", type=int, default=-1, help="in the place of --epochs")
    add("--rate", type=float, help="the learning rate at its highest; default: see RATE")
    add("--seed", type=int, default=0)
    try:
        train(parser.parse_args())
    except Unusable as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
