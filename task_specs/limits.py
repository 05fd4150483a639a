"""How much of the machine one attempt may use."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

KIB = 1024
MIB = 1024 * KIB
GIB = 1024 * MIB


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds on one attempt; what exceeds one is stopped, and the verdict says which."""

    seconds: float = 1800.0
    """Wall-clock seconds for applying the patch and running the tests together. The official
    harness allows 1800 for the tests alone; applying takes about one of them."""
    memory_bytes: int = 8 * GIB
    """Memory, swap included; the kernel kills what goes beyond it."""
    cpus: float = 2.0
    """Processor share: 2.0 is two cores' worth of time."""
    pids: int = 1024
    """Processes and threads alive at one moment."""
    output_bytes: int = 128 * MIB
    """Output kept; the attempt is stopped when it prints more."""
    network: bool = False
    """Whether the tests may reach a network."""
    disk_bytes: int = 20 * GIB
    """What the attempt may write in its box, temporary files included; it is stopped soon after
    it has written more."""

    def overridden_by(self, overrides: LimitOverrides) -> Limits:
        """Return these limits with every field that `overrides` sets replaced."""
        given = {
            field.name: getattr(overrides, field.name)
            for field in fields(overrides)
            if getattr(overrides, field.name) is not None
        }
        return replace(self, **given)


@dataclass(frozen=True, slots=True)
class LimitOverrides:
    """Limits that a task or a user sets; None leaves the value beneath in force."""

    seconds: float | None = None
    memory_bytes: int | None = None
    cpus: float | None = None
    pids: int | None = None
    output_bytes: int | None = None
    network: bool | None = None
    disk_bytes: int | None = None
