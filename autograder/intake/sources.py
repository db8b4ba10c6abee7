"""A student's source file, as UTF-8."""

from __future__ import annotations

import codecs
import io
import re
import tokenize

from autograder.intake.submission import Rejection

# What editors write. Not all that Python knows: some of its codecs take hours over a small file.
_KNOWN = frozenset({
    "utf-8", "utf-8-sig", "ascii", "gbk", "gb2312", "gb18030", "big5", "cp950", "shift_jis",
    "cp932", "euc_jp", "euc_kr", "cp949", "iso8859-1", "iso8859-15", "cp1252",
})  # fmt: skip
_COOKIE = re.compile(rb"^([ \t\f]*#.*?coding[:=][ \t]*)[-\w.]+")  # PEP 263
_ASCII_ONLY = bytes(byte if byte < 0x80 else 0x3F for byte in range(256))  # as "?"


def as_utf8(path: str, data: bytes) -> bytes:
    """`data` in UTF-8: as it is, or from the encoding that its first lines name (PEP 263).

    In the latter case the name is changed, all else stays. Raises Rejection for what is neither.
    """
    encoding = "utf-8" if data.startswith(codecs.BOM_UTF8) else _declared(path, data)
    if encoding in ("utf-8", "utf-8-sig"):
        return _check_utf8(path, data)
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        raise Rejection(
            f"{path}: not {encoding.upper()} (byte {error.start}), as its coding line has it. "
            "Do: save it as UTF-8 and hand it in again"
        ) from error
    lines = text.encode("utf-8").split(b"\n", 2)
    for number, line in enumerate(lines[:2]):
        if _COOKIE.match(line):
            lines[number] = _COOKIE.sub(rb"\1utf-8", line)
            break
    return b"\n".join(lines)


def _declared(path: str, data: bytes) -> str:
    """The encoding that the first two lines name, else UTF-8.

    Python lets these lines hold any bytes, `tokenize` only UTF-8.
    """
    head = b"\n".join(data.split(b"\n", 2)[:2]).translate(_ASCII_ONLY)
    try:
        name, _ = tokenize.detect_encoding(io.BytesIO(head).readline)
        encoding = codecs.lookup(name).name
    except SyntaxError as error:
        raise Rejection(
            f"{path}: {error.msg}. Do: save it as UTF-8 and hand it in again"
        ) from error
    if encoding not in _KNOWN:
        raise Rejection(
            f"{path}: its coding line names {encoding}, which is not read here. "
            "Do: save it as UTF-8 and hand it in again"
        )
    return encoding


def _check_utf8(path: str, data: bytes) -> bytes:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        aside = ", but GBK without a coding line" if _is_gbk(data) else ""
        raise Rejection(
            f"{path}: not UTF-8 (byte {error.start}){aside}. "
            "Do: save it as UTF-8 and hand it in again"
        ) from error
    return data


def _is_gbk(data: bytes) -> bool:
    try:
        data.decode("gbk")
    except UnicodeDecodeError:
        return False
    return True
