"""The command line as its user meets it: exit codes, one-sentence errors, help."""

from __future__ import annotations

import errno
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from runner.cli.main import VERBS
from tests.conftest import ROOT

ROW = {
    "instance_id": "o__r-1",
    "repo": "o/r",
    "base_commit": "a" * 40,
    "patch": "diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\n",
    "test_patch": "diff --git a/t b/t\n--- a/t\n+++ b/t\n@@ -1 +1 @@\n-a\n+b\n",
    "problem_statement": "x is wrong",
    "FAIL_TO_PASS": ["t::a"],
    "PASS_TO_PASS": ["t::b"],
    "image": "127.0.0.1:1/o/r:1",
    "eval_script": "#!/bin/bash\n: '>>>>> Start Test Output'\n: '>>>>> End Test Output'\n",
    "log_parser": "parse_log_pytest",
    "eval_type": "pass_and_fail",
}
PREDICTION = {"instance_id": "o__r-1", "model_name_or_path": "m", "model_patch": ROW["patch"]}

Command = Callable[..., tuple[int, str, str]]


@pytest.fixture
def files(tmp_path: Path) -> Path:
    (tmp_path / "tasks.jsonl").write_text(json.dumps(ROW) + "\n")
    (tmp_path / "preds.jsonl").write_text(json.dumps(PREDICTION) + "\n")
    return tmp_path


def run_with(command: Command, **changes: str) -> tuple[int, str, str]:
    given = {"dataset": "tasks.jsonl", "predictions": "preds.jsonl", "run_id": "r", **changes}
    dataset, predictions, run_id = given["dataset"], given["predictions"], given["run_id"]
    return command("run", dataset, "-p", predictions, "--run-id", run_id)


def two_rows(first: object, second: object) -> str:
    return json.dumps(first) + "\n" + json.dumps(second) + "\n"


BAD_FILES = {
    "truncated JSON": ("preds.jsonl", '{"instance_id": "o__r-1", "model', "preds.jsonl, line 1"),
    "duplicate": (
        "preds.jsonl",
        two_rows(PREDICTION, {**PREDICTION, "model_patch": "another\n"}),
        "preds.jsonl, line 2",
    ),
    "unknown id": (
        "preds.jsonl",
        two_rows(PREDICTION, {**PREDICTION, "instance_id": "o__r-2"}),
        "preds.jsonl, line 2",
    ),
    "row without an id": ("preds.jsonl", '{"model_patch": "x"}\n', "preds.jsonl, line 1"),
    "wrong type of patch": (
        "preds.jsonl",
        json.dumps({**PREDICTION, "model_patch": 7}),
        "preds.jsonl, line 1",
    ),
    "wrong column type": (
        "tasks.jsonl",
        json.dumps({**ROW, "FAIL_TO_PASS": 3}),
        "tasks.jsonl, line 1",
    ),
    "missing column": (
        "tasks.jsonl",
        json.dumps({key: value for key, value in ROW.items() if key != "base_commit"}),
        "base_commit",
    ),
    "unknown log_parser": (
        "tasks.jsonl",
        json.dumps({**ROW, "log_parser": "parse_log_cobol"}),
        "parse_log_cobol",
    ),
}


@pytest.mark.parametrize("name", BAD_FILES)
def test_a_bad_file_gets_one_sentence_and_nothing_is_run(
    name: str, command: Command, files: Path
) -> None:
    file, text, named = BAD_FILES[name]
    (files / file).write_text(text)
    code, out, err = run_with(command)
    assert (code, out) == (2, "")
    assert named in err
    assert_one_sentence(err)


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"predictions": "missing.jsonl"}, "missing.jsonl"),
        ({"dataset": "missing.jsonl"}, "missing.jsonl"),
        ({"dataset": "verifed"}, "verified"),
        ({"run_id": "a/b"}, "'a/b'"),
    ],
)
def test_a_bad_argument_gets_one_sentence(
    changes: dict[str, str], named: str, command: Command, files: Path
) -> None:
    code, out, err = run_with(command, **changes)
    assert (code, out) == (2, "")
    assert named in err
    assert_one_sentence(err)
    assert not (files / "logs").exists(), "something was written before the input was checked"


def test_bad_yaml_is_named_with_its_line(command: Command, tmp_path: Path) -> None:
    task = tmp_path / "tasks" / "one"
    task.mkdir(parents=True)
    (task / "task.yaml").write_text("instance_id: o__r-1\nsource: [unclosed\n")
    code, out, err = command("run", "tasks", "-p", "gold", "--run-id", "r")
    assert (code, out) == (2, "")
    assert "task.yaml" in err
    assert "line " in err
    assert_one_sentence(err)


def test_a_gold_patch_that_is_no_patch(command: Command, tmp_path: Path) -> None:
    task = tmp_path / "tasks" / "one"
    samples = ROOT / "task_specs" / "samples"
    shutil.copytree(next(samples.glob("*/task.yaml")).parent, task)
    (task / "gold.patch").write_text("I would change the upper bound.\n")
    code, out, err = command("run", "tasks", "-p", "gold", "--run-id", "r")
    assert (code, out) == (2, "")
    assert "gold.patch" in err
    assert_one_sentence(err)


@pytest.mark.parametrize(
    "option",
    [["--slice", "a:b"], ["--filter", "("], ["--instance", "o__r-9"], ["--repo", "x/y"]],
    ids=lambda option: str(option[0]),
)
def test_a_selection_that_cannot_be_made(option: list[str], command: Command, files: Path) -> None:
    code, _, err = command("run", "tasks.jsonl", "-p", "gold", "--run-id", "r", *option)
    assert code == 2
    assert_one_sentence(err)


@pytest.mark.parametrize("size", ["2g", "many", "0", "5", "1MiB"])
def test_a_size_that_is_none(size: str, command: Command, files: Path) -> None:
    """Five bytes are a forgotten unit; the engine would refuse them once for each task."""
    code, _, err = command("run", "tasks.jsonl", "-p", "gold", "--run-id", "r", "--memory", size)
    assert code == 2
    assert "--memory" in err


def test_predictions_for_other_tasks_than_the_selected_ones(command: Command, files: Path) -> None:
    (files / "tasks.jsonl").write_text(two_rows(ROW, {**ROW, "instance_id": "o__r-2"}))
    arguments = ("tasks.jsonl", "-p", "preds.jsonl", "--run-id", "r", "--instance", "o__r-2")
    code, _, err = command("run", *arguments)
    assert code == 2
    assert "none of the predictions" in err


def test_no_engine_is_its_own_exit_code_and_says_what_to_do(command: Command, files: Path) -> None:
    code, _, err = run_with(command)
    assert code == 3
    assert "swe-verify doctor" in err
    assert "Traceback" not in err


def test_empty_patches_need_no_engine(command: Command, files: Path) -> None:
    (files / "preds.jsonl").write_text(json.dumps({**PREDICTION, "model_patch": None}))
    code, out, err = run_with(command)
    assert code == 0
    assert "0 of 1" in out
    assert "EMPTY_PATCH" in err
    summary = json.loads((files / "m.r.json").read_text())
    assert summary["empty_patch_ids"] == ["o__r-1"]
    assert summary["schema_version"] == 2


def test_what_is_done_is_reported_and_not_done_again(command: Command, files: Path) -> None:
    (files / "preds.jsonl").write_text(json.dumps({**PREDICTION, "model_patch": ""}))
    run_with(command)
    code, _, err = run_with(command)
    assert code == 0
    assert "1 done before" in err
    code, out, _ = command("report", "r")
    assert code == 0
    assert "0 of 1" in out
    assert "swe-verify show r INSTANCE" in out


def test_json_is_all_there_is_on_standard_output(command: Command, files: Path) -> None:
    (files / "preds.jsonl").write_text(json.dumps({**PREDICTION, "model_patch": ""}))
    code, out, _ = command(
        "run", "tasks.jsonl", "-p", "preds.jsonl", "--run-id", "r", "--json", "--quiet"
    )
    assert code == 0
    document = json.loads(out)
    assert document["summaries"][0]["outcomes"] == {"EMPTY_PATCH": 1}
    assert document["attempts"][0]["instance_id"] == "o__r-1"
    code, again, _ = command("report", "r", "--json")
    assert json.loads(again) == document


def test_quiet_says_nothing_on_the_way(command: Command, files: Path) -> None:
    (files / "preds.jsonl").write_text(json.dumps({**PREDICTION, "model_patch": ""}))
    _, out, err = command("run", "tasks.jsonl", "-p", "preds.jsonl", "--run-id", "r", "-q")
    assert err == ""
    assert out


def test_show_tells_the_story_and_its_mistakes(command: Command, files: Path) -> None:
    (files / "preds.jsonl").write_text(json.dumps({**PREDICTION, "model_patch": ""}))
    run_with(command)
    code, out, _ = command("show", "r", "o__r-1")
    assert code == 0
    assert "EMPTY_PATCH: the patch is empty" in out
    for arguments in (
        ("show", "r", "o__r-7"),
        ("show", "r", "o__r-1", "--model", "x"),
        ("show", "r", "o__r-1", "--attempt", "3"),
        ("show", "nothing", "o__r-1"),
    ):
        code, _, err = command(*arguments)
        assert code == 2
        assert_one_sentence(err)


def test_a_report_of_no_run(command: Command) -> None:
    code, _, err = command("report", "never-made")
    assert code == 2
    assert "never-made" in err
    assert_one_sentence(err)


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_shows_a_worked_example(verb: str, command: Command) -> None:
    code, out, _ = command(verb, "--help")
    assert code == 0
    assert f"swe-verify {verb}" in out.partition("Options:")[0]


def test_an_unknown_verb_and_no_verb(command: Command) -> None:
    code, _, err = command("evaluate")
    assert code == 2
    assert "No such command 'evaluate'" in err
    code, out, err = command()
    assert "Verbs:" in out + err


def test_help_opens_without_the_heavy_libraries() -> None:
    script = (
        "import sys\n"
        "sys.argv = ['swe-verify', '--help']\n"
        "from runner.cli.main import main\n"
        "try:\n    main()\n"
        "except SystemExit:\n    pass\n"
        "heavy = {'docker', 'git', 'pyarrow', 'pydantic', 'huggingface_hub', 'rich', 'requests',"
        " 'unidiff', 'yaml', 'sqlite3'}\n"
        "print(sorted(heavy & set(sys.modules)), file=sys.stderr)\n"
    )
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert ran.stderr.strip() == "[]"


def test_python_dash_m_runner_is_the_same() -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "runner", "--version"], capture_output=True, text=True, check=True
    )
    assert ran.stdout.startswith("swe-verify")


def assert_one_sentence(err: str) -> None:
    assert "Traceback" not in err
    assert err.startswith(("swe-verify: ", "Usage: "))
    assert len(err.strip().splitlines()) == 1 or err.startswith("Usage: "), err


def test_a_full_disk_is_one_sentence_and_the_way_on(
    command: Command, files: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> Path:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("runner.artifacts.write_attempt", full)
    (files / "preds.jsonl").write_text(json.dumps({**PREDICTION, "model_patch": ""}))
    code, out, err = run_with(command)
    assert (code, out) == (1, "")
    assert "No space left on device" in err
    assert "the same command goes on" in err
    assert "Traceback" not in err
    monkeypatch.undo()


def test_an_ascii_terminal_does_not_end_a_run(files: Path) -> None:
    (files / "preds.jsonl").write_text(json.dumps({**PREDICTION, "model_patch": ""}))
    ran = subprocess.run(
        [
            sys.executable,
            "-m",
            "runner",
            "run",
            "tasks.jsonl",
            "-p",
            "preds.jsonl",
            "--run-id",
            "r",
        ],
        cwd=files,
        env={**os.environ, "PYTHONIOENCODING": "ascii", "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    assert "95 % interval" in ran.stdout


@pytest.mark.parametrize(
    "option",
    [["--timeout", "99999999999"], ["--timeout", "nan"], ["--cpus", "nan"], ["--cpus", "0"]],
    ids=" ".join,
)
def test_an_amount_that_cannot_be(option: list[str], command: Command, files: Path) -> None:
    code, _, err = command("run", "tasks.jsonl", "-p", "gold", "--run-id", "r", *option)
    assert code == 2
    assert option[0] in err


def test_the_report_of_a_run_that_was_cut_off_is_not_complete(
    command: Command, files: Path
) -> None:
    assert run_with(command)[0] == 3  # no engine: the attempt stays to be done
    code, out, _ = command("report", "r")
    assert code == 1
    assert "1 not run" in out


def test_a_reader_of_the_progress_who_leaves_does_not_stop_the_run(files: Path) -> None:
    (files / "preds.jsonl").write_text(json.dumps({**PREDICTION, "model_patch": ""}))
    ran = subprocess.run(
        f"{sys.executable} -m runner run tasks.jsonl -p preds.jsonl --run-id r 2>&1 >/dev/null"
        " | true; exit ${PIPESTATUS[0]}",
        shell=True,
        executable="/bin/bash",
        cwd=files,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        check=False,
    )
    assert ran.returncode == 0
    assert (files / "m.r.json").is_file()


def test_what_is_not_to_be_watched_and_which_rules_are_recorded(
    command: Command, files: Path
) -> None:
    (files / "preds.jsonl").write_text(json.dumps({**PREDICTION, "model_patch": ""}))
    arguments = ("run", "tasks.jsonl", "-p", "preds.jsonl", "--run-id", "r", "-q")
    code, out, _ = command(*arguments, "--no-integrity", "--rules", "strict", "--require-trusted")
    assert code == 0
    assert "rules strict" in out
    assert "\nTrusted 0 of 1 (0.0 %" in out
    _, _, err = command(*arguments[:-1], "--rules", "strict")
    assert "again: 1 because limits or rules changed" in err, "what is watched is a setting"
    code, _, err = command(*arguments, "--rules", "stricter")
    assert code == 2
    assert "official-2, strict" in err
