"""`swe-verify images`: what the engine keeps for swe-verify, and how to be rid of it."""

from __future__ import annotations

import json
import re
import shutil
import sys
import time
from typing import TYPE_CHECKING

import click

from runner.cli import options
from runner.cli.exit_codes import EXIT_OK

if TYPE_CHECKING:
    from containers.gc import Inventory

_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 7 * 86400}


class Age(click.ParamType[float]):
    """A time, such as `7d`, `12h` or `30m`, in seconds."""

    name = "age"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        if isinstance(value, float):
            return value
        match = re.fullmatch(r"([0-9]+(?:\.[0-9]+)?)([smhdw])", str(value).strip(), re.ASCII)
        if match is None:
            self.fail(f"{value!r} is not an age; write 30m, 12h, 7d or 2w", param, ctx)
        return float(match[1]) * _SECONDS[match[2]]


@click.group(name="images")
def command() -> None:
    """List and remove the images that swe-verify made or pulled.

    \b
    Examples:
      swe-verify images ls
      swe-verify images gc --older-than 7d
    """


@command.command(name="ls")
@click.option("--all", "others", is_flag=True, help="Also what others brought of SWE-bench.")
@options.as_json
def list_images(others: bool, as_json: bool) -> None:
    """List the images that swe-verify made or pulled, the last used first.

    \b
    Examples:
      swe-verify images ls
      swe-verify images ls --all --json
    """
    from containers.engine import Engine
    from containers.gc import take_inventory
    from runner.image_pages import inventory_json, listing

    inventory = take_inventory(Engine.connect(), others=others)
    if as_json:
        click.echo(json.dumps(inventory_json(inventory), indent=2))
        return
    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
    for line in listing(inventory, width):
        click.echo(line)


@command.command(name="gc")
@click.option("--older-than", type=Age(), help="Only what was not used for so long: 12h, 7d, 2w.")
@click.option("--keep", type=options.Size(), help="Only until all of them take no more than this.")
@click.option("--all", "others", is_flag=True, help="Also what others brought of SWE-bench.")
@click.option("--dry-run", is_flag=True, help="Remove nothing; say what would be.")
@click.option("--yes", is_flag=True, help="Do not ask, with --all.")
@options.as_json
def collect_garbage(
    older_than: float | None,
    keep: int | None,
    others: bool,
    dry_run: bool,
    yes: bool,
    as_json: bool,
) -> None:
    """Remove what swe-verify made or pulled and nothing uses, least recently used first.

    Images that were there before a run pulled anything are left alone, unless --all is given.
    So are those that a container or a run in progress needs. Leftovers of builds and containers
    of runs that are dead go, too.

    \b
    Examples:
      swe-verify images gc --dry-run
      swe-verify images gc --older-than 7d
      swe-verify images gc --keep 60GB
    """
    from containers.engine import Engine
    from containers.gc import StoredImage, collect, take_inventory
    from runner.image_pages import closing, collected_json, removal

    engine = Engine.connect()
    inventory = take_inventory(engine, others=others)
    if others and not (dry_run or yes):
        _ask(inventory)

    def told(image: StoredImage, freed_bytes: int) -> None:
        if not as_json:
            click.echo(removal(image, freed_bytes, dry_run))

    collected = collect(
        engine,
        inventory,
        used_before=None if older_than is None else time.time() - older_than,
        keep_bytes=keep,
        dry_run=dry_run,
        on_removed=told,
    )
    if as_json:
        click.echo(json.dumps(collected_json(collected, dry_run), indent=2))
    else:
        click.echo(closing(collected, dry_run))


def _ask(inventory: Inventory) -> None:
    """Have the removal of what is not ours agreed to."""
    from runner.image_pages import counted, size_text
    from task_specs.errors import InputError

    others = [image for image in inventory.images if image.kind == "other"]
    if not others:
        return
    what = f"what is not swe-verify's: {counted(others)}, {size_text(inventory.bytes_of(others))}"
    if not sys.stdin.isatty():
        raise InputError(f"--all also removes {what}; add --yes to agree")
    if not click.confirm(f"Also remove {what}?", err=True):
        click.echo("Nothing was removed.")
        raise click.exceptions.Exit(EXIT_OK)
