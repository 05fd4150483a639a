"""`swe-verify regrade` as its user meets it."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from runner.cli import regrade as verb
from runner.cli.regrade import CountLine, command
from task_specs.errors import InputError
from task_specs.limits import MIB
from tests.harness.integrity.made_patches import created
from tests.runner.made_trees import a_log, a_report, write_evaluation
from tests.runner.test_cli import ROW


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Three evaluations: one as before, one changed, one whose log is too long for the limit."""
    monkeypatch.chdir(tmp_path)
    listed = {"FAIL_TO_PASS": ["t::new"], "PASS_TO_PASS": ["t::old"]}
    rows = [{**ROW, **listed, "instance_id": f"o__r-{number}"} for number in (1, 2, 3)]
    Path("tasks.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    tree = Path("tree")
    write_evaluation(tree, "r1/m/o__r-1", a_log(), report=a_report())
    dropped = a_report(2, failing=("t::dropped",))
    write_evaluation(tree, "r1/m/o__r-2", a_log(), report=dropped)
    write_evaluation(tree, "r1/m/o__r-3", a_log("x" * 2 * MIB), report=a_report(3))
    return tree


def call(*options: str) -> Result:
    arguments = ["tasks.jsonl", "tree", "--output-dir", "out", *options]
    return CliRunner().invoke(command, arguments, standalone_mode=False)


def exit_code(result: Result) -> int:
    """The front door turns a Click exit into the process's code."""
    assert result.exception is None, result.exception
    code: Any = result.return_value
    assert isinstance(code, int)
    return code


@pytest.mark.usefixtures("tree")
def test_each_change_is_told_test_by_test_and_the_rates_come_last() -> None:
    result = call()
    assert exit_code(result) == 0
    lines = result.stdout.splitlines()
    assert lines[:4] == [
        "r1/m/o__r-2",
        "  unresolved → resolved: all 1 FAIL_TO_PASS and 1 PASS_TO_PASS tests pass",
        "  because of the labels",
        "    PASS_TO_PASS  failed → not listed  t::dropped",
    ]
    assert "Graded 3 of 3 evaluations in tree" in lines
    assert "     1  unresolved → resolved" in lines
    assert any(line.split()[:5] == ["r1", "m", "0", "3", "66.7"] for line in lines)
    assert lines[-2] == "Rates are over the evaluations found, not over the dataset."


@pytest.mark.usefixtures("tree")
def test_what_cannot_be_graded_is_a_line_and_an_exit_code() -> None:
    result = call("--max-log", "1MiB", "--quiet")
    assert exit_code(result) == 1
    assert result.stderr == (
        "swe-verify: r1/m/o__r-3: not graded: its test_output.txt of 2 MiB is above "
        "--max-log 1 MiB\n"
    )
    assert "because of" not in result.stdout
    assert "     1  not graded" in result.stdout


@pytest.mark.usefixtures("tree")
@pytest.mark.parametrize("selected", ["o__r-1", "o__r-2"])
def test_programs_get_one_document(selected: str) -> None:
    """With a change and without one."""
    result = call("--json", "--instance", selected)
    assert exit_code(result) == 0
    document = json.loads(result.stdout)
    assert (document["rules"], document["graded"], document["left_out"]) == ("official-5", 1, 2)
    assert document["summaries"][0]["resolved_rate"] == 1.0
    changed = selected == "o__r-2"
    assert [change["why"] for change in document["changes"]] == (
        [[{"cause": "labels", "by": ""}]] if changed else []
    )
    assert document["causes"] == ({"labels": 1} if changed else {})


@pytest.mark.usefixtures("tree")
def test_several_changes_are_one_document_too() -> None:
    document = json.loads(call("--json", "--rules", "official-2").stdout)
    assert len(document["changes"]) == 3
    assert {change["now"] for change in document["changes"]} == {"invalid"}
    assert document["changes"][0]["why"] == [{"cause": "rules", "by": "official-5"}]


@pytest.mark.usefixtures("tree")
def test_wrong_input_is_refused() -> None:
    assert isinstance(call("--rules", "official-0").exception, InputError)
    assert isinstance(call("--labels", "nowhere.jsonl").exception, InputError)
    assert isinstance(call("--instance", "o__r-9").exception, InputError)


def test_the_count_is_a_line_now_and_then_where_there_is_no_terminal(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(verb, "LINE_SECONDS", 0.0)
    stream = io.StringIO()
    progress = CountLine(stream, 3, quiet=False)
    progress.show(1)
    progress.clear()
    progress.show(2)
    assert stream.getvalue() == "1 of 3 graded\n2 of 3 graded\n"


def test_the_count_draws_over_itself_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verb, "REDRAW_SECONDS", 0.0)
    stream = io.StringIO()
    monkeypatch.setattr(stream, "isatty", lambda: True)
    progress = CountLine(stream, 3, quiet=False)
    progress.show(1)
    progress.show(2)
    progress.clear()
    assert stream.getvalue() == "\r1 of 3 graded\r2 of 3 graded\r\x1b[K"
    progress.clear()
    assert stream.getvalue().count("\x1b[K") == 1


def test_quiet_is_quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verb, "LINE_SECONDS", 0.0)
    stream = io.StringIO()
    progress = CountLine(stream, 3, quiet=True)
    progress.show(1)
    progress.clear()
    assert stream.getvalue() == ""


def test_what_is_not_trusted_gives_the_table_a_second_rate(tree: Path) -> None:
    assert "trusted rate" not in call().stdout
    hook = "def pytest_runtest_makereport(item, call):\n    report.outcome = 'passed'"
    (tree / "r1/m/o__r-1/patch.diff").write_text(created("conftest.py", hook))
    page = call().stdout.splitlines()
    (title,) = (line for line in page if line.startswith("run "))
    assert "rate  95 % interval  trusted rate  resolved" in title
    assert page[page.index(title) + 1].split()[4:8] == ["66.7", "%", "20.8–93.9", "33.3"]  # noqa: RUF001
    (summary,) = json.loads(call("--json").stdout)["summaries"]
    assert (summary["resolved"], summary["trusted"]) == (2, 1)
