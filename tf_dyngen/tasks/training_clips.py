"""The clips of a training: where they come from, whether they can be learned, loaded."""

import dataclasses
import glob
from pathlib import Path
from typing import NamedTuple

from tf_dyngen.config import Config
from tf_dyngen.errors import UserError
from tf_dyngen.presets import FOR_MASKS
from tf_dyngen.training.batches import ClipBatches
from tf_dyngen.training.clip_loading import cache_folder, load_store, records_of_all
from tf_dyngen.training.restore import TrainedRun
from tf_dyngen.training.start import FittedClips, fitted_rows
from tf_dyngen.training.workers import Workers
from tf_dyngen.video.clip_cache import ClipCache
from tf_dyngen.video.clips import ClipRecord
from tf_dyngen.video.sources import Source, open_collection


class LoadedClips(NamedTuple):
    """A worker's batches; what is known of all workers' clips; those a start is fitted to."""

    batches: ClipBatches
    records: tuple[ClipRecord, ...]
    fitted: FittedClips


def complete_source(source: Source, default: Source) -> Source:
    """Returns a source with the clips, and then what is hidden of them, of another if it has none.

    Clips that are named bring no mask with them from elsewhere.
    """
    if source.clips or source.dataset:
        return source
    return dataclasses.replace(default, mask=source.mask or default.mask)


def check_source(source: Source, config: Config, *, remembered: bool) -> None:
    """Raises UserError if clips that a run remembers are gone, or a preset lacks its masks."""
    if remembered:
        files = [path for path in source.clips if not glob.has_magic(path)]
        gone = [path for path in files if not Path(path).exists()]
        if gone:
            raise UserError(
                f"the run was trained with {gone[0]}, which does not exist any more",
                "name where it is now by --clip=NEW; the run goes on if its frames are the same",
            )
    if config.preset.startswith(FOR_MASKS) and not source.mask:
        raise UserError(
            f"--preset={config.preset} learns clips of which something is hidden, and nothing is",
            "say what: --mask=FILE, --mask=own or --hide=square:16; or take --preset=texture",
        )


def reopen_clips(run: TrainedRun, workdir: Path) -> ClipBatches:
    """Returns the clips of a run that has been trained in a work directory.

    Raises: UserError if they are gone, or no longer those that were learned.
    """
    config = run.record.config
    collection = open_collection(run.record.source, config.video, seed=config.seed)
    with ClipCache(cache_folder(workdir)) as cache:
        store = load_store(collection, config.video, cache)
        # Within the block: the clips that were learned stay where they are kept.
        if [clip.clip_id for clip in store.records] != list(run.chains.rows):
            raise UserError(
                f"the clips of {workdir} have changed since it was trained", "train it again"
            )
    return ClipBatches(
        store,
        batch_size=config.learning.batch_size,
        bptt_length=config.learning.bptt_length,
        seed=config.seed,
    )


def load_clips(
    source: Source, config: Config, workdir: Path, cache: ClipCache, workers: Workers
) -> LoadedClips:
    """Reads this worker's clips, if they are not in the cache, and those a start is fitted to."""
    video, learning, shard = config.video, config.learning, workers.shard
    collection = open_collection(source, video, seed=config.seed)
    num_clips = len(collection)
    own = load_store(collection, video, cache, shard.rows(num_clips, learning.batch_size))
    batches = ClipBatches(
        own,
        batch_size=learning.batch_size,
        bptt_length=learning.bptt_length,
        seed=config.seed,
        shard=shard,
        num_clips=num_clips,
        longest=int(workers.all(own.longest).max()),
        is_masked=bool(workers.all(float(any(own.has_mask))).max()),
    )
    rows = fitted_rows(config, num_clips)
    if workers.are_several:
        fitted = FittedClips(load_store(collection, video, cache, rows))
        sharing = (workdir, shard.num_workers, learning.batch_size)
        records = records_of_all(collection, video, *sharing)
    else:
        fitted = FittedClips(own, rows)
        records = tuple(own.records)
    return LoadedClips(batches, records, fitted)
