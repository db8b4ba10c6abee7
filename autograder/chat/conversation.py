"""Conversations as plain values: examples, seeds, cutting at whole turns, and the plain form.

**The plain form.** A model without a chat template (GPT-2, or a small one that a student trained)
reads a dialogue as text:

    <system, if there is one>

    User: <what the human said>
    Assistant: <what the model said>
    User: <…>
    Assistant:

and writes on from there. A reply ends where the model ends the text, or where it begins to speak
for the user (`STOP`). A model with an adapter finds its end-of-text token behind each reply that it
reads, too: the course's dialogues are written that way for fine-tuning. A model without one has
seen that token between unrelated texts, so it gets none.
"""

from __future__ import annotations

import hashlib
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence

from autograder.chat.transcript import Speaker, Turn

EXAMPLES = (
    "什么情况下商贩会售卖淹死的鱼？",
    "两杯50度的巧克力混合起来是多少度？",
    "如何向盲人推销VR眼镜？",
)

STOP = "\nUser:"
_NAMES: dict[Speaker, str] = {"human": "User", "gpt": "Assistant"}


def turn_seed(seed: int, number: int) -> int:
    """The seed for the reply that is turn `number`: any turn can be had again by itself."""
    digest = hashlib.sha256(f"{seed} {number}".encode()).digest()
    return int.from_bytes(digest[:4]) >> 1  # 31 bits: what every server takes


def longest_tail(turns: Sequence[Turn], fits: Callable[[Sequence[Turn]], bool]) -> Sequence[Turn]:
    """The longest end of `turns` that fits: whole turns, the first of them the human's.

    Empty where not even the last one fits. What fits must still fit without its oldest turn.
    """
    starts = [number for number, turn in enumerate(turns) if turn.speaker == "human"]
    first = bisect_left(starts, True, key=lambda start: fits(turns[start:]))
    return turns[starts[first] :] if first < len(starts) else ()


def plain_form(turns: Sequence[Turn], system: str | None = None, end: str = "") -> str:
    """A dialogue as the text that a model without a chat template reads (see above).

    `end` stands behind each reply.
    """
    ends = {"human": "", "gpt": end}
    lines = [f"{_NAMES[turn.speaker]}: {turn.value}{ends[turn.speaker]}" for turn in turns]
    if turns and turns[-1].speaker == "human":
        lines.append("Assistant:")
    return (f"{system}\n\n" if system else "") + "\n".join(lines)


def tidy(pieces: Iterable[str], stop: str | None) -> Iterator[str]:
    """A reply as it is shown: no white space at its ends, and nothing from `stop` on.

    What may still turn out to be the beginning of `stop`, or the end of the reply, is held back.
    """
    held, begun = "", False
    for piece in pieces:
        held += piece
        if stop and stop in held:
            held = held.partition(stop)[0]
            break
        shown = held[: len(held) - _overlap(held, stop or "")].rstrip()
        if shown:
            yield shown if begun else shown.lstrip()
            held, begun = held[len(shown) :], True
    rest = held.rstrip() if begun else held.strip()
    if rest:
        yield rest


def encodable(text: str) -> str:
    """`text` without lone surrogates, which a terminal or a server may send and JSON can't hold."""
    return text.encode("utf-8", "replace").decode()


def _overlap(text: str, stop: str) -> int:
    """How many characters at the end of `text` may be the beginning of `stop`."""
    longest = min(len(text), len(stop) - 1)
    return next((n for n in range(longest, 0, -1) if text.endswith(stop[:n])), 0)
