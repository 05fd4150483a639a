"""Whether an image's repository holds commits from after the task's own, and how that is told.

Such a commit may be the very fix that a patch is to find; images with branches, tags and reflogs
that lead there have been published: https://github.com/SWE-bench/SWE-bench/issues/465.
"""

from __future__ import annotations

import re
import shlex

from harness.apply import HAS_TIMEOUT, time_limited

MAX_NAMES = 20
"""How many references are told."""
SECONDS = 10
"""How long one question to git may take; it takes milliseconds where nothing is wrong."""

# HEAD of a published image is a commit made on top of the task's own, so it is the date of the one
# below that tells what came later. Only of that is asked whether it is part of HEAD: of an old tag,
# git would walk through the whole history to see that it is.
_SCRIPT = r"""(
  exec 3>&1 >/dev/null 2>&1
  sv_git() { $sv_limited git -c safe.directory='*' "$@"; }
  cd "$sv_repository" || exit 0
  { read -r sv_folder && read -r sv_head; } < <(sv_git rev-parse --git-dir HEAD) || exit 0
  read -r sv_date sv_base < <(
    sv_git log -1 --format='%ct %H' HEAD^ || sv_git log -1 --format='%ct %H'
  )
  sv_names=$(
    sv_git for-each-ref --format='%(objectname) %(refname)'
    for sv_file in "$sv_folder"/*_HEAD; do
      while read -r sv_object sv_rest; do
        printf '%s %s\n' "$sv_object" "${sv_file##*/}"
      done <"$sv_file"
    done
    [ ! -d "$sv_folder/logs" ] ||
      find "$sv_folder/logs" -type f -exec cut -d ' ' -f 2 {} + | sort -u | sed 's/$/ reflog/'
  )
  sv_later=$(
    cut -d ' ' -f 1 <<<"$sv_names" |
      sv_git log --no-walk --ignore-missing --stdin --format='%ct %H' |
      while read -r sv_time sv_commit; do
        case $sv_commit in "$sv_head" | "$sv_base") continue ;; esac
        [ "$sv_time" -lt "$sv_date" ] || printf '%s ' "$sv_commit"
      done
  )
  [ -n "$sv_later" ] || exit 0
  while read -r sv_object sv_name; do
    sv_commit=$(sv_git rev-parse --verify "$sv_object^{commit}") || continue
    case " $sv_later" in *" $sv_commit "*) ;; *) continue ;; esac
    sv_git merge-base --is-ancestor "$sv_commit" HEAD && continue
    printf '\n%s future %s %s\n' "$sv_token" "$sv_name" "$sv_commit"
  done <<<"$sv_names" | head -n "$sv_lines" >&3
)
"""
_TOLD = re.compile(r"\n(\S+) future (\S{1,300}) ([0-9a-f]{40,64})\n", re.ASCII)


def future_script(token: str, repository: str = "/testbed") -> str:
    """Return bash lines that tell which references lead to later commits than HEAD's.

    References are branches, tags, the stash and what else lies under refs/, what reflogs remember
    and files such as FETCH_HEAD. The lines print `\\n<token> future <name> <commit>\\n` for each,
    nothing else, and cost some 30 ms where there is none. They must run before anything of the
    patch does. Commits that no reference leads to are not looked for.
    """
    settings = {
        "sv_token": token,
        "sv_repository": repository,
        "sv_lines": str(2 * MAX_NAMES),
        "sv_limited": time_limited(SECONDS, ""),
    }
    lines = [f"{name}={shlex.quote(value)}\n" for name, value in settings.items()]
    return "".join((*lines, f"{HAS_TIMEOUT} || sv_limited=\n", _SCRIPT))


def read_future(output: str) -> tuple[str, ...]:
    """Return what the lines told, as `name (abbreviated commit)`, from what a box printed.

    They come before all else that is printed; what looks like them elsewhere is not theirs.
    """
    told: list[str] = []
    position = 0
    while (found := _TOLD.match(output, position)) and len(told) < MAX_NAMES:
        told.append(f"{found[2]} ({found[3][:12]})")
        position = found.end()
    return tuple(dict.fromkeys(told))
