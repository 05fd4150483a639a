"""What a model's patch touches, read without applying it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from task_specs.patch_paths import baffling_line

NOWHERE = "/dev/null"

# The official harness splits test files from others by these words anywhere in the path
# (swebench.collect); it lists `tests` and `testing` beside them, which `test` covers.
TEST_WORDS = ("test", "e2e")


@dataclass(frozen=True, slots=True)
class PatchSummary:
    """A patch in figures. Paths are relative to the repository, in the patch's order."""

    files: tuple[str, ...] = ()
    """Every file that is changed, created, deleted, or renamed (both its names)."""
    added_lines: int = 0
    removed_lines: int = 0
    binary_files: tuple[str, ...] = ()
    problem: str = ""
    """Why this is not a well-formed patch, empty for one that is. `files` then holds what the
    file headers name, and the counts are zero; git or patch may still make something of it."""

    @property
    def test_files(self) -> tuple[str, ...]:
        """The files that look like tests by the official notion: `test` or `e2e` in the path."""
        return tuple(file for file in self.files if any(word in file for word in TEST_WORDS))


def summarize_patch(patch: str) -> PatchSummary:
    """Read a unified diff. Never raises: what is no patch gives a summary that says so."""
    from unidiff.errors import UnidiffParseError
    from unidiff.patch import PatchSet

    baffling = baffling_line(patch)
    if baffling is not None:
        problem = f"line {baffling} is not one that git writes"
        return PatchSummary(files=_distinct(_named_in_headers(patch)), problem=problem)
    try:
        parts = list(PatchSet.from_string(patch))
    except (UnidiffParseError, ValueError) as error:  # ValueError: a number of 5000 digits
        return PatchSummary(files=_distinct(_named_in_headers(patch)), problem=str(error)[:200])
    files: list[str] = []
    for part in parts:
        files += _paths(part.source_file, part.target_file)
    return PatchSummary(
        files=_distinct(files),
        added_lines=sum(part.added for part in parts),
        removed_lines=sum(part.removed for part in parts),
        binary_files=_distinct(_path(part.path) for part in parts if part.is_binary_file),
        problem="" if parts or not patch.strip() else "it names no file",
    )


def _named_in_headers(patch: str) -> Iterator[str]:
    """Yield the files of a patch whose hunks are broken, from `---` and `+++` lines in a pair."""
    for first, second in pairwise(patch.splitlines()):
        if first.startswith("--- ") and second.startswith("+++ "):
            yield from _paths(first[4:].partition("\t")[0], second[4:].partition("\t")[0])


def _paths(source: str | None, target: str | None) -> list[str]:
    return [_path(name) for name in (source, target) if name and name != NOWHERE]


def _path(name: str) -> str:
    """Return a header's name without quotes and without git's `a/` or `b/`.

    git quotes a name with unusual characters and writes its bytes as octal escapes.
    """
    if name.startswith('"'):
        try:
            name = name.strip('"').encode().decode("unicode_escape").encode("latin-1").decode()
        except ValueError:
            name = name.strip('"')
    return name[2:] if name.startswith(("a/", "b/")) else name


def _distinct(names: Iterator[str] | list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))
