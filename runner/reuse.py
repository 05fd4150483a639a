"""Nothing twice: the results of work that was done before, in this run or an earlier one."""

from __future__ import annotations

from runner.attempt import AttemptResult, judge
from runner.plan import WorkItem
from runner.run import now, swe_verify_version
from runner.transcript_cache import CacheKey, KeptTranscript, Provenance, TranscriptCache


class Reuse:
    """Recalls transcripts and judges them anew, so that a verdict is never older than the rules."""

    def __init__(self, cache: TranscriptCache, run_id: str, *, fresh: bool) -> None:
        """`fresh` recalls nothing, and still keeps what happens for later."""
        self._cache = cache
        self._run_id = run_id
        self._fresh = fresh

    def recall(self, item: WorkItem, image_digest: str) -> AttemptResult | None:
        """Return the result of the same work, done before; None where there is none.

        What may reach a network depends on more than can be named, and is always done.
        """
        if self._fresh or item.limits.network:
            return None
        kept = self._cache.find(_key(item, image_digest))
        if kept is None:
            return None
        verdict = judge(item, kept.transcript)
        return AttemptResult(item, verdict, kept.transcript, 0.0, reused=kept.provenance)

    def keep(self, result: AttemptResult) -> None:
        """Keep what happened for later."""
        if result.transcript is not None:
            key = _key(result.item, result.transcript.image_digest)
            self._cache.keep(key, KeptTranscript(result.transcript, self._provenance(result)))

    def shared(self, result: AttemptResult, item: WorkItem) -> AttemptResult:
        """Return the result of an attempt that is the same work as one of this run."""
        if result.transcript is None:
            raise ValueError("what was not carried out says nothing of other attempts")
        provenance = result.reused or self._provenance(result)
        verdict = judge(item, result.transcript)
        return AttemptResult(item, verdict, result.transcript, 0.0, reused=provenance)

    def _provenance(self, result: AttemptResult) -> Provenance:
        key = result.item.key
        return Provenance(
            run_id=self._run_id,
            model_name_or_path=key.model_name_or_path,
            attempt=key.attempt,
            instance_id=key.instance_id,
            finished_at=now(),
            swe_verify_version=swe_verify_version(),
        )


def _key(item: WorkItem, image_digest: str) -> CacheKey:
    return CacheKey(work=item.work, patch=item.digests.patch, image_digest=image_digest)
