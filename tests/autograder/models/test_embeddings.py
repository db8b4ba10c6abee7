"""Embeddings by name: words, their vectors, and BERT's pieces under the name that one types."""

from __future__ import annotations

import pytest
import torch
from safetensors.torch import load_file
from transformers import BertConfig, BertModel, BertTokenizerFast

from autograder.errors import CourseError
from autograder.models.embeddings import EMBEDDINGS, Embedding, load_embedding, tensors_file

VOCABULARY = ("[PAD]", "[unused1]", "[UNK]", "[CLS]", "[SEP]", "[MASK]",
              "国", "王", "##王", "##后", "king", "##s", "##", "[x]")  # fmt: skip


@pytest.fixture(scope="module")
def small_bert(tmp_path_factory):
    folder = tmp_path_factory.mktemp("bert")
    config = BertConfig(vocab_size=len(VOCABULARY), hidden_size=4, num_hidden_layers=1,
                        num_attention_heads=1, intermediate_size=4)  # fmt: skip
    torch.manual_seed(0)
    BertModel(config).save_pretrained(folder)
    (folder / "vocab.txt").write_text("\n".join(VOCABULARY), encoding="utf-8")
    BertTokenizerFast(vocab=str(folder / "vocab.txt")).save_pretrained(folder)
    return folder


def test_a_bert_models_words_are_its_tokens_without_the_special_ones(small_bert):
    embedding = load_embedding("bert-base-chinese", small_bert)
    assert embedding.words == ("国", "王", "后", "king", "s", "##", "[x]")  # ##王 is hidden by 王
    assert embedding.table.dtype == torch.float32


def test_a_bert_words_vector_is_its_input_embedding(small_bert):
    embedding = load_embedding("bert-base-chinese", small_bert)
    stored = load_file(tensors_file("bert-base-chinese", small_bert))
    weights = stored["embeddings.word_embeddings.weight"]
    for word, token in (("国", "国"), ("王", "王"), ("后", "##后"), ("s", "##s")):
        row = embedding.table[embedding.index[word]]
        assert torch.equal(row, weights[VOCABULARY.index(token)])


def test_an_embedding_is_read_once(small_bert):
    assert load_embedding("minilm", small_bert) is load_embedding(path=small_bert, name="minilm")


def test_a_name_that_is_no_embedding_is_one_line():
    with pytest.raises(CourseError, match=r"gpt2-base: no such embedding. Do: choose from word-v"):
        load_embedding("gpt2-base")


def test_words_and_vectors_that_do_not_match_are_one_line(tmp_path):
    from safetensors.torch import save_file

    save_file({"table": torch.zeros(3, 2, dtype=torch.float16)}, tmp_path / "vectors.safetensors")
    (tmp_path / "words.txt").write_text("a\nb\n")
    with pytest.raises(CourseError, match=r"damaged \(2 words, vectors \(3, 2\)\)\. Do: "):
        load_embedding("word-vectors", tmp_path)


def test_a_file_in_place_of_the_folder_is_one_line(tmp_path):
    (tmp_path / "words.txt").write_text("a\n")
    with pytest.raises(CourseError, match="not a folder"):
        load_embedding("word-vectors", tmp_path / "words.txt")


def test_the_real_word_vectors_know_the_courses_example(needs):
    needs("word-vectors")
    embedding = load_embedding()
    assert embedding.table.shape == (125_796, 100)
    assert len(embedding.index) == len(embedding.words) == 125_796
    assert _nearest(embedding, "皇后", "女人", "男人", ("学生", "骑士", "国王")) == "国王"


def test_the_real_english_embedding_knows_its_queen(needs):
    needs("minilm")
    embedding = load_embedding("minilm")
    assert embedding.table.shape == (len(embedding.words), 384)
    assert _nearest(embedding, "king", "man", "woman", ("student", "knight", "queen")) == "queen"


def test_a_sandbox_maps_the_same_word_vectors(needs):
    needs("word-vectors")
    table = load_file(tensors_file("word-vectors"))["table"]
    assert table.dtype == torch.float16
    assert torch.equal(table.float(), load_embedding().table)


def test_each_embedding_is_in_the_catalogue():
    from autograder.models.catalogue import CATALOGUE

    assert set(EMBEDDINGS) <= set(CATALOGUE)


def _nearest(embedding: Embedding, one: str, minus: str, plus: str, candidates) -> str:
    def of(word: str) -> torch.Tensor:
        return embedding.table[embedding.index[word]]

    result = of(one) - of(minus) + of(plus)
    return max(candidates, key=lambda word: torch.cosine_similarity(result, of(word), dim=0))


def test_a_damaged_table_is_one_line_with_the_remedy(tmp_path):
    (tmp_path / "vectors.safetensors").write_bytes(bytes(100))
    (tmp_path / "words.txt").write_text("a\n")
    with pytest.raises(CourseError, match=r"damaged .* Do: remove the folder and run") as caught:
        load_embedding(path=tmp_path)
    assert len(str(caught.value).splitlines()) == 1
