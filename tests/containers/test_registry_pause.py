"""`Retry-After`, which the engine keeps to itself: asked for, understood and shared."""

from __future__ import annotations

import json
import threading
from email.utils import formatdate
from pathlib import Path
from types import SimpleNamespace

import pytest

from containers import registry_pause
from containers.registry_pause import RegistryPauses, Waiting, retry_after
from tests.containers.fake_registry import Answer, Asked, fake_registry


def busy(**headers: str) -> Answer:
    return Answer(429, {name.replace("_", "-"): value for name, value in headers.items()})


@pytest.mark.parametrize(
    ("answer", "seconds"),
    [
        (busy(Retry_After="40"), 40.0),
        (busy(Retry_After=" 0 "), 0.0),
        (Answer(503, {"Retry-After": "7"}), 7.0),
        (busy(), None),
        (busy(Retry_After="soon"), None),
        (busy(Retry_After="-5"), None),
        (busy(Retry_After="²"), None),  # a digit to Python's int, and to no HTTP
        (Answer(200, {"Retry-After": "40"}), None),
        (Answer(404), None),
        (Answer(302, {"Location": "https://elsewhere.invalid/", "Retry-After": "40"}), None),
    ],
)
def test_what_the_registry_asks_for(answer: Answer, seconds: float | None) -> None:
    with fake_registry(lambda asked: answer) as registry:
        assert retry_after(f"{registry.host}/a/b:1") == seconds
    assert [(each.method, each.path) for each in registry.asked] == [
        ("HEAD", "/v2/a/b/manifests/1")
    ]


@pytest.mark.parametrize(("ahead", "seconds"), [(90, 90.0), (-90, 0.0)])
def test_a_date_is_read_by_the_registrys_own_clock(ahead: int, seconds: float) -> None:
    """A clock that is wrong by hours, here or there, must make no pause of hours."""
    now = 1_000_000_000

    def script(asked: Asked) -> Answer:
        dates = {"Date": formatdate(now, usegmt=True)}
        return Answer(429, dates | {"Retry-After": formatdate(now + ahead, usegmt=True)})

    with fake_registry(script) as registry:
        assert retry_after(f"{registry.host}/a:1") == seconds


def test_a_pinned_image_is_asked_for_by_its_digest() -> None:
    with fake_registry(lambda asked: busy(Retry_After="1")) as registry:
        retry_after(f"{registry.host}/a@sha256:{'1' * 64}")
    assert registry.asked[0].path == f"/v2/a/manifests/sha256:{'1' * 64}"


def test_a_registry_that_wants_a_token_gets_an_anonymous_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As Docker Hub does. The user's own credentials are nobody's business here."""
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login me password secret\n")
    monkeypatch.setenv("HOME", str(tmp_path))

    def script(asked: Asked) -> Answer:
        if asked.path.startswith("/token"):
            return Answer(200, body=json.dumps({"token": "t0ken"}).encode())
        if asked.authorization == "Bearer t0ken":
            return busy(Retry_After="40")
        realm = f"http://{registry.host}/token"
        challenge = f'Bearer realm="{realm}",service="hub",scope="repository:a/b:pull"'
        return Answer(401, {"WWW-Authenticate": challenge})

    with fake_registry(script) as registry:
        assert retry_after(f"{registry.host}/a/b:1") == 40
    assert [(each.method, each.authorization) for each in registry.asked] == [
        ("HEAD", ""),
        ("GET", ""),
        ("HEAD", "Bearer t0ken"),
    ]
    assert registry.asked[1].path == "/token?service=hub&scope=repository%3Aa%2Fb%3Apull"


@pytest.mark.parametrize(
    "challenge",
    ["", "Basic realm=x", 'Bearer realm="file:///etc/passwd"', 'Bearer realm="http://192.0.2.1/t"'],
)
def test_no_other_service_is_asked_for_a_token(challenge: str) -> None:
    with fake_registry(lambda asked: Answer(401, {"WWW-Authenticate": challenge})) as registry:
        assert retry_after(f"{registry.host}/a:1") is None
    assert len(registry.asked) == 1


def test_a_token_service_may_ask_for_a_pause_too() -> None:
    def script(asked: Asked) -> Answer:
        if asked.path == "/token":
            return busy(Retry_After="12")
        return Answer(401, {"WWW-Authenticate": f'Bearer realm="http://{registry.host}/token"'})

    with fake_registry(script) as registry:
        assert retry_after(f"{registry.host}/a:1") == 12


def test_a_token_service_that_talks_nonsense_asks_for_nothing() -> None:
    def script(asked: Asked) -> Answer:
        if asked.path == "/token":
            return Answer(200, body=b"<html>")
        return Answer(401, {"WWW-Authenticate": f'Bearer realm="http://{registry.host}/token"'})

    with fake_registry(script) as registry:
        assert retry_after(f"{registry.host}/a:1") is None


def test_a_registry_that_is_gone_asks_for_nothing(free_port: int) -> None:
    assert retry_after(f"127.0.0.1:{free_port}/a:1") is None


def test_plain_http_is_spoken_on_this_machine_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def head(self: object, url: str, **options: object) -> None:
        asked.append(url)
        raise ValueError("no network in this test")

    monkeypatch.setattr("requests.Session.head", head)
    for reference in ("debian:12", "ghcr.io/a:1", "localhost:5000/a:1", "[::1]:5000/a:1"):
        assert retry_after(reference) is None
    assert asked == [
        "https://registry-1.docker.io/v2/library/debian/manifests/12",
        "https://ghcr.io/v2/a/manifests/1",
        "https://localhost:5000/v2/a/manifests/1",
        "http://localhost:5000/v2/a/manifests/1",
        "https://[::1]:5000/v2/a/manifests/1",
        "http://[::1]:5000/v2/a/manifests/1",
    ]


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """A clock that only a test moves: its one element is the time."""
    now = [1000.0]
    monkeypatch.setattr(registry_pause, "time", SimpleNamespace(monotonic=lambda: now[0]))
    return now


def waited(pauses: RegistryPauses, reference: str, clock: list[float]) -> list[str]:
    """Wait, and return what was told meanwhile."""
    told: list[Waiting] = []

    def sleep(seconds: float) -> None:
        clock[0] += seconds

    pauses.wait(reference, sleep, told.append)
    return [each.text for each in told]


def test_a_pause_is_kept_told_and_over(clock: list[float]) -> None:
    pauses = RegistryPauses()
    with fake_registry(lambda asked: busy(Retry_After="3")) as registry:
        assert pauses.ask(f"{registry.host}/a:1")
        assert waited(pauses, f"{registry.host}/another:1", clock) == [
            "the registry asks to wait 3 s",
            "the registry asks to wait 2 s",
            "the registry asks to wait 1 s",
        ]
        assert waited(pauses, f"{registry.host}/a:1", clock) == []
    assert clock == [1003.0]


def test_registries_have_pauses_of_their_own(clock: list[float]) -> None:
    pauses = RegistryPauses()
    with fake_registry(lambda asked: busy(Retry_After="3")) as registry:
        assert pauses.ask(f"{registry.host}/a:1")
    assert waited(pauses, "ghcr.io/a:1", clock) == []


def test_a_pause_of_a_day_is_cut(clock: list[float]) -> None:
    pauses = RegistryPauses()
    with fake_registry(lambda asked: busy(Retry_After="86400")) as registry:
        assert pauses.ask(f"{registry.host}/a:1")
        assert waited(pauses, f"{registry.host}/a:1", clock)[0].endswith("wait 900 s")
    assert clock == [1900.0]


def test_a_registry_that_asks_for_no_pause_makes_none(clock: list[float]) -> None:
    pauses = RegistryPauses()
    with fake_registry(lambda asked: busy()) as registry:
        assert not pauses.ask(f"{registry.host}/a:1")
        assert waited(pauses, f"{registry.host}/a:1", clock) == []


def test_of_pulls_that_are_refused_together_one_asks() -> None:
    pauses = RegistryPauses()
    with fake_registry(lambda asked: busy(Retry_After="30")) as registry:
        threads = [
            threading.Thread(target=pauses.ask, args=(f"{registry.host}/{name}:1",))
            for name in "abcdefgh"
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(registry.asked) == 1
