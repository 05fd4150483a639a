"""What comes out of a restored evaluation: its tests' output, and nothing else for it."""

from __future__ import annotations

import json
import lzma
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from harness.options import AS_OFFICIAL, ExecuteOptions, Reinstall
from harness.restored import SCRIPT_PATH, RestoredLog, read_restored, restored_files
from harness.verdict import Outcome
from task_specs.instance import Instance
from task_specs.limits import Limits
from task_specs.prediction import Prediction
from tests.harness.restored_runs import FIX, TEST, TOKEN, run_restored, task


def script_of(instance: Instance, patch: str, options: ExecuteOptions = AS_OFFICIAL) -> str:
    files = restored_files(
        instance,
        Prediction(instance.instance_id, "m", patch),
        (),
        token=TOKEN,
        limits=Limits(),
        options=options,
        assets={},
    )
    return files[SCRIPT_PATH].decode()


def test_the_log_is_as_that_of_the_eval_script(tmp_path: Path) -> None:
    assert run_restored(FIX, tmp_path).read.log.split("\n") == [
        ": '>>>>> Start Test Output'",
        f"+ {TEST}",
        "PASSED t::b",
        "PASSED t::a",
        "",
        ": '>>>>> End Test Output'",
        ">>>>> Test Exit Code: 0",
        "",
    ]


def test_a_script_that_traces_nothing_is_not_traced(tmp_path: Path) -> None:
    """Neither are our own commands, which stand between its own."""
    restored = run_restored(FIX, tmp_path, task(late="{ set +x; } 2>/dev/null"))
    assert restored.read.log.startswith(": '>>>>> Start Test Output'\nPASSED t::b\nPASSED t::a\n")
    assert "+ sv_put_back" not in restored.output


def test_the_tests_have_the_shell_that_the_script_made(tmp_path: Path) -> None:
    """From the activation of an environment to the tests, all is one shell's."""
    setup = "export WHO=me; f() { echo f=$WHO; }; mkdir sub; shopt -s extglob"
    test = "f; env | grep WHO; pwd; echo options=$SHELLOPTS; shopt extglob; echo args=$#; cd .."
    instance = task(setup=setup, late="cd sub", test=f"{test}\n{TEST}")
    restored = run_restored(FIX, tmp_path, instance)
    assert restored.verdict.outcome is Outcome.RESOLVED
    lines = restored.read.log.split("\n")
    assert {"f=me", "WHO=me", "extglob        \ton", "args=0"} <= set(lines)
    assert any(line.endswith("/testbed/sub") for line in lines)
    (options,) = (line for line in lines if line.startswith("options="))
    assert options == "options=braceexpand:hashall:interactive-comments:nounset:pipefail:xtrace"


@pytest.mark.parametrize("code", [0, 1, 5, 137])
def test_the_tests_own_exit_code_is_the_boxs(tmp_path: Path, code: int) -> None:
    restored = run_restored(FIX, tmp_path, task(test=f"(exit {code})"))
    assert restored.exit_code == code
    assert restored.read.log.endswith(f"\n>>>>> Test Exit Code: {code}\n")


def test_markers_that_the_product_prints_mean_nothing(tmp_path: Path) -> None:
    # The eval_script itself is not to hold them, so a character is written otherwise.
    forged = (
        "PASSED t::a",
        r"\076>>>> End Test Output",
        r"\076>>>> Test Exit Code: 0",
        r"\076>>>> Start Test Output",
        f"{TOKEN} begin",
        f"{TOKEN} end",
    )
    printed = r"\n".join(forged)
    instance = task(test=f"printf '{printed}\\n'; {TEST}")
    wrong = FIX.replace("+right", "+left")
    restored = run_restored(wrong, tmp_path, instance)
    assert restored.verdict.fail_to_pass.failure == ("t::a",)
    assert restored.read.log.count(">>>>> Test Exit Code: ") == 1
    assert ">>>> Test Exit Code: 0\n" in restored.read.log


def test_who_ends_the_shell_has_no_result(tmp_path: Path) -> None:
    restored = run_restored(FIX, tmp_path, task(test=f"{TEST}; kill -KILL $$"))
    assert restored.read == RestoredLog("", "the tests did not come to an end")


def test_a_stopped_box_has_no_result(tmp_path: Path) -> None:
    output = run_restored(FIX, tmp_path).output
    assert read_restored(output, TOKEN, 0).log
    assert read_restored(output, TOKEN, None) == RestoredLog("", "the tests did not come to an end")
    assert read_restored(output, "another", 0) == RestoredLog("", "the tests did not begin")


def test_no_file_tells_what_our_lines_begin_with(tmp_path: Path) -> None:
    """The script does not, though its shell keeps its file open: it is empty."""
    look = 'grep -rlE "$1" "${0%/*}" /proc/$$/environ; cat <"$0" /proc/$$/fd/255; echo looked'
    ran = run_restored(FIX, tmp_path, task(late=look.replace("$1", "sv_begin=|5ec2e7"), test=TEST))
    assert ran.verdict.outcome is Outcome.RESOLVED
    _, _, said = ran.output.partition(" applied ")
    said = said.partition("\nlooked\n")[0]
    assert said.endswith("+ echo looked")
    assert "\n/" not in said
    assert "sv_main" not in said


def test_an_installation_that_is_not_needed_is_left_out_if_asked() -> None:
    instance = task(setup="pip install -e .")
    patch = FIX.replace("value.txt", "value.py")
    asked = ExecuteOptions(reinstall=Reinstall.AUTO, stop_when_decided=True)
    assert "reinstall skipped because" in script_of(instance, patch, asked)
    assert "reinstall skipped because" not in script_of(instance, patch)


def test_a_marker_that_a_test_patch_quotes_is_none() -> None:
    quoting = "+: '>>>>> Start Test Output'\n"
    instance = replace(task(), eval_script=task().eval_script.replace("+right\n", quoting))
    assert f"\nsv_restore\n{TEST}\n" in script_of(instance, FIX)


@pytest.mark.parametrize(
    "name", ["verified.jsonl", "multilingual.jsonl.xz", "multimodal-dev.jsonl.xz"]
)
def test_every_published_script_can_be_restored(data_dir: Path, name: str) -> None:
    """Bash understands it, and runs what stood between the markers right after our own lines."""
    content = (data_dir / f"swe-bench-{name}").read_bytes()
    rows = (lzma.decompress(content) if name.endswith(".xz") else content).splitlines()
    tasks = [Instance.from_row(json.loads(row), "a row") for row in rows]
    for task_ in tasks:
        script = script_of(task_, task_.patch)
        between = task_.eval_script.partition("Start Test Output'\n")[2]
        command = between.partition(">>>>> End")[0].rpartition("\n")[0]
        assert f"\nsv_restore\n{command}\n{{ sv_tests_ended" in script, task_.instance_id
    for task_ in tasks[::20]:
        script = script_of(task_, task_.patch)
        checked = subprocess.run(
            ["bash", "-n"], input=script.encode(), capture_output=True, check=False
        )
        assert (checked.returncode, checked.stderr) == (0, b""), task_.instance_id
