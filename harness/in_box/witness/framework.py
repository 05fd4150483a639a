"""What became of the functions of test frameworks since they were imported.

Whatever is undone again, as by the monkeypatch of one test, is nobody's business: looked at is
what stays, when somebody asks.
"""

import builtins
import contextlib
import functools
import os
import sys
import types
import warnings
from importlib.machinery import SourceFileLoader

from harness.in_box.witness import record
from harness.in_box.witness.imports import BUILTINS_AT_START

FILES = 30
"""How many files are compiled, at most, to see what they hold."""
TOLD = 50
"""How many changes are told, at most."""
MAX_SOURCE = 1000000
"""Bytes of a file that is compiled again to see whether it holds a function."""
_KINDS = (types.FunctionType, staticmethod, classmethod, property)

_modules = {}  # type: dict[str, types.ModuleType]
_entries = {}  # type: dict[str, types.ModuleType]
_values = {}  # type: dict[tuple[str, str], tuple[object, object]]
_classes = {}  # type: dict[str, tuple[type, frozenset[str]]]
_ours = set()  # type: set[object]
_told = set()  # type: set[str]
_folders = []  # type: list[str]
_held = {}  # type: dict[str, list[frozenset[types.CodeType]]]
"""The code that each file holds, by each compiler that was asked."""


class _Loader(SourceFileLoader):
    """Reads compiled files where there are any, and writes none."""

    def set_data(self, path, data, *, _mode=0):
        """Is asked to write a compiled file."""


compilers = [lambda path: _Loader(path, path).get_code(path)]
"""Ways in which a file may have become code; an adapter may add one."""


def remember(module):
    # type: (types.ModuleType) -> None
    """Take down the functions and classes of a module, and the methods of those, as they are."""
    where = module.__name__
    _modules[where] = module
    _entries[where] = sys.modules.get(where, module)  # a module may put another in its place
    for name, value in list(vars(module).items()):
        if issubclass(type(value), type):
            _values[where, name] = value, None
            if value.__module__ == where:
                _remember_class(where + "." + name, value)
        elif callable(value):
            _values[where, name] = value, _own_code(value)


def _remember_class(where, owner):
    # type: (str, type) -> None
    members = vars(owner)
    _classes[where] = owner, frozenset(members)
    for name, value in list(members.items()):
        if issubclass(type(value), _KINDS):
            _values[where, name] = value, code_of(value)


def ours(function):
    # type: (object) -> object
    """Return `function`, which the witness puts in a framework's place and which is no finding."""
    _ours.add(code_of(function))
    return function


def code_of(value):
    """Return the code that runs when `value` is called or read; None where there is none."""
    for _ in range(8):
        kind = type(value)  # and not `isinstance`: mocks and lazy objects answer for others
        if kind is types.FunctionType:
            return value.__code__
        if issubclass(kind, property):
            value = value.fget
        elif issubclass(kind, (staticmethod, classmethod, types.MethodType)):
            value = value.__func__
        elif issubclass(kind, functools.partial):
            value = value.func
        elif issubclass(kind, type) or value is None:
            break
        else:
            value = _member(kind, "__call__")
    return None


def _own_code(value):
    return value.__code__ if type(value) is types.FunctionType else None


def _member(kind, name):
    for each in kind.__mro__:
        if name in vars(each):
            return vars(each)[name]
    return None


def changes():
    # type: () -> list[dict[str, object]]
    """Return what is not as it was: `name`, and `file` and `line` of what is there instead.

    `file` is None where what is there is no code of Python, or where the file that the code claims
    to be from does not hold it.
    """
    found = []
    for name, value in _changed():
        code = code_of(value)
        if code in _ours or (code and is_of_framework(code.co_filename) and is_held(code)):
            continue  # pytest has modules that only add to others
        found.append(_told_of(name, value))
        if len(found) == TOLD:
            break
    return found


def report():
    # type: () -> None
    """Write down each change, once."""
    for change in changes():
        if change["name"] not in _told:
            _told.add(str(change["name"]))
            record.record("patched", **change)


def _changed():
    for name, module in list(_modules.items()):
        entry = _entries[name]
        module_now = sys.modules.get(name, entry)
        if module_now is not entry and _file_of(module_now) != _file_of(entry):
            yield name, module_now
        for each in _hides_builtins(name, module):
            yield each
    for (where, name), (value, code) in list(_values.items()):
        owner = _classes[where][0] if where in _classes else _modules[where]
        now = vars(owner).get(name)
        if now is not value or (code is not None and code_of(now) is not code):
            yield where + "." + name, now
    for where, (owner, members) in list(_classes.items()):
        for name, value in list(vars(owner).items()):
            if name not in members and issubclass(type(value), _KINDS):
                yield where + "." + name, value
    for name, value in BUILTINS_AT_START.items():
        now = vars(builtins).get(name)
        if now is not value and name != "_":
            yield "builtins." + name, now


def _hides_builtins(name, module):
    """A name of the module's own comes before the builtin one."""
    for each, value in list(vars(module).items()):
        is_builtin = each in BUILTINS_AT_START and not each.startswith("__")
        if is_builtin and callable(value) and (name, each) not in _values:
            yield name + "." + each, value


def _told_of(name, value):
    if isinstance(value, types.ModuleType):
        path = getattr(value, "__file__", None)
        return {"name": name, "file": path and record.told_path(path), "line": 1}
    return dict(place_of(code_of(value)), name=name)


def _file_of(module):
    return os.path.abspath(str(getattr(module, "__file__", None) or module))


def place_of(code):
    """Return `file` and `line` of a code object; None where its file does not hold it."""
    if code is None or not is_held(code):
        return {"file": None, "line": None}
    return {"file": record.told_path(code.co_filename), "line": code.co_firstlineno}


def is_of_framework(path):
    # type: (str) -> bool
    """Tell whether a file belongs to a package of which something is remembered."""
    if not _folders:
        for name, module in _modules.items():
            if "." not in name and hasattr(module, "__path__"):
                _folders.append(os.path.dirname(_file_of(module)) + os.sep)
    return os.path.abspath(path).startswith(tuple(_folders))


@contextlib.contextmanager
def quiet():
    """Compile without a word: a file has been complained of when it was imported."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def is_held(code):
    """Tell whether the file that a code object claims to be from does hold it.

    Of very many files, the later ones are believed.
    """
    path = code.co_filename
    if path not in _held and len(_held) >= FILES:
        return True
    held = _held.setdefault(path, [])
    for number, compiler in enumerate(compilers):
        if number == len(held):
            held.append(frozenset(_compiled(compiler, path)))
        if code in held[number]:
            return True
    return False


def _compiled(compiler, path):
    """Return what the text of a file may have become when it was imported."""
    try:
        if os.path.getsize(path) > MAX_SOURCE:
            return []
        with quiet():
            return codes_within(compiler(path))
    except Exception:
        return []


def codes_within(code):
    """Yield a code object, and all those that it defines."""
    yield code
    for each in code.co_consts:
        if isinstance(each, types.CodeType):
            for inner in codes_within(each):
                yield inner
