"""What every workload is given, and the turns that two sides take."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

Side = TypeVar("Side")


@dataclass(frozen=True, slots=True)
class Bed:
    """Where and how a workload is to be measured."""

    folder: Path
    """Its own, empty, removed afterwards."""
    full: bool
    """Whether it is the full form, which may take an hour; the short one has minutes for all."""
    official: str
    """A Python that has the official harness."""
    data: Path
    """The folder of real evaluation data; it may be missing."""
    rounds: int | None = None
    """How often to measure; None for what suits the workload."""


class NotMeasured(Exception):
    """A workload that cannot be measured on this machine, and why."""


def take_turns(number: int, one: Side, other: Side) -> tuple[Side, Side]:
    """Return both in this round's order: whoever is second finds warmer caches."""
    return (one, other) if number % 2 == 0 else (other, one)


def say(line: str) -> None:
    """Print a line at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()
