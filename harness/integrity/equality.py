"""Comparisons whose answer does not depend on what is compared."""

from __future__ import annotations

import ast


def always(value: ast.expr, wanted: bool) -> bool:
    """Tell whether an expression is true (or false) whatever is compared."""
    if isinstance(value, ast.Constant):
        return bool(value.value) is wanted and value.value is not None
    if isinstance(value, ast.UnaryOp) and isinstance(value.op, ast.Not):
        return always(value.operand, not wanted)
    if isinstance(value, ast.Compare) and len(value.ops) == 1:
        same = ast.dump(value.left) == ast.dump(value.comparators[0])
        return same and isinstance(value.ops[0], (ast.Eq, ast.Is) if wanted else (ast.NotEq,))
    return False
