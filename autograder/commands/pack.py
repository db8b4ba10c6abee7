"""`autograder pack`: the zip that a student hands in."""

from __future__ import annotations

import io
import sys
import zipfile
from pathlib import Path

from autograder.course.assignment import Language, find_template
from autograder.course.gaps import unfilled
from autograder.course.masked import known_gaps
from autograder.intake.own import read_own
from autograder.reports.whole import write_whole

_EPOCH = (1980, 1, 1, 0, 0, 0)  # the same files give the same zip, whenever it is made


def pack(assignment: str | None, *, output: Path | None, lang: Language) -> int:
    """Zips the listed files and forms of one assignment, or of each one in the folder."""
    course = find_template(Path.cwd())
    names = [assignment] if assignment else course.names
    target = output or course.root / f"{course.root.name}.zip"
    packed: dict[str, bytes] = {}
    for chosen in (course.assignment(name) for name in names):
        files = read_own(course, chosen).files
        gaps = known_gaps(chosen)
        count = sum(len(unfilled(files[name].decode("utf-8-sig"), gaps[name]))
                    for name in chosen.files)  # fmt: skip
        if count:
            print(_still_open(chosen.name, count, lang), file=sys.stderr)
        for form in chosen.forms:
            if form.file not in files and not form.optional:
                print(_absent(f"{chosen.name}/{form.file}", lang), file=sys.stderr)
        packed |= {f"{chosen.name}/{name}": data for name, data in files.items()}
    write_whole(target, _zip(packed))
    print(f"{target}: {', '.join(packed)}")
    return 0


def _still_open(name: str, count: int, language: Language) -> str:
    if language == "zh":
        return f"{name}：还有 {count} 个空没有填；压缩包照样生成。"
    return f"{name}: {count} gaps are not filled yet; the zip is made all the same."


def _absent(path: str, language: Language) -> str:
    if language == "zh":
        return f"{path}：没有这个文件，它的分数就没有了；压缩包照样生成。"
    return f"{path}: not there, so its points are lost; the zip is made all the same."


def _zip(files: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(zipfile.ZipInfo(name, _EPOCH), data)
    return out.getvalue()
