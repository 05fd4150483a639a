"""Signed lines about what was seen, in one file for all processes of a box.

A line is a signature, a blank, and a JSON object. What is signed is the line and the signature
before it in the same process, so that no line of a process can be taken out or put in unnoticed.
Nothing here raises: what cannot be written is not written.
"""

import hmac
import json
import os
import posix
import sys
import threading

SECRET_PATH = "/swe-verify/witness/secret"
RECORD_PATH = "/swe-verify/record"

LINES_KEPT = 50
"""How many lines of tests wait to be written together."""
MAX_LINE = 16000
"""A longer line is left out; the numbers of the lines show the gap."""

REPOSITORY = "/testbed"


class _Chain:
    """The lines of one process."""

    def __init__(self):
        # type: () -> None
        self.pid = posix.getpid()
        self.number = 0
        self.signature = ""
        self.waiting = []  # type: list[bytes]
        self.lock = threading.Lock()
        self.writing = False


def _secret():
    # type: () -> bytes
    try:
        with open(SECRET_PATH, "rb") as file:
            return file.read().strip()
    except EnvironmentError:
        return b""


_chains = [_Chain()]
_key = _secret()
_folder = os.path.abspath(os.curdir)

# What tests replace for a while (`os.open`, `os.path.exists` ...) is taken once, while it is whole.
_open, _write, _close, _getpid, _readlink = (
    posix.open,
    posix.write,
    posix.close,
    posix.getpid,
    posix.readlink,
)
_dumps, _sign = json.dumps, hmac.new


def record(kind, **fields):
    # type: (str, object) -> None
    """Write one line: `kind`, and whatever JSON can hold. Lines about tests are written later."""
    chain = _own_chain()
    if not chain.lock.acquire(True, 1):
        return  # this very thread is writing a line, and was interrupted by itself
    try:
        fields.update(kind=kind, n=chain.number, pid=chain.pid)
        body = _dumps(fields, sort_keys=True, default=repr)
        chain.number += 1
        if len(body) > MAX_LINE:
            return
        signed = (chain.signature + body).encode("ascii")
        chain.signature = _sign(_key, signed, "sha256").hexdigest()[:32]
        chain.waiting.append(("%s %s\n" % (chain.signature, body)).encode("ascii"))
        if kind != "test" or len(chain.waiting) >= LINES_KEPT:
            _flush(chain)
    except Exception:
        return
    finally:
        chain.lock.release()


def broken(where):
    # type: (str) -> None
    """Write down that the witness itself failed, with the exception that is being handled."""
    kind, error = sys.exc_info()[:2]
    try:
        told = "%s: %s" % (getattr(kind, "__name__", kind), error)
    except Exception:
        told = "an exception that cannot be shown"
    record("broken", where=where, error=told[:500])


def guarded(function):
    """Wrap `function` so that what it raises is written down, and None returned instead."""

    def call(*positional, **named):
        try:
            return function(*positional, **named)
        except Exception:
            broken(function.__name__)
            return None

    return call


def is_writing():
    # type: () -> bool
    """Tell whether a line is being written right now, by this process."""
    return _chains[0].writing


def told_path(path):
    # type: (str) -> str
    """Return a path as records tell it: relative to the repository where it is below it."""
    if path.startswith("<"):
        return path
    whole = os.path.normpath(os.path.join(_folder, path))
    return whole[len(REPOSITORY) + 1 :] if is_in_repository(path) else whole


def is_in_repository(path):
    # type: (str) -> bool
    """Tell whether a path is below the repository."""
    return os.path.normpath(os.path.join(_folder, path)).startswith(REPOSITORY + "/")


def place_of(frame_or_code, line=None):
    """Return `path:line` of a code object; of its first line where none is given."""
    code = getattr(frame_or_code, "f_code", frame_or_code)
    if line is None:
        line = getattr(frame_or_code, "f_lineno", getattr(code, "co_firstlineno", 0))
    return "%s:%d" % (told_path(code.co_filename), line)


def _own_chain():
    # type: () -> _Chain
    """Return the chain of this process: a forked one begins anew."""
    if _chains[0].pid != _getpid():
        _chains[0] = _Chain()
    return _chains[0]


def _flush(chain):
    # type: (_Chain) -> None
    """Append what waits. The file is opened each time: tests close what they do not know."""
    lines, chain.waiting = chain.waiting, []
    chain.writing = True
    try:
        file = _open(RECORD_PATH, posix.O_WRONLY | posix.O_APPEND | posix.O_CREAT | posix.O_CLOEXEC)
        try:
            _write(file, b"".join(lines))
        finally:
            _close(file)
    finally:
        chain.writing = False
