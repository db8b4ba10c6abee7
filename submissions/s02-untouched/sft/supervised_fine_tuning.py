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
    useful = [MASK]
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
    turns = [MASK]
    return [Turn(one["from"], one["value"]) for one in turns if one["from"] in ("human", "gpt")]


def pieces_of(turn, first):
    """A turn as text, in two pieces: what is given, and what the assistant is to say.

    Every turn but the first begins a new line. A human turn is `User: …`, all of it given. Of the
    assistant's, `Assistant:` is given; what it says has a space before it. How the reply ends is
    not told here.
    """
    start = "" if first else "\n"
    if turn.speaker == "human":
        return [MASK], ""
    return [MASK]


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
    labels = [MASK]
    if turn.speaker == "gpt":
        reply = [MASK]
        [MASK]
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
        if [MASK]:
            break
        ids, labels = ids + more, labels + their_labels
        whole = [MASK]
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
    longest = [MASK]
    ids, labels, mask = [], [], []
    for sample in samples:
        length = len(sample["input_ids"])
        short = longest - length
        ids.append([MASK])
        labels.append([MASK])
        mask.append([MASK])
    batch = {"input_ids": ids, "labels": labels, "attention_mask": mask}
    return {name: torch.tensor(rows) for name, rows in batch.items()}


# ------------------------------------------------------------------ the model and its adapter


def quantisation(on_gpu):
    """How the base is kept: in four bits of the kind nf4, whose scales are quantised once more.

    What is computed with it is computed in bfloat16 on a GPU, on the CPU in float32.
    """
    dtype = [MASK]
    [MASK]


def lora():
    """The adapter: rank 8, alpha 32, dropout 0.05, on every linear layer inside the Blocks."""
    targets = [MASK]
    [MASK]


def with_adapter(model):
    """The base made ready for training (frozen, what is not quantised in float32), LoRA on it."""
    model = [MASK]
    return get_peft_model(model, lora())


def optimisation(on_gpu):
    """The arguments of TrainingArguments that depend on the machine, as a dict.

    On a GPU the optimiser is AdamW in 8 bits, paged: its state moves to the CPU's memory where the
    GPU's is short; and numbers are bfloat16. On the CPU it is torch's plain AdamW in float32.
    """
    return {"optim": [MASK], "bf16": on_gpu}


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
