"""word2vec's binary format is read as it is written, and half precision changes no answer."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from autograder.errors import GraderFault
from autograder.models.catalogue import CATALOGUE
from autograder.models.fetch import fetch
from autograder.models.word2vec import convert, read_binary

WORDS = ["</s>", "皇后", "日\u3000", "a\u2028b", "\x85"]
TABLE = np.arange(15, dtype="<f4").reshape(5, 3) / 8

EQUATIONS = (  # of the course; a word that isn't there is left out, as is a candidate
    (("皇后", "男人"), ("女人",), ("学生", "骑士", "国王")),
    (("僵尸", "复活"), (), ("鬼魂", "人类", "抱抱脸")),
    (("秀发",), ("头发",), ("闪亮", "昏暗", "电灯")),
    (("闪电",), ("电流",), ("快", "黄色", "下雨")),
    (("清华",), ("北大",), ("一流", "二流", "负一流")),
    (("大学", "一流", "海淀"), (), ("清华", "北大", "斯坦福", "MIT")),
    (("欧盟",), ("英国", "法国", "德国"), ("俄罗斯", "欧盟", "波兰", "美国")),
)
CLOSE = 2e-5  # two neighbours nearer to each other than this may change places in half precision


def binary(words, table, *, break_after: bytes = b"\n") -> bytes:
    rows = (word.encode() + b" " + row.tobytes() + break_after
            for word, row in zip(words, table, strict=True))  # fmt: skip
    return f"{len(words)} {table.shape[1]}\n".encode() + b"".join(rows)


@pytest.mark.parametrize("break_after", [b"", b"\n"])
def test_words_and_vectors_are_read(tmp_path, break_after):
    (tmp_path / "words.vector").write_bytes(binary(WORDS, TABLE, break_after=break_after))
    words, table = read_binary(tmp_path / "words.vector")
    assert words == WORDS
    assert np.array_equal(table, TABLE)


def test_the_finished_files_hold_the_same_in_the_same_order(tmp_path):
    (tmp_path / "words.vector").write_bytes(binary(WORDS, TABLE))
    convert(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["vectors.safetensors", "words.txt"]
    stored = load_file(tmp_path / "vectors.safetensors")["table"]
    assert stored.dtype == torch.float16
    assert torch.equal(stored.float(), torch.from_numpy(TABLE))
    assert (tmp_path / "words.txt").read_text("utf-8").split("\n") == [*WORDS, ""]


@pytest.mark.parametrize("data", [b"", b"two 3\n", b"1 3", binary(WORDS, TABLE)[:-9], b"2 3\nx y"])
def test_anything_else_is_one_line(tmp_path, data):
    (tmp_path / "words.vector").write_bytes(data)
    with pytest.raises(GraderFault, match=r"words.vector: not word2vec's binary format"):
        read_binary(tmp_path / "words.vector")


def test_half_precision_changes_no_answer_of_the_real_word_vectors(cache, monkeypatch):
    """Fetches them afresh from the registry, to compare with the full precision."""
    full: dict[str, torch.Tensor] = {}

    def keep(folder):
        full["table"] = torch.from_numpy(read_binary(folder / "words.vector")[1])
        convert(folder)

    source = CATALOGUE["word-vectors"]
    origin = dataclasses.replace(source.origin, convert=keep)
    monkeypatch.setitem(CATALOGUE, source.name, dataclasses.replace(source, origin=origin))
    try:
        folder = fetch("word-vectors")
    except GraderFault as fault:
        if "index doesn't answer" in str(fault) or "No matching distribution" in str(fault):
            pytest.skip(f"no registry: {fault}")
        raise
    words = (folder / "words.txt").read_text("utf-8").removesuffix("\n").split("\n")
    half = load_file(folder / "vectors.safetensors")["table"].float()
    assert half.shape == full["table"].shape == (len(words), 100) == (125_796, 100)
    index = {word: row for row, word in enumerate(words)}
    for equation in EQUATIONS:
        assert _answers(half, index, *equation) == _answers(full["table"], index, *equation)
    _compare_neighbours(full["table"], half)


def _answers(table, index, plus, minus, candidates) -> list[str]:
    """The candidates, the nearest first."""
    rows = [table[index[word]] for word in plus if word in index]
    rows += [-table[index[word]] for word in minus]
    there = [word for word in candidates if word in index]
    near = torch.cosine_similarity(sum(rows), table[[index[word] for word in there]])
    return [there[place] for place in near.argsort(descending=True)]


def _compare_neighbours(full, half) -> None:
    """The nearest neighbour of 300 random words is the same, or as near within CLOSE."""
    full, half = (torch.nn.functional.normalize(table) for table in (full, half))
    chosen = torch.randperm(len(full), generator=torch.Generator().manual_seed(7))[:300]
    near = full[chosen] @ full.T
    near_half = half[chosen] @ half.T
    for table in (near, near_half):
        table[torch.arange(300), chosen] = -1  # not the word itself
    best, best_half = near.argmax(1), near_half.argmax(1)
    lost = near[torch.arange(300), best] - near[torch.arange(300), best_half]
    assert lost.max() < CLOSE
    assert (best == best_half).sum() >= 298
