"""Mends what copying does to a patch; a well-formed patch passes through byte for byte."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import takewhile

_FENCE = re.compile(r"(?P<ticks>`{3,}+)[ \t]*+(?P<language>[\w+-]*+)[ \t]*+\r?")
"""A line that opens a fence; without a language, one that closes those of as many ticks or less."""
_PART_OF_A_PATCH = re.compile(r"^(diff --git |--- |\+\+\+ |@@ -)", re.MULTILINE)


def repair(patch: str) -> tuple[str, tuple[str, ...]]:
    """Return the mended patch, and in words what was mended, in order.

    Nothing is said about whether the patch is one: prose stays prose, and fails to apply.
    """
    repairs = []
    for mend, words in (
        (_without_half_characters, "replaced what is not valid Unicode"),
        (_without_fence, "removed the Markdown fence around the patch"),
        (_without_carriage_returns, "turned CRLF line ends into LF"),
        (_with_final_newline, "added the missing final newline"),
    ):
        mended = mend(patch)
        if mended != patch:
            patch = mended
            repairs.append(words)
    return patch, tuple(repairs)


def _without_half_characters(patch: str) -> str:
    """JSON can spell one half of a surrogate pair, which no file can hold."""
    return patch.encode("utf-8", "replace").decode("utf-8")


def _without_fence(patch: str) -> str:
    """Return what a fence around the whole patch encloses.

    Prose may surround the fence, as models write it, but no part of a patch may: a mailed patch
    whose message quotes a diff, and a patch cut into several blocks, stay as they are. A fence
    within a patched file is no fence here, for lines of a hunk begin with a blank, + or -.
    """
    lines = patch.split("\n")
    fence = _first_fence(lines)
    if fence is None:
        return patch
    opening, closing = fence
    inside = "".join(f"{line}\n" for line in lines[opening + 1 : closing])
    around = ("\n".join(lines[:opening]), "\n".join(lines[closing + 1 :]))
    if not _PART_OF_A_PATCH.search(inside) or any(map(_PART_OF_A_PATCH.search, around)):
        return patch
    return inside


def _first_fence(lines: Sequence[str]) -> tuple[int, int] | None:
    """Return where the first fence begins that is closed, and where it ends.

    One expression for all of it takes quadratic time over many that are not closed.
    """
    fences = [
        (number, len(found["ticks"]), not found["language"])
        for number, line in enumerate(lines)
        if line.startswith("```") and (found := _FENCE.fullmatch(line))
    ]
    most = 0
    """The ticks of the widest closing line below."""
    opening = None
    for number, ticks, closes in reversed(fences):
        if ticks <= most and number + 1 < len(lines):
            opening = number, ticks
        if closes:
            most = max(most, ticks)
    if opening is None:
        return None
    start, width = opening
    end = next(n for n, ticks, closes in fences if n > start and closes and ticks >= width)
    return start, end


def _without_carriage_returns(patch: str) -> str:
    r"""Strip one \r from each line end where the patch itself travelled as CRLF.

    A patch to a file with CRLF line ends rightly has \r in its hunks, so the file headers before
    the first hunk decide: they are the patch's own lines. GNU patch goes by the same sign.
    """
    head = takewhile(lambda line: not line.startswith("@@ "), patch.split("\n"))
    headers = [line for line in head if line.startswith(("diff --git ", "--- ", "+++ "))]
    if not headers or not all(line.endswith("\r") for line in headers):
        return patch
    return patch.replace("\r\n", "\n")


def _with_final_newline(patch: str) -> str:
    return patch + "\n" if patch.strip() and not patch.endswith("\n") else patch
