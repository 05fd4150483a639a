"""Damages texts the way that accidents and attackers do."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from tests.fuzz.shape import Part, Shape

ODDITIES = (
    *("\0", "\x1b[31m", "\x1b[2K", "\x1b]8;;http://x\x07", "\r", "\r\n", "\x07", "\x08", "\x7f"),
    *("\x85", "\x9b", "\x0b", "\x0c", "\x1c", "\xa0", "\u2028", "\u2029", "\u3000", "\ufeff"),
    *("\u202e", "\u2066", "\u200b", "\u0301", "\ud800", "\udfff", "\U0001f600", "İ", "ß", "٣", "²"),
    *("{", "}", "[", "]", "(", ")", "<a>", "</a>", '"', "'", '"""', "`", "```", "\\", "#", ";"),
    *("-", "+", "@", "@@ ", " ", "  ", "\t", "\n", "\n\n", ":", "::", " ... ", "=", "%", "://"),
)
NUMBERS = ("0", "-1", "9" * 30, "9" * 5000, "0x7fffffff", "1e999", "nan", "2147483648", "٣")
TIMES = (3, 10, 100, 1000, 10_000)
MOST = (*(10_000,) * 10, *(40_000,) * 3, 300_000)
"""About how many characters a mutated input has at most: what grows too fast shows early."""


def mutate(rng: Random, text: str, words: Sequence[str]) -> Shape:
    """Return a damaged text, with up to three fragments in it that are repeated."""
    while rng.random() < 0.6:
        text = rng.choice(_MUTATIONS)(rng, text, words)
    shape = Shape.of(text)
    most = rng.choice(MOST)
    for _ in range(rng.choice((0, 0, 1, 1, 1, 2, 3))):
        shape = _repeat(rng, shape, words, most)
    return shape


def _repeat(rng: Random, shape: Shape, words: Sequence[str], most: int) -> Shape:
    """Put a fragment in somewhere, many times in a row."""
    parts = list(shape.parts) or [Part("")]
    place = max(range(len(parts)), key=lambda i: (parts[i].times == 1, len(parts[i].text)))
    text = parts[place].text
    cut = _boundary(rng, text)
    fragment = _fragment(rng, text, words)
    times = rng.choice(TIMES)
    times = max(2, min(times, (most - len(shape)) // max(len(fragment), 1)))
    here = [Part(text[:cut]), Part(fragment, times), Part(text[cut:])]
    return shape.cut([*parts[:place], *here, *parts[place + 1 :]])


def _fragment(rng: Random, text: str, words: Sequence[str]) -> str:
    chosen = rng.random()
    if chosen < 0.35 and text:
        start = rng.randrange(len(text))
        return text[start : start + rng.choice((1, 2, 5, 20, 80, 400))]
    if chosen < 0.5 and text:
        lines = text.splitlines(keepends=True)
        start = rng.randrange(len(lines))
        return "".join(lines[start : start + rng.choice((1, 1, 2, 5))])
    if chosen < 0.8 and words:
        word = rng.choice(words)
        return rng.choice((word, word + "\n", word + " ", "+" + word + "\n", " " + word))
    if chosen < 0.9:
        unit = rng.choice(ODDITIES) + rng.choice(("", "a", " ", *ODDITIES))
        return unit * rng.choice((1, 50, 300, 2000)) + rng.choice(("", "\n"))
    return rng.choice(ODDITIES)


def _boundary(rng: Random, text: str) -> int:
    """Return a place in the text, most often where a line begins."""
    cut = rng.randrange(len(text) + 1)
    return text.rfind("\n", 0, cut) + 1 if rng.random() < 0.6 else cut


def _put_in(rng: Random, text: str, words: Sequence[str]) -> str:
    cut = rng.randrange(len(text) + 1)
    return text[:cut] + rng.choice(ODDITIES) + text[cut:]


def _put_in_word(rng: Random, text: str, words: Sequence[str]) -> str:
    cut = _boundary(rng, text)
    return text[:cut] + (rng.choice(words) if words else "") + text[cut:]


def _flip(rng: Random, text: str, words: Sequence[str]) -> str:
    """Change some bytes, as a broken disk does."""
    data = bytearray(text.encode("utf-8", "surrogatepass"))
    for _ in range(rng.choice((1, 3, 20)) if data else 0):
        data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
    return data.decode("utf-8", rng.choice(("replace", "surrogateescape")))


def _truncate(rng: Random, text: str, words: Sequence[str]) -> str:
    return text[: rng.randrange(len(text) + 1)]


def _behead(rng: Random, text: str, words: Sequence[str]) -> str:
    return text[rng.randrange(len(text) + 1) :]


def _take_out(rng: Random, text: str, words: Sequence[str]) -> str:
    cut = rng.randrange(len(text) + 1)
    return text[:cut] + text[cut + rng.choice((1, 3, 30, 300)) :]


def _shuffle(rng: Random, text: str, words: Sequence[str]) -> str:
    lines = text.splitlines(keepends=True)
    start = rng.randrange(len(lines) + 1)
    some = lines[start : start + 20]
    rng.shuffle(some)
    return "".join([*lines[:start], *some, *lines[start + 20 :]])


def _one_line(rng: Random, text: str, words: Sequence[str]) -> str:
    return text.replace("\n", rng.choice((" ", "", "\r", "\0", "\u2028")), rng.randrange(1, 200))


def _line_ends(rng: Random, text: str, words: Sequence[str]) -> str:
    return text.replace("\n", rng.choice(("\r\n", "\r", "\n\n", "\n ")))


def _numbers(rng: Random, text: str, words: Sequence[str]) -> str:
    return text.replace(rng.choice("0123456789"), rng.choice(NUMBERS), rng.choice((1, 2)))


def _indent(rng: Random, text: str, words: Sequence[str]) -> str:
    """Have every line stand further in than the one above it."""
    lines = text.splitlines(keepends=True)[:200]
    return "".join(rng.choice((" ", "+", "")) + " " * n + line for n, line in enumerate(lines))


_MUTATIONS = (
    *(_put_in, _put_in, _put_in_word, _put_in_word, _flip, _truncate, _behead, _take_out),
    *(_shuffle, _one_line, _line_ends, _numbers, _indent),
)
