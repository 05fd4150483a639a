"""A walk over a syntax tree that knows what runs when the module is imported."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from harness.integrity.fragments import Fragment

Function = ast.FunctionDef | ast.AsyncFunctionDef
_CHAIN = 4
"""How many calls deep, from the module's own code, functions are followed."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a module a node stands."""

    function: str = ""
    """The function around it, the innermost that has a name."""
    at_import: bool = False
    documents: bool = False
    """Whether it is an expression by itself, as a docstring is."""


def walk(fragment: Fragment) -> Iterator[tuple[ast.AST, Place]]:
    """Yield every node with its place, outer ones first. Without recursion: depth is hostile."""
    imported = _run_at_import(fragment)
    stack: list[tuple[ast.AST, Place]] = [(fragment.tree, Place(at_import=not fragment.wrapped))]
    while stack:
        node, place = stack.pop()
        yield node, place
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            outside = [*node.decorator_list, *ast.iter_child_nodes(node.args)]
            stack += ((child, place) for child in outside)
            inside = Place(node.name, at_import=node.name in imported)
            stack += ((child, inside) for child in node.body)
        elif isinstance(node, ast.Lambda):
            stack.append((node.body, Place(place.function)))
        elif isinstance(node, ast.If) and _is_main_guard(node.test):
            stack += ((child, Place(place.function)) for child in node.body)
            stack += ((child, place) for child in node.orelse)
        elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            stack.append((node.value, Place(place.function, place.at_import, documents=True)))
        else:
            stack += ((child, place) for child in ast.iter_child_nodes(node))


def _is_main_guard(test: ast.expr) -> bool:
    return (
        isinstance(test, ast.Compare)
        and isinstance(test.left, ast.Name)
        and test.left.id == "__name__"
    )


def _run_at_import(fragment: Fragment) -> frozenset[str]:
    """Return the functions that the module's own statements call, directly or by another."""
    if fragment.wrapped:
        return frozenset()
    bodies: dict[str, set[str]] = {}
    for node in ast.walk(fragment.tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            bodies.setdefault(node.name, set())
    if not bodies:
        return frozenset()
    called: set[str] = set()
    stack: list[tuple[ast.AST, str]] = [(fragment.tree, "")]
    while stack:
        node, function = stack.pop()
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            (bodies[function] if function else called).add(node.func.id)
        inner = node.name if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) else function
        guard = isinstance(node, ast.If) and _is_main_guard(node.test)
        if not guard:
            stack += ((child, inner) for child in ast.iter_child_nodes(node))
    for _ in range(_CHAIN):
        called |= {name for function in called & bodies.keys() for name in bodies[function]}
    return frozenset(called & bodies.keys())
