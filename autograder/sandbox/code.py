"""What is run in a sandbox: the files handed in, and those of the assignment beside them."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class SubmissionCode:
    """File names are relative, with `/`: `files` to `<assignment>/`, `support` to the course root.

    `support` holds `assignments/<assignment>/probes.py` and its siblings.
    """

    assignment: str
    module: str  # the student's module, e.g. "modeling_gpt2"
    files: Mapping[str, bytes] = field(repr=False)
    support: Mapping[str, bytes] = field(repr=False)
