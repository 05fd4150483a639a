import pytest

from containers.image_reference import ImageReference


@pytest.mark.parametrize(
    ("short", "full"),
    [
        ("debian", "docker.io/library/debian:latest"),
        ("debian:12", "docker.io/library/debian:12"),
        ("docker.io/debian:12", "docker.io/library/debian:12"),
        ("swebench/sweb.eval:latest", "docker.io/swebench/sweb.eval:latest"),
        ("ghcr.io/a/b:1", "ghcr.io/a/b:1"),
        ("localhost/a", "localhost/a:latest"),
        ("localhost:5000/a:1", "localhost:5000/a:1"),
        ("127.0.0.1:5000/a/b", "127.0.0.1:5000/a/b:latest"),
        ("a/b@sha256:12", "docker.io/a/b@sha256:12"),
        ("a/b:1@sha256:12", "docker.io/a/b:1@sha256:12"),
    ],
)
def test_a_short_reference_means_what_docker_takes_it_for(short: str, full: str) -> None:
    assert str(ImageReference.parse(short)) == full
    assert ImageReference.parse(full) == ImageReference.parse(short)
