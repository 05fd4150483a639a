"""Which places of a box, outside the repository, decide how a test runs, by their paths alone."""

from __future__ import annotations

import re
from collections.abc import Iterable, Set
from dataclasses import dataclass
from enum import Enum

from harness.integrity.families import TEST_TOOLS
from harness.sandbox import Change, ChangeKind

_SCRATCH = ("/tmp/", "/var/tmp/", "/root/.cache/", "/dev/", "/proc/", "/run/", "/sys/")
_CHECKOUT = "/testbed/"
_IN_CHECKOUT = re.compile(r"/testbed/(?:\.tox/[^/]+|\.nox/[^/]+|\.?venv|env)/")
"""Where an installation of Python may lie within the repository."""

_LIBRARY = re.compile(r"(.*?/lib(?:64)?/python[23](?:\.\d+)?)/(.+)", re.DOTALL)
_SITE = re.compile(r"((?:site|dist)-packages)/([^/]+)(?:/(.+))?", re.DOTALL)
_CODE = (".py", ".so", ".pyd", ".pth", ".egg-link", ".egg", ".zip")
_METADATA = re.compile(r"(.+?)-.*\.(?:dist-info|egg-info|egg)|(.+)\.egg-info", re.DOTALL)
_SHARED_LIBRARY = re.compile(r"(?:/usr|/usr/local|/opt/.+)?/lib(?:32|64)?/.*\.so(?:\.\d+)*")

# Made by the evaluation itself, see harness/witness.py and harness/in_box/early_end.py.
_OWN_FILES = ("00_swe_verify.pth", "swe_verify_early_end")
_EDITABLE = ("easy-install.pth", "__editable__")
_HOOKS = frozenset({"sitecustomize", "usercustomize"})

_SYSTEM_PROGRAMS = frozenset(
    {"/bin", "/sbin", "/usr/bin", "/usr/sbin", "/usr/local/bin", "/usr/local/sbin"}
)
_PROGRAM_FOLDERS = frozenset({"bin", "sbin", "condabin", "git-core"})
_PROGRAMS = re.compile(
    r"python[\d.]*|pip[\d.]*|py\.?test|pytest-[\d.]+|tox|nox|coverage[\d.]*|nosetests[\d.-]*|nose2"
    r"|conda|activate|git|git-\w+|patch|bash|sh|dash|env|timeout|sed|cat|grep|tee|tail|head|stdbuf"
    r"|node|npm|npx|yarn|pnpm|make|cmake|ctest|cargo|rustc|go|java|mvnd?|ant|ruby|bundle|php|jq"
)
_START_FILES = re.compile(
    r"""
    /etc/(?:ld\.so\.(?:preload|conf|cache|conf\.d/.+)|profile|profile\.d/.+|bash\.bashrc|bashrc
        |environment|gitconfig|gitattributes|pip\.conf|xdg/pip/.+|python[\d.]*/.+|crontab|cron\.d/.+)
    |/var/spool/cron/.+
    |/usr/share/git-core/templates/.+
    |(?:/root|/home/[^/]+)/(?:\.bashrc|\.bash_profile|\.bash_login|\.profile|\.zshenv|\.zshrc
        |\.pydistutils\.cfg|\.pip/.+|\.config/(?:pip|git)/.+|\.condarc|\.nvm/nvm\.sh)
    |.+/etc/(?:profile\.d|conda/(?:de)?activate\.d)/.+
    |.+/lib(?:64)?/python\d+\.zip
    |.+/pyvenv\.cfg
    """,
    re.VERBOSE | re.DOTALL,
)
"""What shells, git, pip, the loader and Python read before they do anything."""


class Role(Enum):
    """What a path among installed packages is to Python."""

    HOOK = "hook"
    """Read whenever Python starts."""
    METADATA = "metadata"
    """Says what is installed, and which entry points it has."""
    CODE = "code"


@dataclass(frozen=True, slots=True)
class Site:
    """A path among installed packages."""

    folder: str
    """The folder of installed packages."""
    entry: str
    """The first name below it."""
    name: str
    """Of the module or the distribution, in lower case and with underscores."""
    role: Role

    @property
    def decides(self) -> bool:
        """Whether it decides how any test runs."""
        return self.role is Role.HOOK or self.name in TEST_TOOLS

    @property
    def is_evaluations_own(self) -> bool:
        return self.entry.startswith(_OWN_FILES)

    def is_of(self, own: Set[str]) -> bool:
        """Whether it is what installing one of `own` writes."""
        return self.name in own or self.entry.startswith(_EDITABLE)


def own_names(repo: str, files: Iterable[str]) -> frozenset[str]:
    """Return the names that a repository's packages are likely to have when installed.

    `files` are some of its files.
    """
    names = {_plain(repo.rpartition("/")[2])}
    for file in files:
        parts = file.split("/")
        if parts[0] in ("src", "lib") and len(parts) > 1:
            del parts[0]
        names.add(_plain(parts[0].removesuffix(".py")))
    return frozenset(names)


def site_place(change: Change) -> Site | None:
    """Return what a changed path is among installed packages; None for data, and elsewhere."""
    library = _library(change.path)
    place = _SITE.fullmatch(library[1]) if library else None
    if library is None or place is None:
        return None
    folder, entry, below = f"{library[0]}/{place[1]}", place[2], place[3] or ""
    metadata = _METADATA.fullmatch(entry)
    if metadata is not None:
        role = Role.METADATA
        if below not in ("", "entry_points.txt", "EGG-INFO/entry_points.txt"):
            return None
    elif entry.endswith((".pth", ".egg-link")) or entry.partition(".")[0] in _HOOKS:
        role = Role.HOOK
    else:
        role = Role.CODE
    name = _plain(next(filter(None, metadata.groups())) if metadata else _module(entry))
    site = Site(folder, entry, name, role)
    if role is Role.CODE and not (_is_code(change) and (site.decides or _is_source(change.path))):
        return None
    return None if entry.startswith(("~", "__pycache__")) and not site.decides else site


def interpreter_place(change: Change) -> bool:
    """Whether a change is one of the standard library or of a shared library."""
    library = _library(change.path)
    if library is not None:
        return not _SITE.fullmatch(library[1]) and _is_code(change)
    return change.kind is not ChangeKind.ADDED and bool(_SHARED_LIBRARY.fullmatch(change.path))


def foreign_program(change: Change, own: Set[str]) -> bool:
    """Whether a change is one of a program that an evaluation may start."""
    folder, _, name = change.path.rpartition("/")
    if folder.rpartition("/")[2] not in _PROGRAM_FOLDERS or not _is_environment(change.path):
        return False
    if folder in _SYSTEM_PROGRAMS and change.kind is not ChangeKind.ADDED:
        return True
    if change.path.startswith(_CHECKOUT) and change.kind is ChangeKind.ADDED:
        return False  # tox makes what it misses
    return _PROGRAMS.fullmatch(name) is not None and name.replace(".", "") not in own


def is_start_file(path: str) -> bool:
    """Whether a file is read before anything that it could be meant for."""
    return _is_environment(path) and _START_FILES.fullmatch(path) is not None


def _library(path: str) -> tuple[str, str] | None:
    """Split a path at the folder of a Python's library."""
    found = _LIBRARY.fullmatch(path) if _is_environment(path) else None
    return (found[1], found[2]) if found else None


def _is_environment(path: str) -> bool:
    if path.startswith(_CHECKOUT):
        return _IN_CHECKOUT.match(path) is not None
    return not path.startswith(_SCRATCH)


def _is_code(change: Change) -> bool:
    """Whether Python may come to run this.

    It writes bytecode where there is none; where there was some, only when that did not fit its
    source, which does not come by itself.
    """
    if "/__pycache__" in change.path:
        return change.kind is ChangeKind.MODIFIED and change.path.endswith(".pyc")
    return _is_source(change.path)


def _is_source(path: str) -> bool:
    return path.endswith((*_CODE, ".pyc")) and "/__pycache__/" not in path


def _module(entry: str) -> str:
    return entry.partition(".")[0]


def _plain(name: str) -> str:
    return name.lower().replace("-", "_").replace(".", "_")
