"""Figures as people read them, and as programs do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tests.bench.figures import Figure

HEAD = f"{'':<52}{'swe-verify':>12}{'official':>12}{'times':>8}  goal"


def lines(figures: Sequence[Figure]) -> Iterator[str]:
    """Yield a table's lines."""
    yield HEAD
    for figure in figures:
        official = figure.official_median
        row = (
            f"{figure.name:<52}{amount(figure.median, figure.unit):>12}"
            f"{'' if official is None else amount(official, figure.unit):>12}"
            f"{'' if figure.times is None else f'{figure.times:.1f}':>8}  {goal(figure)}"
        )
        yield row.rstrip()


def amount(value: float, unit: str) -> str:
    """Return a quantity with as many digits as mean something."""
    digits = 0 if abs(value) >= 100 else 1 if abs(value) >= 10 else 2
    return f"{value:.{digits}f} {unit}".rstrip()


def goal(figure: Figure) -> str:
    """Say what was hoped for, and whether it came true."""
    wanted = []
    if figure.at_most is not None:
        wanted.append(f"at most {figure.at_most:g} {figure.unit}".rstrip())
    if figure.times_less is not None:
        wanted.append(f"{figure.times_less:g} times less")
    verdict = {True: "met", False: "missed", None: "not compared"}[figure.met]
    return f"{', '.join(wanted)}: {verdict}" if wanted else ""


def as_json(figure: Figure) -> dict[str, object]:
    """Return a figure with its rounds."""
    return {
        "name": figure.name,
        "unit": figure.unit,
        "swe_verify": {"median": figure.median, "rounds": list(figure.ours)},
        "official": (
            {"median": figure.official_median, "rounds": list(figure.official)}
            if figure.official
            else None
        ),
        "times_less": figure.times,
        "goal": {"at_most": figure.at_most, "times_less": figure.times_less, "met": figure.met},
    }
