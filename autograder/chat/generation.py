"""Replies of a model that runs on this machine, streamed character by character."""

from __future__ import annotations

import io
import threading
from collections.abc import Callable, Generator, Sequence
from contextlib import redirect_stderr
from pathlib import Path
from typing import Any

from autograder.chat.conversation import STOP, longest_tail, plain_form, tidy
from autograder.chat.folder import Adapter, ModelFolder, find_adapter, find_model
from autograder.chat.streaming import TokenStream
from autograder.chat.transcript import Settings, Turn
from autograder.chat.trouble import one_line
from autograder.errors import CourseError

NEARLY_ZERO = 1e-3  # a temperature below it would only overflow: it means the likeliest token
_ROLES = {"human": "user", "gpt": "assistant"}


class LocalModel:
    """A causal language model with its tokenizer, and an adapter if there is one."""

    server: str | None = None

    def __init__(self, name: str, model: Any, tokenizer: Any, adapter: Adapter | None) -> None:
        self.name = name
        self.adapter_sha256 = adapter.sha256 if adapter else None
        self._model = model
        self._tokenizer = tokenizer
        self._end_of_reply = str(tokenizer.eos_token or "") if adapter else ""
        self._context = _context(model.config)
        self._one_at_a_time = threading.Lock()  # torch has one random generator for all

    def reply(
        self,
        turns: Sequence[Turn],
        settings: Settings,
        *,
        seed: int,
        system: str | None,
        forgot: Callable[[int], None],
    ) -> Generator[str, None, None]:
        """The reply to the last turn, piece by piece; `forgot` hears how many turns were left out.

        Raises CourseError if even the last turn doesn't fit into the model's context.
        """
        prompt = self._prompt(turns, settings, system, forgot)
        stream = TokenStream(lambda ids: str(self._tokenizer.decode(ids, skip_special_tokens=True)))
        pieces = stream.pieces(lambda: self._generate(prompt, settings, seed, stream))
        try:
            with one_line(self.name, "say it in another way, or choose another model"):
                yield from tidy(pieces, None if self._tokenizer.chat_template else STOP)
        finally:
            pieces.close()  # ends the thread, if it is still at work

    def _prompt(
        self,
        turns: Sequence[Turn],
        settings: Settings,
        system: str | None,
        forgot: Callable[[int], None],
    ) -> list[int]:
        """The tokens of as many turns as leave room for the reply, the newest ones."""
        if self._context is None:
            return self._tokens(turns, system)
        room = self._context - self._longest(settings)
        kept = longest_tail(turns, lambda tail: len(self._tokens(tail, system)) <= room)
        if not kept:
            needed = len(self._tokens(turns[-1:], system))
            raise CourseError(
                f"{self.name}: your message takes {needed} tokens, and the context of "
                f"{self._context} less {self._longest(settings)} for the reply leaves {room}. "
                "Do: say it shorter, or choose a smaller --max-new-tokens"
            )
        if len(kept) < len(turns):
            forgot(len(turns) - len(kept))
        return self._tokens(kept, system)

    def _longest(self, settings: Settings) -> int:
        """How many tokens a reply may have: half of the context is left to what was said."""
        half = self._context // 2 if self._context else settings.max_new_tokens
        return min(settings.max_new_tokens, max(half, 1))

    def _tokens(self, turns: Sequence[Turn], system: str | None) -> list[int]:
        if not self._tokenizer.chat_template:
            text = plain_form(turns, system, self._end_of_reply)
            return list(self._tokenizer(text)["input_ids"])
        messages = [{"role": "system", "content": system}] if system else []
        messages += [{"role": _ROLES[turn.speaker], "content": turn.value} for turn in turns]
        with one_line(f"{self.name}: its chat template", "leave --system out"):
            encoded = self._tokenizer.apply_chat_template(
                messages, add_generation_prompt=True, return_dict=True
            )
        return list(encoded["input_ids"])

    def _generate(
        self, prompt: list[int], settings: Settings, seed: int, stream: TokenStream
    ) -> None:
        import torch
        from transformers import GenerationConfig

        greedy = settings.temperature < NEARLY_ZERO
        config = GenerationConfig(
            max_new_tokens=self._longest(settings),
            do_sample=not greedy,
            **({} if greedy else {"temperature": settings.temperature, "top_p": settings.top_p,
                                  "top_k": 0}),
        )  # fmt: skip
        ids = torch.tensor([prompt], device=self._model.device)
        with self._one_at_a_time:
            torch.manual_seed(seed)
            self._model.generate(
                input_ids=ids,
                attention_mask=torch.ones_like(ids),
                generation_config=config,
                streamer=stream,
                stopping_criteria=[stream],
            )


def load_local(model: str | None, adapter: Path | None) -> LocalModel:
    """Loads a model and its adapter from this machine; nothing is brought from a hub.

    Raises CourseError, in one line, if something is missing, no safe format, or doesn't load.
    """
    folder = find_model(model)
    found = find_adapter(adapter) if adapter else None
    quiet = redirect_stderr(io.StringIO())  # transformers draws a bar for GGUF, come what may
    with quiet, one_line(str(folder.path), "copy or save the model's files again"):
        loaded, tokenizer = _load(folder)
    if found:
        with one_line(str(found.path), "choose the model that this adapter was trained on"):
            loaded = _adapted(loaded, found)
    _forget_recommendations(loaded, tokenizer)
    return LocalModel(folder.name, loaded.eval(), tokenizer, found)


def _load(folder: ModelFolder) -> tuple[Any, Any]:
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer
    from transformers.utils import logging

    logging.set_verbosity_error()
    logging.disable_progress_bar()
    options: dict[str, Any] = {"local_files_only": True, "trust_remote_code": False}
    if folder.gguf:
        import gguf  # noqa: F401  # transformers' own message on its lack is a long one

        options["gguf_file"] = folder.gguf
    tokenizer = AutoTokenizer.from_pretrained(folder.path, **options)
    model = AutoModelForCausalLM.from_pretrained(
        folder.path, use_safetensors=True, dtype="auto", **options
    )
    return model.to("cuda" if torch.cuda.is_available() else "cpu"), tokenizer


def _adapted(model: Any, adapter: Adapter) -> Any:
    from peft import PeftModel

    return PeftModel.from_pretrained(model, adapter.path, local_files_only=True)


def _forget_recommendations(model: Any, tokenizer: Any) -> None:
    """Keeps of the model's generation settings where a reply ends: the transcript has the rest."""
    from transformers import GenerationConfig

    own = model.generation_config
    ends = {*_listed(own.eos_token_id), *_listed(tokenizer.eos_token_id)}
    padding = own.pad_token_id if own.pad_token_id is not None else min(ends, default=None)
    model.generation_config = GenerationConfig(
        bos_token_id=own.bos_token_id, eos_token_id=sorted(ends) or None, pad_token_id=padding
    )


def _listed(ids: int | list[int] | None) -> list[int]:
    if ids is None:
        return []
    return ids if isinstance(ids, list) else [ids]


def _context(config: Any) -> int | None:
    """How many tokens a model can read at once, where its configuration says so."""
    length = getattr(config.get_text_config(), "max_position_embeddings", None)
    return int(length) if length else None
