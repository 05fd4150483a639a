"""What ran is compared with what is written only where both are plain to see."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import FunctionType, ModuleType

import pytest

from harness.in_box.witness.written import addition, difference

TEXT = """
from __future__ import annotations
import functools
from unittest import mock, skipIf

def keeps_nothing(function):
    return lambda self: function(self)

class Outer:
    class Inner:
        def test_inner(self): return super().__init__()

    def test_plain(self): assert self
    @skipIf(False, "never")
    @mock.patch("sys.argv", [])
    def test_known(self): assert self
    @keeps_nothing
    def test_unknown(self): assert self
    def test_twice(self): assert 1
    def test_twice(self): assert 2
    def test_reset(self): assert self

Outer.test_reset = keeps_nothing(Outer.test_reset)

@mock.patch("sys.argv", [])
class Patched:
    def test_wrapped(self): assert self

def test_function(): assert True
"""


@pytest.fixture
def module(tmp_path: Path) -> ModuleType:
    path = tmp_path / "test_it.py"
    path.write_text(TEXT)
    spec = importlib.util.spec_from_file_location("test_it", path)
    assert spec is not None
    assert spec.loader is not None
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    return made


def found(module: ModuleType, owner: str, name: str) -> tuple[str, object] | None:
    holder: object = module
    for part in filter(None, owner.split(".")):
        holder = getattr(holder, part)
    return difference(vars(holder)[name], str(module.__file__), owner, name)


@pytest.mark.parametrize(
    ("owner", "name"),
    [
        ("Outer", "test_plain"),
        ("Outer.Inner", "test_inner"),
        ("Outer", "test_known"),
        ("Patched", "test_wrapped"),
        ("", "test_function"),
    ],
)
def test_a_test_is_what_its_file_says(module: ModuleType, owner: str, name: str) -> None:
    assert found(module, owner, name) is None


@pytest.mark.parametrize(
    ("owner", "name"),
    [
        ("Outer", "test_plain"),
        ("Outer.Inner", "test_inner"),
        ("Outer", "test_known"),
        ("Patched", "test_wrapped"),
        ("", "test_function"),
    ],
)
def test_a_test_that_was_replaced_is_not(module: ModuleType, owner: str, name: str) -> None:
    def instead() -> None:
        pass

    holder: object = module
    for part in filter(None, owner.split(".")):
        holder = getattr(holder, part)
    setattr(holder, name, instead)
    answer = found(module, owner, name)
    assert answer is not None
    assert answer[1] is instead.__code__


def test_what_only_seems_to_wrap_a_test_does_not_hide_it(module: ModuleType) -> None:
    def instead() -> None:
        pass

    instead.__wrapped__ = module.Outer.test_plain  # type: ignore[attr-defined]
    module.Outer.test_plain = instead
    assert found(module, "Outer", "test_plain") is not None


def test_the_code_of_another_test_is_not_that_of_this_one(module: ModuleType) -> None:
    module.Outer.test_plain.__code__ = module.test_function.__code__
    assert found(module, "Outer", "test_plain") is not None


def test_an_object_that_is_called_is_no_function(module: ModuleType) -> None:
    module.Outer.test_plain = object()
    answer = found(module, "Outer", "test_plain")
    assert answer is not None
    assert answer[1] is None


@pytest.mark.parametrize("name", ["test_unknown", "test_twice", "test_reset"])
def test_what_is_not_plain_to_see_is_no_difference(module: ModuleType, name: str) -> None:
    setattr(module.Outer, name, lambda self: None)
    assert found(module, "Outer", name) is None


def test_a_file_that_is_gone_says_nothing(module: ModuleType, tmp_path: Path) -> None:
    (tmp_path / "test_it.py").unlink()
    module.Outer.test_plain = print
    assert found(module, "Outer", "test_plain") is None


def test_a_runner_may_lend_its_futures(module: ModuleType) -> None:
    """An old runner compiles without saying so what has none of its own."""
    path = Path(str(module.__file__))
    path.write_text("def test_old(): assert True\n")
    names: dict[str, FunctionType] = {}
    flag = __import__("__future__").division.compiler_flag
    exec(compile(path.read_bytes(), str(path), "exec", flag, True), names)
    assert difference(names["test_old"], str(path), "", "test_old") is None


def test_an_attribute_that_a_class_was_given_is_an_addition(module: ModuleType) -> None:
    module.Outer.assertEqual = given = lambda *values: None
    path = str(module.__file__)
    answer = addition(given, path, "Outer", "assertEqual")
    assert answer is not None
    assert answer[1] is given.__code__
    assert addition(given, path, "Outer", "test_plain") is None
    assert addition(given, path, "Patched", "assertEqual") is None, "it is decorated"
