"""Export of a trained run: a numbered SavedModel version that runs without this package."""

import functools
import time
from pathlib import Path

import numpy as np
import tensorflow as tf

from tf_dyngen.export import attention_inferring, inferring
from tf_dyngen.export.computations import Infer, Programs, ServedModel
from tf_dyngen.export.documents import Exported, write_documents
from tf_dyngen.export.inferring import SearchSettings, longest_window
from tf_dyngen.export.memory_of_calls import bytes_of_a_row
from tf_dyngen.export.requests import MOST_PIXEL_VALUES, Limits, Span, limit_rows
from tf_dyngen.export.signatures import Signature, build_signatures
from tf_dyngen.export.versions import next_version
from tf_dyngen.export.warmup import write_warmup_requests
from tf_dyngen.export.weights import ExportedWeights
from tf_dyngen.messages import say
from tf_dyngen.model.attention.generator import AttentionGenerator
from tf_dyngen.training.reports import read_metrics
from tf_dyngen.training.restore import TrainedRun, load_run, trained_precision
from tf_dyngen.training.write_errors import write_errors as tensorflow_errors
from tf_dyngen.video.clips import ClipRecord
from tf_dyngen.video.display import evenly_spaced
from tf_dyngen.video.writers import replacing, write_errors

# Trained clips that `start` and `animate` know, evenly spread over those of the run.
MOST_CLIPS = 1000
# A serving call is answered in seconds: fewer moves than launch.infer takes.
IMAGE_CHAINS, IMAGE_STEPS = 8, 60
CLIP_CHAINS, CLIP_STEPS = 2, 60
_DISK_ADVICE = "free some space, or write to another disk"
MOST_INFERRED_FRAMES, LONGEST_WINDOW = 1024, 60


def export(workdir: Path, output: Path, *, half: bool = False) -> Path:
    """Writes the next version of a generator under `output`; returns its folder.

    Args:
      workdir: of a trained run.
      output: holds versions 1, 2, ...; TensorFlow Serving serves the highest.
      half: whether weights are saved as float16, see `ExportedWeights`; all is computed in float32
        all the same.
    Raises: UserError if there is no trained run or the output cannot be written.
    """
    path = next_version(output)
    run = load_run(workdir, say)
    return export_run(run, read_metrics(workdir), path, half=half)


def export_run(run: TrainedRun, metrics: list[dict], path: Path, *, half: bool = False) -> Path:
    """Writes a run that is in memory as a version of a served model.

    Args:
      run: of what is exported.
      metrics: what was logged while it was trained.
      path: of the version, see `next_version`.
      half: see `export`.
    Returns: `path`.
    Raises: UserError if it cannot be written.
    """
    begun = time.monotonic()
    model, clips = _served_model(run, tf.float16 if half else tf.float32)
    if half and model.weights.dtype != tf.float16:
        say(f"--half changes nothing: {run.record.config.preset} chooses patches by all it saves")
    signatures = build_signatures(model)
    with replacing(path) as temporary, write_errors(path), tensorflow_errors(path, _DISK_ADVICE):
        save_signatures(model, signatures, temporary)
        write_documents(temporary, Exported(run, model, signatures, clips, metrics[-1:]))
        write_warmup_requests(temporary, model, signatures)
    size = sum(file.stat().st_size for file in path.rglob("*") if file.is_file())
    say(f"wrote {path}: {size / 1e6:.1f} MB in {time.monotonic() - begun:.0f} s")
    return path


def save_signatures(model: ServedModel, signatures: list[Signature], path: Path) -> None:
    """Writes saved_model.pb and the variables: weights and tables, and nothing else."""
    traced = {signature.name: signature.trace(model) for signature in signatures}
    options = tf.saved_model.SaveOptions(experimental_custom_gradients=False)
    tf.saved_model.save(model.weights, str(path), signatures=traced, options=options)


def _served_model(run: TrainedRun, dtype: tf.DType) -> tuple[ServedModel, list[ClipRecord]]:
    """Returns what is to be served, and the records of the clips that it knows."""
    config, generator = run.record.config, run.generator
    video = config.video
    clips = _known_clips(run)
    weights = ExportedWeights(generator, *_clip_tables(run, clips), dtype)
    frame_shape = (video.height, video.width, video.channels)
    programs = Programs(generator, weights, frame_shape, *_inference(run))
    most_rows = limit_rows(bytes_of_a_row(config, generator))
    limits = Limits(most_rows, MOST_PIXEL_VALUES, MOST_INFERRED_FRAMES)
    is_attention = isinstance(generator, AttentionGenerator)
    model = ServedModel(
        weights=weights,
        programs=programs,
        sizes=generator.latent_sizes,
        frame_shape=frame_shape,
        fit=video.fit,
        num_clips=len(clips),
        limits=limits,
        state_spans=tuple(map(Span._make, generator.state_bounds())) if is_attention else (),
        has_variety=is_attention,
    )
    return model, clips


def _inference(run: TrainedRun) -> tuple[Infer, Infer]:
    """Returns how latents of images and of clips are found."""
    config, generator = run.record.config, run.generator
    if isinstance(generator, AttentionGenerator):
        return attention_inferring.infer_clip, attention_inferring.infer_clip
    precision = trained_precision(run.record)
    window = min(config.learning.bptt_length, LONGEST_WINDOW)
    window = longest_window(generator.latent_sizes.noise, window)
    searches = (
        SearchSettings(IMAGE_CHAINS, IMAGE_STEPS, 1, precision),
        SearchSettings(CLIP_CHAINS, CLIP_STEPS, window, precision),
    )
    of_image, of_clip = (
        functools.partial(inferring.infer_clip, settings=search) for search in searches
    )
    return of_image, of_clip


def _known_clips(run: TrainedRun) -> list[ClipRecord]:
    """Returns the clips whose latents the run has kept, at most MOST_CLIPS, evenly spread."""
    known = [clip for clip in run.record.clips if clip.clip_id in run.chains.rows]
    return [known[row] for row in evenly_spaced(len(known), MOST_CLIPS)] if known else []


def _clip_tables(run: TrainedRun, clips: list[ClipRecord]) -> tuple[np.ndarray, np.ndarray]:
    """Returns initial states [M, S] and appearance [M, A] of clips."""
    latents = [run.chains.of_clip(clip.clip_id) for clip in clips]
    if latents:
        states, looks = ([np.asarray(each[leaf]) for each in latents] for leaf in (1, 2))
        return np.concatenate(states), np.concatenate(looks)
    # The prior's mean stands for none: nothing can be gathered from a table of no rows.
    sizes = run.generator.latent_sizes
    return np.zeros([1, sizes.state], np.float32), np.zeros([1, sizes.appearance], np.float32)
