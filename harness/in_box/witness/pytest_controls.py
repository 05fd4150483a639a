"""Control tests for pytest: items of a real module, run by the real protocol, logged to nobody.

One runs just before a real test, where the module of both is set up already: so nothing is set up
or torn down for it but what every test of the module has for itself. Only where no test follows
another in its module does a control come before a module's first test; setting the module up then
happens a moment earlier.
"""

import sys
import types
import warnings

from harness.in_box.witness import pytest_code, session
from harness.in_box.witness.control_texts import chance, control_body, control_name, control_text

_PLACES = 3
"""Before how many tests controls run, at most."""
_RAISES = "with __import__('pytest').raises(ValueError):\n        "
_OPTIONS_AGAINST = ("setuponly", "setupshow", "setupplan", "usepdb", "trace", "collectonly")
_WORDS = {"passed": "PASSED", "failed": "FAILED", "skipped": "SKIPPED"}


class Controls(object):
    """The controls of one session."""

    def __init__(self, config):
        self._config = config
        self._due = {}  # type: dict[int, tuple[object, tuple[str, ...]]]
        self.is_running = False

    @property
    def is_possible(self):
        # type: () -> bool
        """Whether tests run in this very process."""
        return not self._config.pluginmanager.hasplugin("dsession")

    def plan(self, items):
        """Choose the tests before which controls run."""
        if any(getattr(self._config.option, name, False) for name in _OPTIONS_AGAINST):
            return
        first, later = _candidates(items)
        places = later or first
        chosen = chance().sample(places, min(_PLACES, len(places)))
        expectations = ["fail", "pass", "fail"]
        if len(chosen) < len(expectations):
            chance().shuffle(expectations)
            self._due = {id(item): (module, tuple(expectations)) for item, module in chosen[:1]}
        else:
            for (item, module), expects in zip(chosen, expectations):
                self._due[id(item)] = (module, (expects,))

    def are_due(self, item):
        return id(item) in self._due

    def run(self, item):
        """Run the controls that are due before `item`."""
        module, expectations = self._due.pop(id(item))
        self.is_running = True
        try:
            for expects in expectations:
                with warnings.catch_warnings(record=True):
                    self._run(item, module, expects)
        finally:
            self.is_running = False

    def _run(self, item, module, expects):
        name = control_name(item.name.partition("[")[0], vars(module.obj).__contains__)
        try:
            function = _function(name, module.obj, item, expects)
            vars(module.obj)[name] = function
            control = _item(name, module, function)
            if not self._disturbs_nothing(control):
                session.control(expects, "", "fixtures would print")
                return
            reports = sys.modules["_pytest.runner"].runtestprotocol(
                control, log=False, nextitem=item
            )
        finally:
            vars(module.obj).pop(name, None)
        outcomes = {report.when: report for report in reports or ()}
        if "call" not in outcomes:
            setup = getattr(outcomes.get("setup"), "outcome", "missing")
            session.control(expects, "", "its setup is %s" % setup)
            return
        got = _WORDS.get(outcomes["call"].outcome, outcomes["call"].outcome)
        session.control(expects, str(got))

    def _disturbs_nothing(self, control):
        """Without capturing, what its fixtures print would be seen twice."""
        captured = getattr(self._config.option, "capture", "fd") != "no"
        return captured or not set(control.fixturenames) - {"request"}


def _candidates(items):
    """Return the tests before which a control may run, each with the module of both.

    Apart: those that come first in their module, and those that follow another one of it.
    """
    kind = sys.modules["_pytest.python"].Module
    first, later = [], []
    before = []  # type: list[object]
    for item in items:
        chain = item.listchain()
        module = item.getparent(kind)
        if module is not None and type(module).__module__ == "_pytest.python":
            common = [a for a, b in zip(before, chain) if a is b]
            if common and common[-1] is module:
                later.append((item, module))
            elif module not in common:
                first.append((item, module))
        before = chain
    return first, later


def _function(name, module, item, expects):
    """Make a test function of the module `module`, as if it stood near `item`'s."""
    code = pytest_code.code_of_item(item)
    line = code.co_firstlineno if code is not None else 1
    body = control_body(expects, _RAISES, False)
    text = control_text(name, "", body, line).encode("ascii")
    namespace = dict(vars(module))
    if pytest_code.is_rewritten(module):
        compiled = pytest_code.compile_rewritten(text, module.__file__)
    else:
        compiled = compile(text, module.__file__, "exec", dont_inherit=True)
    exec(compiled, namespace)
    function = namespace[name]
    assert isinstance(function, types.FunctionType)
    return function


def _item(name, module, function):
    kind = sys.modules["_pytest.python"].Function
    if hasattr(kind, "from_parent"):
        return kind.from_parent(module, name=name, callobj=function)
    return kind(name, module, callobj=function)
