"""Talk with the model that you have trained. What is said goes into a transcript as you go on.

    python chat.py
    python chat.py --temperature 0 --say "Hello!" --say "What is the capital of France?"
    python chat.py --base model/gpt2-base --adapter adapter

An empty line, Ctrl-D or Ctrl-C ends the conversation. The transcript has the form of `autograder
chat`: all that is needed to have the same conversation again.
"""

import argparse
import hashlib
import json
import sys
from pathlib import Path

import torch
from supervised_fine_tuning import (
    BASE,
    LOCAL,
    Turn,
    Unusable,
    base_folder,
    base_name,
    encode_turn,
    tokens_of,
)
from transformers import AutoModelForCausalLM, AutoTokenizer

ADAPTER = ("adapter_config.json", "adapter_model.safetensors")


def prompt_of(turns, tokenizer, room):
    """What the model reads before it answers the last turn, the human's: a list of token ids.

    That is the whole history as in training, ends of turn included, and the beginning of the
    assistant's turn up to where the reply begins. If this takes more than `room` tokens, the
    oldest two turns go, a question and its reply, and so on until it fits or one turn is left.
    """
    ids = []
    for turn in turns:
        ids = [MASK]
    prompt = [MASK]
    if len(prompt) > room and len(turns) > 1:
        return prompt_of(turns[2:], tokenizer, room)
    return prompt


def reply_to(turns, model, tokenizer, settings, seed):
    """What the model answers to the last turn, as text without white space at its ends.

    It ends where the model ends its turn, after settings["max_new_tokens"] at the latest. With
    settings["temperature"] 0 each token is the likeliest; else tokens are drawn at that
    temperature, from the likeliest ones that have settings["top_p"] of the probability together.
    Raises Unusable where the prompt and so many tokens are more than the model reads.
    """
    longest = settings["max_new_tokens"]
    prompt = prompt_of(turns, tokenizer, model.config.n_positions - longest)
    if len(prompt) + longest > model.config.n_positions:
        raise Unusable("This is too long for the model. Do: say it shorter")
    ids = torch.tensor([prompt], device=model.device)
    if settings["temperature"] > 0:
        [MASK]
    else:
        drawn = {"do_sample": False}
    end = [MASK]
    torch.manual_seed(seed)
    output = model.generate(
        input_ids=ids, attention_mask=torch.ones_like(ids), max_new_tokens=longest,
        eos_token_id=end, pad_token_id=end, **drawn,
    )  # fmt: skip
    new = [MASK]
    return tokenizer.decode(new, skip_special_tokens=True).strip()


# ------------------------------------------------------------------ the conversation


def talk(given):
    model, tokenizer = load(given.base, given.adapter)
    settings = {name: getattr(given, name) for name in ("temperature", "top_p", "max_new_tokens")}
    transcript = {
        "schema_version": 1,
        "model": base_name(given.base),
        "server": None,
        "adapter_sha256": checksum(given.adapter),
        "settings": settings,
        "seed": given.seed,
        "system": None,
        "turns": [],
    }
    turns = []
    for said in given.say or from_the_keyboard():
        if given.say:
            print(f"> {said}")
        turns.append(Turn("human", said))
        reply = reply_to(turns, model, tokenizer, settings, turn_seed(given.seed, len(turns)))
        print(reply)
        turns.append(Turn("gpt", reply))
        transcript["turns"] = [{"from": turn.speaker, "value": turn.value} for turn in turns]
        write(given.save, transcript)


def load(base, adapter):
    """The base and its tokenizer, with the adapter on it."""
    from peft import PeftModel

    for name in ADAPTER:
        if not (adapter / name).is_file():
            raise Unusable(f"{adapter}: {name} is missing. Do: python supervised_fine_tuning.py")
    folder = base_folder(base)
    model = AutoModelForCausalLM.from_pretrained(folder, use_safetensors=True, **LOCAL)
    model = PeftModel.from_pretrained(model, adapter, local_files_only=True)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    return model.to(device).eval(), AutoTokenizer.from_pretrained(folder, **LOCAL)


def from_the_keyboard():
    while True:
        try:
            said = input("> ").strip()
        except (EOFError, KeyboardInterrupt):
            return
        if not said:
            return
        yield said


def checksum(adapter):
    return hashlib.sha256(b"".join((adapter / name).read_bytes() for name in ADAPTER)).hexdigest()


def turn_seed(seed, number):
    """The seed of turn `number`, counted from 0: each reply can be had again by itself."""
    return int.from_bytes(hashlib.sha256(f"{seed} {number}".encode()).digest()[:4], "big") >> 1


def write(path, transcript):
    """In one go, so that what was said before is never lost."""
    unfinished = path.with_name(f".{path.name}.new")
    unfinished.write_text(json.dumps(transcript, ensure_ascii=False, indent=2) + "\n", "utf-8")
    unfinished.replace(path)


def main():
    here = Path(__file__).resolve().parent
    parser = argparse.ArgumentParser(description="Talk with the model that you have trained.")
    add = parser.add_argument
    add("--base", type=Path, help=f"a folder such as model/gpt2-base; default: {BASE}")
    add("--adapter", type=Path, default=here / "adapter", help="default: adapter/ beside this file")
    add("--save", type=Path, default=here / "transcript.json", help="default: beside this file")
    add("--say", action="append", help="instead of the keyboard; once for each of your turns")
    add("--temperature", type=float, default=0.0, help="0, the default: always the likeliest token")
    add("--top-p", type=float, default=0.9)
    add("--max-new-tokens", type=int, default=64)
    add("--seed", type=int, default=0)
    try:
        talk(parser.parse_args())
    except Unusable as error:
        sys.exit(str(error))
    except KeyboardInterrupt:
        print()  # all but the reply that was on its way is in the transcript


if __name__ == "__main__":
    main()
