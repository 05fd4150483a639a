"""The one session of a test runner that is watched: the outermost of its box.

Runners are tested by running them: a session within a session, in the same process or in one that
was started from there, is somebody's test and no concern of ours. Nothing here raises.
"""

import os
import sys

from harness.in_box.witness import evaluation_files, framework, imports, record

_MARKER = record.RECORD_PATH + ".of."
_GENERATIONS = 64


class _Session:
    """What is known of the session of this process."""

    pid = 0
    tests = 0


@record.guarded
def begin(runner, version):
    # type: (str, str) -> bool
    """Write down that a session begins, and tell whether it is to be watched.

    Where it is, no later import is looked at, and the other adapters are not woken any more.
    Where it is not, the caller leaves everything as it is.
    """
    if _Session.pid:
        return False
    pid = os.getpid()
    nested = any(os.path.exists(_MARKER + str(each)) for each in _ancestors(pid))
    imports.stop()
    record.record(
        "start",
        runner=runner,
        version=version,
        argv=[str(word)[:200] for word in getattr(sys, "argv", [])[:50]],
        cwd=os.getcwd(),
        python="%d.%d.%d" % sys.version_info[:3],
        nested=nested,
    )
    if nested:
        return False
    with open(_MARKER + str(pid), "w"):
        _Session.pid = pid
    evaluation_files.note()
    return True


def active():
    # type: () -> bool
    """Tell whether this process is the one whose session is watched; a forked child is not."""
    return _Session.pid == os.getpid()


@record.guarded
def test(line, status, raised=None):
    # type: (str, str, str | None) -> None
    """Write down the outcome of one test.

    `line` is what the runner itself would print of it, such that the instance's own log parser
    reads id and status from it; `raised` is `path:line` of the frame that raised a skip or an
    expected failure, None where a marker or a decorator says so.
    """
    _Session.tests += 1
    record.record("test", line=line, status=status, raised=raised)


@record.guarded
def control(expects, got, inconclusive=None):
    # type: (str, str, str | None) -> None
    """Write down how a control test came out.

    `expects` is "pass" or "fail"; `got` is the runner's word; `inconclusive` says why nothing
    follows from it, such as that setting it up failed.
    """
    record.record("control", expects=expects, got=got, inconclusive=inconclusive)


@record.guarded
def end(exit_code):
    # type: (int | None) -> None
    """Write down what became of the frameworks, and that the session ended in order."""
    if not active():
        return
    framework.report()
    evaluation_files.report()
    record.record("end", tests=_Session.tests, exit=exit_code)
    _Session.pid = 0
    os.unlink(_MARKER + str(os.getpid()))


def _ancestors(pid):
    # type: (int) -> list[int]
    """Return the processes that led to this one, the nearest first."""
    found = []  # type: list[int]
    while pid > 1 and len(found) < _GENERATIONS:
        try:
            with open("/proc/%d/stat" % pid) as file:
                pid = int(file.read().rpartition(")")[2].split()[1])
        except (EnvironmentError, ValueError, IndexError):
            break
        found.append(pid)
    return found
