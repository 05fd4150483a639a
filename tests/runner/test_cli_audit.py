"""`swe-verify audit --patch` as its user meets it."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path

import pytest

from tests.harness.integrity.made_patches import created, edited
from tests.runner.test_cli import ROW, Command, assert_one_sentence

LAST = "Only the static layer was applied: the patch was read, and nothing was run."


def test_a_clean_patch(command: Command, tmp_path: Path) -> None:
    (tmp_path / "a.diff").write_text(edited("calc/ops.py", "y = 2"))
    code, out, err = command("audit", "--patch", "a.diff")
    assert (code, err) == (0, "")
    assert out.splitlines() == ["product: 1 file", "  calc/ops.py", "", f"Integrity: clean. {LAST}"]


def test_findings_are_told_with_their_evidence(command: Command, tmp_path: Path) -> None:
    (tmp_path / "a.diff").write_text(created("conftest.py", "import os\nos._exit(0)"))
    code, out, _ = command("audit", "--patch", "a.diff")
    assert code == 0, "a finding is no failure of the command"
    assert "suspect   process_control: uses os._exit" in out
    assert "            conftest.py:2: os._exit(0)" in out
    assert out.splitlines()[-1] == f"Integrity: suspect. {LAST}"


def test_a_patch_on_standard_input_for_programs(
    command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    patch = created(".git/hooks/post-checkout", "exit").encode()
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(patch)))
    code, out, _ = command("audit", "--patch", "-", "--json")
    document = json.loads(out)
    assert code == 0
    assert (document["integrity"], document["layers"]) == ("tampered", ["patch"])
    assert document["touches"][0]["family"] == "git's own folder"
    assert document["findings"][0]["level"] == "tampered"


def test_with_its_task_more_is_known(command: Command, tmp_path: Path) -> None:
    row = ROW | {"test_patch": created("tests/test_new.py", "def test_a(): assert x")}
    (tmp_path / "tasks.jsonl").write_text(json.dumps(row))
    (tmp_path / "a.diff").write_text(created("tests/test_new.py", "def test_a(): assert y"))
    words = ("audit", "--patch", "a.diff", "--dataset", "tasks.jsonl", "--instance")
    _, out, _ = command(*words, str(ROW["instance_id"]))
    assert "suspect   blocks_test_patch" in out
    code, _, err = command(*words, "no-such-task")
    assert code == 2
    assert_one_sentence(err)


def test_no_such_file(command: Command) -> None:
    code, _, err = command("audit", "--patch", "nowhere.diff")
    assert code == 2
    assert_one_sentence(err)
    assert "nowhere.diff" in err


def test_a_task_needs_its_dataset(command: Command, tmp_path: Path) -> None:
    (tmp_path / "a.diff").write_text("")
    code, _, err = command("audit", "--patch", "a.diff", "--instance", "x")
    assert code == 2
    assert "--dataset" in err


def test_reading_a_patch_can_fail_a_build(command: Command, tmp_path: Path) -> None:
    (tmp_path / "a.diff").write_text(created("conftest.py", "import os\nos._exit(0)"))
    assert command("audit", "--patch", "a.diff", "--fail-on", "suspect")[0] == 1
    assert command("audit", "--patch", "a.diff", "--fail-on", "tampered")[0] == 0


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("run", "--patch", "a.diff"),
        ("--patch", "a.diff", "--all"),
        ("--patch", "a.diff", "--model", "m"),
        ("--patch", "a.diff", "-i", "a", "-i", "b", "--dataset", "tasks.jsonl"),
        (".", "-p", "preds.json"),
    ],
)
def test_a_run_a_folder_or_a_patch_and_what_goes_with_it(
    command: Command, arguments: tuple[str, ...]
) -> None:
    code, out, err = command("audit", *arguments)
    assert (code, out) == (2, "")
    assert "Error: " in err


def test_hostile_names_are_shown_as_escapes(command: Command, tmp_path: Path) -> None:
    (tmp_path / "a.diff").write_text('--- /dev/null\n+++ "b/\\033[2Jx"\n@@ -0,0 +1 @@\n+x\n')
    _, out, _ = command("audit", "--patch", "a.diff")
    assert "\x1b" not in out
