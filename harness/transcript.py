"""A Transcript: what happened in one evaluation, and nothing about what it means."""

from __future__ import annotations

from dataclasses import dataclass, field

from task_specs.limits import Limits


@dataclass(frozen=True, slots=True)
class ApplyStep:
    """One rung of the patch-apply ladder, as it was tried."""

    command: str
    exit_code: int
    output: str


@dataclass(frozen=True, slots=True)
class Durations:
    """Wall-clock seconds; None for a step that was not reached or not measured."""

    create: float | None = None
    """Getting the box ready; waiting for the turn to start it is not counted anywhere."""
    apply: float | None = None
    evaluate: float | None = None
    total: float | None = None


@dataclass(frozen=True, slots=True)
class Transcript:
    """Everything grading may look at. A stored log is graded from one of these too."""

    test_output: str
    """What the eval_script printed, stdout and stderr in order. Empty where it never started."""
    applied: bool = True
    """Whether the model's patch is in the tree."""
    apply_steps: tuple[ApplyStep, ...] = ()
    exit_code: int | None = None
    timed_out: bool = False
    output_limit_hit: bool = False
    disk_limit_hit: bool = False
    oom_killed: bool = False
    peak_memory_bytes: int | None = None
    cpu_seconds: float | None = None
    reinstall: str = ""
    """What was made of the eval_script's own installation; empty where it ran as written because
    nobody asked for anything else."""
    decided: str = ""
    """Why the tests were stopped before their end, where the outcome was certain; else empty."""
    image: str = ""
    image_digest: str = ""
    limits: Limits = field(default_factory=Limits)
    durations: Durations = field(default_factory=Durations)

    @property
    def taken_by_first_rung(self) -> bool:
        """Whether plain `git apply` took the patch, so that nothing else ever looked at it."""
        return bool(self.apply_steps) and self.apply_steps[0].exit_code == 0
