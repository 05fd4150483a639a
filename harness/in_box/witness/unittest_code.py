"""Whether the tests that unittest ran are those of their files."""

import sys
import types

from harness.in_box.witness.hooks import innermost
from harness.in_box.witness.unittest_controls import DECISIVE, own_definitions
from harness.in_box.witness.written import addition, difference, tell_difference


class Methods(object):
    """The functions of the tests that ran, and their classes."""

    def __init__(self):
        # type: () -> None
        self.functions = {}  # type: dict[tuple[type, str], object]
        self.classes = set()  # type: set[type]

    def ran(self, test):
        """Remember the function of a test; return its code."""
        name = test._testMethodName
        self.classes.add(type(test))
        for owner in type(test).__mro__:
            if name in vars(owner):
                self.functions[owner, name] = vars(owner)[name]
                instead = vars(test).get(name)
                if isinstance(instead, (types.FunctionType, types.MethodType)):
                    self.functions[owner, name] = getattr(instead, "__func__", instead)
                return innermost(vars(owner)[name])
        return None

    def compare(self):
        # type: () -> None
        """Write down what ran and is not what is written."""
        for (owner, name), function in self.functions.items():
            if not _may_make_its_methods(owner):
                self._tell(difference, owner, name, function)
        decisive = {each for test in self.classes for each in own_definitions(test, DECISIVE)}
        for owner, name in decisive:
            self._tell(addition, owner, name, vars(owner)[name])

    def _tell(self, compare, owner, name, function):
        path = getattr(sys.modules.get(owner.__module__), "__file__", None) or ""
        found = compare(function, path, owner.__qualname__, name)
        if found is not None:
            test = "%s (%s.%s)" % (name, owner.__module__, owner.__qualname__)
            tell_difference(test, path, *found)


def _may_make_its_methods(owner):
    # type: (type) -> bool
    """Tell whether a class came to be in such a way that its methods may not be as written."""
    return type(owner) is not type or any(own_definitions(owner, "__init_subclass__"))
