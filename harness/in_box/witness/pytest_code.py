"""Whether the code of the tests that ran is what their files say, rewritten as pytest does.

Only a function that is found in its file, by name and line, or that claims to be there, is told
of. Whatever is not plain to see (a decorator that hides what it decorates, code made from text) is
left alone. Repeating pytest's rewriting takes long, so that is done for a few functions by chance,
and where the code that ran lacks something of what the file says.
"""

import ast
import os
import sys
import time
import types

from harness.in_box.witness import framework, record
from harness.in_box.witness.control_texts import chance
from harness.in_box.witness.source_files import SourceFile, holds

SECONDS = 0.1
"""How long comparing may take in a session, roughly; and then once more for what tests call."""
REPEATED = 10
"""For how many functions rewriting is repeated without need."""
TOLD = 20
"""How many differences are told, at most."""
_REWRITTEN = "@pytest_ar"
"""A name that pytest's rewriting puts into each module."""
_now = time.perf_counter


def is_rewritten(module):
    # type: (types.ModuleType) -> bool
    """Tell whether pytest has rewritten the asserts of a module."""
    return _REWRITTEN in vars(module)


class _Rewriter:
    """pytest's own rewriting, as it was when the session began."""

    def __init__(self, function, config):
        self.function = function
        self.config = config


_rewriters = []  # type: list[_Rewriter]


def add_compiler(config):
    """Take pytest's rewriting while it is whole."""
    rewrite = sys.modules["_pytest.assertion.rewrite"].rewrite_asserts
    _rewriters[:] = [_Rewriter(rewrite, config)]
    framework.compilers.append(_compile_file)


def _compile_file(path):
    with open(path, "rb") as file:
        return compile_rewritten(file.read(), path)


def compile_rewritten(text, path):
    # type: (bytes, str) -> types.CodeType
    """Compile the text of a module with its asserts rewritten."""
    return rewritten(ast.parse(text, path), text, path)


def rewritten(tree, text, path):
    # type: (ast.Module, bytes, str) -> types.CodeType
    """Compile a tree with its asserts rewritten; `text` is that of the whole file."""
    rewrite, config = _rewriters[0].function, _rewriters[0].config
    with framework.quiet():
        if "source" in rewrite.__code__.co_varnames[: rewrite.__code__.co_argcount]:
            rewrite(tree, text, path, config)
        else:  # before pytest 5.0
            rewrite(tree, sys.modules["py"].path.local(path), config)
        return compile(tree, path, "exec", dont_inherit=True)


def code_of_item(item):
    """Return the code of a test's function, None where it has none of its own."""
    return framework.code_of(getattr(item, "_obj", None) or getattr(item, "obj", None))


class CodeCheck(object):
    """What is compared in one session."""

    def __init__(self):
        # type: () -> None
        self._seconds = SECONDS
        self._collected = {}  # type: dict[object, object]
        self._chosen = set()  # type: set[int]
        self._files = {}  # type: dict[str, SourceFile]
        self._modules = []  # type: list[types.ModuleType]
        self._checked = {}  # type: dict[int, tuple[object, str]]
        self._told = 0

    def collected(self, item):
        """Take down what a test is when it is found."""
        self._collected[item] = code_of_item(item)

    def plan(self, items):
        """Choose the tests that are compared once they have run."""
        codes = sorted({id(code_of_item(item)) for item in items})
        self._chosen = set(chance().sample(codes, min(REPEATED, len(codes))))
        modules = [getattr(item, "module", None) for item in items]
        self._modules = [each for each in set(modules) if isinstance(each, types.ModuleType)]

    def check(self, item, function):
        """Compare the function that ran as a test with the one found, and with its file."""
        code = framework.code_of(function)
        if code is None:
            return
        if self._collected.get(item, code) is not code:
            self._replaced(item, code)
        elif self._seconds > 0:
            module = getattr(item, "module", None)
            self._compare(item.nodeid, function, os.path.abspath(getattr(module, "__file__", "")))

    def check_helpers(self):
        # type: () -> None
        """Compare the other functions of the modules that hold the tests."""
        self._seconds = SECONDS
        for module in self._modules:
            path = os.path.abspath(getattr(module, "__file__", None) or "")
            for name, value in list(vars(module).items()):
                own = type(value) is types.FunctionType and value.__module__ == module.__name__
                if (
                    own
                    and self._seconds > 0
                    and os.path.abspath(value.__code__.co_filename) == path
                ):
                    self._compare("%s::%s" % (record.told_path(path), name), value, path)

    def _replaced(self, item, code):
        """Tell of another function in a test's place, unless an installed plugin put it there."""
        place = framework.place_of(code)
        if place["file"] is None or not os.path.isabs(place["file"]):
            self._tell(item.nodeid, "another function was put in its place", code)

    def _compare(self, test, function, path):
        function = _innermost(function, path)
        code = framework.code_of(function)
        if code is None:
            return
        if id(code) not in self._checked:
            began = _now()
            why = self._difference(function, code, path)
            self._checked[id(code)] = (
                code,
                why,
            )  # the code is kept, so that its number stays its own
            self._seconds -= _now() - began
        why = self._checked[id(code)][1]
        if why:
            self._tell(test, why, code)

    def _tell(self, test, why, code):
        if self._told < TOLD:
            self._told += 1
            record.record("rewritten", test=test, why=why, **framework.place_of(code))

    def _difference(self, function, code, path):
        """Say how the code of a function differs from its file's; empty where it does not."""
        where = os.path.abspath(code.co_filename)
        if code.co_name.startswith("<") or code.co_filename.startswith("<"):
            return ""  # made from text, or without a name
        if where != path and not record.is_in_repository(where):
            return ""  # such as what a decorator made, or a base class that is installed
        if where not in self._files:
            self._files[where] = SourceFile(where)
        file = self._files[where]
        if file.names and code.co_name not in file.names:
            return "the file holds no such function"
        if _REWRITTEN in getattr(function, "__globals__", {}):
            is_same = self._is_rewritten_from(code, file)
        else:
            is_same = _is_from(code, file)
        if not is_same:
            return "its code is not what the file says"
        return "it runs the code of another file" if where != path else ""

    def _is_rewritten_from(self, code, file):
        written = file.code(code.co_name, code.co_firstlineno)
        if written is None or (id(code) not in self._chosen and holds(code, written)):
            return True
        tree = file.tree(code.co_name, code.co_firstlineno)
        if tree is None:
            return True
        return code in framework.codes_within(rewritten(tree, file.text, file.path))


def _is_from(code, file):
    written = file.code(code.co_name, code.co_firstlineno)
    return written in (None, code) or file.tree(code.co_name, code.co_firstlineno) is None


def _innermost(function, path):
    """Follow what a decorated function says it wraps, to the first that is from its own file."""
    function = getattr(function, "__func__", function)
    each = function
    for _ in range(20):
        code = getattr(each, "__code__", None)
        if code is not None and os.path.abspath(code.co_filename) == path:
            return each
        each = getattr(each, "__wrapped__", None)
        if each is None:
            break
    return function
