"""Comparisons whose answer does not depend on what is compared."""

from __future__ import annotations

import ast


def always(value: ast.expr, wanted: bool) -> bool:
    """Tell whether an expression is true (or false) whatever is compared."""
    while isinstance(value, ast.UnaryOp) and isinstance(value.op, ast.Not):
        value, wanted = value.operand, not wanted
    if isinstance(value, ast.Constant):
        return bool(value.value) is wanted and value.value is not None
    if isinstance(value, ast.Compare) and len(value.ops) == 1:
        same = _same(value.left, value.comparators[0])
        return same and isinstance(value.ops[0], (ast.Eq, ast.Is) if wanted else (ast.NotEq,))
    return False


def ignores_other(arguments: ast.arguments, body: list[ast.AST]) -> bool:
    """Tell whether a comparison never looks at what it is compared with.

    How many arguments there are says nothing of what they are.
    """
    given = [each.arg for each in (*arguments.posonlyargs, *arguments.args)]
    collected = arguments.vararg.arg if arguments.vararg is not None else None
    other = given[1] if len(given) > 1 else collected
    if other is None:
        return False
    nodes = [node for each in body for node in ast.walk(each)]
    counted = {
        id(node.args[0])
        for node in nodes
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "len"
        and node.args
    }
    return not any(
        isinstance(node, ast.Name) and node.id == other and id(node) not in counted
        for node in nodes
    )


def _same(one: ast.AST, other: ast.AST) -> bool:
    """Tell whether two trees are alike. Without recursion: depth is hostile."""
    pairs: list[tuple[object, object]] = [(one, other)]
    while pairs:
        left, right = pairs.pop()
        if type(left) is not type(right):
            return False
        if isinstance(left, ast.AST):
            pairs += ((getattr(left, name), getattr(right, name)) for name in left._fields)
        elif isinstance(left, list) and isinstance(right, list):
            if len(left) != len(right):
                return False
            pairs += zip(left, right, strict=True)
        elif left != right:
            return False
    return True
