"""What an assignment's sandbox offers, by the name that assignment.toml gives as `profile`."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Profile:
    """Everything else that is installed does not exist for the student's code."""

    distributions: tuple[str, ...]  # may be imported, with all they depend on
    warm: tuple[str, ...]  # modules imported before forking, besides torch


# numpy.random: numpy itself loads it at its first use, which is in each child (9 ms): the runner
# seeds it at every call.
_WARM = ("numpy", "numpy.random", "logging")


PROFILES = {
    "torch": Profile(distributions=("torch", "numpy"), warm=_WARM),
    "transformers": Profile(
        distributions=("torch", "numpy", "transformers", "peft", "tokenizers", "bitsandbytes"),
        warm=(*_WARM, "peft", "bitsandbytes", "transformers.models.gpt2.modeling_gpt2",
              "transformers.training_args"),
    ),
}  # fmt: skip
