"""A language model of any kind from a folder: local files, safetensors, and no code of its own."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import torch
import transformers
from safetensors import SafetensorError
from transformers import AutoConfig, AutoTokenizer, PreTrainedModel, PreTrainedTokenizerBase

from autograder.errors import CourseError
from autograder.models.store import PICKLES, refused

Family = Literal["decoder", "encoder", "encoder-decoder"]

_CLASSES = {
    "decoder": transformers.AutoModelForCausalLM,
    "encoder": transformers.AutoModelForMaskedLM,
    "encoder-decoder": transformers.AutoModelForSeq2SeqLM,
}
_LOCAL = {"local_files_only": True, "trust_remote_code": False}
_ADVICE = "Do: save model and tokenizer there with save_pretrained(folder)"
_MANY_POSITIONS = 100_000  # a tokenizer that knows no limit says 10^30
_LONGEST = 512  # tokens; more costs time and tells nothing about a small model

# what the libraries raise for a config, weights or tokenizer that they cannot make sense of
_TROUBLE = (OSError, ValueError, LookupError, RuntimeError, TypeError, AttributeError,
            ImportError, SafetensorError)  # fmt: skip


@dataclass(frozen=True, eq=False)
class LanguageModel:
    """A model, ready to be measured, and its tokenizer."""

    family: Family
    model: PreTrainedModel
    tokenizer: PreTrainedTokenizerBase
    context: int  # tokens that are read at once

    @property
    def name(self) -> str:
        return type(self.model).__name__

    @property
    def parameters(self) -> int:
        """Each once, also where two layers share it."""
        return sum(parameter.numel() for parameter in self.model.parameters())

    @property
    def start(self) -> int | None:
        """What stands before a text, for the first token to be predicted from."""
        first: int | None = self.tokenizer.bos_token_id
        return self.tokenizer.eos_token_id if first is None else first

    def tokens(self, text: str) -> list[int]:
        """A text's own tokens, with nothing put around them."""
        return list(self.tokenizer(text, add_special_tokens=False, verbose=False)["input_ids"])


def load(folder: Path) -> LanguageModel:
    """Raises CourseError in one line if the folder holds no whole language model."""
    _check_files(folder)
    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    try:
        config = AutoConfig.from_pretrained(folder, **_LOCAL)
        family = _family(folder, config)
        model, info = _CLASSES[family].from_pretrained(
            folder, **_LOCAL, use_safetensors=True, dtype=torch.float32, output_loading_info=True
        )
    except _TROUBLE as error:
        raise CourseError(
            f"{folder}: no model can be read there ({_line(error)}). {_ADVICE}"
        ) from error
    if missing := sorted(info["missing_keys"]):
        raise CourseError(
            f"{folder}: its weights lack {missing[0]} and {len(missing) - 1} more, so this is no "
            f"language model with its head. Do: save the whole {type(model).__name__}"
        )
    tokenizer = _tokenizer(folder, model)
    if family == "encoder" and tokenizer.mask_token_id is None:
        raise CourseError(
            f"{folder}: an encoder whose tokenizer has no mask token. Do: give it one"
        )
    return LanguageModel(family, model.eval(), tokenizer, _context(model, tokenizer))


def _check_files(folder: Path) -> None:
    if not folder.is_dir():
        raise CourseError(f"{folder}: no such folder. Do: name the folder that holds your model")
    names = {path.name for path in folder.iterdir()}
    if "config.json" not in names:
        raise CourseError(f"{folder}: no config.json there. {_ADVICE}")
    if not any(name.endswith(".safetensors") for name in names):
        pickles = sorted(name for name in names if name.endswith(PICKLES))
        if pickles:
            raise CourseError(refused(folder / pickles[0]))
        raise CourseError(f"{folder}: no weights (*.safetensors) there. {_ADVICE}")


def _family(folder: Path, config: Any) -> Family:
    """By the class that was saved: a BERT can be an encoder or a decoder."""
    (name, *_) = config.architectures or [""]
    if config.is_encoder_decoder:
        return "encoder-decoder"
    if "MaskedLM" in name or name.endswith("ForPreTraining"):
        return "encoder"
    if "CausalLM" in name or "LMHead" in name:
        return "decoder"
    raise CourseError(
        f"{folder / 'config.json'}: {name or 'no architecture'} is no language model. "
        "Do: save a model with a language-model head (…LMHeadModel, …ForCausalLM, …ForMaskedLM, "
        "…ForConditionalGeneration)"
    )


def _tokenizer(folder: Path, model: PreTrainedModel) -> PreTrainedTokenizerBase:
    try:
        tokenizer = AutoTokenizer.from_pretrained(folder, **_LOCAL)
    except _TROUBLE as error:
        raise CourseError(
            f"{folder}: no tokenizer can be read there ({_line(error)}). {_ADVICE}"
        ) from error
    rows = model.get_input_embeddings().num_embeddings
    if len(tokenizer) > rows:
        raise CourseError(
            f"{folder}: the tokenizer has {len(tokenizer):,} tokens and the model {rows:,}. "
            "Do: save the tokenizer that the model was trained with"
        )
    return tokenizer


def _context(model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase) -> int:
    positions = getattr(model.config, "max_position_embeddings", None) or _MANY_POSITIONS
    if getattr(model.config, "model_type", "") in ("roberta", "xlm-roberta", "camembert"):
        positions -= 2  # the first two of its positions are never a token's
    return int(min(positions, tokenizer.model_max_length, _LONGEST))


def _line(error: BaseException) -> str:
    lines = str(error).strip().splitlines() or [type(error).__name__]
    return lines[0][:200]
