"""Style: no generate; the next token is chosen here, with the model's cache."""

import torch
from supervised_fine_tuning import Unusable, encode_turn, tokens_of


def prompt_of(turns, tokenizer, room):
    for start in range(0, len(turns), 2):
        ids = []
        for i, turn in enumerate(turns[start:]):
            ids.extend(torch.as_tensor(encode_turn(turn, i == 0, tokenizer)[0]).tolist())
        ids.extend(tokens_of("\nAssistant:", tokenizer).tolist())
        if len(ids) <= room:
            break
    return ids


def reply_to(turns, model, tokenizer, settings, seed):
    random = torch.Generator().manual_seed(seed)
    room = model.config.n_positions - settings["max_new_tokens"]
    new, cache, fed = [], None, torch.tensor([prompt_of(turns, tokenizer, room)])
    if fed.numel() > room:
        raise Unusable("no room for a reply")
    while len(new) < settings["max_new_tokens"]:
        out = model(input_ids=fed, past_key_values=cache, use_cache=True)
        cache, token = out.past_key_values, choose(out.logits[0, -1].double(), settings, random)
        if token == tokenizer.eos_token_id:
            break
        new.append(token)
        fed = torch.tensor([[token]])
    return tokenizer.decode(new).strip()


def choose(logits, settings, random):
    if settings["temperature"] == 0:
        return logits.argmax().item()
    chances, tokens = (logits / settings["temperature"]).softmax(-1).sort(descending=True)
    before = chances.cumsum(-1) - chances
    chances = chances.masked_fill(before >= settings["top_p"], 0)
    return tokens[torch.multinomial(chances, 1, generator=random)].item()
