"""The witness where a session itself is attacked: its end, its records, its framework."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.harness.watched import FakeBox

TESTS = "import product\ndef test_it(): assert product.one() == 1\n"
PRODUCT = "def one(): return 1\n"


@pytest.fixture
def box(tmp_path: Path) -> FakeBox:
    made = FakeBox(tmp_path)
    made.write("product.py", PRODUCT)
    made.write("tests/test_it.py", TESTS)
    made.write("pytest.ini", "[pytest]\npythonpath = .\n")
    return made


CUT_SHORT = {
    "a finished process": "def pytest_sessionfinish():\n    import os; os._exit(0)\n",
    "a product that exits": None,
    "a witness that is thrown out": """
def pytest_configure(config):
    for plugin in config.pluginmanager.get_plugins():
        if "witness" in type(plugin).__module__:
            config.pluginmanager.unregister(plugin)
""",
}


@pytest.mark.parametrize("conftest", CUT_SHORT.values(), ids=CUT_SHORT.keys())
def test_a_session_without_an_end_is_told(box: FakeBox, conftest: str | None) -> None:
    if conftest is None:
        box.write("product.py", "import os\ndef one(): os._exit(0)\n")
    else:
        box.write("conftest.py", conftest)
    assert not box.pytest().session.ended


def test_a_record_that_is_touched_is_told(box: FakeBox) -> None:
    box.write("product.py", f"open({str(box.record)!r}, 'w').close()\n" + PRODUCT)
    witness = box.pytest().witness
    assert witness.problems
    assert not witness.sessions


def test_a_script_that_is_changed_while_it_runs_is_told(box: FakeBox) -> None:
    """As a product does that puts its own end to the script that started it."""
    script = box.inside("/eval.sh")
    script.write_text("pytest -rA\necho done\n")
    box.write("product.py", f"open({str(script)!r}, 'a').write('echo forged')\n" + PRODUCT)
    events = box.pytest().session.events
    assert [(each.what, each.file) for each in events] == [("changed", str(script))]


def test_a_builtin_that_is_replaced_is_told(box: FakeBox) -> None:
    box.write(
        "product.py",
        "import builtins\n"
        "def isinstance_(*_): return True\n"
        "builtins.isinstance_, builtins.all = builtins.isinstance, isinstance_\n" + PRODUCT,
    )
    patched = {(each.what, each.file, each.line) for each in box.pytest().session.patched}
    assert ("builtins.all", "product.py", 2) in patched


def test_code_that_claims_to_be_from_elsewhere_is_told_as_from_nowhere(box: FakeBox) -> None:
    box.write(
        "product.py",
        "import unittest, pytest\n"
        "made = {}\n"
        "exec(compile('def assertEqual(*_): pass', pytest.__file__, 'exec'), made)\n"
        "unittest.TestCase.assertEqual = made['assertEqual']\n" + PRODUCT,
    )
    patched = {(each.what, each.file) for each in box.pytest().session.patched}
    assert ("unittest.case.TestCase.assertEqual", "") in patched
