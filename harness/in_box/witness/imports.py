"""Sees modules being imported, without importing anything itself.

A finder at the head of `sys.meta_path` that finds nothing of its own: for the few modules that
somebody waits for, it asks the others, and has the module looked at when it has been executed.
"""

import builtins
import sys

BUILTINS_AT_START = dict(vars(builtins))


def on_failure(where):
    # type: (str) -> None
    """Called within the handling of an exception that goes no further; set by `start`."""


_waiting = {}  # type: dict[str, list[object]]
_packages = {}  # type: dict[str, object]


def watch(name, callback):
    # type: (str, object) -> None
    """Have `callback(module)` called when the module `name` has been executed.

    At once where it has been. What the callback raises is written down, and goes no further.
    """
    module = sys.modules.get(name)
    if module is None:
        _waiting.setdefault(name, []).append(callback)
    else:
        _call(callback, module)


def watch_package(name, callback):
    # type: (str, object) -> None
    """Have `callback(module)` called for every module of a package, itself included.

    `name` has no dots. It comes before the callbacks of `watch`.
    """
    _packages[name] = callback
    for each, module in list(sys.modules.items()):
        if each.partition(".")[0] == name and module is not None:
            _call(callback, module)


def begin():
    # type: () -> None
    """Begin to look at imports."""
    sys.meta_path.insert(0, _finder)


def stop():
    # type: () -> None
    """Look at no further import: tests look at `sys.meta_path` too."""
    if _finder in sys.meta_path:
        sys.meta_path.remove(_finder)


class _Finder:
    """Finds what the others find, and has an eye on what comes of it."""

    def find_spec(self, name, path=None, target=None):
        if name not in _waiting and name.partition(".")[0] not in _packages:
            return None
        for finder in list(sys.meta_path):
            find = None if finder is self else getattr(finder, "find_spec", None)
            spec = None if find is None else find(name, path, target)
            if spec is not None:
                try:
                    _attach(spec)
                except Exception:
                    on_failure("import of %s" % name)
                return spec
        return None

    def invalidate_caches(self):
        # type: () -> None
        """There are none."""


_finder = _Finder()


def _attach(spec):
    """Have the loader of `spec` call back, once, when it has executed the module."""
    loader = spec.loader
    execute = loader.exec_module

    def exec_module(module):
        del loader.exec_module
        execute(module)
        _executed(module)

    loader.exec_module = exec_module


def _executed(module):
    name = module.__name__
    callback = _packages.get(name.partition(".")[0])
    if callback is not None:
        _call(callback, module)
    for each in _waiting.pop(name, []):
        _call(each, module)


def _call(callback, module):
    try:
        callback(module)
    except Exception:
        on_failure("look at %s" % getattr(module, "__name__", module))
