"""The witness beside the tests: how it gets into a box, and what its records say.

A path file in every site-packages has each Python of the box begin with `in_box/witness/start.py`,
before any code of the product is loaded. What it sees it appends to one file, in signed lines. The
product can read the secret, run as it does in the same box: a signature does not prove that a line
is true. It proves that nobody who had not gone looking for it wrote, removed or moved a line.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

RECORD_PATH = "/swe-verify/record"
_FOLDER = "/swe-verify/witness/"
_SOURCES = Path(__file__).parent / "in_box" / "witness"
_RENAMED = (b"harness.in_box.witness", b"_swe_verify_witness")
_PATH_FILE = "00_swe_verify.pth"

# One line, and not a word where the witness is missing. `get_data` closes what it opens, so that
# `-X dev` has nothing to complain of; nothing is compiled to disk.
PATH_FILE_CONTENT = (
    f"import os, sys; _p = '{_FOLDER}start.py'; _n = {{'__name__': 'start'}}; "
    "sys.version_info > (3, 5) and os.access(_p, os.R_OK) and (exec(compile(__import__("
    "'_frozen_importlib_external').SourceFileLoader('start', _p).get_data(_p), _p, 'exec'), _n), "
    "_n['main'](os.path.dirname(_p)))\n"
).encode()

_INSTALLED = "installed"
"""The first line of the records where a Python was found."""
_PREFIXES = (
    "/usr /usr/local /venv /env /opt/* /opt/*/envs/* /root/*conda*/ /root/*conda*/envs/*"
    " /root/.venv /root/.virtualenvs/* /root/.pyenv/versions/* /root/.local"
    " /root/.local/share/uv/python/* /home/*/*conda* /home/*/*conda*/envs/* /home/*/.venv"
    " /home/*/.pyenv/versions/* /home/*/.local /testbed/.venv /testbed/venv /testbed/env"
    " /testbed/.tox/* /testbed/.nox/*"
)
INSTALL = f"""\
(
  swe_verify_found=
  for swe_verify_prefix in {_PREFIXES}; do
    for swe_verify_site in "$swe_verify_prefix"/lib/python3*/{{site,dist}}-packages; do
      [ -d "$swe_verify_site" ] || continue
      printf '%s\\n' "$(<{_FOLDER}path_file)" >"$swe_verify_site/{_PATH_FILE}" &&
        swe_verify_found=yes
    done
  done
  [ -z "$swe_verify_found" ] || echo {_INSTALLED} >{RECORD_PATH}
) 2>/dev/null
"""
"""Bash: puts the witness into every Python of the box that it finds, before the patch is applied.

The record begins with a signed line that says that there is none; that is taken away as soon as
there is one, so that nobody can say so afterwards.
"""


def witness_files(secret: str) -> dict[str, bytes]:
    """Return what goes into a box, by absolute path; `secret` signs the records."""
    modules = {
        _FOLDER + path.name: path.read_bytes().replace(*_RENAMED)
        for path in sorted(_SOURCES.glob("*.py"))
    }
    nowhere = json.dumps({"kind": "nowhere", "n": 0, "pid": 0})
    return {
        **modules,
        _FOLDER + "secret": secret.encode(),
        _FOLDER + "path_file": PATH_FILE_CONTENT,
        RECORD_PATH: f"{_signature(secret, '', nowhere)} {nowhere}\n".encode(),
    }


@dataclass(frozen=True, slots=True)
class SeenTest:
    """What a runner reported of one test."""

    line: str
    """What the runner prints of it, for the instance's own log parser."""
    status: str
    raised: str = ""
    """`path:line` that raised a skip or an expected failure; empty where a marker says so."""


@dataclass(frozen=True, slots=True)
class Control:
    """A control test, and how it came out."""

    expects: str
    """`pass` or `fail`."""
    got: str
    inconclusive: str = ""
    """Why nothing follows from it; empty where something does."""


@dataclass(frozen=True, slots=True)
class Trace:
    """Something that was seen, and the code that it comes from."""

    what: str
    file: str
    """Relative to the repository where it is below it; empty where there is no such code."""
    line: int = 0
    why: str = ""


@dataclass(slots=True)
class _Draft:
    start: dict[str, Any]
    tests: list[SeenTest] = field(default_factory=list)
    controls: list[Control] = field(default_factory=list)
    traces: dict[str, list[Trace]] = field(default_factory=dict)
    ended: bool = False
    exit_code: int | None = None


@dataclass(frozen=True, slots=True)
class Session:
    """One session of a test runner, the outermost of its processes."""

    runner: str
    version: str
    python: str
    ended: bool  # in order
    exit_code: int | None
    tests: tuple[SeenTest, ...]
    controls: tuple[Control, ...]
    patched: tuple[Trace, ...]
    """Functions of frameworks that are not what they were when imported."""
    rewritten: tuple[Trace, ...]
    """Tests whose code is not what their file says."""
    forged: tuple[Trace, ...]
    """Tests that cannot have come out as they were reported."""
    hooks: tuple[Trace, ...]
    """Who takes part in the hooks by which outcomes are decided."""
    plugins: tuple[Trace, ...]
    """Plugins whose file is below the repository."""
    events: tuple[Trace, ...]
    """What happened to the evaluation's own files."""


@dataclass(frozen=True, slots=True)
class Witness:
    """What was seen beside the log."""

    installed: bool
    """Whether a Python of the box was found that could be watched."""
    sessions: tuple[Session, ...] = ()
    problems: tuple[str, ...] = ()
    """What is wrong with the records themselves, each once."""
    failures: tuple[str, ...] = ()
    """Where the witness itself failed."""

    @property
    def log(self) -> str:
        """What the runners reported of all tests, for the instance's own log parser.

        pytest's results come in the order of its summary: of several tests that a parser gives
        one name, the last counts. A skipped test has no line there.
        """
        lines: list[str] = []
        for session in self.sessions:
            tests = session.tests
            if session.runner == "pytest":
                ranked = [test for test in tests if test.status in _PYTEST_SUMMARY]
                tests = tuple(sorted(ranked, key=lambda test: _PYTEST_SUMMARY[test.status]))
            lines += (test.line for test in tests)
        return "".join(f"{line}\n" for line in lines)


_PYTEST_SUMMARY = {"PASSED": 0, "XFAIL": 1, "XPASS": 2, "ERROR": 3, "FAILED": 4}
_SHOWN = 20


def read_witness(text: str, secret: str) -> Witness:
    """Read the records of a box.

    Linear in the text's length. Never raises: whatever is not well-formed and signed is left out,
    and is a problem.
    """
    problems: dict[str, None] = {}
    failures: dict[str, None] = {}
    drafts: list[_Draft] = []
    current: dict[int, _Draft] = {}
    installed = True
    for fields in _signed(text, secret, problems):
        kind, pid = fields.get("kind"), fields["pid"]
        if kind == "nowhere":
            installed = False
        elif kind == "broken":
            failures[f"{_text(fields, 'where')}: {_text(fields, 'error')}"] = None
        elif kind == "start" and fields.get("nested") is False:
            current[pid] = _Draft(fields)
            drafts.append(current[pid])
        elif pid in current:
            _add(current[pid], str(kind), fields)
            if kind == "end":
                del current[pid]
    if installed and not text.startswith(_INSTALLED + "\n"):
        problems["the beginning of the records is gone"] = None
    return Witness(
        installed=installed,
        sessions=tuple(map(_session, drafts)),
        problems=tuple(problems)[:_SHOWN],
        failures=tuple(failures)[:_SHOWN],
    )


def _signed(text: str, secret: str, problems: dict[str, None]) -> Iterator[dict[str, Any]]:
    """Yield the records whose signature holds."""
    last: dict[int, tuple[int, str]] = {}
    for line in text.split("\n"):
        signature, _, body = line.partition(" ")
        if line in ("", _INSTALLED):
            continue
        fields = _object(body)
        if fields is None:
            problems["a line is not a record"] = None
            continue
        pid, number = fields["pid"], fields["n"]
        known, before = last.get(pid, (-1, "")) if number else (-1, "")
        if not hmac.compare_digest(signature.encode(), _signature(secret, before, body).encode()):
            problems["a record is not signed by the witness"] = None
            continue
        if number != known + 1:
            problems["records are missing"] = None
        last[pid] = (number, signature)
        yield fields


def _object(body: str) -> dict[str, Any] | None:
    try:
        fields = json.loads(body)
    except (ValueError, RecursionError):
        return None
    if not isinstance(fields, dict):
        return None
    numbers = (fields.get("pid"), fields.get("n"))
    return fields if all(type(number) is int for number in numbers) else None


def _signature(secret: str, before: str, body: str) -> str:
    text = (before + body).encode("utf-8", "surrogatepass")
    return hmac.new(secret.encode(), text, "sha256").hexdigest()[:32]


_TRACES = {
    # kind of record: field of a session, and the names of what was seen and of why that matters
    "patched": ("patched", "name", ""),
    "rewritten": ("rewritten", "test", "why"),
    "forged": ("forged", "test", "why"),
    "hook": ("hooks", "hook", ""),
    "plugin": ("plugins", "name", ""),
    "event": ("events", "what", ""),
}


def _add(draft: _Draft, kind: str, fields: dict[str, Any]) -> None:
    if kind == "test":
        line = _text(fields, "line")
        draft.tests.append(SeenTest(line, _text(fields, "status"), _text(fields, "raised")))
    elif kind == "control":
        said = (_text(fields, name) for name in ("expects", "got", "inconclusive"))
        draft.controls.append(Control(*said))
    elif kind == "end":
        draft.ended = True
        draft.exit_code = _number(fields, "exit")
    elif kind in _TRACES:
        where, what, why = _TRACES[kind]
        file = _text(fields, "file") or _text(fields, "path")
        reason = _text(fields, why) or _text(fields, "place")
        trace = Trace(_text(fields, what), file, _number(fields, "line") or 0, reason)
        draft.traces.setdefault(where, []).append(trace)


def _session(draft: _Draft) -> Session:
    traces = {where: tuple(draft.traces.get(where, ())) for where, _, _ in _TRACES.values()}
    return Session(
        runner=_text(draft.start, "runner"),
        version=_text(draft.start, "version"),
        python=_text(draft.start, "python"),
        ended=draft.ended,
        exit_code=draft.exit_code,
        tests=tuple(draft.tests),
        controls=tuple(draft.controls),
        **traces,
    )


def _text(fields: dict[str, Any], name: str) -> str:
    value = fields.get(name)
    return value if isinstance(value, str) else ""


def _number(fields: dict[str, Any], name: str) -> int | None:
    value = fields.get(name)
    return value if type(value) is int else None
