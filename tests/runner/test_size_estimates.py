"""What an image is expected to take: the best knowledge wins."""

from __future__ import annotations

from pathlib import Path

import pytest

from runner.size_estimates import Beside, FetchSize, ImageKind, SizeEstimates

KINDS = [ImageKind(f"r/{n}", family="even" if n % 2 == 0 else "odd", built=False) for n in range(6)]
FIRST = KINDS[0]


def size(lasting: int, passing: int = 0) -> FetchSize:
    return FetchSize(lasting, passing)


def test_of_an_unknown_image_the_guess_depends_on_its_company() -> None:
    sizes = SizeEstimates(KINDS)
    guesses = [sizes.expected(FIRST, beside).most for beside in Beside]
    assert guesses == sorted(guesses, reverse=True)
    assert guesses[0] == 4 * 10**9


def test_an_image_is_expected_to_take_what_it_took_last_time() -> None:
    sizes = SizeEstimates(KINDS)
    sizes.learn(KINDS[2], Beside.FAMILY, size(99))
    sizes.learn(FIRST, Beside.FAMILY, size(7, 3))
    assert sizes.expected(FIRST, Beside.FAMILY) == size(7, 3)


def test_else_what_the_largest_of_its_family_took() -> None:
    sizes = SizeEstimates(KINDS)
    sizes.learn(KINDS[1], Beside.FAMILY, size(1000))
    sizes.learn(KINDS[2], Beside.FAMILY, size(20))
    sizes.learn(KINDS[4], Beside.FAMILY, size(30))
    assert sizes.expected(FIRST, Beside.FAMILY) == size(30)


def test_else_what_others_took_in_such_company() -> None:
    sizes = SizeEstimates(KINDS)
    for kind, took in zip((KINDS[1], KINDS[3], KINDS[5]), (10, 20, 90), strict=True):
        sizes.learn(kind, Beside.OTHERS, size(took, took))
    assert sizes.expected(FIRST, Beside.OTHERS) == size(20, 20)


def test_company_makes_no_image_larger() -> None:
    """One image of the family came alone, and was small: so a guess of 240 MB is no good."""
    sizes = SizeEstimates(KINDS)
    sizes.learn(KINDS[2], Beside.NOTHING, size(50))
    assert sizes.expected(FIRST, Beside.FAMILY) == size(50)


def test_built_images_are_not_judged_by_pulled_ones() -> None:
    built = ImageKind("b/1", "even", built=True)
    sizes = SizeEstimates([*KINDS, built])
    sizes.learn(FIRST, Beside.NOTHING, size(10**12))
    assert sizes.expected(built, Beside.NOTHING).most < 10**12


def test_what_was_learned_is_there_for_the_next_run_and_beside_that_of_others(
    tmp_path: Path,
) -> None:
    path = tmp_path / "sizes.json"
    mine, theirs = SizeEstimates(KINDS, path), SizeEstimates(KINDS, path)
    mine.learn(FIRST, Beside.NOTHING, size(100, 10))
    theirs.learn(KINDS[1], Beside.FAMILY, size(5))
    mine.save()
    theirs.save()
    later = SizeEstimates(KINDS, path)
    assert later.known(FIRST, Beside.NOTHING) == size(100, 10)
    assert later.known(KINDS[1], Beside.FAMILY) == size(5)
    assert later.lasting("r/0") == 100
    assert later.lasting("r/5") == 0


@pytest.mark.parametrize(
    "content", ["", "{", "[]", '{"version": 2, "sizes": []}', '{"version": 1, "sizes": [["a"]]}']
)
def test_a_file_that_cannot_be_used_is_as_good_as_none(tmp_path: Path, content: str) -> None:
    path = tmp_path / "sizes.json"
    path.write_text(content)
    sizes = SizeEstimates(KINDS, path)
    assert sizes.known(FIRST, Beside.NOTHING) is None
    sizes.learn(FIRST, Beside.NOTHING, size(1))
    sizes.save()
    assert SizeEstimates(KINDS, path).known(FIRST, Beside.NOTHING) == size(1)


def test_a_folder_that_cannot_be_written_stops_nobody(tmp_path: Path) -> None:
    sizes = SizeEstimates(KINDS, tmp_path / "missing" / "sizes.json")
    sizes.learn(FIRST, Beside.NOTHING, size(1))
    sizes.save()
    assert not (tmp_path / "missing").exists()


def test_a_download_that_is_larger_than_expected_unpacks_to_more() -> None:
    assert size(300, 100).scaled_to_download(50) == size(300, 100)
    assert size(300, 100).scaled_to_download(200) == size(600, 200)
    assert size(0, 0).scaled_to_download(10) == size(30, 10)


def test_a_size_is_cut_to_the_room_there_is() -> None:
    assert size(300, 100).within(400) == size(300, 100)
    assert size(300, 100).within(40) == size(30, 10)
