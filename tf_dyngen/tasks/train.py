"""A training session: from flags to a work directory with a trained model in it."""

import contextlib
import dataclasses
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from tf_dyngen import config as configs
from tf_dyngen import presets
from tf_dyngen.config import Config
from tf_dyngen.messages import say
from tf_dyngen.tasks.clip_catalogue import ClipCatalogue
from tf_dyngen.tasks.new_video_judging import judging_of
from tf_dyngen.tasks.real_frames import find_real_frames
from tf_dyngen.tasks.session import USUAL, Ended, Session
from tf_dyngen.tasks.synthesize import Synthesizer
from tf_dyngen.tasks.training_clips import LoadedClips, check_source, complete_source, load_clips
from tf_dyngen.tasks.training_reports import reports_of, say_how_it_ended
from tf_dyngen.training import run_lock
from tf_dyngen.training.attention_start import complete_settings
from tf_dyngen.training.checkpoint import FOLDER, CheckpointAction, Checkpoints
from tf_dyngen.training.clip_loading import cache_folder
from tf_dyngen.training.devices import MULTI_WORKER, choose_strategy, plain_sums
from tf_dyngen.training.machine_memory import gpu_memory
from tf_dyngen.training.memory import check_memory, estimate_parts
from tf_dyngen.training.reports import Judging
from tf_dyngen.training.run_record import RunRecord, check_same_run, load_record
from tf_dyngen.training.start import FittedClips, Learner, build_learner, start_learner
from tf_dyngen.training.trainer import Action, Trainer
from tf_dyngen.training.workers import Workers, noticing_loss
from tf_dyngen.video.clip_cache import ClipCache
from tf_dyngen.video.sources import Source, settle_size


def train(
    workdir: Path,
    *,
    preset: str | Config | None = None,
    changes: Mapping[str, Any] | None = None,
    source: Source,
    embedded: Source,
    register: Callable[[str], None],
    session: Session = USUAL,
) -> Ended:
    """Trains in a work directory, going on with the run that is in it.

    Several workers call this together, with the same arguments and one work directory.

    Args:
      workdir: of the run; made if it is not there.
      preset: settings to start from, or their name; the default preset if None.
      changes: settings that differ from the preset, "section.key" -> value.
      source: where the clips come from; empty for those of the run, or `embedded` in a new run.
      embedded: what a new run without a source learns.
      register: makes a data set's builder known to TFDS by its name.
      session: how this sitting goes.
    Raises: UserError for anything the user can put right; the work directory is as it was.
      WorkerLostError if another worker is gone.
    """
    workers = _meet(session)
    lock = run_lock.hold(workdir, _say) if workers.is_chief else contextlib.nullcontext()
    with plain_sums(), lock:
        stored = load_record(workdir)
        config = presets.settle(preset, changes or {}, stored and stored.config)
        given, source = source, complete_source(source, stored.source if stored else embedded)
        check_source(source, config, remembered=source != given)
        if source.dataset:
            register(source.dataset)
        config = dataclasses.replace(config, video=settle_size(source, config.video))
        with noticing_loss(workers):
            ended = _train(workdir, stored, config, source, register, workers, session)
            workers.wait_for_all()
    return ended


def _train(
    workdir: Path,
    stored: RunRecord | None,
    config: Config,
    source: Source,
    register: Callable[[str], None],
    workers: Workers,
    session: Session,
) -> Ended:
    """Trains in a work directory that is this process's own."""
    with ClipCache(cache_folder(workdir, workers.shard)) as cache:
        clips = load_clips(source, config, workdir, cache, workers)
        config = _complete_settings(config, stored, clips, workers)
        record = RunRecord(config, source, clips.records, stored.versions if stored else None)
        for line in check_same_run(workdir, stored, record) if stored else []:
            _say(line, workers)
        trainer, learner = _build_trainer(config, clips, workers)
    # From here on the clips are kept, whatever happens.
    checkpoints = Checkpoints(
        workdir / FOLDER,
        chains=learner.chains,
        workers=workers,
        keep=config.output.keep_checkpoints,
        **trainer.contents(),
    )
    _start_or_go_on(trainer, learner, checkpoints, clips.fitted)
    if workers.is_chief:
        record.save(workdir)
    judging = _judge_new_video(workdir, record, trainer, learner, register)
    return _train_and_report(workdir, trainer, learner, checkpoints, judging, session)


def _meet(session: Session) -> Workers:
    """Returns this worker and the others, once they are there."""
    strategy = session.strategy
    if not isinstance(strategy, str):
        return Workers(strategy)
    if strategy == MULTI_WORKER:
        _say(
            f"waiting {session.wait_seconds / 60:g} minutes at most for all workers that TF_CONFIG"
            " names; without them, SIGALRM ends this one"
        )
    return Workers(choose_strategy(strategy, wait_seconds=session.wait_seconds))


def _complete_settings(
    config: Config, stored: RunRecord | None, clips: LoadedClips, workers: Workers
) -> Config:
    """Returns settings with those that are left to the clips, where there are any."""
    if config.model.parameterisation != configs.ATTENTION:
        return config
    chosen, store = stored.config if stored else None, clips.batches.store
    return complete_settings(config, chosen, store, workers, lambda line: _say(line, workers))


def _build_trainer(config: Config, clips: LoadedClips, workers: Workers) -> tuple[Trainer, Learner]:
    """Makes all variables and says what the run is; UserError if it would not fit into memory."""
    store, num_clips = clips.batches.store, len(clips.records)
    sizes = {
        "num_clips": len(store),
        "num_frames": store.longest,
        "masked": any(store.has_mask),
        "num_devices": workers.strategy.num_replicas_in_sync if gpu_memory() else 1,
    }
    # Before any weight takes memory of its own.
    check_memory(estimate_parts(config, **sizes, num_weights=0))
    learner = build_learner(config, store.records, workers.strategy)
    generator = learner.generator
    memory = estimate_parts(config, **sizes, num_weights=generator.count_params())
    # What an attention model remembers of its clips is no parameter.
    num_parameters = sum(
        variable.shape.num_elements() for variable in generator.trainable_variables
    )
    names = ", ".join(clip.name for clip in clips.records[:3]) + ", ..." * (num_clips > 3)
    lengths = sorted({clip.num_frames for clip in clips.records})
    length = f"{lengths[0]} to {lengths[-1]}" if len(lengths) > 1 else f"{lengths[0]}"
    is_asked = config.video.num_frames != presets.load(config.preset).video.num_frames
    if is_asked and lengths[-1] < config.video.num_frames:
        _say(f"{length} of {config.video.num_frames} frames: there are no more", workers)
    rates = sorted({clip.frame_rate for clip in clips.records})
    if len(rates) > 1:
        _say(
            f"the clips are of {len(rates)} rates, {rates[0]:g} to {rates[-1]:g} frames a second:"
            f" new video plays at {clips.records[0].frame_rate:g}, the first's",
            workers,
        )
    num_devices = workers.strategy.num_replicas_in_sync
    _say(
        f"{config.preset}: {num_clips} clip{'s' * (num_clips > 1)} ({names}), {length} frames of "
        f"{config.video.height}x{config.video.width}, {num_parameters:,} learned parameters, about "
        f"{sum(memory) / 1e9:.1f} GB of memory, {config.learning.steps} steps, "
        f"{num_devices} device{'s' * (num_devices > 1)}",
        workers,
    )
    check_memory(memory)
    return Trainer(config, *learner, clips.batches, workers), learner


def _start_or_go_on(
    trainer: Trainer, learner: Learner, checkpoints: Checkpoints, fitted: FittedClips
) -> None:
    """Restores the newest checkpoint, or puts weights and chains where training starts."""
    config, workers = trainer.config, trainer.workers
    restored = checkpoints.restore_latest(lambda line: _say(line, workers))
    if restored is None:
        start_learner(learner, config, trainer.batches.store, fitted)
        # Other machines may round the fit another way.
        workers.share_from_chief(learner.generator.variables)
        return
    trainer.completed, trainer.seconds = restored.step, restored.seconds
    _say(f"going on at step {trainer.completed}", workers)
    if learner.chains is not None:
        learner.chains.start_from_prior(config.seed, restored.new_clips)


def _judge_new_video(
    workdir: Path,
    record: RunRecord,
    trainer: Trainer,
    learner: Learner,
    register: Callable[[str], None],
) -> Judging | None:
    """Returns how new video of the first clip is judged, if it is asked for."""
    every, workers = record.config.output.evaluate_every, trainer.workers
    if not every or not workers.is_chief:
        return None
    catalogue = ClipCatalogue(workdir, record)
    entry = catalogue.trained[0]
    real = find_real_frames(catalogue, record, entry, register=register)
    _say(f"judging new video every {every} steps; held out: {real.origin}")
    return judging_of(
        real,
        clip_id=entry.record.clip_id,
        synthesizer=Synthesizer(learner.generator),
        chains=learner.chains,
        every=every,
        seed=record.config.seed,
    )


def _train_and_report(
    workdir: Path,
    trainer: Trainer,
    learner: Learner,
    checkpoints: Checkpoints,
    judging: Judging | None,
    session: Session,
) -> Ended:
    config, workers = trainer.config, trainer.workers
    saving = CheckpointAction(checkpoints, trainer, config.output.checkpoint_every)
    actions: list[Action] = [saving]
    with contextlib.ExitStack() as stack:
        stack.callback(trainer.batches.close)
        if workers.is_chief:
            progress, log, *shown = reports_of(workdir, trainer, learner, judging, session)
            for report in (progress, log, *shown):
                stack.callback(report.close)
            actions = [progress, log, saving, *shown]
        if session.followers is not None:
            actions += session.followers(trainer)
        stopping = session.stopping or contextlib.nullcontext(lambda: False)
        stop = stack.enter_context(stopping)
        metrics = trainer.train(actions, should_stop=stop, max_seconds=session.max_seconds)
    if workers.is_chief:
        say_how_it_ended(workdir, trainer, session)
    figures = {} if metrics is None else metrics.known()
    return Ended(trainer.completed, config.learning.steps, figures)


def _say(line: str, workers: Workers | None = None) -> None:
    if workers is None or workers.is_chief:
        say(line)
