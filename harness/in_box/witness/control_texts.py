"""Texts of control tests: some must fail, the others must pass, all look like their neighbours."""

import random
import sys

_chance = random.Random()
_WORDS = ("again", "other", "empty", "none", "values", "nested", "twice", "simple", "mixed")

# {a} is a number, {b} a greater one, {raises} begins a block that must raise ValueError.
_FAILING = (
    "assert {a} == {b}",
    "x = [{a}]\n    assert x[0] > {b}",
    "{raises}int('{a}')",
    "assert {b} in ({a},)",
)
_FAILING_METHODS = (
    "self.assertEqual({a}, {b})",
    "self.assertTrue({a} > {b})",
    "self.assertIn({b}, [{a}])",
    "self.assertIsNone({a})",
    "self.fail({a})",
)
_RAISING = (
    "raise ValueError({a})",
    "int('{a}x')",
    "{raises}int('{a}')",
    "x = ({a},)\n    return x[{b}]",
)
_PASSING = (
    "return None",
    "assert {a} != {b}",
    "x = [{a}]\n    assert x[0] < {b}",
    "{raises}int('{a}x')",
)
_PASSING_METHODS = (
    "self.assertEqual({a}, {a})",
    "self.assertTrue({a} < {b})",
    "self.assertIn({b}, [{a}, {b}])",
)
_BODIES = {
    "fail": (_FAILING, _FAILING_METHODS),
    "error": (_RAISING, ()),
    "pass": (_PASSING, _PASSING_METHODS),
}


def chance():
    # type: () -> random.Random
    """Return a source of chance that nobody else draws from or seeds."""
    return _chance


def control_body(way, raises, has_methods):
    # type: (str, str, bool) -> str
    """Return the body of a control test, which is to "fail" an assertion, to "error" or to "pass".

    `raises` begins a line that goes on with what must raise ValueError, it is empty where there
    is no such thing; `has_methods` says whether `self` is a TestCase.
    """
    plain, methods = _BODIES[way]
    lacking = ["{raises}"] * (not raises) + ["assert "] * bool(sys.flags.optimize)
    bodies = [*plain, *(methods if has_methods else ())]
    body = _chance.choice([each for each in bodies if not any(word in each for word in lacking)])
    a = _chance.randrange(100)
    return body.format(a=a, b=a + 1 + _chance.randrange(100), raises=raises)


def expected(way):
    # type: (str) -> str
    """Return whether a control test is to "fail" or to "pass", as records tell it."""
    return "pass" if way == "pass" else "fail"


def control_name(neighbour, taken):
    """Return a name like its neighbour's for which `taken(name)` is false."""
    name = neighbour
    while taken(name):
        name = "%s_%s" % (neighbour, _chance.choice(_WORDS))
        neighbour = name if taken(name) else neighbour
    return name


def control_text(name, arguments, body, line, first=""):
    # type: (str, str, str, int, str) -> str
    """Return the text of a module with a control test at `line`, and `first` in line one."""
    return "%s%sdef %s(%s):\n    %s\n" % (first, "\n" * (line - 1), name, arguments, body)
