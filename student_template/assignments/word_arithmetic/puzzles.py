"""The six equations of the task and their candidates, in Chinese and, for English words, English.

`PUZZLES[n - 1]` is equation n; an embedding of English words has its own six.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Puzzle:
    """An equation, and the words among which its answer is."""

    equation: str
    candidates: tuple[str, ...]


PUZZLES = (
    Puzzle("僵尸 + 复活", ("鬼魂", "人类", "抱抱脸")),
    Puzzle("秀发 - 头发", ("闪亮", "昏暗", "电灯")),
    Puzzle("闪电 - 电流", ("快", "黄色", "下雨")),
    Puzzle("清华 - 北大", ("一流", "二流", "负一流")),
    Puzzle("大学 + 一流 + 海淀", ("清华", "北大", "斯坦福", "MIT")),
    Puzzle("欧盟 - 英国 - 法国 - 德国", ("俄罗斯", "欧盟", "波兰", "美国")),
)

ENGLISH_PUZZLES = (
    Puzzle("king - man + woman", ("queen", "prince", "knight")),
    Puzzle("paris - france + germany", ("berlin", "munich", "hamburg")),
    Puzzle("japan + fish + rice", ("sushi", "pizza", "cheese")),
    Puzzle("lightning - electricity", ("fast", "yellow", "rain")),
    Puzzle("university + famous + boston", ("Harvard", "Stanford", "Oxford", "MIT")),
    Puzzle("europe - britain - france - germany", ("russia", "europe", "poland", "america")),
)

ENGLISH = ("minilm",)  # the embeddings of English words


def puzzles_for(embedding: str) -> tuple[Puzzle, ...]:
    """The six equations in the language of an embedding."""
    return ENGLISH_PUZZLES if embedding in ENGLISH else PUZZLES
