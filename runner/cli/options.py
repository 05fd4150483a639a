"""Options that several verbs share, and the types of their values."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from runner.disk_budget import DiskBudget

Command = TypeVar("Command", bound=Callable[..., Any])


class Size(click.ParamType[int]):
    """A number of bytes, such as `2GiB`, `512MiB` or `1048576`."""

    name = "size"

    def __init__(self, least: str = "1") -> None:
        self.least = least

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> int:
        if isinstance(value, int):
            return value
        from task_specs.errors import InputError
        from task_specs.sizes import parse_size

        try:
            size = parse_size(str(value))
        except (InputError, ValueError) as error:
            self.fail(str(error), param, ctx)
        if size < parse_size(self.least):
            self.fail(f"{value!r} is too little; {self.least} is the least", param, ctx)
        return size


class Jobs(click.ParamType[int | None]):
    """A number of attempts, or `auto`, which is None."""

    name = "jobs"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> int | None:
        if value == "auto":
            return None
        text = str(value)
        if not text.isdecimal() or not 1 <= int(text) <= 512:
            self.fail(f"{text!r} is neither a number from 1 to 512 nor 'auto'", param, ctx)
        return int(text)


class DiskBudgetType(click.ParamType["DiskBudget"]):
    """A size such as `60GB`, or a share of what is free, such as `50%`."""

    name = "budget"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> DiskBudget:
        from runner.disk_budget import DiskBudget
        from task_specs.errors import InputError

        if isinstance(value, DiskBudget):
            return value
        try:
            return DiskBudget.parse(str(value))
        except InputError as error:
            self.fail(str(error), param, ctx)


class Amount(click.FloatRange):
    """A number between two bounds. `nan`, which is neither above nor below any, is none."""

    def convert(
        self, value: float, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        amount = float(super().convert(value, param, ctx))
        if math.isnan(amount):
            self.fail(f"{value!r} is not a number", param, ctx)
        return amount


def output_dir(command: Command) -> Command:
    """Add `--output-dir`."""
    return click.option(
        "--output-dir",
        type=click.Path(path_type=Path, file_okay=False),
        default=Path(),
        help="Where runs are kept.  [default: the current folder]",
    )(command)


def rules(command: Command) -> Command:
    """Add `--rules`."""
    return click.option(
        "--rules",
        default="official-5",
        show_default=True,
        metavar="VERSION",
        help="official-5, official-4 or official-2: the rules of that version of the official "
        "harness; strict: those of official-5, and INVALID where results are proven to be forged.",
    )(command)


def require_trusted(command: Command) -> Command:
    """Add `--require-trusted`."""
    return click.option(
        "--require-trusted",
        is_flag=True,
        help="Headline: the rate of what is resolved and trusted. In JUnit, the rest fails.",
    )(command)


def as_json(command: Command) -> Command:
    """Add `--json`."""
    return click.option(
        "--json", "as_json", is_flag=True, help="Print JSON for programs on standard output."
    )(command)


def junit(command: Command) -> Command:
    """Add `--junit`. Its folder must be there: the file is written at the end of all work."""

    def checked(
        _context: click.Context, _parameter: click.Parameter, path: Path | None
    ) -> Path | None:
        if path is not None and not path.absolute().parent.is_dir():
            raise click.BadParameter(f"there is no folder {path.parent}; make it first")
        return path

    return click.option(
        "--junit",
        type=click.Path(path_type=Path, dir_okay=False, writable=True),
        callback=checked,
        metavar="FILE",
        help="Also write JUnit XML, for CI systems.",
    )(command)


def selection(command: Command) -> Command:
    """Add the options that choose instances of a dataset."""
    for option in reversed(
        (
            click.option(
                *("-i", "--instance", "instances"),
                multiple=True,
                metavar="ID",
                help="One task; repeatable.",
            ),
            click.option(
                "--instances-from",
                type=click.Path(path_type=Path),
                help="A file of instance ids, one a line.",
            ),
            click.option("--filter", "pattern", metavar="REGEX", help="Tasks whose id matches."),
            click.option(
                "--repo", "repos", multiple=True, help="Tasks of a repository; repeatable."
            ),
            click.option(
                "--slice", "slice_", metavar="A:B", help="A part of what is left, as in Python."
            ),
            click.option("--split", default="test", show_default=True, help="The dataset's split."),
        )
    ):
        command = option(command)
    return command
