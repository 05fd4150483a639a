"""Inputs that can be made larger without becoming something else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of an input, so many times in a row."""

    text: str
    times: int = 1


@dataclass(frozen=True, slots=True)
class Shape:
    """An input as pieces. What is repeated grows when the input is scaled, and the rest stays."""

    parts: tuple[Part, ...]

    @classmethod
    def of(cls, *pieces: str | tuple[str, int]) -> Shape:
        """Make a shape of texts, and of pairs of a text and how often it comes."""
        parts = (Part(piece) if isinstance(piece, str) else Part(*piece) for piece in pieces)
        return cls(tuple(part for part in parts if part.text and part.times))

    def text(self) -> str:
        return "".join(part.text * part.times for part in self.parts)

    def __len__(self) -> int:
        return sum(len(part.text) * part.times for part in self.parts)

    def scaled(self, factor: float) -> Shape:
        """Return the shape with its repetitions so many times as long; all of it if it has none."""
        if all(part.times == 1 for part in self.parts):
            return Shape((Part(self.text(), max(1, round(factor))),))
        return Shape(
            tuple(
                part if part.times == 1 else replace(part, times=max(2, round(part.times * factor)))
                for part in self.parts
            )
        )

    def to(self, length: int) -> Shape:
        """Return the shape scaled to about so many characters."""
        fixed = sum(len(part.text) for part in self.parts if part.times == 1)
        grows = len(self) - fixed
        return self.scaled(max(length - fixed, 1) / grows) if grows else self

    def cut(self, kept: Sequence[Part]) -> Shape:
        return Shape(tuple(part for part in kept if part.text and part.times))

    def __str__(self) -> str:
        return " + ".join(_shown(part) for part in self.parts)


def _shown(part: Part, most: int = 400) -> str:
    text = repr(part.text)
    if len(text) > most:
        text = f"{text[: most // 2]}…{text[-most // 2 :]} ({len(part.text)} characters)"
    return text if part.times == 1 else f"{text} * {part.times}"
