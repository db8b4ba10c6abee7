"""What an assignment's sandbox offers, by the name that assignment.toml gives as `profile`."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Profile:
    """Everything else that is installed does not exist for the student's code."""

    distributions: tuple[str, ...]  # may be imported, with all they depend on
    warm: tuple[str, ...]  # modules imported before forking, besides torch


PROFILES = {
    "torch": Profile(distributions=("torch", "numpy"), warm=("numpy", "logging")),
    "transformers": Profile(
        distributions=("torch", "numpy", "transformers", "peft", "tokenizers", "bitsandbytes"),
        warm=("numpy", "logging", "peft", "bitsandbytes", "transformers.models.gpt2.modeling_gpt2",
              "transformers.training_args"),
    ),
}  # fmt: skip
