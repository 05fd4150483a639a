"""Hunks of Python made into syntax trees.

A hunk rarely is a program: it begins and ends in the middle of things. What is missing around it
is put there (blocks that enclose it, a body, an `except`, brackets), at most a few times over, so
that the time stays linear. What cannot be parsed is handed back, to be read as tokens.
"""

from __future__ import annotations

import ast
import re
import threading
import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from harness.integrity.reading import NewLine

MAX_CHARACTERS = 1_000_000
"""Code longer than this in one hunk is not parsed."""
MAX_BRACKETS = 80
"""How deep brackets may be nested; Python's own parser takes exponential time on some."""
MAX_DOTS = 1000
"""How many dots names may have in a row; the parser takes quadratic time on those of imports."""
MAX_TEMPLATE = 20_000
"""How long an f-string may be; up to Python 3.11 the parser takes quadratic time on them."""
_TRIMS = 6

_STRING_OR_COMMENT = re.compile(
    r'"""(?:[^"\\]|\\.|"(?!""))*(?:"""|\Z)'
    r"|'''(?:[^'\\]|\\.|'(?!''))*(?:'''|\Z)"
    r'|"(?:[^"\\\n]|\\.)*"?'
    r"|'(?:[^'\\\n]|\\.)*'?"
    r"|\#[^\n]*",
    re.DOTALL,
)
_NAMES = re.compile(r"[\w\s.\\]++")
_TRIPLE = re.compile(r'"""|\'\'\'')
_CLOSING = {"(": ")", "[": "]", "{": "}"}
_OPENING = {")": "(", "]": "[", "}": "{"}
_filters = threading.Lock()  # Python's warning filters belong to the whole process


@dataclass(frozen=True, slots=True)
class Fragment:
    """A parsed part of a file."""

    tree: ast.Module
    lines: tuple[NewLine, ...]
    shift: int
    """How many lines stand in the tree's source before the first of `lines`."""
    wrapped: bool
    """Whether blocks were put around it: then nobody can say what runs at import."""

    def line(self, node: ast.AST) -> NewLine | None:
        """Return the line of the file where a node begins; None for what was put around."""
        index = int(getattr(node, "lineno", 0)) - 1 - self.shift
        return self.lines[index] if 0 <= index < len(self.lines) else None


@dataclass(frozen=True, slots=True)
class ParsedHunk:
    """What could be parsed of a hunk, and the changed lines that could not."""

    fragments: tuple[Fragment, ...]
    unread: tuple[NewLine, ...]
    too_large: bool = False


def parse_hunk(lines: Sequence[NewLine]) -> ParsedHunk:
    """Parse one side of a hunk. Never raises, whatever the text."""
    changed = tuple(line for line in lines if line.added)
    if not changed:
        return ParsedHunk((), ())
    texts = [line.text.removesuffix("\r") for line in lines]
    if _too_large(texts):
        return ParsedHunk((), changed, too_large=True)
    wrong: dict[str, int] = {}
    for kept in _candidates(texts, _span(lines), wrong):
        fragment = _parsed(kept, tuple(lines), wrong)
        if fragment is not None:
            lost = (line for line, text in zip(lines, kept, strict=True) if not text)
            return ParsedHunk((fragment,), tuple(line for line in lost if _says(line)))
    return _run_by_run(lines)


def _says(line: NewLine) -> bool:
    return line.added and bool(line.text.strip())


def _span(lines: Sequence[NewLine]) -> tuple[int, int]:
    indices = [index for index, line in enumerate(lines) if line.added]
    return indices[0], indices[-1]


def _candidates(
    texts: list[str], span: tuple[int, int], wrong: Mapping[str, int]
) -> Iterator[list[str]]:
    """Yield the texts, then with what is in the way left blank: strings cut in half, bad lines.

    `wrong` has the lines where sources go wrong that were parsed meanwhile.
    """
    yield texts
    quotes = [index for index, text in enumerate(texts) for _ in _TRIPLE.findall(text)]
    if quotes:
        without_head = [""] * (quotes[0] + 1) + texts[quotes[0] + 1 :]
        if len(quotes) % 2:
            yield without_head
            yield texts[: quotes[-1]] + [""] * (len(texts) - quotes[-1])
        else:
            yield without_head[: quotes[-1]] + [""] * (len(texts) - quotes[-1])
    yield from _bracketed(texts)
    trimmed = texts
    for _ in range(_TRIMS):
        source, shift = _enclosed(trimmed)
        bad = wrong[source] - 1 - shift
        if not 0 <= bad < len(texts) or not trimmed[bad]:
            return
        if bad < span[0]:
            trimmed = [""] * (bad + 1) + trimmed[bad + 1 :]
        elif bad > span[1]:
            trimmed = trimmed[:bad] + [""] * (len(texts) - bad)
        else:
            trimmed = [*trimmed[:bad], "", *trimmed[bad + 1 :]]
        yield trimmed


def _bracketed(texts: list[str]) -> Iterator[list[str]]:
    """Yield the texts with the brackets opened that they only close, or are within."""
    bare = _bare(texts)
    depth, closed, last = [0], "", 0
    for match in re.finditer(r"[()\[\]{}]", bare):
        if match[0] in _CLOSING:
            depth.append(0)
        elif len(depth) > 1:
            depth.pop()
        else:
            closed += _OPENING[match[0]]
            last = match.end()
    first = next((index for index, text in enumerate(texts) if text.strip()), 0)
    if not closed:
        for opening in ("{", "_(", "["):
            yield [*texts[:first], opening + texts[first].lstrip(), *texts[first + 1 :]]
        return
    after = bare.count("\n", 0, last) + 1
    indent = _indent(next(_code_lines(texts[after:]), texts[after - 1]))
    heading = re.match(r"\s*(->[^\n]*)?:\s*(\n|\Z)", bare[last:])
    if heading:  # the body is one deeper, whatever that is in this file
        indent = indent[: max(0, len(indent) - 4)]
    start = "def _" if heading else "_"
    opened = closed[::-1].replace("(", start + "(", 1)
    yield [*texts[:first], indent + opened + texts[first].lstrip(), *texts[first + 1 :]]


def _run_by_run(lines: Sequence[NewLine]) -> ParsedHunk:
    """Parse each run of changed lines by itself."""
    runs: list[list[NewLine]] = [[]]
    for line in lines:
        if line.added:
            runs[-1].append(line)
        elif runs[-1]:
            runs.append([])
    fragments, unread = [], []
    for run in filter(None, runs):
        fragment = _parsed([line.text.removesuffix("\r") for line in run], tuple(run), {})
        if fragment is None:
            unread += [line for line in run if _says(line)]
        else:
            fragments.append(fragment)
    return ParsedHunk(tuple(fragments), tuple(unread))


def _parsed(texts: list[str], lines: tuple[NewLine, ...], wrong: dict[str, int]) -> Fragment | None:
    """Return the texts as a tree; None where they are none, with the bad line put into `wrong`."""
    source, shift = _enclosed(texts)
    tree = _parse(source)
    if isinstance(tree, int):
        wrong[source] = tree
        return None
    return Fragment(tree, lines, shift, wrapped=shift > 0)


def _parse(source: str) -> ast.Module | int:
    """Return the tree, or the line where it goes wrong; 0 where Python does not say."""
    if _is_costly(_bare([source])):  # what seemed to be a string may have lost its beginning
        return 0
    try:
        with _filters, warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about the patch's code, which is not ours
            return ast.parse(source)
    except SyntaxError as error:
        return error.lineno or 0
    except (ValueError, RecursionError, MemoryError):
        # A null byte or half a character; code that is nested too deeply for the parser.
        return 0


def _enclosed(texts: list[str]) -> tuple[str, int]:
    """Return source with the blocks around it that its indentation asks for, and their number."""
    openers = _openers(texts)
    return "\n".join([*openers, *texts, *_closers(texts)]) + "\n", len(openers)


def _indent(text: str) -> str:
    return text[: len(text) - len(text.lstrip())]


def _code_lines(texts: list[str]) -> Iterator[str]:
    return (text for text in texts if text.strip() and not text.lstrip().startswith("#"))


def _openers(texts: list[str]) -> list[str]:
    """Return the lines that open the blocks in which the first line stands."""
    levels: list[tuple[str, str]] = []
    for text in _code_lines(texts):
        indent = _indent(text)
        if not levels or len(indent) < len(levels[-1][0]):
            levels.append((indent, text.strip()))
        if not indent:
            break
    if not levels or not levels[0][0]:
        return []
    below = levels[1:] if not levels[-1][0] else [*levels[1:], ("", "")]
    return [
        indent + ("try:" if text.startswith(("except", "finally")) else "if 1:")
        for indent, text in reversed(below)
    ]


def _closers(texts: list[str]) -> list[str]:
    """Return the lines that end what the last lines leave open."""
    last = next(_code_lines(texts[::-1]), "")
    bare = _bare(texts)
    closers = []
    indent = _indent(last)
    if open_brackets := _open_brackets(bare):
        closers.append(indent + open_brackets)
    elif last.partition("#")[0].rstrip().endswith(":"):
        closers.append(indent + " pass")
    elif last.lstrip().startswith("@"):
        closers.append(indent + "def _(): pass")
    least = len(indent) + 1
    for text in _code_lines(texts[::-1]):
        indent = _indent(text)
        if len(indent) < least:
            least = len(indent)
            if text.strip().partition("#")[0].rstrip() == "try:":
                closers.append(indent + "except Exception: pass")
        if not least:
            break
    return closers


def _bare(texts: list[str]) -> str:
    """Return code, line by line, without its strings and comments."""
    return _STRING_OR_COMMENT.sub(lambda found: "\n" * found[0].count("\n"), "\n".join(texts))


def _open_brackets(bare: str) -> str:
    stack: list[str] = []
    for character in re.findall(r"[()\[\]{}]", bare):
        if character in _CLOSING:
            stack.append(_CLOSING[character])
        elif stack and stack[-1] == character:
            stack.pop()
    return "".join(reversed(stack))


def _too_large(texts: list[str]) -> bool:
    """Tell whether code might cost the parser more than its length is worth."""
    if sum(map(len, texts)) > MAX_CHARACTERS:
        return True
    for found in _STRING_OR_COMMENT.finditer("\n".join(texts)):
        prefix = found.string[max(0, found.start() - 2) : found.start()].lower()
        if "f" in prefix and len(found[0]) > MAX_TEMPLATE:
            return True
    return _is_costly(_bare(texts))


def _is_costly(bare: str) -> bool:
    """Tell whether code is of a kind for which the parser's time is not linear."""
    if any(names.count(".") > MAX_DOTS for names in _NAMES.findall(bare)):
        return True
    return _depth(bare) > MAX_BRACKETS


def _depth(bare: str) -> int:
    depth = deepest = 0
    for character in re.findall(r"[()\[\]{}]", bare):
        depth = depth + 1 if character in _CLOSING else max(0, depth - 1)
        deepest = max(deepest, depth)
    return deepest
