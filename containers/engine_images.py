"""The part of the gate to the engine that is about images. Use it through `engine.Engine`."""

from __future__ import annotations

import json
import re
import time
from collections import deque
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from containers.engine_connection import calling
from containers.engine_events import BuildLog, PullProgress, PullTracker
from containers.engine_facts import DiskUsage, HistoryStep, ImageInfo
from containers.engine_streams import ANSWER_SECONDS, StreamCalls
from containers.errors import BuildFailed, EngineError, engine_error

_BUILD_LINES_KEPT = 40
_PULL_SILENCE_SECONDS = 300.0
"""How long a pull may say nothing; it reports every piece of a layer that comes or is unpacked."""
_MEASURE_AGAIN_SECONDS = 0.1
_TAR = {"Content-Type": "application/x-tar"}


class ImageCalls(StreamCalls):
    """What can be asked of an engine about images."""

    def image(self, reference: str) -> ImageInfo | None:
        """Return the image of a reference or id, or None where none of that name is present."""
        try:
            with calling(f"inspect image {reference}"):
                return ImageInfo.from_inspect(
                    self._client.inspect_image(reference)  # type: ignore[no-untyped-call]
                )
        except EngineError as error:
            if error.kind == "image_not_found":
                return None
            raise

    def images(self, label: str | None = None) -> list[ImageInfo]:
        """Return the images that carry `label` (`key` or `key=value`); without it, all."""
        with calling("list images"):
            found = self._client.images(filters={"label": label} if label else None)
        return [ImageInfo.from_listing(answer) for answer in found]

    def layers(self, reference: str) -> tuple[str, ...]:
        """Return the digests of an image's layers, the lowest first; none where it is gone."""
        answer = self._asked(f"inspect image {reference}", f"/images/{reference}/json")
        return tuple((answer or {}).get("RootFS", {}).get("Layers") or ())

    def history(self, reference: str) -> tuple[HistoryStep, ...]:
        """Return the steps that made an image, the first one first; none where it is gone."""
        answer = self._asked(f"tell the history of {reference}", f"/images/{reference}/history")
        return tuple(
            HistoryStep(step.get("CreatedBy", ""), step["Size"]) for step in reversed(answer or ())
        )

    def images_in_use(self, apart_from: Collection[str] = ()) -> frozenset[str]:
        """Return the ids of the images of all containers, running or not, but `apart_from`."""
        with calling("list containers"):
            found = self._client.containers(all=True)
        return frozenset(each["ImageID"] for each in found if each["Id"] not in apart_from)

    def disk_usage(self) -> DiskUsage:
        """Measure what images, containers and the build cache take.

        Images are added up from what the engine has noted; what containers wrote is counted file
        by file, 20,000 of them in some 50 ms.
        """
        what = "measure the engine's disk usage"
        kinds = [("type", kind) for kind in ("image", "container", "build-cache")]
        deadline = time.monotonic() + ANSWER_SECONDS
        while True:
            try:
                with self._request(what, "GET", "/system/df", params=kinds) as response:
                    return DiskUsage.from_api(json.loads(response.content))
            except EngineError as error:
                # Until Docker 23, who asks while another is being answered is sent away.
                if "already running" not in error.detail or time.monotonic() > deadline:
                    raise
            time.sleep(_MEASURE_AGAIN_SECONDS)

    def remove_image(self, reference: str) -> bool:
        """Remove a tag, and with its last tag the image; False where it is in use or gone."""
        try:
            with calling(f"remove image {reference}"):
                self._client.remove_image(reference)
        except EngineError as error:
            if error.status in {404, 409}:
                return False
            raise
        return True

    def tag(self, reference: str, new: str) -> None:
        """Give an image one more tag."""
        from docker.utils import parse_repository_tag

        repository, tag = parse_repository_tag(new)
        with calling(f"tag {reference} as {new}"):
            self._client.tag(reference, repository, tag)

    def pull(
        self, reference: str, on_progress: Callable[[PullProgress], None] | None = None
    ) -> None:
        """Pull an image with the credentials of the user's Docker configuration.

        `on_progress` is called for each report of the engine, several times a second; an
        exception that it raises ends the pull and is passed on.
        """
        from docker.auth import get_config_header, resolve_repository_name
        from docker.utils import parse_repository_tag

        what = f"pull {reference}"
        repository, tag = parse_repository_tag(reference)
        with calling(what):
            registry, _ = resolve_repository_name(repository)
            credentials = get_config_header(self._client, registry)
        headers = {"X-Registry-Auth": credentials} if credentials else {}
        tracker = PullTracker(reference)
        with self._events(
            what,
            "/images/create",
            params={"fromImage": repository, "tag": tag or "latest"},
            headers=headers,
            timeout=_PULL_SILENCE_SECONDS,
        ) as events:
            for event in events:
                progress = tracker.after(event)
                if progress is not None and on_progress is not None:
                    on_progress(progress)

    def import_rootfs(
        self, tar: Path, *, tag: str, labels: Mapping[str, str], changes: Sequence[str] = ()
    ) -> str:
        """Make an image of one layer from a tar file of a whole file system; return its id.

        `changes` are Dockerfile instructions that set its configuration, such as `ENV A=b`.
        """
        from docker.utils import parse_repository_tag

        repository, version = parse_repository_tag(tag)
        lines = [
            *changes,
            *(f"LABEL {_quoted(name)}={_quoted(value)}" for name, value in labels.items()),
        ]
        image_id = ""
        with (
            tar.open("rb") as content,
            self._events(
                f"import {tag}",
                "/images/create",
                params={"fromSrc": "-", "repo": repository, "tag": version, "changes": lines},
                headers=_TAR,
                data=content,
            ) as events,
        ):
            for event in events:
                image_id = event.get("status", image_id)
        return image_id

    def build(
        self,
        context: Path,
        *,
        tag: str,
        build_args: Mapping[str, str] | None = None,
        labels: Mapping[str, str] | None = None,
        network_mode: str | None = None,
        target: str | None = None,
        nocache: bool = False,
        on_line: Callable[[str], None] | None = None,
    ) -> str:
        """Build the Dockerfile in the folder `context`; return the image's id.

        `network_mode` is what RUN steps get (`none`, `host`, `bridge`); None leaves it to the
        engine. `on_line` is called with each line of output; an exception that it raises ends
        the build and is passed on. Raises BuildFailed with the last lines where a step fails.
        Uses the classic builder, which every engine since 1.41 of the API has. What the
        Dockerfile is FROM must be present or public: no credentials are sent.
        """
        from docker.utils import tar

        what = f"build {tag}"
        log, tail = BuildLog(), deque[str](maxlen=_BUILD_LINES_KEPT)

        def say(lines: list[str]) -> None:
            tail.extend(lines)
            if on_line is not None:
                for line in lines:
                    on_line(line)

        params = {
            "t": tag,
            "rm": True,
            "forcerm": True,
            "nocache": nocache,
            "buildargs": json.dumps(dict(build_args or {})),
            "labels": json.dumps(dict(labels or {})),
            "networkmode": network_mode,
            "target": target,
        }
        try:
            with (
                closing(tar(context)) as archive,
                self._events(what, "/build", params=params, headers=_TAR, data=archive) as events,
            ):
                for event in events:
                    say(log.lines_of(event))
            if not log.image_id:
                raise engine_error(what, "the engine ended it without naming an image")
        except EngineError as error:
            say(log.last_line())
            raise BuildFailed(error, tail) from error
        return log.image_id

    def _asked(self, what: str, path: str) -> Any:
        """Return the engine's answer about an image, or None where there is no such image."""
        try:
            with self._request(what, "GET", path) as response:
                return json.loads(response.content)
        except EngineError as error:
            if error.status == 404:
                return None
            raise


def _quoted(text: str) -> str:
    """Return `text` as one word of a Dockerfile instruction, taken literally."""
    return '"' + re.sub(r'([\\"$])', r"\\\1", text) + '"'
