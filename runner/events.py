"""What a run tells those who watch it. Events come from several threads."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from harness.verdict import Verdict
from runner.plan import AttemptKey, Plan


@dataclass(frozen=True, slots=True)
class Planned:
    """The work is known."""

    plan: Plan


@dataclass(frozen=True, slots=True)
class Expected:
    """How many seconds each attempt that is going to be carried out should take."""

    seconds: Mapping[AttemptKey, float]


@dataclass(frozen=True, slots=True)
class ImageProgress:
    """An image is being fetched or built."""

    instance_id: str
    """A task that needs it."""
    text: str


@dataclass(frozen=True, slots=True)
class ImageReady:
    """It is there, or cannot be had."""

    instance_id: str


@dataclass(frozen=True, slots=True)
class AttemptStarted:
    """An attempt has its turn: the patch goes in and the tests run."""

    key: AttemptKey


@dataclass(frozen=True, slots=True)
class AttemptFinished:
    """A verdict is there and written down."""

    key: AttemptKey
    verdict: Verdict
    seconds: float
    reused: bool = False
    """Whether it rests on the same work, done before."""
    second_look_due: bool = False
    """Whether the attempt runs once more, alone, before the verdict is final."""


@dataclass(frozen=True, slots=True)
class Notice:
    """Something a user should know that belongs to no attempt."""

    text: str


Event = Planned | Expected | ImageProgress | ImageReady | AttemptStarted | AttemptFinished | Notice
Listener = Callable[[Event], None]


def ignore(_: Event) -> None:
    """A listener for those who do not watch."""
