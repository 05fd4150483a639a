"""What a reader of a verdict should know before believing it."""

from harness.integrity.attempt import findings

__all__ = ["findings"]
