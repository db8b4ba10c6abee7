"""An answer as code that is equal for equal answers, and names nobody.

Layout, comments, docstrings and annotations are gone; equal literals look alike; what the answer
binds for itself is called v1, v2 …, and what it takes from the student's imports by its full name.
"""

from __future__ import annotations

import ast
import copy
import dataclasses
import itertools
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from autograder.consensus.hidden import Hider
from autograder.consensus.own import Own
from autograder.consensus.places import Place
from autograder.consensus.scopes import attributes, bound_anywhere
from autograder.course.gaps import parse

LONGEST = 2000  # characters of an answer, and nodes; beyond, it is not compared
_ATOMS = (
    *(ast.Name, ast.Attribute, ast.Call, ast.Subscript, ast.Constant),
    *(ast.List, ast.Tuple, ast.Dict, ast.Set, ast.Slice, ast.Starred),
)
_INTROSPECTION = frozenset({"eval", "exec", "locals", "vars", "globals"})  # know names as texts
_OTHER_SCOPES = (ast.ClassDef, ast.Global, ast.Nonlocal, ast.Match)


@dataclass(frozen=True)
class Code:
    """An answer that can be put into the reference."""

    text: str  # to be run: statements, or an expression that holds together anywhere
    shown: str  # to be read
    imports: tuple[str, ...] = ()  # statements that the file needs besides
    hidden: Code | None = None  # where it may name its writer: the same, which does not

    @property
    def nameless(self) -> Code:
        """To be shown, and to be run where it is shown, if one student alone wrote it."""
        return self.hidden or self

    @property
    def form(self) -> tuple[str, tuple[str, ...]]:
        """The same for equal answers."""
        return self.text, self.imports


def code_of(nodes: Sequence[ast.expr | ast.stmt], place: Place, own: Own) -> Code | None:
    """The answer that these nodes are, in order of place; None where it does not stand by itself.

    So it is where it uses what the student wrote elsewhere in the file, is very long, or cannot be
    written in another place.
    """
    try:
        return _code(nodes, place, own)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def put_in(place: Place, code: Code) -> str:
    """The reference with an answer in this one place."""
    before, behind = place.around
    return with_imports(before + indented(code.text, before) + behind, code.imports)


def fits(place: Place, code: Code) -> bool:
    """Whether the reference with the answer in this place is a program at all."""
    try:
        parse(put_in(place, code))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


def indented(text: str, before: str) -> str:
    """Statements for a place, behind that text."""
    return text.replace("\n", "\n" + before.rpartition("\n")[2]) if "\n" in text else text


def with_imports(source: str, imports: Collection[str]) -> str:
    """A file with these statements at its top, where a file may have such."""
    if not imports:
        return source
    first = next(node for node in parse(source).body if not _is_head(node))
    lines = re.split(r"(?<=\n)", source)
    line = min([first.lineno, *(one.lineno for one in getattr(first, "decorator_list", ()))]) - 1
    return "".join([*lines[:line], *(f"{one}\n" for one in sorted(imports)), *lines[line:]])


def _is_head(node: ast.stmt) -> bool:
    """A docstring, or an import from __future__."""
    if isinstance(node, ast.ImportFrom):
        return node.module == "__future__"
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _code(nodes: Sequence[ast.expr | ast.stmt], place: Place, own: Own) -> Code | None:
    every = [inner for node in nodes for inner in ast.walk(node)]
    if len(every) > LONGEST or any(isinstance(inner, _OTHER_SCOPES) for inner in every):
        return None
    names = _Names(nodes, place, own)
    if names.leans:
        return None
    found = [_Plain(names).visit(copy.deepcopy(node)) for node in nodes]
    plain = [one for one in found if one and not isinstance(one, ast.Pass)] or [ast.Pass()]
    text = _written(plain, is_run=True)
    if len(text) > LONGEST:
        return None
    imports = tuple(sorted(names.imports))
    code = Code(text, _written(plain, is_run=False), imports)
    return dataclasses.replace(code, hidden=_hidden(plain, code, place))


def _hidden(plain: Sequence[ast.expr | ast.stmt], code: Code, place: Place) -> Code | None:
    """The code with no word that may name its writer; None where it has none."""
    hide = Hider(place)
    nodes = [hide.visit(copy.deepcopy(node)) for node in plain]
    imports = [ast.unparse(hide.visit(parse(one))) for one in code.imports]
    found = Code(_written(nodes, is_run=True), _written(nodes, is_run=False), tuple(imports))
    return found if found != code else None


def _written(nodes: Sequence[ast.expr | ast.stmt], *, is_run: bool) -> str:
    texts = [ast.unparse(ast.fix_missing_locations(node)) for node in nodes]
    is_bare = is_run and len(nodes) == 1 and isinstance(nodes[0], ast.expr)
    if is_bare and not isinstance(nodes[0], _ATOMS):
        return f"({texts[0]})"
    return "\n".join(texts)


class _Names:
    """What becomes of each name in an answer."""

    def __init__(self, nodes: Sequence[ast.expr | ast.stmt], place: Place, own: Own) -> None:
        loaded = [inner.id for node in nodes for inner in ast.walk(node)
                  if isinstance(inner, ast.Name) and isinstance(inner.ctx, ast.Load)]  # fmt: skip
        bound = bound_anywhere(list(nodes))
        odd = [name for name in loaded if name not in bound and name not in place.known]
        elsewhere = own.names(place.gap.scope)
        self.full = {name: own.full[name] for name in odd if name in own.full}
        self.imports = {own.statements[name] for name in self.full}
        behind_dots = {name for node in nodes for name in attributes(node)}
        undefined = [name for name in odd if name not in own.full]
        self.leans = (
            any(name in elsewhere or own.has_star for name in undefined)
            or bool((behind_dots & own.attributes) - place.words)
            or bool(_INTROSPECTION & set(loaded))
        )
        self.new = self._renamed(nodes, place, bound, undefined)

    @staticmethod
    def _renamed(
        nodes: Sequence[ast.AST], place: Place, bound: set[str], undefined: Sequence[str]
    ) -> Mapping[str, str]:
        keywords = {inner.arg for node in nodes for inner in ast.walk(node)
                    if isinstance(inner, ast.keyword)}  # fmt: skip
        fixed = place.words | keywords | _import_roots(nodes)
        new = dict.fromkeys(undefined, "")
        new |= {name: "" for name in _in_order(nodes) if name in bound and name not in fixed}
        free = (name for name in map("v{}".format, itertools.count(1)) if name not in place.words)
        unknown = map("undefined{}".format, itertools.count(1))
        return {name: next(unknown if name in undefined else free) for name in new}


def _in_order(nodes: Sequence[ast.AST]) -> list[str]:
    """All names that can be bound, in order of place in the text's tree."""
    found: list[str] = []
    for node in nodes:
        for inner in ast.walk(node):
            match inner:
                case ast.Name(id=name) | ast.arg(arg=name) | ast.ExceptHandler(name=str(name)):
                    found.append(name)
                case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                    found.append(name)
                case ast.alias(asname=str(name)):
                    found.append(name)
                case ast.alias(name=name):
                    found.append(name)
    return found


def _import_roots(nodes: Sequence[ast.AST]) -> set[str]:
    """Names that `import a.b` binds, which no other name can stand for."""
    return {one.name.partition(".")[0] for node in nodes for inner in ast.walk(node)
            if isinstance(inner, ast.Import) for one in inner.names if not one.asname}  # fmt: skip


class _Plain(ast.NodeTransformer):
    """An answer without what only people read, and with the names that are to stand in it."""

    def __init__(self, names: _Names) -> None:
        self._full = names.full
        self._new = names.new

    def visit_Name(self, node: ast.Name) -> ast.expr:
        if node.id in self._full:
            return ast.parse(self._full[node.id], mode="eval").body
        return ast.Name(self._new.get(node.id, node.id), node.ctx)

    def visit_arg(self, node: ast.arg) -> ast.arg:
        return ast.arg(self._new.get(node.arg, node.arg))

    def visit_alias(self, node: ast.alias) -> ast.alias:
        bound = node.asname or node.name
        return ast.alias(node.name, self._new.get(bound, node.asname))

    def visit_ExceptHandler(self, node: ast.ExceptHandler) -> ast.AST:
        node.name = self._new.get(node.name or "", node.name)
        return self.generic_visit(node)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        return self._function(node)

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> ast.AST:
        return self._function(node)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST | None:
        if node.value is None:
            return None
        return self.generic_visit(ast.Assign([node.target], node.value))

    def visit_Expr(self, node: ast.Expr) -> ast.AST:
        if isinstance(node.value, ast.Constant):  # a docstring, or a text for a comment
            return ast.Pass()
        return self.generic_visit(node)

    def visit_Constant(self, node: ast.Constant) -> ast.Constant:
        return ast.Constant(node.value)

    def _function(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> ast.AST:
        node.name = self._new.get(node.name, node.name)
        node.returns = None
        return self.generic_visit(node)
