"""The strict rules: the official ones, and no verdict that is proven to be forged counts."""

from __future__ import annotations

from dataclasses import replace

from harness.integrity.gravity import gravest, in_words
from harness.rules import rules_named
from harness.verdict import Level, Outcome, Verdict


def strictly(verdict: Verdict) -> Verdict:
    """Return a verdict as its rules want it, once its integrity is known.

    Under rules that do not believe forged results, a resolved attempt with proof of tampering
    becomes INVALID, with the proof as its reason. Integrity, findings and tests stay as they
    are, and every other verdict is returned as it is: a suspicion decides nothing.
    """
    forged = verdict.resolved and verdict.integrity is Level.TAMPERED
    if not forged or not rules_named(verdict.rules).invalidates_tampered:
        return verdict
    proof = gravest(verdict.findings)
    reason = "its results are forged" + (f": {in_words(proof)}" if proof else "")
    return replace(verdict, outcome=Outcome.INVALID, reason=reason)
