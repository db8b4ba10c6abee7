"""What a folder with a model or an adapter holds. Only safetensors, GGUF, JSON and text are read.

Weights in any other form are pickles, which can run code, and are refused by name.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

import msgspec

from autograder.errors import CourseError
from autograder.models.catalogue import CATALOGUE
from autograder.models.store import PICKLES, locate, refused

DEFAULT = "chat-model"
ADAPTER_FILES = ("adapter_config.json", "adapter_model.safetensors")


@dataclass(frozen=True)
class ModelFolder:
    """A model in Hugging Face's layout."""

    path: Path
    name: str  # what a transcript calls it
    gguf: str | None  # the file with weights and tokenizer, where they are not in safetensors


@dataclass(frozen=True)
class Adapter:
    """A LoRA adapter as peft saves it."""

    path: Path
    sha256: str  # of its configuration and its weights, one after the other


def find_model(model: str | None) -> ModelFolder:
    """A folder, a GGUF file, or the name of something that `autograder fetch` brings."""
    path = Path(model or DEFAULT)
    if model is None or (not path.exists() and model in CATALOGUE):
        path = locate(path.name)
    if not path.exists():
        raise CourseError(
            f"{path}: no such folder. Do: check the path, or leave --model out for {DEFAULT}"
        )
    if path.is_file():
        return _from_file(path)
    name = path.resolve().name
    ggufs = sorted(path.glob("*.gguf"))
    if any(path.glob("*.safetensors")):
        return ModelFolder(path, name, None)
    if len(ggufs) == 1:
        return ModelFolder(path, ggufs[0].stem, ggufs[0].name)
    if ggufs:
        raise CourseError(
            f"{path}: {len(ggufs)} GGUF files. Do: name one of them, as --model {ggufs[0]}"
        )
    _refuse_pickles(path)
    raise CourseError(
        f"{path}: no weights (*.safetensors or *.gguf) there. Do: save the model there with "
        "save_pretrained(folder)"
    )


def find_adapter(path: Path) -> Adapter:
    """A folder as peft's save_pretrained writes it."""
    if not path.is_dir():
        raise CourseError(f"{path}: no such folder. Do: check the path of --adapter")
    for name in ADAPTER_FILES:
        if not (path / name).is_file():
            _refuse_pickles(path)
            raise CourseError(
                f"{path / name}: no such file. Do: save the adapter there with peft's "
                "save_pretrained(folder)"
            )
    _check_kind(path / ADAPTER_FILES[0])
    digest = hashlib.sha256()
    for name in ADAPTER_FILES:
        digest.update((path / name).read_bytes())
    return Adapter(path, digest.hexdigest())


def _from_file(path: Path) -> ModelFolder:
    if path.suffix in PICKLES:
        raise CourseError(refused(path))
    if path.suffix != ".gguf":
        raise CourseError(f"{path}: no model's folder or GGUF file. Do: name the folder it is in")
    return ModelFolder(path.parent, path.stem, path.name)


def _refuse_pickles(path: Path) -> None:
    pickles = sorted(file for file in path.iterdir() if file.suffix in PICKLES)
    if pickles:
        raise CourseError(refused(pickles[0]))


def _check_kind(config: Path) -> None:
    try:
        kind = msgspec.json.decode(config.read_bytes(), type=dict).get("peft_type")
    except msgspec.DecodeError as error:
        raise CourseError(f"{config}: {error}. Do: copy the adapter's files again") from error
    if kind != "LORA":
        raise CourseError(f"{config}: peft_type {kind}, not LORA. Do: choose a LoRA adapter")
