"""What was kept comes back as it was, or not at all: whatever happened to the files meanwhile."""

from __future__ import annotations

import os
import threading
import time
import zlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.sandbox import Change, ChangeKind
from harness.transcript import ApplyStep, Durations, Observations, Transcript
from runner import transcript_cache
from runner.transcript_cache import CacheKey, KeptTranscript, Provenance, TranscriptCache
from task_specs.limits import KIB, MIB, Limits

KEY = CacheKey(work="w", patch="p", image_digest="sha256:i")
PROVENANCE = Provenance("r", "org/model", 0, "o__r-1", "2026-01-02T03:04:05+00:00", "0.1.0")
TRANSCRIPT = Transcript(
    "a log\n",
    apply_steps=(ApplyStep("git apply --verbose", 0, "Applied patch a.py cleanly.\n"),),
    exit_code=1,
    peak_memory_bytes=12345,
    cpu_seconds=1.25,
    image="o/r:1",
    image_digest="sha256:i",
    limits=Limits(seconds=60.0),
    durations=Durations(create=0.25, apply=0.5, evaluate=1.5, total=2.25),
)
KEPT = KeptTranscript(TRANSCRIPT, PROVENANCE)

failed = ApplyStep("git apply --verbose", 1, "error: patch does not apply\n")
BY_LATER_RUNG = replace(TRANSCRIPT, apply_steps=(failed, *TRANSCRIPT.apply_steps))


@pytest.fixture
def cache(tmp_path: Path) -> TranscriptCache:
    return TranscriptCache(tmp_path / "kept")


def files(tmp_path: Path) -> list[Path]:
    return sorted((tmp_path / "kept").iterdir())


def numbered(number: int) -> CacheKey:
    return replace(KEY, work=f"w{number}")


def test_what_was_kept_is_found_by_its_key_alone(cache: TranscriptCache) -> None:
    assert cache.find(KEY) is None
    cache.keep(KEY, KEPT)
    assert cache.find(KEY) == KEPT
    assert cache.find(replace(KEY, work="other")) is None
    assert cache.find(replace(KEY, image_digest="sha256:other")) is None


def test_the_users_own_folder_is_the_default() -> None:
    TranscriptCache().keep(KEY, KEPT)
    assert TranscriptCache().find(KEY) == KEPT
    folder = Path(os.environ["SWE_VERIFY_CACHE"]) / "transcripts"
    assert len(list(folder.iterdir())) == 1


def test_other_hashes_make_no_other_patch_where_nobody_looked_at_them(
    cache: TranscriptCache,
) -> None:
    cache.keep(KEY, KEPT)
    assert cache.find(replace(KEY, patch="with other index lines")) == KEPT


@pytest.mark.parametrize(
    "transcript",
    [
        BY_LATER_RUNG,  # `git apply --3way` looks the hashes up
        replace(BY_LATER_RUNG, applied=False),
        replace(TRANSCRIPT, apply_steps=()),  # no patch at all
    ],
)
def test_elsewhere_only_the_very_same_patch_is_found(
    cache: TranscriptCache, transcript: Transcript
) -> None:
    kept = replace(KEPT, transcript=transcript)
    cache.keep(KEY, kept)
    assert cache.find(replace(KEY, patch="with other index lines")) is None
    assert cache.find(KEY) == kept


@pytest.mark.parametrize(
    "transcript",
    [
        replace(TRANSCRIPT, timed_out=True),
        replace(TRANSCRIPT, oom_killed=True),
        replace(TRANSCRIPT, output_limit_hit=True),
        replace(TRANSCRIPT, limits=Limits(network=True)),
        replace(TRANSCRIPT, image_digest=""),
        replace(TRANSCRIPT, test_output="x" * 1001),
        replace(TRANSCRIPT, observed=Observations("s", witness="x" * 1001)),
        replace(TRANSCRIPT, restored=replace(TRANSCRIPT, test_output="x" * 1001)),
        replace(TRANSCRIPT, restored=replace(TRANSCRIPT, timed_out=True)),
        replace(TRANSCRIPT, restored=replace(TRANSCRIPT, disk_limit_hit=True)),
    ],
    ids=[
        *("time", "memory", "output", "network", "unknown image", "huge", "huge record"),
        *("huge again", "time of the second evaluation", "disk of the second evaluation"),
    ],
)
def test_what_might_end_otherwise_is_not_kept(
    cache: TranscriptCache, transcript: Transcript, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transcript_cache, "MAX_OUTPUT_CHARACTERS", 1000)
    cache.keep(KEY, replace(KEPT, transcript=transcript))
    assert cache.find(KEY) is None


texts = st.text(st.characters())  # halves of characters too: a log may hold anything
finite = st.floats(allow_nan=False, allow_infinity=False)
names = st.lists(texts, max_size=3).map(tuple)
changes = st.lists(st.builds(Change, texts, st.sampled_from(ChangeKind)), max_size=3).map(tuple)
observations = st.builds(Observations, texts, texts, st.none() | changes, names, names)
transcripts = st.builds(
    Transcript,
    texts,
    applied=st.booleans(),
    apply_steps=st.lists(st.builds(ApplyStep, texts, st.integers(), texts)).map(tuple),
    exit_code=st.none() | st.integers(),
    peak_memory_bytes=st.none() | st.integers(),
    cpu_seconds=st.none() | finite,
    image=texts,
    image_digest=texts.filter(bool),
    limits=st.builds(Limits, finite, st.integers(), finite, st.integers(), st.integers()),
    durations=st.builds(Durations, *[st.none() | finite] * 4),
    observed=st.none() | observations,
    restored=st.none() | st.builds(Transcript, texts, observed=st.none() | observations),
)


@settings(max_examples=60)
@given(transcripts, st.builds(Provenance, texts, texts, st.integers(), texts, texts, texts))
def test_a_hit_is_what_was_kept(
    tmp_path_factory: pytest.TempPathFactory, transcript: Transcript, provenance: Provenance
) -> None:
    cache = TranscriptCache(tmp_path_factory.mktemp("kept"))
    kept = KeptTranscript(transcript, provenance)
    cache.keep(KEY, kept)
    assert cache.find(KEY) == kept


def cut_short(data: bytes) -> bytes:
    return data[: len(data) // 2]


def one_bit_flipped(data: bytes) -> bytes:
    middle = len(data) // 2
    return data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1 :]


def followed_by_nothing_of_ours(_: bytes) -> bytes:
    return zlib.compress(b'{"format": 1, "name": "another"}')


def no_json(_: bytes) -> bytes:
    return zlib.compress(b"\xff\xfe")


def deeply_nested(_: bytes) -> bytes:
    return zlib.compress(b"[" * 100_000)


def of_a_later_format(data: bytes) -> bytes:
    return zlib.compress(zlib.decompress(data).replace(b'"format": 2', b'"format": 3'))


def with_other_fields(data: bytes) -> bytes:
    return zlib.compress(zlib.decompress(data).replace(b'"run_id"', b'"ruin_id"'))


@pytest.mark.parametrize(
    "damage",
    [
        *(cut_short, one_bit_flipped, followed_by_nothing_of_ours, no_json, deeply_nested),
        *(of_a_later_format, with_other_fields, lambda _: b"", lambda _: b"notes\n"),
    ],
)
def test_a_damaged_file_is_not_there_and_goes(
    cache: TranscriptCache, tmp_path: Path, damage: Callable[[bytes], bytes]
) -> None:
    cache.keep(KEY, KEPT)
    (path,) = files(tmp_path)
    path.write_bytes(damage(path.read_bytes()))
    assert cache.find(KEY) is None
    assert files(tmp_path) == []
    cache.keep(KEY, KEPT)
    assert cache.find(KEY) == KEPT


def test_a_file_of_an_earlier_format_is_not_there(cache: TranscriptCache, tmp_path: Path) -> None:
    cache.keep(KEY, KEPT)
    (path,) = files(tmp_path)
    earlier = zlib.decompress(path.read_bytes()).replace(b'"format": 2', b'"format": 1')
    path.write_bytes(zlib.compress(earlier))
    assert cache.find(KEY) is None


def test_a_file_that_unpacks_without_end_is_not_there(
    cache: TranscriptCache, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transcript_cache, "_MAX_JSON_BYTES", 1000)
    cache.keep(KEY, replace(KEPT, transcript=replace(TRANSCRIPT, test_output="x" * 1000)))
    assert cache.find(KEY) is None
    assert files(tmp_path) == []


def test_the_file_of_another_key_is_not_taken_for_this_ones(
    cache: TranscriptCache, tmp_path: Path
) -> None:
    cache.keep(KEY, KEPT)
    (path,) = files(tmp_path)
    cache.keep(numbered(1), KEPT)
    (other,) = set(files(tmp_path)) - {path}
    other.replace(path)
    assert cache.find(KEY) is None


def test_the_least_recently_used_go_first(tmp_path: Path) -> None:
    """Each file counts for at least 16 KiB, so 640 KiB are 40 of them."""
    cache = TranscriptCache(tmp_path / "kept", max_bytes=640 * KIB)
    for number in range(40):
        cache.keep(numbered(number), KEPT)
    for age, path in enumerate(files(tmp_path)):
        os.utime(path, (1000 + age, 1000 + age))
    oldest, next_oldest = files(tmp_path)[:2]
    used = next(key for key in map(numbered, range(40)) if is_of(oldest, key))
    assert cache.find(used) == KEPT
    cache.keep(numbered(99), KEPT)
    assert len(files(tmp_path)) == 36
    assert next_oldest not in files(tmp_path)
    assert cache.find(used) == KEPT
    assert cache.find(numbered(99)) == KEPT


def is_of(path: Path, key: CacheKey) -> bool:
    """Whether a file is the one that is found for a key; it is where it was in the end."""
    aside = path.with_name("aside")
    path.rename(aside)
    try:
        return TranscriptCache(path.parent).find(key) is None
    finally:
        aside.rename(path)


def test_the_folder_stays_bounded_whatever_comes(tmp_path: Path) -> None:
    cache = TranscriptCache(tmp_path / "kept", max_bytes=MIB)
    noise = os.urandom(80_000).hex()  # shrinks to 90 kB
    for number in range(30):
        kept = replace(KEPT, transcript=replace(TRANSCRIPT, test_output=f"{number}{noise}"))
        cache.keep(numbered(number), kept)
        assert sum(path.stat().st_size for path in files(tmp_path)) <= MIB
        assert cache.find(numbered(number)) == kept
    assert len(files(tmp_path)) > 3


def test_what_is_very_large_displaces_nothing(tmp_path: Path) -> None:
    cache = TranscriptCache(tmp_path / "kept", max_bytes=MIB)
    cache.keep(numbered(1), KEPT)
    noise = replace(TRANSCRIPT, test_output=os.urandom(150_000).hex())
    cache.keep(numbered(2), replace(KEPT, transcript=noise))
    assert cache.find(numbered(1)) == KEPT
    assert cache.find(numbered(2)) is None


def test_what_a_killed_process_left_behind_goes_in_time(
    cache: TranscriptCache, tmp_path: Path
) -> None:
    (tmp_path / "kept").mkdir()
    old, new = (tmp_path / "kept" / f"{name}.partial" for name in ("old", "new"))
    for path in (old, new):
        path.write_bytes(b"half")
    os.utime(old, (time.time() - 7200, time.time() - 7200))
    cache.keep(KEY, KEPT)
    assert not old.exists()
    assert new.exists()  # another process may be writing it right now


def test_a_folder_that_cannot_be_used_costs_nothing_but_the_reuse(tmp_path: Path) -> None:
    (tmp_path / "kept").write_text("a file where a folder should be")
    cache = TranscriptCache(tmp_path / "kept")
    cache.keep(KEY, KEPT)
    assert cache.find(KEY) is None


def test_a_full_disk_leaves_no_half_of_a_file(
    cache: TranscriptCache, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache.keep(numbered(1), KEPT)
    before = files(tmp_path)

    def refuse(path: Path, data: bytes) -> int:
        path.touch()
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", refuse)
    cache.keep(KEY, KEPT)
    assert files(tmp_path) == before
    assert cache.find(KEY) is None


def test_many_use_one_folder_at_the_same_time(tmp_path: Path) -> None:
    """Every find gives the right transcript or none, while others write and remove."""
    wrong: list[object] = []

    def work(first: int) -> None:
        cache = TranscriptCache(tmp_path / "kept", max_bytes=320 * KIB)  # as a process of its own
        for number in range(first, first + 60):
            kept = replace(KEPT, provenance=replace(PROVENANCE, attempt=number % 40))
            cache.keep(numbered(number % 40), kept)
            for other in (number % 40, (number + 7) % 40):
                found = cache.find(numbered(other))
                if found is not None and found.provenance.attempt != other:
                    wrong.append(found)

    threads = [threading.Thread(target=work, args=(10 * index,)) for index in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
    assert 0 < len(files(tmp_path)) <= 21
