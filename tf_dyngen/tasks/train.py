"""A training session: from flags to a work directory with a trained model in it."""

import dataclasses
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from tf_dyngen import config as configs
from tf_dyngen import presets
from tf_dyngen.config import Config
from tf_dyngen.tasks.samples import LONGEST_SAMPLE, SamplesAction
from tf_dyngen.tasks.synthesize import Synthesizer
from tf_dyngen.training.batches import ClipBatches, load_batches
from tf_dyngen.training.checkpoint import FOLDER, CheckpointAction, Checkpoints
from tf_dyngen.training.devices import choose_strategy
from tf_dyngen.training.interruption import StopRequest
from tf_dyngen.training.memory import check_memory, estimate_memory
from tf_dyngen.training.reports import MetricsLogAction, ProgressAction
from tf_dyngen.training.run_record import RunRecord, check_same_run, load_record
from tf_dyngen.training.start import Learner, build_learner, start_learner
from tf_dyngen.training.trainer import Trainer
from tf_dyngen.video.clip_cache import ClipCache
from tf_dyngen.video.sources import Source

CLIPS_FOLDER = "clips"


def train(
    workdir: Path,
    *,
    preset: str | None = None,
    changes: Mapping[str, Any] | None = None,
    source: Source,
    embedded: Source,
    register: Callable[[str], None],
    strategy: str = "auto",
    max_seconds: float = float("inf"),
) -> None:
    """Trains in a work directory, going on with the run that is in it.

    Args:
      workdir: of the run; made if it is not there.
      preset: name of the settings to start from; the default preset if None.
      changes: settings that differ from the preset, "section.key" -> value.
      source: where the clips come from; empty for those of the run, or `embedded` in a new run.
      embedded: what a new run without a source learns.
      register: makes a data set's builder known to TFDS by its name.
      strategy: a name of `devices.STRATEGIES`.
      max_seconds: of training in this session.
    Raises: UserError for anything the user can put right; the work directory is as it was.
    """
    stored = load_record(workdir)
    config = _resolve_config(stored, preset, changes or {})
    source = _complete(source, stored.source if stored else embedded)
    if source.dataset:
        register(source.dataset)
    with ClipCache(workdir / CLIPS_FOLDER) as cache:
        batches = _load_batches(source, config, cache)
        record = RunRecord(config, source, batches.records())
        if stored:
            check_same_run(workdir, stored, record)
        trainer, learner = _build_trainer(config, batches, strategy)
    # From here on the clips are kept, whatever happens.
    checkpoints = Checkpoints(
        workdir / FOLDER, keep=config.output.keep_checkpoints, **trainer.contents()
    )
    restored = checkpoints.restore_latest(_say)
    if restored:
        trainer.completed, trainer.seconds = restored
        _say(f"going on at step {trainer.completed}")
    else:
        start_learner(learner, config, batches.store, batches.num_frames)
    record.save(workdir)
    _train_and_report(workdir, trainer, learner, checkpoints, max_seconds)


def _complete(source: Source, default: Source) -> Source:
    """Returns a source with the clips, and then what is hidden of them, of another if it has none.

    Clips that are named bring no mask with them from elsewhere.
    """
    if source.clips or source.dataset:
        return source
    return dataclasses.replace(default, mask=source.mask or default.mask)


def _resolve_config(
    stored: RunRecord | None, preset: str | None, changes: Mapping[str, Any]
) -> Config:
    if stored and preset is None:
        return configs.override(stored.config, changes)
    return configs.override(presets.load(preset or presets.DEFAULT), changes)


def _load_batches(source: Source, config: Config, cache: ClipCache) -> ClipBatches:
    """Returns batches of windows of all clips, of the length of the shortest."""
    video, learning = config.video, config.learning
    batches = load_batches(
        source,
        video,
        cache,
        batch_size=learning.batch_size,
        bptt_length=learning.bptt_length,
        seed=config.seed,
    )
    if batches.num_frames < video.num_frames:
        _say(f"{batches.num_frames} of {video.num_frames} frames: the shortest clip has no more")
    return batches


def _build_trainer(
    config: Config, batches: ClipBatches, strategy_name: str
) -> tuple[Trainer, Learner]:
    """Makes all variables and says what the run is; UserError if it would not fit into memory."""
    clips, num_frames = batches.store.records, batches.num_frames
    strategy = choose_strategy(strategy_name)
    sizes = {
        "num_clips": len(clips),
        "num_frames": num_frames,
        "masked": any(batches.store.has_mask),
    }
    # Before any weight takes memory of its own.
    check_memory(estimate_memory(config, **sizes, num_weights=0))
    learner = build_learner(config, [clip.clip_id for clip in clips], num_frames, strategy)
    num_weights = learner.generator.count_params()
    memory = estimate_memory(config, **sizes, num_weights=num_weights)
    names = ", ".join(clip.name for clip in clips[:3]) + (", ..." if len(clips) > 3 else "")
    video, learning = config.video, config.learning
    _say(
        f"{config.preset}: {len(clips)} clip{'s' * (len(clips) > 1)} ({names}), "
        f"{num_frames} frames of {video.height}x{video.width}, {num_weights:,} parameters, about "
        f"{memory / 1e9:.1f} GB of memory, {learning.steps} steps, "
        f"{strategy.num_replicas_in_sync} device{'s' * (strategy.num_replicas_in_sync > 1)}"
    )
    check_memory(memory)
    return Trainer(config, *learner, batches, strategy), learner


def _train_and_report(
    workdir: Path,
    trainer: Trainer,
    learner: Learner,
    checkpoints: Checkpoints,
    max_seconds: float,
) -> None:
    config, first_step, batches = trainer.config, trainer.completed, trainer.batches
    shown = min(LONGEST_SAMPLE, batches.num_frames)
    actions = [
        ProgressAction(first_step, config.learning.steps, max_seconds),
        MetricsLogAction(workdir, first_step=first_step, every=config.output.log_every),
        CheckpointAction(checkpoints, trainer, config.output.checkpoint_every),
        SamplesAction(
            workdir,
            clip=batches.store.read(0, 0, shown),
            synthesizer=Synthesizer(learner.generator),
            chains=learner.chains,
            every=config.output.samples_every,
            seed=config.seed,
        ),
    ]
    with StopRequest() as stop:
        trainer.train(actions, should_stop=stop, max_seconds=max_seconds)
    _say_how_it_ended(workdir, trainer)


def _say_how_it_ended(workdir: Path, trainer: Trainer) -> None:
    steps = trainer.config.learning.steps
    if trainer.completed < steps:
        advice = f"to go on: python -m launch.train --workdir={workdir}"
    else:
        advice = f"for more: python -m launch.train --workdir={workdir} --steps={2 * steps}"
    _say(f"stopped at step {trainer.completed} of {steps}; {advice}")
    _say(f"look at {workdir}/samples; new video: python -m launch.synthesize --workdir={workdir}")


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
