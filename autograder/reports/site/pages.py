"""What all pages share: templates, the style sheet and the script, and what a page may do.

A page is one file with all that it needs inside. Its policy allows the style sheet and the script
that we wrote, by their checksums, and nothing else: no other script, no request to anywhere.
"""

from __future__ import annotations

import base64
import functools
import hashlib
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import quote

import jinja2
from markupsafe import Markup

from autograder.course import answers, gaps
from autograder.course.assignment import Language
from autograder.reports.site.words import said
from autograder.reports.visible import visible

FOLDER = Path(__file__).parent
STYLE = "style.css"
SCRIPT = "class.js"
_OURS = (".py", ".j2", ".css", ".js")


def render(template: str, language: Language, *, script: str = "", **values: Any) -> bytes:
    """A page; all text in it is escaped, and what would not show in it shows."""
    page = (
        _environment()
        .get_template(template)
        .render(
            language=language,
            say=partial(said, language=language),
            style=_inside(STYLE),
            script=_inside(script) if script else "",
            policy=_policy(script),
            **values,
        )
    )
    return page.lstrip().encode("utf-8", "backslashreplace")


def href(assignment: str, student: str) -> str:
    """The address of a student's page from the class's page."""
    return f"{quote(assignment, safe='')}/{quote(student, safe='', errors='surrogatepass')}.html"


def points(number: float | None) -> str:
    return "–" if number is None else f"{number:g}"


@functools.cache
def look() -> str:
    """Names all of our own that decides how pages look: the renderers, and what finds the gaps."""
    digest = hashlib.sha256()
    ours = [path for path in FOLDER.parent.rglob("*") if path.suffix in _OURS]
    for path in sorted([*ours, Path(answers.__file__), Path(gaps.__file__)]):
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


@functools.cache
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("autograder.reports.site", "."),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_finalize,
    )
    environment.filters["points"] = points
    return environment


def _finalize(value: object) -> object:
    """What a template prints: text, whoever wrote it, with nothing hidden in it."""
    return visible(value) if isinstance(value, str) and not isinstance(value, Markup) else value


@functools.cache
def _inside(name: str) -> Markup:
    """A file of ours as it stands inside a page."""
    text = (FOLDER / name).read_text(encoding="utf-8")
    if "</" in text:  # would end the element
        raise ValueError(f"{name} holds a closing tag")
    return Markup(text)  # noqa: S704  # our own file


def _policy(script: str) -> str:
    scripts = f" script-src {_sum(_inside(script))};" if script else ""
    return (
        f"default-src 'none';{scripts} style-src {_sum(_inside(STYLE))}; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )


def _sum(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
