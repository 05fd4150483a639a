"""Every regular expression that this project's modules hold, and how each is used."""

from __future__ import annotations

import ast
import importlib
import pkgutil
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields, is_dataclass
from types import ModuleType

METHODS = frozenset({"match", "fullmatch", "search", "findall", "finditer", "sub", "split"})
_IN_BOX = "harness.in_box"
"""Runs elsewhere, on other Pythons: not imported here."""


@dataclass(frozen=True, slots=True)
class Expression:
    """One regular expression of a module."""

    module: str
    name: str
    pattern: re.Pattern[str]
    methods: frozenset[str]
    """How the module uses it; all the ways there are, where that cannot be seen."""


def modules(*beginnings: str) -> Iterator[ModuleType]:
    """Yield the modules whose dotted names begin so; nothing else is imported."""
    for name in dict.fromkeys(beginning.partition(".")[0] for beginning in beginnings):
        package = importlib.import_module(name)
        found = [name, *(i.name for i in pkgutil.walk_packages(package.__path__, f"{name}."))]
        for module in found:
            if module.startswith(beginnings) and not module.startswith(_IN_BOX):
                yield importlib.import_module(module)


def expressions(module: ModuleType) -> Iterator[Expression]:
    """Yield what the module's names hold, and the patterns that are spelled in calls of `re`."""
    source = module.__loader__.get_source(module.__name__)  # type: ignore[union-attr]
    tree = ast.parse(source or "")
    for name, value in vars(module).items():
        if _assigned(tree, name):
            for pattern in _patterns_in(value, 0):
                yield Expression(module.__name__, name, pattern, _uses(tree, name))
    for node in ast.walk(tree):
        spelled = _spelled(node)
        if spelled is not None:
            yield Expression(module.__name__, f"line {getattr(node, 'lineno', 0)}", *spelled)


def _assigned(tree: ast.Module, name: str) -> bool:
    return any(
        isinstance(node, (ast.Assign, ast.AnnAssign))
        and any(isinstance(each, ast.Name) and each.id == name for each in ast.walk(node))
        for node in tree.body
    )


def _patterns_in(value: object, depth: int) -> Iterator[re.Pattern[str]]:
    if isinstance(value, re.Pattern):
        if isinstance(value.pattern, bytes):
            flags = value.flags & ~re.LOCALE
            value = re.compile(value.pattern.decode("latin-1"), flags)
        yield value
    elif depth < 4:
        if isinstance(value, (tuple, list, frozenset)):
            inner: Iterable[object] = value
        elif isinstance(value, dict):
            inner = value.values()
        elif is_dataclass(value) and not isinstance(value, type):
            inner = [getattr(value, field.name) for field in fields(value)]
        else:
            return
        for each in inner:
            yield from _patterns_in(each, depth + 1)


def _uses(tree: ast.Module, name: str) -> frozenset[str]:
    found = {
        node.func.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id == name
        and node.func.attr in METHODS
    }
    return frozenset(found) or METHODS


def _spelled(node: ast.AST) -> tuple[re.Pattern[str], frozenset[str]] | None:
    """Return the pattern of `re.search(r"…", text)` where it is a plain text."""
    if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args):
        return None
    owner, first = node.func.value, node.args[0]
    if not (isinstance(owner, ast.Name) and owner.id == "re" and node.func.attr in METHODS):
        return None
    if not (isinstance(first, ast.Constant) and isinstance(first.value, str)):
        return None
    flags = re.NOFLAG
    for argument in node.args[1:]:
        if isinstance(argument, ast.Attribute) and isinstance(argument.value, ast.Name):
            flag = getattr(re, argument.attr, None)
            flags |= flag if isinstance(flag, re.RegexFlag) else re.NOFLAG
    return re.compile(first.value, flags), frozenset({node.func.attr})
