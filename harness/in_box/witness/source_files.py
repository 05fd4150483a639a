"""The functions that the text of a file holds, and whether code may have come from them.

pytest rewrites the asserts of tests, which takes long to do once more. So a whole file is only
compiled as it stands, which is quick, and the code that ran must hold all that this holds;
rewriting is repeated where that is in doubt, and for a few functions by chance.
"""

import ast
import os
import types

from harness.in_box.witness import framework

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_KEEPING = frozenset({"staticmethod", "classmethod"})


class _Function(object):
    """A function's place in the tree of its file."""

    def __init__(self, node, classes):
        self.node = node
        self.classes = classes


class SourceFile(object):
    """One file; empty where it cannot be read or is too large."""

    def __init__(self, path):
        # type: (str) -> None
        self.path = path
        self.text = b""
        self.names = frozenset()  # type: frozenset[str]
        """Of all functions in the file, those within functions too."""
        self._codes = {}  # type: dict[tuple[str, int], types.CodeType]
        self._nodes = {}  # type: dict[tuple[str, int], _Function]
        self._imports = []  # type: list[ast.stmt]
        try:
            if os.path.getsize(path) > framework.MAX_SOURCE:
                return
            with open(path, "rb") as file:
                self.text = file.read()
            with framework.quiet():
                whole = compile(self.text, path, "exec", dont_inherit=True)
        except (EnvironmentError, SyntaxError, ValueError, MemoryError, RecursionError):
            return
        for code in framework.codes_within(whole):
            self._codes[code.co_name, code.co_firstlineno] = code
        self.names = frozenset(name for name, _ in self._codes)

    def code(self, name, line):
        """Return the code of the function that begins in a line, as it stands; or None."""
        return self._codes.get((name, line))

    def tree(self, name, line):
        """Return a module that holds one function, in empty frames of its classes, to compile.

        None for a function within another one, and where a decorator may change its code. The
        imports are there because Python 3.11 and later call what a module has imported otherwise
        than what it has not.
        """
        if not self._nodes:
            self._look(ast.parse(self.text, self.path), [])
        if (name, line) not in self._nodes:
            return None
        function = self._nodes[name, line]
        node = function.node
        if not all(_keeps_code(each) for each in node.decorator_list):
            return None
        for owner in reversed(function.classes):
            frame = ast.parse("class Owner: pass").body[0]
            vars(frame).update(name=owner.name, body=[node])
            node = ast.copy_location(frame, owner)
        tree = ast.parse("")
        tree.body = [*self._imports, node]
        return tree

    def _look(self, node, classes):
        for each in ast.iter_child_nodes(node):
            if isinstance(each, ast.ClassDef):
                self._look(each, [*classes, each])
            elif isinstance(each, _FUNCTIONS):
                line = min([each.lineno] + [one.lineno for one in each.decorator_list])
                self._nodes[each.name, line] = _Function(each, classes)
            elif isinstance(each, (ast.Import, ast.ImportFrom)) and not classes:
                self._imports.append(each)
            elif not isinstance(each, ast.expr):
                self._look(each, classes)


def _keeps_code(decorator):
    """`@pytest.mark.anything` marks, and no more."""
    if isinstance(decorator, ast.Name):
        return decorator.id in _KEEPING
    if isinstance(decorator, ast.Call):
        decorator = decorator.func
    owner = decorator.value if isinstance(decorator, ast.Attribute) else None
    return getattr(owner, "attr", getattr(owner, "id", "")) == "mark"


def holds(code, written):
    """Tell whether `code` has all the names and constants of `written`, and its arguments."""
    if code.co_argcount != written.co_argcount or code.co_flags != written.co_flags:
        return False
    for names in ("co_names", "co_varnames", "co_freevars"):
        if not set(getattr(written, names)) <= set(getattr(code, names)):
            return False
    values = {repr(each) for each in code.co_consts if not isinstance(each, types.CodeType)}
    inner = {each.co_name: each for each in code.co_consts if isinstance(each, types.CodeType)}
    for each in written.co_consts:
        if isinstance(each, types.CodeType):
            if each.co_name not in inner or not holds(inner[each.co_name], each):
                return False
        elif repr(each) not in values:
            return False
    return True
