"""Style: the oldest turns are taken out of a copy, and generate is given a GenerationConfig."""

import itertools

import supervised_fine_tuning as sft
import torch
from transformers import GenerationConfig


def prompt_of(turns, tokenizer, room):
    turns = list(turns)
    while True:
        encoded = [
            sft.encode_turn(turn, number == 0, tokenizer)[0] for number, turn in enumerate(turns)
        ]
        opening = tokenizer("\nAssistant:", add_special_tokens=False)["input_ids"]
        prompt = [*itertools.chain(*encoded), *opening]
        if len(prompt) <= room or len(turns) < 3:
            return prompt
        del turns[:2]


def reply_to(turns, model, tokenizer, settings, seed):
    torch.manual_seed(seed)
    prompt = torch.tensor(prompt_of(turns, tokenizer, 96 - settings["max_new_tokens"]))[None]
    warm = settings["temperature"] > 0
    if prompt.shape[1] + settings["max_new_tokens"] > 96:
        raise sft.Unusable(f"{prompt.shape[1]} tokens leave no room")
    config = GenerationConfig(
        do_sample=warm,
        max_new_tokens=settings["max_new_tokens"],
        top_k=0,
        temperature=settings["temperature"] if warm else 1.0,
        top_p=settings["top_p"],
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.eos_token_id,
    )
    output = model.generate(
        prompt, attention_mask=torch.ones_like(prompt), generation_config=config
    )
    return tokenizer.batch_decode(output[:, prompt.shape[1] :], skip_special_tokens=True)[0].strip()
