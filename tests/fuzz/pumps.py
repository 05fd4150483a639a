"""Strings that make a regular expression try again and again, found by walking its syntax tree.

For each repetition in a pattern: what leads to it, what it repeats, and an end at which the rest
of the pattern fails. And for the pattern as a whole: its beginning over and over, so that a search
starts many times and ends nowhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from random import Random
from typing import Any

from tests.fuzz.shape import Shape

# The parser of patterns has no public name; what is used of it has been there since Python 3.11.
_parse = re._parser.parse  # type: ignore[attr-defined]

_ENDS = ("", "\0", "!", "\n", " ", "x\n", "0", ")", "\n\n", ">>")
_SAMPLES = " \t\n0aZ_.-:()[]{}'\"/\\*+<>✓\x1b,#@"
_CATEGORIES = {
    "CATEGORY_DIGIT": "0129",
    "CATEGORY_NOT_DIGIT": "a :(",
    "CATEGORY_SPACE": " \t\n",
    "CATEGORY_NOT_SPACE": "a0.:)",
    "CATEGORY_WORD": "a0_",
    "CATEGORY_NOT_WORD": " -.:",
}


def pumps(pattern: re.Pattern[str], rng: Random, rounds: int = 3) -> Iterator[Shape]:
    """Yield shapes, each with one part that is repeated twice and wants to be more."""
    tree = _parse(pattern.pattern, pattern.flags & ~re.UNICODE)
    for _ in range(rounds):
        whole = _sample(tree, rng)
        for before, body, after in _repeated(tree, "", rng):
            end = rng.choice(_ENDS)
            yield Shape.of(before, (body, 2), end)
            yield Shape.of((before + body, 2), end)
            yield Shape.of(before, (body + before, 2), after[:-1], end)
            yield Shape.of(before, (rng.choice(_SAMPLES), 2), after[:-1], end)
            yield Shape.of((before + body * 40 + end + "\n", 2))
        for cut in {rng.randrange(len(whole) + 1), len(whole)}:
            yield Shape.of((whole[:cut], 2), rng.choice(_ENDS))
            yield Shape.of((whole[:cut] * 30 + rng.choice(_ENDS) + "\n", 2))


def _repeated(tree: Any, before: str, rng: Random) -> Iterator[tuple[str, str, str]]:
    """Yield for each repetition what leads to it, what it repeats, and what follows in the tree."""
    items = list(tree)
    for place, (operation, argument) in enumerate(items):
        name = str(operation)
        after = _sample(items[place + 1 :], rng)
        if name in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"):
            _, high, body = argument
            if int(high) > 1:
                yield before, _sample(body, rng) or "x", after
            yield from _repeated(body, before, rng)
        else:
            for inner in _inside(name, argument):
                yield from _repeated(inner, before, rng)
        before += _sample([(operation, argument)], rng)


def _inside(name: str, argument: Any) -> list[Any]:
    if name == "SUBPATTERN":
        return [argument[-1]]
    if name == "ATOMIC_GROUP":
        return [argument]
    if name == "BRANCH":
        return list(argument[1])
    return [argument[1]] if name in ("ASSERT", "ASSERT_NOT") else []


def _sample(tree: Any, rng: Random) -> str:
    """Return a text that the tree might match; look-arounds and back references are left out."""
    return "".join(_one(str(operation), argument, rng) for operation, argument in tree)


def _one(name: str, argument: Any, rng: Random) -> str:
    if name == "LITERAL":
        return chr(argument)
    if name in ("NOT_LITERAL", "ANY"):
        return rng.choice("x 0:")
    if name == "IN":
        return _member(argument, rng)
    if name in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"):
        low, high, body = argument
        times = min(int(low) + rng.randrange(3), int(high))
        return "".join(_sample(body, rng) for _ in range(times))
    inner = _inside(name, argument) if name not in ("ASSERT", "ASSERT_NOT") else []
    return _sample(rng.choice(inner), rng) if inner else ""


def _member(choices: Any, rng: Random) -> str:
    if str(choices[0][0]) == "NEGATE":
        barred = {argument for operation, argument in choices[1:] if str(operation) == "LITERAL"}
        return rng.choice([char for char in _SAMPLES if ord(char) not in barred])
    operation, argument = rng.choice(list(choices))
    if str(operation) == "LITERAL":
        return chr(argument)
    if str(operation) == "RANGE":
        return chr(rng.randint(*argument))
    return rng.choice(_CATEGORIES.get(str(argument), "x"))
