"""Whether the test that runs is the one in its file.

Where something is not plain to see (two functions of a name, a decorator that hides what it
decorates, a file that cannot be compiled) there is no answer: a doubt is not a finding.
"""

import __future__

import os
import re
import types

from harness.in_box.witness import framework, record

# These keep what they decorate, as it is or as its `__wrapped__`.
_KNOWN_DECORATOR = re.compile(
    rb"@(?:unittest\.|test\.|mock\.)*"
    rb"(?:skip\w*|expectedFailure|patch(?:\.\w+)*|override_settings|modify_settings|isolate_apps"
    rb"|override_system_checks|tag|XFAIL|SKIP|slow|nocache_fail)\b"
)
_IS_FUNCTION = 1  # CO_OPTIMIZED, which the code of a class lacks
_FUTURES = sum(
    getattr(__future__, each).compiler_flag
    for each in __future__.all_feature_names
    if each != "nested_scopes"  # whose flag every nested function has
)

_files = {}  # type: dict[tuple[str, int], File]


def difference(function, path, owner, name):
    # type: (object, str, str, str) -> tuple[str, types.CodeType | None] | None
    """Say in what `function` is not what `path` says of `name` in the class `owner`.

    `owner` is the qualified name of a class, empty for a function of the module itself. Returned
    is a sentence and the code that ran; None where all is equal, and where it cannot be told.
    """
    codes = _codes(function)
    # A runner may lend its own futures to what it compiles.
    flags = codes[-1].co_flags & _FUTURES if codes else 0
    names = owner.split(".") if owner else []
    file = _file(path, flags)
    code, decorators = file.definition([*names, name])
    if names and file.is_assigned(name):
        return None  # such as `Class.test_x = skip(Class.test_x)`
    if code is None or not all(_KNOWN_DECORATOR.match(each) for each in decorators):
        return None
    if code in (codes if decorators else codes[:1]):
        return None
    ran = codes[-1 if decorators else 0] if codes else None
    return "it is not what line %d says" % code.co_firstlineno, ran


def addition(function, path, owner, name):
    # type: (object, str, str, str) -> tuple[str, types.CodeType | None] | None
    """Say, as `difference` does, if the text of the class `owner` does not know of `name`."""
    code, decorators = _file(path, 0).definition(owner.split("."), is_function=False)
    if code is None or decorators or name in code.co_names:
        return None
    codes = _codes(function)
    return "its class does not have it", codes[0] if codes else None


def tell_difference(test, path, why, code):
    # type: (str, str, str, types.CodeType | None) -> None
    """Write down what `difference` found; whose code ran, unless it is from the test's own file.

    There it stands for something else, and where it was put in its place is not known.
    """
    place = {"file": None, "line": None}
    if code is not None and os.path.abspath(code.co_filename) != os.path.abspath(path):
        place = framework.place_of(code)
    record.record("rewritten", test=test, why=why, **place)


def codes_of(code):
    # type: (types.CodeType) -> list[types.CodeType]
    """Return the code objects that one defines directly."""
    return [each for each in code.co_consts if isinstance(each, types.CodeType)]


def _codes(function):
    # type: (object) -> list[types.CodeType]
    """Return the code of a function and of all that it says it wraps, the innermost last."""
    codes = []  # type: list[types.CodeType]
    while function is not None and len(codes) < 20:
        code = getattr(function, "__code__", None)
        if isinstance(code, types.CodeType):
            codes.append(code)
        function = getattr(function, "__wrapped__", None)
    return codes


def _file(path, flags):
    # type: (str, int) -> File
    if (path, flags) not in _files:
        _files[path, flags] = File(path, flags)
    return _files[path, flags]


class File(object):
    """One file, compiled as an import does it."""

    def __init__(self, path, flags):
        # type: (str, int) -> None
        self.lines = []  # type: list[bytes]
        self.code = None  # type: types.CodeType | None
        try:
            with open(path, "rb") as file:
                text = file.read()
            self.code = compile(text, path, "exec", flags, True)
            self.lines = text.splitlines()
        except (EnvironmentError, SyntaxError, ValueError, MemoryError, RecursionError):
            pass

    def definition(self, names, is_function=True):
        # type: (list[str], bool) -> tuple[types.CodeType | None, list[bytes]]
        """Return the code of what is defined by these names, each within the one before.

        With it come its decorators, and those of what is around it.
        """
        code = self.code
        decorators = []
        for name in names:
            kind = is_function and name is names[-1]
            found = [] if code is None else _defined(code, name, kind)
            if len(found) != 1:
                return None, []
            code = found[0]
            decorators += self._decorators(code.co_firstlineno, name)
        return code, decorators

    def is_assigned(self, name):
        # type: (str) -> bool
        """Tell whether the module itself has a name, such as one of an attribute that it sets."""
        return self.code is not None and name in self.code.co_names

    def _decorators(self, number, name):
        # type: (int, str) -> list[bytes]
        header = re.compile(rb"\s*(?:class|def|async\s+def)\s+%s\b" % name.encode())
        decorators = []
        for line in self.lines[number - 1 :]:
            if header.match(line):
                break
            if line.strip().startswith(b"@"):
                decorators.append(line.strip())
        return decorators


def _defined(code, name, is_function):
    # type: (types.CodeType, str, bool) -> list[types.CodeType]
    found = [each for each in codes_of(code) if each.co_name == name]
    return [each for each in found if bool(each.co_flags & _IS_FUNCTION) == is_function]
