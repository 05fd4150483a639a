"""How long a registry that is asked too much wants to be left alone.

The engine passes on that a registry said "too many requests", but not its `Retry-After`. So the
registry is asked once more from here, for a manifest's head alone and without credentials.
"""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from containers.image_reference import DOCKER_HUB, ImageReference

if TYPE_CHECKING:
    from requests import Response, Session

LONGEST_PAUSE_SECONDS = 900.0
"""A registry that wants to be left alone for longer is asked again after this time."""
_TIMEOUTS = (3.0, 5.0)
"""Seconds for the connection, and for each silence after it."""
_TELL_SECONDS = 1.0
_HUB_HOST = "registry-1.docker.io"
_MANIFESTS = ", ".join(
    (
        "application/vnd.oci.image.index.v1+json",
        "application/vnd.oci.image.manifest.v1+json",
        "application/vnd.docker.distribution.manifest.list.v2+json",
        "application/vnd.docker.distribution.manifest.v2+json",
    )
)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A pull stands still, and why."""

    text: str
    """Such as `the registry asks to wait 40 s`."""


class RegistryPauses:
    """The pauses that registries asked for, shared by all pulls of a process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._asking: dict[str, threading.Lock] = {}
        self._until: dict[str, float] = {}

    def ask(self, reference: str) -> bool:
        """Find out what the registry of `reference`, which just refused, asks for.

        Returns whether it asks for a pause; of several pulls that it refused one asks it.
        """
        registry = ImageReference.parse(reference).registry
        with self._lock:
            asking = self._asking.setdefault(registry, threading.Lock())
        with asking:
            if self._left(registry) > 0:
                return True
            seconds = retry_after(reference)
            if seconds is None:
                return False
            pause = min(seconds, LONGEST_PAUSE_SECONDS)
            with self._lock:
                self._until[registry] = time.monotonic() + pause
            return True

    def wait(
        self,
        reference: str,
        sleep: Callable[[float], object],
        report: Callable[[Waiting], object],
    ) -> None:
        """Return when the registry of `reference` may be asked again, telling it every second.

        `sleep` waits for so many seconds. What it or `report` raises ends the wait.
        """
        registry = ImageReference.parse(reference).registry
        while (left := self._left(registry)) > 0:
            report(Waiting(f"the registry asks to wait {left:.0f} s"))
            sleep(min(left, _TELL_SECONDS))

    def _left(self, registry: str) -> float:
        with self._lock:
            return self._until.get(registry, 0.0) - time.monotonic()


def retry_after(reference: str) -> float | None:
    """Ask the registry of `reference` for how many seconds it wants to be left alone.

    None where it asks for nothing, or does not answer. Only the registry that the reference
    names is asked, and the token service that it points to; over plain HTTP only on this
    machine, as Docker does it.
    """
    from requests import RequestException, Session

    image = ImageReference.parse(reference)
    host = _HUB_HOST if image.registry == DOCKER_HUB else image.registry
    path = f"/v2/{image.repository}/manifests/{image.digest or image.tag}"
    local = _is_loopback(f"//{host}")
    for scheme in ("https", "http") if local else ("https",):
        with Session() as session:
            session.trust_env = not local  # no proxy stands between this machine and itself
            session.auth = _anonymous  # else a .netrc would be looked into
            try:
                answer = _head(session, f"{scheme}://{host}{path}")
            except (RequestException, ValueError):
                continue
            return _seconds(answer)
    return None


def _head(session: Session, url: str) -> Response:
    answer = session.head(
        url, headers={"Accept": _MANIFESTS}, timeout=_TIMEOUTS, allow_redirects=False
    )
    service = _token_service(answer) if answer.status_code == 401 else None
    if service is None:
        return answer
    realm, parameters = service
    granted = session.get(realm, params=parameters, timeout=_TIMEOUTS, allow_redirects=False)
    if not granted.ok:
        return granted  # the service, too, may ask for a pause
    content = granted.json()
    token = content.get("token") or content.get("access_token") or ""
    return session.head(
        url,
        headers={"Accept": _MANIFESTS, "Authorization": f"Bearer {token}"},
        timeout=_TIMEOUTS,
        allow_redirects=False,
    )


def _token_service(answer: Response) -> tuple[str, dict[str, str]] | None:
    """Return where a registry wants a token to be fetched, and with what parameters."""
    scheme, _, rest = answer.headers.get("WWW-Authenticate", "").partition(" ")
    fields = dict(re.findall(r'([a-z_]+)="([^"]*)"', rest))
    realm = fields.pop("realm", "")
    secure = realm.startswith("https://")
    local = realm.startswith("http://") and _is_loopback(realm) and _is_loopback(str(answer.url))
    if scheme.lower() != "bearer" or not (secure or local):
        return None
    return realm, fields


def _seconds(answer: Response) -> float | None:
    """Read `Retry-After`, which is a number of seconds or a date by the registry's own clock."""
    wanted = answer.headers.get("Retry-After", "").strip()
    if answer.status_code not in {429, 503} or not wanted:
        return None
    if wanted.isascii() and wanted.isdigit():
        return float(wanted)
    try:
        until = parsedate_to_datetime(wanted)
        sent = answer.headers.get("Date")
        now = parsedate_to_datetime(sent) if sent else datetime.now(UTC)
        return max(0.0, (until - now).total_seconds())
    except (ValueError, TypeError):
        return None


def _is_loopback(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _anonymous(request: Any) -> Any:
    return request
