"""How much disk a run may use, as a user says it."""

from __future__ import annotations

from dataclasses import dataclass

from task_specs.errors import InputError
from task_specs.sizes import parse_size


@dataclass(frozen=True, slots=True)
class DiskBudget:
    """A number of bytes, or a share of what is free when the run starts; one of them is set."""

    size_bytes: int | None = None
    share: float | None = None
    """Above 0, at most 1."""

    @classmethod
    def parse(cls, text: str) -> DiskBudget:
        """Read `60GB`, `512MiB` or `50%`. Raises InputError for what is neither."""
        percent = text.strip().removesuffix("%")
        if percent == text.strip():
            return cls(size_bytes=parse_size(text))
        try:
            share = float(percent) / 100
        except ValueError:
            share = 0.0
        if not 0 < share <= 1:
            raise InputError(f"{text!r} is no share of a disk; write 1% to 100%, or a size")
        return cls(share=share)

    def in_bytes(self, free_bytes: int | None) -> int:
        """Return the budget. Raises InputError for a share where what is free is not known."""
        if self.size_bytes is not None:
            return self.size_bytes
        if free_bytes is None or self.share is None:
            raise InputError(
                "a share of the disk cannot be taken where the engine is on another machine: "
                "give --disk-budget as a size, such as 60GB"
            )
        return int(free_bytes * self.share)
