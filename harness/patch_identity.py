"""What a patch comes down to: patches of one identity do the same under plain `git apply`."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence

_HEADER = "diff --git "
_IN_HEADER = (  # all that git reads in a header; any other line ends it
    *("--- ", "+++ ", "old mode ", "new mode ", "deleted file mode ", "new file mode "),
    *("copy from ", "copy to ", "rename from ", "rename to ", "rename old ", "rename new "),
    *("similarity index ", "dissimilarity index ", "index "),
)
_INDEX = re.compile(r"index [0-9a-f]{4,64}\.\.[0-9a-f]{4,64}(?P<mode> 100644| 100755)?\n")
_HUNK = re.compile(r"@@ -\d{1,9}(?:,(\d{1,9}))? \+\d{1,9}(?:,(\d{1,9}))? @@")
_BINARY = "GIT binary patch"
_BINARY_DATA = ("literal ", "delta ")


class _Refused(Exception):
    """A hunk that git refuses as corrupt."""


def patch_identity(patch: str) -> str:
    """Return the patch without the `index` lines of text files and the blank lines at its end.

    Two patches of one identity give equal results on any tree under `git apply` without
    `--3way`, which alone looks objects up by the hashes of an `index` line. So nothing else is
    left out: a binary file's `index` line names its contents; a hunk may end in blank lines that
    belong to it; and a patch that breaks off before the newline of a hunk's last line is refused
    where the whole one is not. A patch with a corrupt hunk is its own identity.
    """
    lines = list(io.StringIO(patch, newline="\n"))  # splitlines would split at form feeds too
    kept: list[str] = []
    position = files_end = 0
    try:
        while position < len(lines):
            part, position = _part(lines, position)
            kept += part
            if part and part != ["\n"]:
                files_end = len(kept)
    except _Refused:
        return patch
    return "".join(kept[:files_end])


def _part(lines: Sequence[str], start: int) -> tuple[Sequence[str], int]:
    """Return the part of the patch at `start`, without what does not matter, and its end.

    It is a file with its header and hunks, or a line of the prose that git skips.
    """
    header_end = _header_end(lines, start)
    end = _hunks_end(lines, header_end)
    if end == start:
        return lines[start : start + 1], start + 1
    header, hunks = lines[start:header_end], lines[header_end:end]
    next_line = lines[end] if end < len(lines) else ""
    if next_line.startswith(_BINARY):
        end = _binary_end(lines, end + 1)
        return lines[start:end], end
    if hunks or next_line in {"", "\n"} or next_line.startswith(_HEADER):
        header = _without_index(header, hunks)
    return [*header, *hunks], end  # else it may say "Binary files a/x and b/x differ"


def _without_index(header: Sequence[str], hunks: Sequence[str]) -> Sequence[str]:
    if all(line.startswith("index ") for line in header[1:]):
        return header  # alone, the line is what makes git take this for a header
    kept = []
    # The content of a link, a path without a newline, looks like a file's last line. Only there
    # does it matter to git that the mode says which of them is meant.
    mode_matters = any(line.startswith("\\") for line in hunks)
    for line in header:
        index = _INDEX.fullmatch(line)
        if index is None:
            kept.append(line)
        elif mode_matters and index["mode"]:
            kept.append(f"index 0000000..0000000{index['mode']}\n")
    return kept


def _header_end(lines: Sequence[str], position: int) -> int:
    if lines[position].startswith(_HEADER):
        position += 1
        while position < len(lines) and lines[position].startswith(_IN_HEADER):
            position += 1
    return position


def _hunks_end(lines: Sequence[str], position: int) -> int:
    """Return where the hunks end that begin at `position`; raise _Refused for a corrupt one."""
    while position < len(lines) and lines[position].startswith("@@ -"):
        position = _hunk_end(lines, position)
    return position


def _hunk_end(lines: Sequence[str], position: int) -> int:
    counts = _HUNK.match(lines[position])
    if counts is None:
        raise _Refused
    old, new = (int(count or 1) for count in counts.groups())
    while old > 0 or new > 0:
        position += 1
        line = lines[position] if position < len(lines) else ""
        if not line.endswith("\n") or line[0] not in " \n+-\\":
            raise _Refused
        old -= line[0] in " \n-"  # the blank of an empty context line may be missing
        new -= line[0] in " \n+"
    if old or new:
        raise _Refused
    position += 1
    if position < len(lines) and lines[position].startswith("\\ "):
        position += 1
    return position


def _binary_end(lines: Sequence[str], position: int) -> int:
    """Return the end of a binary file's data: up to two blocks, each ended by a blank line."""
    while position < len(lines) and lines[position].startswith(_BINARY_DATA):
        while position < len(lines) and lines[position] != "\n":
            position += 1
        position += 1
    return min(position, len(lines))
