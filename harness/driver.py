"""The script that is a box's own process: it looks, climbs the ladder, runs the evaluation, looks.

What it looks at it tells beside the log, which stays as the evaluation wrote it.
"""

from __future__ import annotations

import shlex

from harness.apply import HAS_TIMEOUT, ladder_script, time_limited
from harness.git_history import future_script
from harness.witness import INSTALL
from task_specs.limits import Limits

EVAL_PATH = "/eval.sh"  # as in the official harness
DRIVER_PATH = "/swe-verify/attempt.sh"
LEFT_RUNNING_PATH = "/swe-verify/left_running"
WORKDIR = "/testbed"
INNER_MARGIN_SECONDS = 10
"""How much later than the limit from outside, which is the one that is reported, the one inside
the box comes. It is for when nobody outside is left, or the engine does not answer."""

IS_BOX = '[ "$PPID" = 1 ]'
"""Bash: true in the child of a box's init. Elsewhere, as on the machine of whoever tests this, the
processes and the Pythons that can be seen are not ours to look at and to write to."""
_LEFT_RUNNING = f"""\
{IS_BOX} && for sv_process in /proc/[0-9]*; do
  case ${{sv_process#/proc/}} in 1|$$) continue ;; esac
  mapfile -t -d '' sv_words <"$sv_process/cmdline" &&
    [ "${{#sv_words[@]}}" = 0 ] || printf '%s\\0' "${{sv_words[*]}}"
done >{LEFT_RUNNING_PATH} 2>/dev/null
"""


def driver_script(token: str, limits: Limits, *, patched: bool, witnessed: bool = True) -> str:
    """Return the script for an evaluation as the instance has it.

    `token` is a secret of this attempt, see `ladder_script`. `witnessed` is whether anything is
    looked at but the log.
    """
    ladder = (
        ladder_script(token, WORKDIR)
        if patched
        else f"printf '\\n%s applied 0.0\\n' {shlex.quote(token)}\n"
    )
    before = (
        f"if {IS_BOX}; then\n{INSTALL}\nfi\n{future_script(token, WORKDIR)}\n" if witnessed else ""
    )
    after = _LEFT_RUNNING if witnessed else ""
    return f"{before}{ladder}{run_limited(limits, EVAL_PATH)}{after}exit $sv_code\n"


def run_limited(limits: Limits, script: str) -> str:
    """Return lines that run a script within its time limit and keep its exit code in `sv_code`."""
    evaluation = f"/bin/bash {script}"
    limited = time_limited(limits.seconds + INNER_MARGIN_SECONDS, evaluation)
    return f"if {HAS_TIMEOUT}; then {limited}; else {evaluation}; fi\nsv_code=$?\n"
