"""Which files a patch touches, and whether it is a patch at all."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

from task_specs.errors import InputError

_ABSENT = "/dev/null"
# unidiff's patterns try every way to cut such a line in two, and cubic time is not the worst.
_BAFFLING = re.compile(
    r"^(?:diff --git .*?://|Binary files? (?:(?:(?! and ).)*+ and ){9})", re.MULTILINE
)


@dataclass(frozen=True, slots=True)
class TouchedFile:
    """One file's name before and after the patch; None where it is not there."""

    before: str | None
    after: str | None


def touched_files(patch: str, origin: str) -> tuple[TouchedFile, ...]:
    """Return the files that a git patch touches, in its order.

    `origin` names the patch in errors. Raises InputError, naming the line where there is one,
    for text that is no patch, that holds no file, or that names a file outside the repository.
    """
    from unidiff.errors import UnidiffParseError
    from unidiff.patch import PatchSet

    baffling = baffling_line(patch)
    if baffling is not None:
        raise InputError(
            f"{origin}, line {baffling}: not a line that git writes; make it with `git diff`"
        )
    lines = _CountedLines(patch)
    try:
        files = PatchSet(lines)
    except (UnidiffParseError, ValueError) as error:  # ValueError: a number of 5000 digits
        said = str(error).splitlines()[0]
        raise InputError(
            f"{origin}, line {lines.count}: not a valid patch ({said}); make it with `git diff`"
        ) from None
    if not files:
        raise InputError(f"{origin}: holds no diff of any file; make it with `git diff`")
    return tuple(
        TouchedFile(
            before=_path(file.source_file, "a/", origin),
            after=_path(file.target_file, "b/", origin),
        )
        for file in files
    )


def baffling_line(patch: str) -> int | None:
    """Return the number of the first line that unidiff must not be given, if there is one.

    Its time for a patch is linear in the patch's length but for lines that git never writes: a
    `diff --git` line with URLs, and a `Binary files` line with many names.
    """
    found = _BAFFLING.search(patch)
    return None if found is None else patch.count("\n", 0, found.start()) + 1


class _CountedLines:
    """Lines that know how far they were read: unidiff's errors do not say where they arose."""

    def __init__(self, text: str) -> None:
        # Only "\n" ends a line of a patch; splitlines() would also cut at form feeds.
        self._lines = io.StringIO(text, newline="\n")
        self.count = 0

    def __iter__(self) -> Iterator[str]:
        for line in self._lines:
            self.count += 1
            yield line


def _path(name: str, prefix: str, origin: str) -> str | None:
    """Return a header's file name as a path in the repository."""
    if name == _ABSENT:
        return None
    plain = _unquoted(name, origin)
    if not plain.startswith(prefix):
        raise InputError(
            f"{origin}: the file name {name!r} lacks the prefix {prefix!r}; make the patch with "
            "plain `git diff`"
        )
    path = plain.removeprefix(prefix)
    if path.startswith("/") or ".." in PurePosixPath(path).parts:
        raise InputError(f"{origin}: the file name {name!r} leads out of the repository")
    return path


def _unquoted(name: str, origin: str) -> str:
    r"""Undo git's quoting, which writes unusual names such as `"a/t\303\251st.py"`."""
    if not (name.startswith('"') and name.endswith('"')):
        return name
    try:
        return name[1:-1].encode().decode("unicode_escape").encode("latin-1").decode("utf-8")
    except UnicodeError:
        raise InputError(f"{origin}: the file name {name} is not UTF-8; rename the file") from None
