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
        # [MASK chat/history] ids + encode_turn(turn, not ids, tokenizer)[0]
        # hint: A function of the other file makes tokens of a turn; is this one the first?
        # 提示：另一个文件里有把一轮变成 token 的函数；这一轮是不是第一轮？
        # hint: `not ids` says whether it is the first. Of what comes back, take the tokens only.
        # 提示：not ids 说明这是不是第一轮。返回的东西里只取 token。
        # hint: ids plus the first of the two lists that encode_turn gives.
        # 提示：ids 加上 encode_turn 返回的两个列表中的第一个。
        ids = ids + encode_turn(turn, not ids, tokenizer)[0]
    # [MASK chat/start] ids + tokens_of("\nAssistant:", tokenizer)
    # hint: The model goes on writing where the text stops. What stands before each of its replies?
    # 提示：文本停在哪里，模型就从哪里接着写。它的每个回复前面是什么？
    # hint: A new line, the name and a colon, without the space: the model writes that.
    # 提示：换行、名字和冒号，不带空格：空格由模型来写。
    # hint: ids plus the tokens (tokens_of) of that text.
    # 提示：ids 加上那段文字的 token（tokens_of）。
    prompt = ids + tokens_of("\nAssistant:", tokenizer)
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
        # [MASK chat/drawn] begin
        # hint: generate's arguments for sampling, as a dict; top_k=0, or it takes 50 by itself.
        # 提示：generate 用来采样的参数，写成一个 dict；要写上 top_k=0，否则它会自作主张取 50。
        # hint: Four keys: do_sample, temperature, top_p, top_k. Two values come from settings.
        # 提示：四个键：do_sample、temperature、top_p、top_k。其中两个值来自 settings。
        # hint: A dict named drawn; sampling is switched on with True.
        # 提示：一个名叫 drawn 的 dict；用 True 打开采样。
        drawn = {
            "do_sample": True,
            "temperature": settings["temperature"],
            "top_p": settings["top_p"],
            "top_k": 0,
        }
        # [MASK end]
    else:
        drawn = {"do_sample": False}
    # [MASK chat/end] tokenizer.eos_token_id
    # hint: Which token did the model learn to put behind a reply?
    # 提示：模型学会在回复后面放的，是哪个 token？
    # hint: The tokenizer knows its number, as an attribute that ends in _token_id.
    # 提示：tokenizer 知道它的编号，是一个以 _token_id 结尾的属性。
    end = tokenizer.eos_token_id
    torch.manual_seed(seed)
    output = model.generate(
        input_ids=ids, attention_mask=torch.ones_like(ids), max_new_tokens=longest,
        eos_token_id=end, pad_token_id=end, **drawn,
    )  # fmt: skip
    # [MASK chat/new] output[0, len(prompt) :]
    # hint: generate gives back the prompt as well, in front.
    # 提示：generate 会把提示词也一起还回来，放在前面。
    # hint: output is (1, length): take its only row, from where the prompt ends.
    # 提示：output 是 (1, 长度)：取唯一的那一行，从提示词结束处开始。
    # hint: output[0, … :], with the length of the prompt.
    # 提示：output[0, … :]，填提示词的长度。
    new = output[0, len(prompt) :]
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
