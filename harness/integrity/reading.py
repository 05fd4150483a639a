"""A lenient reader of patches: everything that any rung of the apply ladder might act upon.

`git apply` and GNU patch accept more than `git diff` writes, and a patch that one of them rejects
may be taken by the next, so nothing is refused here. Linear in the patch's length.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

NOWHERE = "/dev/null"
SYMLINK = "120000"
SUBMODULE = "160000"

_HUNK = re.compile(r"@@ -\d{1,9}(?:,(\d{1,9}))? \+(\d{1,9})(?:,(\d{1,9}))? @@ ?(.*)", re.ASCII)
# A command of an ed script or a normal diff, which GNU patch takes and git does not.
_ED_COMMAND = re.compile(r"\d{1,9}(?:,\d{1,9})?[acd]\d{0,9}(?:,\d{1,9})?", re.ASCII)
# A quote that nothing closes reaches to the end, or each of many would be searched for its other.
_QUOTED_NAME = re.compile(r'"(?:[^"\\]|\\.)*+"?|[^ "]+')
# What GNU patch takes off the lines of a diff that is quoted in a text.
_INDENT = re.compile(r"(?:[ \tX]+|(?:- )+)(?=--- |\*\*\* )")
_LONGEST_HEADER = 10_000
_MODES = ("old mode ", "new mode ", "deleted file mode ", "new file mode ")
_NAMES = ("rename from ", "rename to ", "copy from ", "copy to ")


@dataclass(frozen=True, slots=True)
class NewLine:
    """A line of a file as the patch leaves it."""

    number: int
    """In the new file, from 1, by the hunk's own header."""
    text: str
    added: bool


@dataclass(frozen=True, slots=True)
class Hunk:
    """One hunk. `lines` are those of the patch, with their sign."""

    start: int
    """The number of its first line in the new file."""
    lines: tuple[str, ...]

    def after(self) -> Iterator[NewLine]:
        """Yield the lines that the hunk leaves, context and added ones."""
        number = self.start
        for line in self.lines:
            if not line.startswith("-"):
                yield NewLine(number, line[1:], line.startswith("+"))
                number += 1

    def before(self) -> Iterator[NewLine]:
        """Yield the lines that the hunk finds; `added` marks those that it removes."""
        number = self.start
        for line in self.lines:
            if not line.startswith("+"):
                yield NewLine(number, line[1:], line.startswith("-"))
                number += 1


@dataclass(frozen=True, slots=True)
class FileChange:
    """What a patch does to one file. Paths are as `-p1` leaves them, without `.` and `//`."""

    path: str
    """The file's name after the patch, or before it where the patch deletes it."""
    names: tuple[str, ...]
    """Every name that the headers give it, the other one of a rename too."""
    raw_names: tuple[str, ...]
    """The same as they stand there, unquoted."""
    created: bool = False
    deleted: bool = False
    binary: bool = False
    modes: tuple[str, ...] = ()
    hunks: tuple[Hunk, ...] = ()

    def added(self) -> Iterator[NewLine]:
        """Yield the lines that the patch adds."""
        return (line for hunk in self.hunks for line in hunk.after() if line.added)


@dataclass(frozen=True, slots=True)
class ReadPatch:
    """A patch, as far as it can be read."""

    files: tuple[FileChange, ...]
    odd_lines: tuple[tuple[int, str], ...]
    """Lines, with their number, of forms that only GNU patch reads: context diffs, ed scripts."""


@dataclass(slots=True)
class _Draft:
    """A file whose headers are still being read."""

    header: list[str] = field(default_factory=list)
    """Names from the `diff --git` line, which count where there are no others."""
    names: list[str] = field(default_factory=list)
    modes: list[str] = field(default_factory=list)
    created: bool = False
    deleted: bool = False
    binary: bool = False
    hunks: list[Hunk] = field(default_factory=list)

    def done(self) -> Iterator[FileChange]:
        raw = tuple(dict.fromkeys(name for name in self.header + self.names if name != NOWHERE))
        if not raw:
            return
        names = tuple(stripped(name) for name in raw)
        yield FileChange(
            path=stripped(next(n for n in reversed(self.header + self.names) if n != NOWHERE)),
            names=tuple(dict.fromkeys(names)),
            raw_names=raw,
            created=self.created,
            deleted=self.deleted,
            binary=self.binary,
            modes=tuple(self.modes),
            hunks=tuple(self.hunks),
        )


def read_patch(patch: str) -> ReadPatch:
    """Read whatever there is. Text that is no patch gives no files."""
    lines = patch.split("\n")  # only this ends a line of a patch
    files: list[FileChange] = []
    odd: list[tuple[int, str]] = []
    draft = _Draft()
    at = 0
    while at < len(lines):
        line = lines[at].removesuffix("\r")
        following = lines[at + 1] if at + 1 < len(lines) else ""
        at += 1
        hunk = _HUNK.match(line)
        if hunk is not None:
            body, at = _hunk_body(lines, at, int(hunk[1] or 1), int(hunk[3] or 1))
            draft.hunks.append(Hunk(int(hunk[2]), body))
        elif line.startswith("diff --git "):
            files += draft.done()
            draft = _Draft(header=_header_names(line[len("diff --git ") :]))
        elif line.startswith(("--- ", "*** ")) and following.startswith(("+++ ", "--- ")):
            if draft.hunks or draft.names:
                files += draft.done()
                draft = _Draft()
            _file_names(draft, line, following)
            if line.startswith("*** "):
                odd.append((at, line))
            at += 1
        elif _ED_COMMAND.fullmatch(line):
            odd.append((at, line))
        elif (indent := _INDENT.match(line)) and following[indent.end() :].startswith(
            ("+++ ", "--- ")
        ):
            files += draft.done()
            draft = _Draft()
            _file_names(draft, line[indent.end() :], following[indent.end() :])
            odd.append((at, line))
            at += 1
        else:
            _extended_header(draft, line)
    files += draft.done()
    return ReadPatch(tuple(files), tuple(odd))


def _hunk_body(lines: list[str], at: int, old: int, new: int) -> tuple[tuple[str, ...], int]:
    """Return a hunk's lines, by the counts in its header, and where the next part begins."""
    start = at
    while at < len(lines) and (old > 0 or new > 0):
        sign = lines[at][:1]
        if sign in ("", " "):
            old, new = old - 1, new - 1
        elif sign == "+":
            new -= 1
        elif sign == "-":
            old -= 1
        elif sign != "\\":
            break
        at += 1
    return tuple(line for line in lines[start:at] if not line.startswith("\\")), at


def _file_names(draft: _Draft, first: str, second: str) -> None:
    for line in (first, second.removesuffix("\r")):
        draft.names.append(unquoted(line[4:].partition("\t")[0]))
    draft.created |= draft.names[-2] == NOWHERE
    draft.deleted |= draft.names[-1] == NOWHERE


def _extended_header(draft: _Draft, line: str) -> None:
    if draft.hunks:
        return
    for start in _MODES:
        if line.startswith(start):
            draft.modes.append(line[len(start) :].strip())
            draft.created |= start.startswith("new file")
            draft.deleted |= start.startswith("deleted")
    for start in _NAMES:
        if line.startswith(start):
            # These stand without a prefix; give them one, for it is taken off again.
            draft.names.append("a/" + unquoted(line[len(start) :]))
    if line.startswith("Index: "):
        draft.names.append(unquoted(line[len("Index: ") :]))
    if line.startswith("index ") and line.endswith((SYMLINK, SUBMODULE)):
        draft.modes.append(line[-len(SYMLINK) :])
    if line == "GIT binary patch" or line.startswith("Binary files "):
        draft.binary = True


def _header_names(rest: str) -> list[str]:
    """Return the two names of a `diff --git` line, where blanks are not quoted."""
    if '"' in rest:
        return [unquoted(name) for name in _QUOTED_NAME.findall(rest[:_LONGEST_HEADER])]
    middle = len(rest) // 2
    if rest[2:middle] == rest[middle + 3 :]:
        return [rest[:middle], rest[middle + 1 :]]
    first, found, second = rest.partition(" b/")
    return [first, "b/" + second] if found else rest.split()


def unquoted(name: str) -> str:
    """Undo git's quoting of unusual names, which writes bytes as octal escapes."""
    if not (len(name) > 1 and name.startswith('"') and name.endswith('"')):
        return name
    try:
        return name[1:-1].encode().decode("unicode_escape").encode("latin-1").decode()
    except ValueError:
        return name[1:-1]


def stripped(name: str) -> str:
    """Return the path that `-p1` makes of a name: its first part is taken off, whatever it is."""
    _, slash, rest = name.partition("/")
    return posixpath.normpath(rest.lstrip("/")) if slash and rest else posixpath.normpath(name)
