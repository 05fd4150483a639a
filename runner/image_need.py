"""One image that a run needs: who needs it, and where it is on its way."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from enum import Enum, auto

from task_specs.instance import Instance


class Stage(Enum):
    """Where an image is on its way."""

    UNSEEN = auto()
    """Nobody has looked yet whether it is on the engine."""
    ABSENT = auto()
    FETCHING = auto()
    READY = auto()
    FAILED = auto()
    """It cannot be had, or could not for now."""
    LEAVING = auto()
    """It is just being removed."""
    GONE = auto()
    """Nobody needs it any more."""


@dataclass(slots=True)
class Need:
    """One image, and the work that needs it. Places are numbers in the order of need."""

    instance: Instance
    family: str
    """Images of one family share layers."""
    parts: tuple[str, ...]
    """What can be removed one by one: the image first, then what it was built on."""
    places: deque[int] = field(default_factory=deque)
    """Of the items that need it still; the first is the next."""
    postponed: int = 0
    """How many more need it at the very end, after everything else."""
    stage: Stage = Stage.UNSEEN
    asked: bool = False
    """Somebody waits for it or works with it: it must not be taken away."""
    ours: bool = False
    """This run fetched it."""
    begun: bool = False
    """At least one item is done with it."""
    called_off: bool = False
    """The fetch that goes on is to end."""
    download: int = 0
    """Bytes that a fetch was seen to download at least."""
    starved: bool = False
    """The disk was full when it was fetched: next time it gets all the room there is."""
    refusal: str = ""
    """Why the fetch that is called off will not be taken up again; empty where it will."""
    told: bool = False
    """Somebody has heard of its failure; who asks again wants it tried again."""

    @property
    def reference(self) -> str:
        return self.instance.image

    @property
    def wanted(self) -> bool:
        return bool(self.places or self.postponed)

    @property
    def due(self) -> bool:
        """Whether it should be there soon: what is needed at the very end can wait."""
        return bool(self.places or (self.postponed and self.asked))

    @property
    def place(self) -> float:
        """Where it is needed next; infinite where only at the end."""
        return self.places[0] if self.places else float("inf")
