"""Toy tasks for runs that are to be disturbed: short, many, and each with a known verdict."""

from __future__ import annotations

import json
import os
import random
import secrets
import subprocess
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from containers.engine import Engine
from tests.own_programs import add_programs

_PROGRAMS = "bash cat date dd git grep head ls mkdir patch rm sh sleep tail timeout touch yes"

_RUN_TESTS = """\
. ./hook.sh
failed=0
check() {
  if grep -qx "$2" "$3"; then echo "PASSED t::$1"; else echo "FAILED t::$1 - no $2"; failed=1; fi
}
check fixed right value.txt
check kept kept kept.txt
exit $failed
"""

_EVAL_SCRIPT = """#!/bin/bash
set -uxo pipefail
cd /testbed
: '>>>>> Start Test Output'
bash run_tests.sh
: '>>>>> End Test Output'
"""


def changed(name: str, before: str, after: str) -> str:
    """Return a patch of a file of one line."""
    header = f"diff --git a/{name} b/{name}\n--- a/{name}\n+++ b/{name}\n@@ -1 +1 @@\n"
    return f"{header}-{before}\n+{after}\n"


FIX = changed("value.txt", "wrong", "right")
BREAK = changed("kept.txt", "kept", "lost")
NO_PATCH = "this is no patch\n"


def hook(command: str) -> str:
    """Return a patch that has the test runner run a line of shell before it tests anything."""
    return changed("hook.sh", ":", command)


@contextmanager
def toy_image(engine: Engine, folder: Path) -> Iterator[str]:
    """Give an image with a repository whose one bug is that value.txt says "wrong"."""
    repo = folder / "testbed"
    repo.mkdir(parents=True)
    contents = {
        "value.txt": "wrong\n",
        "kept.txt": "kept\n",
        "hook.sh": ":\n",
        "run_tests.sh": _RUN_TESTS,
    }
    for name, text in contents.items():
        (repo / name).write_text(text)
    names = [f"GIT_{who}_{what}" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")]
    environment = {**os.environ, **dict.fromkeys(names, "toy"), "GIT_CONFIG_GLOBAL": "/dev/null"}
    for arguments in ("init -q", "add .", "commit -qm base"):
        subprocess.run(["git", *arguments.split()], cwd=repo, env=environment, check=True)
    rootfs = folder / "rootfs.tar"
    with tarfile.open(rootfs, "w", dereference=True) as tar:
        add_programs(tar, _PROGRAMS)
        tar.add(repo, "testbed")
        temporary = tarfile.TarInfo("tmp")
        temporary.type, temporary.mode = tarfile.DIRTYPE, 0o1777
        tar.addfile(temporary)
    tag = f"swe-verify-test/toy:{secrets.token_hex(4)}"
    engine.import_rootfs(rootfs, tag=tag, labels={}, changes=["ENV PATH=/usr/bin:/bin"])
    try:
        yield tag
    finally:
        engine.remove_image(tag)


def write_tasks(folder: Path, image: str, patches: list[str | None]) -> tuple[Path, Path]:
    """Write one task for each patch; return the files of tasks and of predictions."""
    tasks, predictions = folder / "tasks.jsonl", folder / "preds.jsonl"
    with tasks.open("w") as rows, predictions.open("w") as lines:
        for number, patch in enumerate(patches, start=1):
            instance_id = f"toy__toy-{number}"
            row = {
                "instance_id": instance_id,
                "repo": "toy/toy",
                "base_commit": "HEAD",
                "patch": FIX,
                "test_patch": changed("t", "a", "b"),
                "problem_statement": "the value is wrong",
                "FAIL_TO_PASS": ["t::fixed"],
                "PASS_TO_PASS": ["t::kept"],
                "image": image,
                "eval_script": _EVAL_SCRIPT,
                "log_parser": "parse_log_pytest",
                "eval_type": "pass_and_fail",
            }
            line = {
                "instance_id": instance_id,
                "model_name_or_path": "toy/model",
                "model_patch": patch,
            }
            rows.write(json.dumps(row) + "\n")
            lines.write(json.dumps(line) + "\n")
    return tasks, predictions


@dataclass(frozen=True)
class Mixture:
    """Patches of every kind, in an order and with durations that a seed decides."""

    count: int
    seed: int
    longest_seconds: float = 1.5

    def patches(self) -> list[str | None]:
        """Return them; no two are equal, so that none stands in for another."""
        dice = random.Random(self.seed)
        return [self._patch(dice, number) for number in range(self.count)]

    def _patch(self, dice: random.Random, number: int) -> str | None:
        kind = dice.choice(["fix", "fix", "fix", "break", "wrong", "no patch", "null"])
        wait = hook(f"sleep {dice.uniform(0, self.longest_seconds):.2f} # {number}")
        match kind:
            case "fix":
                return FIX + wait
            case "break":
                return FIX + BREAK + wait
            case "wrong":
                return wait
            case "no patch":
                return f"{number}: {NO_PATCH}"
            case _:
                return None
