"""What engines and registries say, word for word, and what we make of it."""

from __future__ import annotations

import pytest

from containers.errors import BuildFailed, engine_error

SAID = {
    "image_not_found": [
        "No such image: nope:latest",
        "manifest for debian:no-such-tag not found: manifest unknown: manifest unknown",
        "pull access denied for nobody/nothing, repository does not exist or may require "
        "'docker login': denied: requested access to the resource is denied",
        "manifest unknown",
        "repository 127.0.0.1:5000/absent not found: name unknown: repository name not known",
        "no matching manifest for linux/arm64/v8 in the manifest list entries",
        "invalid reference format",
        "invalid tag format",
        "Repository name cannot contain a scheme (https://example.org/a)",
    ],
    "registry_rate_limited": [
        "toomanyrequests: You have reached your unauthenticated pull rate limit. "
        "https://www.docker.com/increase-rate-limit",
        "error parsing HTTP 429 response body: Too Many Requests",
        'error parsing HTTP 429 response body: unexpected end of JSON input: ""',
    ],
    "registry_auth": [
        'Head "https://ghcr.io/v2/a/b/manifests/c": denied: denied',
        "unauthorized: authentication required",
        'Head "https://example.org/v2/a/manifests/b": no basic auth credentials',
        "error parsing HTTP 403 response body: 403 Forbidden",
    ],
    "registry_unreachable": [
        'Get "https://registry-1.docker.io/v2/": dial tcp: lookup registry-1.docker.io on '
        "192.0.2.1:53: no such host",
        'Get "https://registry-1.docker.io/v2/": dial tcp: lookup registry-1.docker.io: '
        "Temporary failure in name resolution",
        'Get "https://registry-1.docker.io/v2/": dial tcp: lookup registry-1.docker.io on '
        "192.0.2.1:53: read udp 192.0.2.9:5000->192.0.2.1:53: i/o timeout",
        'Get "http://127.0.0.1:1/v2/": dial tcp 127.0.0.1:1: connect: connection refused',
        'Get "https://192.0.2.5/v2/": dial tcp 192.0.2.5:443: connect: network is unreachable',
        'Get "https://registry-1.docker.io/v2/": net/http: request canceled while waiting for '
        "connection (Client.Timeout exceeded while awaiting headers)",
        'Get "https://example.org/v2/": x509: certificate signed by unknown authority',
        'Get "https://example.org/v2/": http: server gave HTTP response to HTTPS client',
    ],
    "registry_failed": [
        "received unexpected HTTP status: 503 Service Unavailable",
        "error parsing HTTP 502 response body: invalid character '<': \"<html>\"",
        "read tcp 192.0.2.9:5000->192.0.2.2:443: read: connection reset by peer",
        "unexpected EOF",
        "net/http: TLS handshake timeout",
    ],
    "disk_full": [
        "failed to register layer: Error processing tar file(exit status 1): write /usr/lib/x.so: "
        "no space left on device",
        "write /var/lib/docker/tmp/GetImageBlob1: no space left on device",
    ],
    "engine_error": [
        "No such container: 0123456789ab",
        "Range of CPUs is from 0.01 to 2.00, as there are only 2 CPUs available",
        "OCI runtime create failed: container_linux.go:380: starting container process caused",
    ],
}
KEEPS_FAILING = {"image_not_found", "registry_auth", "disk_full"}


@pytest.mark.parametrize(
    ("kind", "said"), [(kind, said) for kind, all_said in SAID.items() for said in all_said]
)
def test_the_kind_is_read_from_the_words(kind: str, said: str) -> None:
    error = engine_error("pull an image", said, 500)
    assert error.kind == kind
    assert error.retryable is (kind not in KEEPS_FAILING)


def test_an_error_says_what_was_asked_and_what_was_answered() -> None:
    error = engine_error("remove image a:b", "conflict: it is in use", 409)
    assert str(error) == "remove image a:b failed: conflict: it is in use (HTTP 409)"
    assert (error.what, error.detail, error.status) == (
        "remove image a:b",
        "conflict: it is in use",
        409,
    )


def test_a_build_fails_for_good_unless_the_network_did() -> None:
    said = "The command '/bin/sh -c false' returned a non-zero code: 1"
    broken = BuildFailed(engine_error("build a:b", said), ["+ false"])
    assert (broken.kind, broken.retryable, broken.log_tail) == ("build_failed", False, ("+ false",))
    assert str(broken) == f"build a:b failed: {said}"
    offline = BuildFailed(engine_error("build a:b", "lookup registry.invalid: no such host"), [])
    assert (offline.kind, offline.retryable) == ("registry_unreachable", True)


def test_a_step_that_found_the_disk_full_is_not_the_recipes_fault() -> None:
    said = "The command '/bin/sh -c pip install x' returned a non-zero code: 1"
    tail = ["ERROR: Could not install packages", "OSError: [Errno 28] No space left on device"]
    full = BuildFailed(engine_error("build a:b", said), tail)
    assert (full.kind, full.retryable) == ("disk_full", False)
