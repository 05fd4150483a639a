"""`swe-verify audit` of whole runs and of folders, as its user meets it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from harness.verdict import Level, Outcome
from tests.harness.integrity.made_patches import created, edited
from tests.runner.made_runs import a_result, a_run, forgotten
from tests.runner.made_trees import a_log, a_report, write_evaluation
from tests.runner.test_cli import PREDICTION, ROW, Command, assert_one_sentence

HOOK = created(
    "conftest.py",
    "def pytest_runtest_makereport(item, call):\n    report.outcome = 'passed'",
)
PRODUCT = edited("calc/ops.py", "y = 2")


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """Six attempts of one model: three levels, one forgotten, two that are not resolved."""
    results = [
        a_result(1),
        a_result(2, integrity=Level.SUSPECT),
        a_result(3, integrity=Level.TAMPERED),
        forgotten(a_result(4)),
        a_result(5, Outcome.UNRESOLVED, Level.TAMPERED),
        a_result(6, Outcome.INVALID, Level.TAMPERED),
    ]
    a_run(tmp_path / "out", results)
    return tmp_path / "out"


def document(command: Command, *arguments: str) -> dict[str, Any]:
    code, out, err = command("audit", *arguments, "--json")
    assert (code, err) == (0, "")
    read = json.loads(out)
    assert isinstance(read, dict)
    return read


def listed(told: dict[str, Any]) -> list[tuple[str, str | None]]:
    return [(each["instance_id"], each["integrity"]) for each in told["listed"]]


def test_what_is_resolved_and_in_doubt_is_told_with_its_evidence(
    command: Command, run: Path
) -> None:
    code, out, err = command("audit", "r", "--output-dir", "out")
    assert (code, err) == (0, "")
    lines = out.splitlines()
    assert lines[0] == "Run r: 6 attempts, 4 resolved, 3 in doubt"
    start = lines.index("tampered  o__r-3  m: resolved")
    assert lines[start : start + 6] == [
        "tampered  o__r-3  m: resolved",
        "  tampered  rewrites_outcomes: a hook assigns .outcome",
        "              conftest.py:8: r.outcome = 1",
        "  suspect   stack_frames: uses sys._getframe",
        "              a.py:3: sys._getframe()",
        "  … and 1 more (--all shows them)",
    ]
    assert lines.index("tampered  o__r-6  m: invalid") < lines.index(
        "suspect   o__r-2  m: resolved"
    )
    assert "o__r-1" not in out
    assert "o__r-5" not in out
    table = [line.split() for line in lines if line.startswith(("tampered  ", "unknown"))]
    assert ["tampered", "1", "2"] in table
    assert ["tampered", "rewrites_outcomes", "3"] in table
    assert "More of one: swe-verify show r --output-dir out INSTANCE" in lines


def test_everything_there_is(command: Command, run: Path) -> None:
    _, out, _ = command("audit", "r", "--output-dir", "out", "--all")
    assert "clean     o__r-1  m: resolved" in out
    assert "tampered  o__r-5  m: unresolved" in out
    assert "note      network_enabled" in out
    assert "--all shows them" not in out


def test_for_programs(command: Command, run: Path) -> None:
    told = document(command, "r", "--output-dir", "out")
    assert (told["resolved"], told["doubtful"], told["read_now"]) == (4, 3, 1)
    assert listed(told) == [("o__r-3", "tampered"), ("o__r-6", "tampered"), ("o__r-2", "suspect")]
    assert told["integrity"]["tampered"] == {"resolved": 1, "others": 2}
    assert told["layers"]["witness"] == 5
    first = told["listed"][0]
    assert first["integrity_layers"] == ["patch", "log", "witness", "changes"]
    assert [finding["level"] for finding in first["findings"]] == ["tampered", "suspect", "note"]
    assert (first["recorded"], first["outcome"]) == (True, "RESOLVED")


@pytest.mark.parametrize(
    ("chosen", "fail_on", "code"),
    [
        (("-i", "o__r-1"), "suspect", 0),
        (("-i", "o__r-2"), "suspect", 1),
        (("-i", "o__r-2"), "tampered", 0),
        (("-i", "o__r-1", "-i", "o__r-3"), "tampered", 1),
        (("-i", "o__r-5"), "suspect", 0),  # nobody claims that it is resolved
        (("-i", "o__r-6"), "tampered", 1),  # INVALID by strict rules, because it is forged
    ],
)
def test_a_build_may_fail_on_it(
    command: Command, run: Path, chosen: tuple[str, ...], fail_on: str, code: int
) -> None:
    arguments = ("audit", "r", "--output-dir", "out", *chosen)
    assert command(*arguments, "--fail-on", fail_on)[0] == code
    assert command(*arguments)[0] == 0


def test_models_and_attempts_are_chosen_by_name(command: Command, tmp_path: Path) -> None:
    results = [
        a_result(1, integrity=Level.SUSPECT, model=model, attempt=attempt)
        for model, attempt in (("m", 0), ("m", 1), ("org/n", 0))
    ]
    a_run(tmp_path, results)
    assert len(document(command, "r")["listed"]) == 3
    (only,) = document(command, "r", "--model", "m", "--attempt", "1")["listed"]
    assert (only["model_name_or_path"], only["attempt"]) == ("m", 1)
    _, out, _ = command("audit", "r")
    assert "suspect   o__r-1  m, attempt 1: resolved" in out
    assert "swe-verify show r INSTANCE --model MODEL" in out
    for wrong in (("--model", "x"), ("-i", "o__r-9"), ("--attempt", "7")):
        code, _, err = command("audit", "r", *wrong)
        assert code == 2
        assert_one_sentence(err)


def test_of_a_run_that_recorded_nothing_the_patches_are_read(
    command: Command, tmp_path: Path
) -> None:
    """Runs of earlier versions looked at nothing; what they kept can still be read."""
    a_run(tmp_path, [forgotten(a_result(1))])
    (patch,) = tmp_path.glob("logs/run_evaluation/r/m/o__r-1/patch.diff")
    patch.write_text(HOOK)
    _, out, _ = command("audit", "r")
    assert "tampered  rewrites_outcomes" in out
    assert "Layers: patch read 1." in out
    assert "Nothing was recorded: what is there was read now, and nothing was run." in out
    assert "without --dataset" in out


@pytest.fixture
def logs(tmp_path: Path) -> Path:
    """What the official harness left: a forged result, an honest one, and one without a patch."""
    tree = tmp_path / "logs" / "run_evaluation"
    write_evaluation(tree, "r1/m/o__r-1", a_log(), report=a_report(1), patch=HOOK)
    write_evaluation(tree, "r1/m/o__r-2", a_log(), report=a_report(2), patch=PRODUCT)
    write_evaluation(tree, "r1/m/o__r-3", a_log(), report=a_report(3), patch=None)
    listed = {"FAIL_TO_PASS": ["t::new"], "PASS_TO_PASS": ["t::old"]}
    rows = [{**ROW, **listed, "instance_id": f"o__r-{number}"} for number in (1, 2, 3)]
    (tmp_path / "tasks.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    return tree


def test_of_the_official_harness_the_static_layer_alone_and_it_says_so(
    command: Command, logs: Path
) -> None:
    code, out, _ = command("audit", "logs")
    assert code == 0
    lines = out.splitlines()
    assert lines[0] == "Folder logs: 3 attempts, 3 resolved, 2 in doubt"
    assert "tampered  o__r-1  m: resolved" in lines
    assert "unknown   o__r-3  m: resolved; there is no patch.diff" in lines
    assert "Layers: patch read 2." in lines
    assert lines[-1].startswith("That is the static layer only: without --dataset")
    assert "More of one" not in out


def test_with_its_dataset_the_logs_are_read_too(command: Command, logs: Path) -> None:
    told = document(command, "logs", "--dataset", "tasks.jsonl", "--all")
    assert told["layers"] == {"patch": 2, "log": 2}
    assert dict(listed(told)) == {"o__r-1": "tampered", "o__r-2": "clean", "o__r-3": None}
    assert command("audit", "logs", "--dataset", "tasks.jsonl", "--fail-on", "suspect")[0] == 1


def test_patches_may_come_from_the_predictions(command: Command, logs: Path) -> None:
    row = PREDICTION | {"instance_id": "o__r-3", "model_patch": HOOK}
    Path("preds.jsonl").write_text(json.dumps(row))
    told = document(command, "logs", "--dataset", "tasks.jsonl", "-p", "preds.jsonl")
    assert dict(listed(told)) == {"o__r-1": "tampered", "o__r-3": "tampered"}


def test_our_own_folder_elsewhere_tells_what_was_recorded(command: Command, run: Path) -> None:
    told = document(command, str(run / "logs"), "--all")
    assert told["read_now"] == 1
    assert dict(listed(told))["o__r-3"] == "tampered"


def test_an_evaluation_without_a_verdict_is_in_doubt_where_its_patch_is(
    command: Command, tmp_path: Path
) -> None:
    write_evaluation(tmp_path / "logs", "r1/m/o__r-1", a_log(), patch=HOOK)
    _, out, _ = command("audit", "logs")
    assert "tampered  o__r-1  m: no report says how it ended" in out


def test_what_cannot_be_audited_is_said(command: Command, logs: Path) -> None:
    Path("other.jsonl").write_text(json.dumps(ROW | {"instance_id": "x__y-1"}))
    for arguments in (("nothing/here",), ("nothing",), ("logs", "--dataset", "other.jsonl")):
        code, out, err = command("audit", *arguments)
        assert (code, out) == (2, "")
        assert_one_sentence(err)


def test_hostile_text_is_shown_as_escapes(command: Command, tmp_path: Path) -> None:
    patch = created("conftest.py", "import pytest  # \x1b[2J\u202e\r")
    write_evaluation(tmp_path / "logs", "r1/m\x1b[31m/o__r-1", a_log(), patch=patch)
    _, out, _ = command("audit", "logs")
    assert r"m\x1b[31m" in out
    assert all(char.isprintable() or char == "\n" for char in out)
