"""The witness's way into a box, and the reading of its records, which may be anything."""

from __future__ import annotations

import ast
import hmac
import json
import os
import subprocess
import sys
import venv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import harness.in_box.witness
from harness.witness import INSTALL, PATH_FILE_CONTENT, RECORD_PATH, read_witness, witness_files
from tests.harness.watched import SECRET, FakeBox

MODULES = sorted(Path(harness.in_box.witness.__path__[0]).glob("*.py"))
OWN = "harness.in_box.witness"


@pytest.mark.parametrize("module", MODULES, ids=lambda path: path.name)
def test_a_module_is_understood_by_the_pythons_of_published_images(module: Path) -> None:
    tree = ast.parse(module.read_text(encoding="utf-8"), feature_version=(3, 5))
    for node in ast.walk(tree):
        assert not isinstance(node, ast.JoinedStr | ast.AnnAssign | ast.NamedExpr)
        if isinstance(node, ast.Import):
            names = {alias.name.partition(".")[0] for alias in node.names}
            assert names <= sys.stdlib_module_names
        if isinstance(node, ast.ImportFrom):
            assert node.module is not None
            assert node.module.startswith(OWN) or (
                node.module.partition(".")[0] in sys.stdlib_module_names
            )


def test_siblings_are_imported_at_the_top_where_they_can_still_be_found() -> None:
    for module in MODULES:
        tree = ast.parse(module.read_text(encoding="utf-8"))
        own = [
            node
            for node in ast.walk(tree)
            if isinstance(node, ast.ImportFrom) and str(node.module).startswith(OWN)
        ]
        assert all(node in tree.body for node in own), module.name


def test_in_the_box_the_modules_are_a_package_of_their_own() -> None:
    files = witness_files(SECRET)
    assert {"/swe-verify/witness/start.py", RECORD_PATH} <= files.keys()
    assert not any(b"harness.in_box" in content for content in files.values())


def records(*bodies: dict[str, object], secret: str = SECRET) -> str:
    """Lines as one process writes them, after the line of the installation."""
    lines, before = ["installed"], ""
    for number, body in enumerate(bodies):
        text = json.dumps({"n": number, "pid": 7, **body})
        before = hmac.new(secret.encode(), (before + text).encode(), "sha256").hexdigest()[:32]
        lines.append(f"{before} {text}")
    return "\n".join(lines) + "\n"


START: dict[str, object] = {"kind": "start", "runner": "pytest", "nested": False}
TEST: dict[str, object] = {"kind": "test", "line": "PASSED a.py::t", "status": "PASSED"}
END: dict[str, object] = {"kind": "end", "exit": 0}


def test_sessions_are_read() -> None:
    witness = read_witness(records(START, TEST, END), SECRET)
    assert (witness.installed, witness.problems) == (True, ())
    (session,) = witness.sessions
    assert (session.runner, session.ended, session.exit_code) == ("pytest", True, 0)
    assert witness.log == "PASSED a.py::t\n"


def test_sessions_within_tests_are_left_out() -> None:
    text = records(START | {"nested": True}, TEST, END)
    assert read_witness(text, SECRET).sessions == ()


def test_failures_come_last_as_in_the_summary_of_pytest() -> None:
    """Of several tests with one name, as parsers cut them, the last line counts."""
    told: list[dict[str, object]] = [
        {"kind": "test", "line": f"{status} a.py::t[{number} x]", "status": status}
        for number, status in enumerate(("FAILED", "SKIPPED", "PASSED", "ERROR", "XFAIL"))
    ]
    witness = read_witness(records(START, *told, END), SECRET)
    words = [line.partition(" ")[0] for line in witness.log.splitlines()]
    assert words == ["PASSED", "XFAIL", "ERROR", "FAILED"]


def test_what_is_not_signed_is_left_out() -> None:
    text = records(START, TEST, END, secret="another")
    witness = read_witness(text, SECRET)
    assert witness.sessions == ()
    assert witness.problems == ("a record is not signed by the witness",)


@pytest.mark.parametrize("missing", [1, 2, 3])
def test_a_line_that_is_taken_out_leaves_the_next_unsigned(missing: int) -> None:
    lines = records(START, TEST, TEST, TEST, END).splitlines()
    del lines[missing + 1]
    witness = read_witness("\n".join(lines), SECRET)
    assert witness.problems == ("a record is not signed by the witness",)
    assert not witness.sessions[0].ended


def test_a_record_that_was_emptied_is_a_problem() -> None:
    assert read_witness("", SECRET).problems == ("the beginning of the records is gone",)


def test_that_no_python_was_found_must_be_signed() -> None:
    nowhere = witness_files(SECRET)[RECORD_PATH].decode()
    assert not read_witness(nowhere, SECRET).installed
    assert read_witness(nowhere, "another").installed


@given(st.text() | st.lists(st.text()).map(" ".join))
def test_any_text_is_read(text: str) -> None:
    assert read_witness(text, SECRET).sessions == ()


NAMES = st.sampled_from(["kind", "n", "line", "status", "exit", "file", "expects"])
VALUES = st.none() | st.integers() | st.text() | st.lists(st.integers()) | st.just("test")


@given(st.lists(st.dictionaries(NAMES, VALUES)))
def test_any_signed_record_is_read(bodies: list[dict[str, object]]) -> None:
    witness = read_witness(records(START, *bodies), SECRET)
    assert witness.log is not None


def install(root: Path, *sites: str) -> subprocess.CompletedProcess[str]:
    """Run the lines of the driver with `root` for `/`."""
    for site in sites:
        (root / site).mkdir(parents=True)
    for path, content in witness_files(SECRET).items():
        (root / path[1:]).parent.mkdir(parents=True, exist_ok=True)
        (root / path[1:]).write_bytes(content)
    script = INSTALL
    for place in ("/usr", "/venv", "/env", "/opt", "/root", "/home", "/testbed", "/swe-verify"):
        script = script.replace(f" {place}", f" {root}{place}")
        script = script.replace(f"<{place}", f"<{root}{place}").replace(
            f">{place}", f">{root}{place}"
        )
    return subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=True)


def test_it_is_put_into_every_python(tmp_path: Path) -> None:
    sites = (
        "opt/miniconda3/lib/python3.11/site-packages",
        "opt/miniconda3/envs/testbed/lib/python3.9/site-packages",
        "opt/venv/lib/python3.12/site-packages",
        "usr/lib/python3/dist-packages",
        "usr/local/lib/python3.11/dist-packages",
        "testbed/.tox/py39/lib/python3.9/site-packages",
    )
    ran = install(tmp_path, *sites)
    assert ran.stdout + ran.stderr == ""
    for site in sites:
        (path_file,) = (tmp_path / site).glob("*.pth")
        assert path_file.read_bytes() == PATH_FILE_CONTENT
    assert (tmp_path / "swe-verify/record").read_text() == "installed\n"


def test_where_there_is_no_python_the_record_says_so(tmp_path: Path) -> None:
    ran = install(tmp_path, "opt/node/lib/node_modules", "opt/old/lib/python2.7/site-packages")
    assert ran.stdout + ran.stderr == ""
    assert not read_witness((tmp_path / "swe-verify/record").read_text(), SECRET).installed


@pytest.mark.parametrize("arguments", [(), ("-X", "dev"), ("-W", "error"), ("-I",), ("-O",)])
@pytest.mark.parametrize("is_there", [True, False])
def test_a_python_that_begins_with_it_says_nothing(
    tmp_path: Path, arguments: tuple[str, ...], is_there: bool
) -> None:
    box = FakeBox(tmp_path)
    environment = tmp_path / "environment"
    venv.create(environment, symlinks=True)
    (site,) = environment.glob("lib/python3*/site-packages")
    (site / "00_swe_verify.pth").write_text(box.path_line)
    if not is_there:
        (box.inside("/swe-verify/witness/start.py")).unlink()
    code = "import sys; print(len([f for f in sys.meta_path if 'witness' in type(f).__module__]))"
    ran = subprocess.run(
        [str(environment / "bin" / "python"), *arguments, "-c", code],
        env={"PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=True,
    )
    assert (ran.stdout, ran.stderr) == (f"{int(is_there)}\n", "")


def test_a_witness_that_fails_writes_it_down_and_goes_no_further(tmp_path: Path) -> None:
    box = FakeBox(tmp_path)
    box.inside("/swe-verify/witness/of_pytest.py").write_text("raise OSError('not today')\n")
    box.write("test_it.py", "def test_it(): pass\n")
    ran = box.pytest()
    assert ran.exit_code == 0
    assert ran.witness.failures == ("look at _pytest.config: OSError: not today",)
