"""What a Python of the box runs first, before any code of the product: see `harness.witness`.

It takes a millisecond or two of every Python that starts, and loads the rest when a test runner is
imported. The modules of the witness are a package that only they themselves see: no entry in
`sys.modules` or `sys.path` stays, and no compiled files.
"""

import sys

PACKAGE = "harness.in_box.witness"
ADAPTERS = (
    ("_pytest.config", "of_pytest"),
    ("unittest.runner", "of_unittest"),
    ("sympy.testing.runtests", "of_sympy"),
    ("sympy.utilities.runtests", "of_sympy"),
)
"""Which module wakes which adapter: `adapter.watch(module)` is called when it has been executed."""
FRAMEWORKS = ("_pytest", "pytest", "pluggy", "unittest", "doctest")
"""Packages whose functions are remembered as they were when imported, see `framework`."""

_loaded = {}  # type: dict[str, object]


def load(name):
    """Return a module of the witness, which is executed at the first time.

    What it imports may be watched for, so that one is loaded while another one is.
    """
    whole = PACKAGE + "." + name
    if whole in _loaded or PACKAGE in sys.modules:
        return _loaded.get(whole) or _imported(whole)
    kept = sys.dont_write_bytecode
    sys.dont_write_bytecode = True
    sys.modules.update(_loaded)  # type: ignore[arg-type]
    try:
        return _imported(whole)
    finally:
        sys.dont_write_bytecode = kept
        for each in [each for each in sys.modules if (each + ".").startswith(PACKAGE + ".")]:
            _loaded[each] = sys.modules.pop(each)


def _imported(whole):
    __import__(whole)
    return sys.modules[whole]


def main(folder):
    # type: (str) -> None
    """Begin to watch, with the modules that lie in `folder`; once in a process."""
    if any(type(finder).__module__ == PACKAGE + ".imports" for finder in sys.meta_path):
        return
    package = type(sys)(PACKAGE)
    package.__path__ = [folder]
    _loaded[PACKAGE] = package
    imports = load("imports")
    imports.on_failure = _failed
    for name in FRAMEWORKS:
        imports.watch_package(name, _remember)
    for name, adapter in ADAPTERS:
        imports.watch(name, _waker(adapter))
    imports.begin()


def _remember(module):
    load("framework").remember(module)


def _waker(adapter):
    return lambda module: load(adapter).watch(module)


def _failed(where):
    # type: (str) -> None
    load("record").broken(where)
