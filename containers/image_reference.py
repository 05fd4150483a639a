"""What an image reference names: which registry, which repository there, which version of it."""

from __future__ import annotations

from dataclasses import dataclass

from containers.engine_facts import ImageInfo

DOCKER_HUB = "docker.io"


@dataclass(frozen=True, slots=True)
class ImageReference:
    """A reference with nothing left out, as Docker completes short ones."""

    registry: str
    """Host and port; Docker Hub where the reference names none."""
    repository: str
    tag: str
    """`latest` where the reference has neither tag nor digest, empty where only a digest."""
    digest: str
    """Empty where the reference is not pinned."""

    @classmethod
    def parse(cls, text: str) -> ImageReference:
        """Read a reference. What comes before the first slash is a registry if it looks like one:
        it has a dot or a port, or is `localhost`."""
        name, _, digest = text.partition("@")
        repository, colon, tag = name.rpartition(":")
        if not colon or "/" in tag:
            repository, tag = name, "" if digest else "latest"
        registry, slash, rest = repository.partition("/")
        if not slash or not ("." in registry or ":" in registry or registry == "localhost"):
            registry, rest = DOCKER_HUB, repository
        if registry == DOCKER_HUB and "/" not in rest:
            rest = f"library/{rest}"
        return cls(registry, rest, tag, digest)

    def __str__(self) -> str:
        tag = f":{self.tag}" if self.tag else ""
        return f"{self.registry}/{self.repository}{tag}{'@' if self.digest else ''}{self.digest}"


def content_digest(image: ImageInfo, reference: str) -> str:
    """Return `sha256:…`: the digest in the registry of `reference`, or the image's own id.

    The registry's digest is the same on every machine; the id is what there is for an image
    that was built or loaded here.
    """
    wanted = ImageReference.parse(reference)
    if wanted.digest:
        return wanted.digest
    known = [ImageReference.parse(pair) for pair in image.repo_digests]
    own = [
        each.digest
        for each in known
        if (each.registry, each.repository) == (wanted.registry, wanted.repository)
    ]
    return min(own or [each.digest for each in known], default=image.id)
