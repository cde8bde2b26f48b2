"""What `launch.recover` writes: recovered clips, how sure they are, and how good where known."""

import dataclasses
import functools
import io
import re
from pathlib import Path

import numpy as np

from tf_dyngen.config import FRESH, PERSISTENT
from tf_dyngen.errors import UserError
from tf_dyngen.evaluation.linear_baseline import fill_missing
from tf_dyngen.evaluation.report import to_json
from tf_dyngen.filling.baselines import BASELINES, hidden_error
from tf_dyngen.messages import progress_bar, say
from tf_dyngen.tasks.inpaint import write_at_source_size
from tf_dyngen.tasks.recover import Recovery, recover_clip
from tf_dyngen.tasks.training_clips import reopen_clips
from tf_dyngen.training.batches import ClipBatches
from tf_dyngen.training.restore import TrainedRun, load_run
from tf_dyngen.video.clip_paths import expand_clip_paths
from tf_dyngen.video.clips import blacken, read_clip
from tf_dyngen.video.display import contact_sheet, side_by_side
from tf_dyngen.video.encoding import require_folder_name
from tf_dyngen.video.files import listed
from tf_dyngen.video.heat import heat
from tf_dyngen.video.masked_clips import NOTHING_HIDDEN
from tf_dyngen.video.sources import open_collection
from tf_dyngen.video.wall import mark_hidden
from tf_dyngen.video.writers import (
    output_paths,
    replacing,
    write_atomically,
    write_picture,
    write_video,
)

CLIP_ITSELF = "clip"
AT_TRAINING_SIZE = "training"
AT_SOURCE_SIZE = "source"
# Of the sampler's moves, the share at which its samples begin to be those of a chain that stands.
LEAST_ACCEPTANCE = 0.1
# Of the standard deviations, the share that is drawn darker than white.
BRIGHTEST = 99.5


def recover_files(
    workdir: Path,
    output: Path,
    *,
    truth: str | None = None,
    output_size: str = AT_TRAINING_SIZE,
    num_samples: int = 60,
    burn_in: int = 20,
    hidden_weight: float | None = None,
) -> None:
    """Recovers what is hidden of the clips of a run and writes it to a folder, all or nothing.

    Several clips go to a folder each, named by their number and name.

    Args:
      workdir: of a run that was trained with a mask.
      output: folder; new or empty.
      truth: a clip without anything hidden, or CLIP_ITSELF where the mask hid it on purpose; None
        where the truth is not known. Clips hidden by `MaskSource.hide` are their own truth.
      output_size: AT_SOURCE_SIZE writes inpainted.mp4 too, see `write_at_source_size`.
      num_samples, burn_in: of each clip's chain.
      hidden_weight: what a prediction of a hidden pixel counts beside one that is seen, 0 to 1; as
        in training if None.
    Raises: UserError if there is no such run, nothing in it is hidden, the truth does not fit, or
      the output cannot be written.
    """
    require_folder_name(output)
    output_paths(output, 1)  # Refuses, before any work, what cannot be written.
    run = _load_run_with_masks(workdir, output_size)
    source = run.record.source
    paths = expand_clip_paths(source.clips)
    truths = _read_truths(run, truth)
    batches = reopen_clips(run, workdir)
    say("building the graph of a move; then samples are drawn")
    names = [record.name for record in batches.store.records]
    rows = _masked_rows(batches)
    trained = run.record.config.inference.hidden_weight
    recover = functools.partial(
        recover_clip,
        run,
        batches,
        num_samples=num_samples,
        burn_in=burn_in,
        hidden_weight=trained if hidden_weight is None else hidden_weight,
    )
    visits = (num_samples + burn_in) * len(rows)
    with replacing(output) as folder, progress_bar(total=visits, unit="sample") as bar:
        folder.mkdir()
        for row in rows:
            recovery = recover(row, report=bar.update)
            one = folder if len(names) == 1 else folder / _folder_name(row, names[row])
            one.mkdir(exist_ok=True)
            _write(one, recovery, truths[row] if truths else None, num_samples)
            if output_size == AT_SOURCE_SIZE:
                write_at_source_size(one, recovery, paths[row], run.record.config.video)
    say(f"wrote {output}: look at side_by_side.mp4")


def _load_run_with_masks(workdir: Path, output_size: str) -> TrainedRun:
    """Returns a run of which something is hidden; UserError if it cannot be recovered."""
    run = load_run(workdir, say)
    source = run.record.source
    if not source.mask:
        raise UserError(
            f"nothing was hidden when {workdir} was trained", "train with --mask or --hide"
        )
    if run.record.config.inference.chains == FRESH:
        raise UserError(
            f"{workdir} was trained with chains that are not kept, which recovery goes on with",
            f"train another with --set=inference.chains={PERSISTENT}",
        )
    if output_size == AT_SOURCE_SIZE and not source.clips:
        raise UserError("a data set has no source size", "leave --output_size out")
    return run


def _folder_name(row: int, clip_name: str) -> str:
    """Returns a plain name: a data set's clips have colons and slashes in theirs."""
    return f"{row:03d}_" + re.sub(r"[^\w.-]+", "_", clip_name)


def _masked_rows(batches: ClipBatches) -> list[int]:
    """Returns the rows of clips of which something is hidden, and says which are passed over."""
    clips = list(zip(batches.store.records, batches.store.has_mask, strict=True))
    bare = [record.name for record, has_mask in clips if not has_mask]
    if bare:
        say(f"nothing is hidden of {listed(bare)}, passed over")
    return [row for row, (_, has_mask) in enumerate(clips) if has_mask]


def _read_truths(run: TrainedRun, truth: str | None) -> list[np.ndarray] | None:
    """Returns the frames without anything hidden, of all clips; None if they are not known."""
    source, video = run.record.source, run.record.config.video
    if truth is None and not source.mask.hide:
        return None
    if truth in (None, CLIP_ITSELF):
        whole = open_collection(dataclasses.replace(source, mask=NOTHING_HIDDEN), video)
        return [clip.frames for clip in whole.read(np.arange(len(whole)))]
    length = run.record.clips[0].num_frames
    if len(run.record.clips) > 1:
        raise UserError(
            f"one truth, {truth}, is given for {len(run.record.clips)} clips",
            "give --truth=clip if the masks were put there on purpose, or leave it out",
        )
    clip = read_clip(
        truth,
        num_frames=length,
        size=(video.height, video.width),
        channels=video.channels,
        fit=video.fit,
        start=video.start,
        every=video.every,
    )
    if len(clip.frames) < length:
        raise UserError(
            f"the truth {truth} holds {len(clip.frames)} frames, {length} were learned",
            "give a clip that is as long",
        )
    return [clip.frames]


def _write(folder: Path, recovery: Recovery, truth: np.ndarray | None, num_samples: int) -> None:
    clip, share = recovery.clip, recovery.moments.acceptance
    if share < LEAST_ACCEPTANCE:
        say(
            f"WARNING: {clip.name}: {share:.0%} of the sampler's moves were accepted, its samples "
            "are much alike: give a larger --burn_in, in which steps get shorter"
        )
    largest = float(np.percentile(recovery.std[recovery.std > 0], BRIGHTEST))
    deviation = heat(recovery.std.mean(axis=-1), largest)
    videos = {
        "hidden": mark_hidden(blacken(clip).frames, recovery.visible),
        "recovered": recovery.frames,
        "with detail": recovery.sample,
        f"deviation, white {largest:.0f}": deviation,
    }
    if truth is not None:
        videos["truth"] = truth
    write_video(folder / "recovered.npy", recovery.frames, clip.frame_rate)
    write_atomically(folder / "std.npy", _as_npy(recovery.std))
    write_video(folder / "recovered.mp4", recovery.frames, clip.frame_rate)
    write_video(folder / "sample.mp4", recovery.sample, clip.frame_rate)
    write_video(folder / "std.mp4", deviation, clip.frame_rate)
    write_video(folder / "side_by_side.mp4", side_by_side(videos), clip.frame_rate)
    write_picture(folder / "contact_sheet.png", contact_sheet(videos))
    figures = {
        "clip": clip.name,
        "num_frames": len(clip.frames),
        "hidden_share": float(1.0 - recovery.visible.mean()),
        "num_samples": num_samples,
        "mean_std": float(recovery.std[_hidden(recovery)].mean()),
        "acceptance": recovery.moments.acceptance,
        "step_size": recovery.moments.step_size,
        "truncated_share": recovery.moments.truncated_share,
    }
    if truth is not None:
        figures |= measure(recovery, truth)
        say(f"{clip.name}: mean absolute error {figures['hidden_mae']:.2f}")
    write_atomically(folder / "metrics.json", to_json(figures))


def measure(recovery: Recovery, truth: np.ndarray) -> dict:
    """Measures a recovery by the truth, over hidden entries, beside the simple means.

    Args:
      recovery: of a clip.
      truth: [T, H, W, C] uint8.
    Returns: `hidden_mae`, the paper's error, 0 to 255; `hidden_rmse`; `within_2_std`, which share
      lies within two standard deviations; `along_motion_mae`, of the prediction where learning
      started; `baselines`, name -> error.
    """
    frames = recovery.clip.frames
    visible = recovery.visible[..., 0]
    hidden = _hidden(recovery)
    errors = recovery.frames[hidden].astype(np.float64) - truth[hidden]
    fillings = {**BASELINES, "linear dynamic texture": fill_missing}
    return {
        "hidden_mae": hidden_error(recovery.frames, truth, visible),
        "hidden_rmse": float(np.sqrt(np.square(errors).mean())),
        "within_2_std": float(np.mean(np.abs(errors) <= 2.0 * recovery.std[hidden])),
        "along_motion_mae": hidden_error(recovery.predicted.frames, truth, visible),
        "baselines": {
            name: hidden_error(fill(frames, visible), truth, visible)
            for name, fill in progress_bar(fillings.items(), "simple means", unit="mean")
        },
    }


def _hidden(recovery: Recovery) -> np.ndarray:
    return np.broadcast_to(~recovery.visible, recovery.frames.shape)


def _as_npy(values: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, values)
    return buffer.getvalue()
