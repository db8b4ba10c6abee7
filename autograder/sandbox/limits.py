"""What one submission may use: the limits of assignment.toml, and the bounds behind them."""

from typing import Annotated

import msgspec

Seconds = Annotated[float, msgspec.Meta(gt=0)]  # wall clock
Count = Annotated[int, msgspec.Meta(gt=0)]


class Limits(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Times are wall clock; the bounds below the blank line rarely need another value."""

    import_s: Seconds = 10.0  # seconds, fork and import of the student's module
    call_s: Seconds = 3.0  # seconds, one probe
    submission_s: Seconds = 60.0  # seconds, all calls of one submission together
    memory_mib: Count = 2048  # address space over the zygote's own

    reply_mib: Count = 64  # one reply; GPT-2's logits at 124 M parameters take 13 MiB for 64 tokens
    file_mib: Count = 16  # one written file: the kernel's bound, which no burst can pass
    folder_mib: Count = 64  # all files of the folder: the keeper's bound, looked at in slices
    folder_files: Count = 256  # files and folders: above any honest import, below harm to a disk
    threads: Count = 64  # torch on a large machine takes one a core; a flood is far above
    open_files: Count = 64  # held by one child; asyncio and tempfile need a handful
    stack_mib: Count = 8  # the usual default, fixed so that recursion ends alike everywhere
