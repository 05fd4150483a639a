"""What names stand for: dotted paths and texts, resolved without running anything."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

HOLE = "\0"
"""Stands in a text for a part that only a run would tell."""
_MAX_PARTS = 12
_IMPORTERS = frozenset(
    {"__import__", "importlib.import_module", "importlib.__import__"}
    | {"sys.modules.get", "sys.modules.pop"}
)
_GETTERS = frozenset({"getattr", "builtins.getattr"})


class Names:
    """What the imports and plain assignments of some trees make of names.

    A name that nothing visible binds stands for itself: hunks seldom show a file's imports, so
    `os._exit` is taken at its word.
    """

    def __init__(self, trees: Iterable[ast.AST]) -> None:
        self._bound: dict[str, str] = {}
        aliases: list[ast.Assign] = []
        for tree in trees:
            for node in ast.walk(tree):
                if isinstance(node, (ast.Import, ast.ImportFrom)):
                    self._bound.update(imported_names(node))
                elif isinstance(node, ast.Assign):
                    aliases.append(node)
        for assign in aliases:
            value = self.dotted(assign.value)
            if value is None or value.split(".")[0] not in _WORTH_FOLLOWING:
                continue
            for target in assign.targets:
                if isinstance(target, ast.Name):
                    self._bound.setdefault(target.id, value)

    def imports(self, name: str) -> bool:
        """Tell whether a name is bound to the module of that name by a visible import."""
        return self._bound.get(name) == name

    def dotted(self, node: ast.AST, left: int = _MAX_PARTS) -> str | None:
        """Return the dotted path that an expression stands for; None where it is no path."""
        if isinstance(node, ast.Name):
            return self._bound.get(node.id, node.id)
        if not left:
            return None
        if isinstance(node, ast.Attribute):
            owner = self.dotted(node.value, left - 1)
            return None if owner is None else f"{owner}.{node.attr}"
        if isinstance(node, ast.Call):
            return self._of_call(node, left)
        return self._of_entry(node, left) if isinstance(node, ast.Subscript) else None

    def _of_entry(self, node: ast.Subscript, left: int) -> str | None:
        """Return what `sys.modules["os"]` and `os.__dict__["name"]` stand for."""
        owner, key = self.dotted(node.value, left - 1), text_of(node.slice)
        if owner is None or key is None:
            return None
        if owner == "sys.modules":
            return key
        if owner in ("__builtins__", "builtins.__dict__"):
            return f"builtins.{key}"
        return f"{owner.removesuffix('.__dict__')}.{key}" if owner.endswith(".__dict__") else None

    def _of_call(self, node: ast.Call, left: int) -> str | None:
        """Return what `__import__("os")`, `getattr(os, "name")` and their like stand for."""
        called = self.dotted(node.func, left - 1)
        first = node.args[0] if node.args else None
        if first is None:
            return None
        if called in _IMPORTERS:
            return text_of(first)
        owner = self.dotted(first, left - 1)
        if called == "vars" and owner is not None:
            return f"{owner}.__dict__"
        if called in _GETTERS and len(node.args) > 1 and owner is not None:
            name = text_of(node.args[1])
            return None if name is None else f"{owner}.{name}"
        return None


_WORTH_FOLLOWING = frozenset(
    {"os", "sys", "builtins", "inspect", "gc", "atexit", "signal", "ctypes", "subprocess"}
    | {"unittest", "pytest", "_pytest", "importlib", "exec", "eval", "compile", "__import__"}
)


def imported_names(node: ast.Import | ast.ImportFrom) -> Iterator[tuple[str, str]]:
    """Yield each name that an import binds, and what it stands for."""
    for alias in node.names:
        if isinstance(node, ast.Import):
            yield (
                alias.asname or alias.name.split(".")[0],
                (alias.name if alias.asname else alias.name.split(".")[0]),
            )
        elif not node.level and node.module:
            yield alias.asname or alias.name, f"{node.module}.{alias.name}"
        else:
            yield alias.asname or alias.name, f".{alias.name}"


def text_of(node: ast.AST, left: int = _MAX_PARTS) -> str | None:
    """Return the text that an expression makes, with holes for what is not known.

    None where it is no text.
    """
    found: str | None = None
    if isinstance(node, ast.Constant):
        if isinstance(node.value, (str, bytes)):
            found = node.value if isinstance(node.value, str) else node.value.decode("latin-1")
    elif isinstance(node, ast.JoinedStr):
        found = "".join(text_of(part) or HOLE for part in node.values)
    elif left and isinstance(node, ast.BinOp):
        found = _of_operator(node, left)
    elif left and isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        found = _called_on_text(node, node.func, left)
    return found


def _of_operator(node: ast.BinOp, left: int) -> str | None:
    first = text_of(node.left, left - 1)
    if isinstance(node.op, ast.Mod):
        return first
    second = text_of(node.right, left - 1) if isinstance(node.op, ast.Add) else None
    if not isinstance(node.op, ast.Add) or (first is None and second is None):
        return None
    return (HOLE if first is None else first) + (HOLE if second is None else second)


def _called_on_text(node: ast.Call, func: ast.Attribute, left: int) -> str | None:
    if func.attr in ("format", "encode", "decode", "strip"):
        return text_of(func.value, left - 1)
    if func.attr == "join" and node.args and isinstance(node.args[0], (ast.List, ast.Tuple)):
        glue = text_of(func.value, left - 1)
        parts = [text_of(part, left - 1) for part in node.args[0].elts]
        return None if glue is None else glue.join(HOLE if p is None else p for p in parts)
    return None
