"""What can go wrong between us and the container engine, in words that can be counted."""

from __future__ import annotations

import re
from collections.abc import Iterable

from harness.sandbox import InfrastructureError


class EngineUnavailable(Exception):
    """No usable container engine. The message is one sentence: what is wrong and what to do."""


class EngineError(InfrastructureError):
    """The engine refused or failed a request."""

    def __init__(
        self, kind: str, what: str, detail: str, *, status: int | None, retryable: bool
    ) -> None:
        code = "" if status is None else f" (HTTP {status})"
        super().__init__(kind, f"{what} failed: {detail}{code}", retryable=retryable)
        self.what = what
        """What was asked of the engine, such as `pull alpine:3`."""
        self.detail = detail
        """What the engine said."""
        self.status = status
        """The HTTP status code; None where the connection failed or the error came in a stream."""


class BuildFailed(InfrastructureError):
    """An image could not be built; kind build_failed where one of its own steps failed.

    Of a step that found the disk full the engine says only that it failed, but the step's own
    last lines say why: kind disk_full, as where the engine itself found it full.
    """

    def __init__(self, error: EngineError, log_tail: Iterable[str]) -> None:
        self.log_tail = tuple(log_tail)
        """The last lines that the build printed."""
        kind = error.kind
        if kind == "engine_error":
            kind = "disk_full" if any(map(says_disk_full, self.log_tail)) else "build_failed"
        super().__init__(kind, str(error), retryable=error.retryable and kind == error.kind)


_DISK_FULL = r"no space left on device|disk quota exceeded"


def says_disk_full(text: str) -> bool:
    """Whether a message, of whatever program, complains of a full disk."""
    return re.search(_DISK_FULL, text, re.IGNORECASE) is not None


# What engines and registries say, in the order in which it must be tried: a full disk also
# breaks pulls, and Docker Hub answers "denied" for a repository that does not exist.
_PHRASES: tuple[tuple[str, bool, re.Pattern[str]], ...] = tuple(
    (kind, retryable, re.compile(pattern, re.IGNORECASE))
    for kind, retryable, pattern in (
        ("disk_full", False, _DISK_FULL),  # unless room is made
        ("registry_rate_limited", True, r"toomanyrequests|too many requests|rate limit|http 429"),
        (
            "image_not_found",
            False,
            r"manifest unknown|no such image|name unknown|repository does not exist"
            r"|(manifest|repository|image) .*not found|invalid reference format"
            r"|invalid tag format|cannot contain a scheme|no matching manifest",
        ),
        (
            "registry_auth",
            False,
            r"unauthorized|authentication required|no basic auth credentials"
            r"|denied: |access (is )?denied|403 forbidden",
        ),
        (
            "registry_unreachable",
            True,
            r"no such host|name resolution|server misbehaving|connection refused"
            r"|network is unreachable|no route to host|lookup .*i/o timeout"
            r"|awaiting headers|waiting for connection|x509:|tls: |server gave http response",
        ),
        (
            "registry_failed",
            True,
            r"http 5\d\d|http status: 5\d\d|received unexpected http|connection reset"
            r"|\beof\b|i/o timeout|handshake timeout|deadline exceeded|broken pipe",
        ),
    )
)


def engine_error(what: str, detail: str, status: int | None = None) -> EngineError:
    """Return the error for what the engine said, with its kind read from the words.

    Kinds: disk_full, image_not_found, registry_rate_limited, registry_auth,
    registry_unreachable, registry_failed and, for anything else, engine_error.
    """
    for kind, retryable, phrase in _PHRASES:
        if phrase.search(detail):
            return EngineError(kind, what, detail, status=status, retryable=retryable)
    return EngineError("engine_error", what, detail, status=status, retryable=True)
