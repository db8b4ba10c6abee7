"""Pretrains a small GPT-2 on plain text, from an empty tokenizer to a folder that others can load.

    python solutions/pretraining/pretrain.py --data corpus.txt --out runs/tiny-gpt2

The text is cut at empty lines into documents; the last tenth of them is held out. The same command
goes on where a killed one was, from its newest whole checkpoint, with the losses that it would have
had. `accelerate launch … pretrain.py …` takes it to several GPUs or machines as it is; `--batch`
counts the samples of one device.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import shutil
import sys
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from datasets import Dataset, disable_progress_bars, load_dataset
from datasets.exceptions import DatasetGenerationError
from matplotlib.figure import Figure
from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import (
    GPT2Config,
    GPT2LMHeadModel,
    PreTrainedTokenizerFast,
    Trainer,
    TrainerCallback,
    TrainingArguments,
    default_data_collator,
    set_seed,
)

END = "<|endoftext|>"
SAMPLE = 24  # new tokens of a sample, where the context has room
HELD_OUT = 10  # one document in ten, from the end
BYTES = 256  # a byte-level vocabulary holds every byte, so that no text is unknown to it


class Unusable(Exception):
    """The input is wrong; the message is one line for the person."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Returns the exit code: 0, or 2 with one line where the input is wrong."""
    try:
        pretrain(_parser().parse_args(arguments))
    except Unusable as error:
        print(error, file=sys.stderr)
        return 2
    return 0


def pretrain(args: argparse.Namespace) -> None:
    """Data, tokenizer, model, training, and what is left in `args.out`."""
    training = _training_arguments(args)
    if args.width % args.heads:
        raise Unusable(f"--width {args.width}: no multiple of --heads {args.heads}. Do: change one")
    with training.main_process_first(desc="data"):  # the others find it in the cache
        _same_run(args)
        train, held_out = read_documents(args.data, args.out / "data")
        tokenizer = train_tokenizer(train["text"], args.vocab, args.context)
        blocks, held_out_blocks = (
            into_blocks(documents, tokenizer, args.context) for documents in (train, held_out)
        )
    for what, found in (("to train on", blocks), ("held out", held_out_blocks)):
        if not len(found):
            raise Unusable(
                f"{args.data[0]}: the text {what} is shorter than one context of {args.context} "
                "tokens. Do: give more text or a smaller --context"
            )
    set_seed(args.seed)
    model = GPT2LMHeadModel(_config(args, tokenizer))
    trainer = Trainer(
        model=model, args=training, train_dataset=blocks, eval_dataset=held_out_blocks,
        data_collator=default_data_collator,
        callbacks=[Samples(tokenizer, args.prompt, args.sample_every)],
    )  # fmt: skip
    trainer.train(resume_from_checkpoint=newest_checkpoint(args.out))
    loss = trainer.evaluate()["eval_loss"]
    if trainer.is_world_process_zero():
        save(model, tokenizer, args.out)
        draw_curve(trainer.state.log_history, args.out / "loss.png")
        print(f"held-out loss {loss:.4f} nats a token; {args.out} holds the model and loss.png")


def read_documents(paths: Sequence[Path], cache: Path) -> tuple[Dataset, Dataset]:
    """The documents of all files, and the last tenth of them, which is held out.

    `datasets` keeps them as Arrow files in `cache`, mapped and not loaded: text may be larger than
    memory.
    """
    for path in paths:
        try:
            with path.open("rb") as file:
                if not file.read(1):
                    raise Unusable(f"{path}: empty. Do: give a text file")
        except OSError as error:
            raise Unusable(f"{path}: {error.strerror}. Do: check --data") from error
    try:
        documents = load_dataset("text", data_files=[str(path) for path in paths], split="train",
                                 sample_by="paragraph", cache_dir=str(cache))  # fmt: skip
    except DatasetGenerationError as error:
        raise Unusable(f"{paths[0]}: not UTF-8 text ({error.__cause__}). Do: convert it") from error
    documents = documents.filter(lambda row: bool(row["text"].strip()))
    cut = len(documents) - len(documents) // HELD_OUT
    if cut == len(documents):
        raise Unusable(f"{paths[0]}: {cut} documents, too few to hold out a tenth. Do: put empty "
                       "lines between documents")  # fmt: skip
    return documents.select(range(cut)), documents.select(range(cut, len(documents)))


def train_tokenizer(texts: Sequence[str], vocab: int, context: int) -> PreTrainedTokenizerFast:
    """A byte-level BPE, as GPT-2's; but a Chinese character never melts into its neighbours."""
    if vocab <= BYTES:
        raise Unusable(f"--vocab {vocab}: the bytes alone are {BYTES}. Do: give more")
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([
        pre_tokenizers.Split(Regex(r"\p{Han}"), "isolated"),
        pre_tokenizers.ByteLevel(add_prefix_space=False),
    ])  # fmt: skip
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=vocab, special_tokens=[END], show_progress=False,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
    )  # fmt: skip
    tokenizer.train_from_iterator(texts, trainer)
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, bos_token=END, eos_token=END, pad_token=END,
        model_max_length=context, clean_up_tokenization_spaces=False,
    )  # fmt: skip


def into_blocks(documents: Dataset, tokenizer: PreTrainedTokenizerFast, context: int) -> Dataset:
    """Documents, each with END after it, in blocks of `context` tokens.

    A block begins where a document does, every other one with END in front: or a model that is
    asked out of nothing would be in a place that it hardly knows. A document that its block cuts
    short comes again at the head of the next one; one that is longer than a block goes on there.
    """

    def cut(batch: Mapping[str, Any]) -> dict[str, list[list[int]]]:
        ids: list[int] = []
        starts: list[int] = []  # of documents
        for document in tokenizer(batch["text"], verbose=False)["input_ids"]:
            starts.append(len(ids))
            ids += [*document, tokenizer.eos_token_id]
        blocks, begin = [], 0
        while begin + context <= len(ids):
            at_start = starts[bisect_right(starts, begin) - 1] == begin
            front = [tokenizer.eos_token_id] if at_start and len(blocks) % 2 else []
            end = begin + context - len(front)
            blocks.append(front + ids[begin:end])
            last = starts[bisect_right(starts, end) - 1]  # of the document that holds token `end`
            begin = last if last > begin else end
        return {"input_ids": blocks, "labels": blocks}

    # one batch is the whole of a small text; of a large one each batch loses less than a block
    return documents.map(cut, batched=True, batch_size=20_000, remove_columns=["text"],
                         new_fingerprint=_fingerprint(documents, tokenizer, context))  # fmt: skip


class Samples(TrainerCallback):
    """Shows on the way what the model writes: the loss for those who don't read numbers."""

    def __init__(self, tokenizer: PreTrainedTokenizerFast, prompts: Sequence[str], every: int):
        self.tokenizer, self.prompts, self.every = tokenizer, prompts, every

    def on_step_end(self, args, state, control, model, **_):  # type: ignore[no-untyped-def]
        if state.global_step % self.every or not state.is_world_process_zero:
            return
        model.eval()
        for prompt in self.prompts:
            room = model.config.n_positions
            ids = self.tokenizer(prompt, return_tensors="pt").input_ids[:, : room - 1]
            longest = min(ids.size(1) + SAMPLE, room)
            out = model.generate(ids.to(model.device), max_length=longest, do_sample=False)
            text = self.tokenizer.decode(out[0], skip_special_tokens=True)
            print(f"\nstep {state.global_step}: {text}", flush=True)
        model.train()


def newest_checkpoint(out: Path) -> str | None:
    """The newest checkpoint that was finished. Trainer writes trainer_state.json last of all."""
    for folder in sorted(out.glob("checkpoint-*"), key=lambda one: -int(one.name.split("-")[1])):
        try:
            json.loads((folder / "trainer_state.json").read_text())
        except (OSError, ValueError):
            shutil.rmtree(folder, ignore_errors=True)  # killed while it was written
        else:
            return str(folder)
    return None


def save(model: GPT2LMHeadModel, tokenizer: PreTrainedTokenizerFast, out: Path) -> None:
    """Model and tokenizer, in Hugging Face's form."""
    model.save_pretrained(out)
    tokenizer.save_pretrained(out)


def draw_curve(history: Sequence[Mapping[str, float]], path: Path) -> None:
    """Training and held-out loss over the steps, as a PNG."""
    figure = Figure(figsize=(7, 4), layout="constrained")
    axes = figure.subplots()
    for name, label in (("loss", "training"), ("eval_loss", "held out")):
        points = [(entry["step"], entry[name]) for entry in history if name in entry]
        axes.plot(*zip(*points, strict=True), label=label)
    axes.set(xlabel="step", ylabel="loss (nats a token)")
    axes.grid(alpha=0.3)
    axes.legend()
    figure.savefig(path, dpi=120)


def _config(args: argparse.Namespace, tokenizer: PreTrainedTokenizerFast) -> GPT2Config:
    return GPT2Config(
        vocab_size=len(tokenizer), n_positions=args.context, n_embd=args.width,
        n_layer=args.layers, n_head=args.heads, resid_pdrop=args.dropout, embd_pdrop=args.dropout,
        attn_pdrop=args.dropout, initializer_range=args.init, bos_token_id=tokenizer.bos_token_id,
        eos_token_id=tokenizer.eos_token_id, pad_token_id=tokenizer.pad_token_id,
    )  # fmt: skip


def _training_arguments(args: argparse.Namespace) -> TrainingArguments:
    return TrainingArguments(
        output_dir=str(args.out), seed=args.seed, report_to="none",
        num_train_epochs=args.epochs, max_steps=args.steps or -1,
        per_device_train_batch_size=args.batch, per_device_eval_batch_size=16,
        gradient_accumulation_steps=args.accumulate,
        learning_rate=args.lr, lr_scheduler_type="cosine", warmup_steps=args.warmup,
        weight_decay=0.01, adam_beta2=0.98, max_grad_norm=1.0,
        bf16=torch.cuda.is_available() and torch.cuda.is_bf16_supported(),
        logging_steps=args.log_every, save_steps=args.save_every, save_total_limit=2,
        eval_strategy="steps", eval_steps=args.save_every, dataloader_pin_memory=False,
    )  # fmt: skip


def _same_run(args: argparse.Namespace) -> None:
    """Refuses to go on from the checkpoints of a run with other settings or other text."""
    disable_progress_bars()
    settings = {name: str(value) for name, value in vars(args).items() if name != "out"}
    settings["text"] = _digest(args.data)
    note = args.out / "run.json"
    if newest_checkpoint(args.out) and json.loads(note.read_text()) != settings:
        raise Unusable(f"{args.out}: holds checkpoints of a run with other settings or other text. "
                       "Do: choose another --out, or remove it")  # fmt: skip
    args.out.mkdir(parents=True, exist_ok=True)
    note.write_text(json.dumps(settings, indent=2))


def _digest(paths: Sequence[Path]) -> str:
    digest = hashlib.sha256()
    for path in paths:
        try:
            with path.open("rb") as file:
                digest.update(hashlib.file_digest(file, "sha256").digest())
        except OSError as error:
            raise Unusable(f"{path}: {error.strerror}. Do: check --data") from error
    return digest.hexdigest()


def _fingerprint(documents: Dataset, tokenizer: PreTrainedTokenizerFast, context: int) -> str:
    """The name of the blocks in the cache, equal for all processes of one run."""
    parts = (documents._fingerprint, tokenizer.backend_tokenizer.to_str(), str(context))
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description="Pretrains a small GPT-2 on plain text.")
    add = parser.add_argument
    add("--data", type=Path, nargs="+", required=True, help="text files, UTF-8")
    add("--out", type=Path, required=True, help="a folder for checkpoints and the result")
    add("--vocab", type=int, default=2048)
    add("--context", type=int, default=256, help="tokens")
    add("--width", type=int, default=128)
    add("--layers", type=int, default=4)
    add("--heads", type=int, default=4)
    add("--dropout", type=float, default=0.0)
    add("--init", type=float, default=0.04, help="standard deviation of fresh weights")
    add("--batch", type=int, default=4, help="samples, on each device")
    add("--accumulate", type=int, default=1, help="batches a step")
    add("--epochs", type=float, default=3)
    add("--steps", type=int, help="instead of epochs")
    add("--lr", type=float, default=4e-3)
    add("--warmup", type=int, default=100, help="steps")
    add("--seed", type=int, default=2019)
    add("--log-every", type=int, default=20, metavar="STEPS")
    add("--save-every", type=int, default=1000, metavar="STEPS")
    add("--sample-every", type=int, default=500, metavar="STEPS")
    add("--prompt", nargs="+", default=["The capital of France is", "The sum of 7 and 5 is"])
    return parser


if __name__ == "__main__":
    sys.exit(main())
