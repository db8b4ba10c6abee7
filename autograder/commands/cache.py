"""`autograder cache`: what is kept of earlier runs, and how to be rid of it."""

from __future__ import annotations

from pathlib import Path

from autograder.course.assignment import Language, find_course
from autograder.scale.cache import MAX_BYTES, Cache


def cache(*, clear: bool, lang: Language) -> int:
    """Says how many results are kept and how large they are, or deletes them."""
    kept = Cache(find_course(Path.cwd()).root)
    entries = list(kept.entries())
    size, most = sum(entry.size for entry in entries) / 2**20, MAX_BYTES >> 20
    if clear:
        kept.clear()
        print(
            f"删除了 {len(entries)} 份结果" if lang == "zh" else f"{len(entries)} results deleted"
        )
        return 0
    print(
        f"{kept.folder}：{len(entries)} 份结果，{size:.1f} MiB，最多 {most} MiB"
        if lang == "zh"
        else f"{kept.folder}: {len(entries)} results, {size:.1f} MiB, at most {most} MiB"
    )
    return 0
