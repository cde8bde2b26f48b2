"""New video of a trained run, written to files as it is made."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from tf_dyngen.messages import progress_bar, say
from tf_dyngen.tasks.appearance import RANDOM
from tf_dyngen.tasks.clip_catalogue import ClipCatalogue
from tf_dyngen.tasks.controls import UNCHANGED, Controls, frames_of_motion, refuse_mask
from tf_dyngen.tasks.loop_steps import LoopSteps
from tf_dyngen.tasks.player import player
from tf_dyngen.tasks.synthesize import Synthesizer, choose_variety
from tf_dyngen.training.restore import TrainedRun, load_run
from tf_dyngen.video.frame_size import output_size as find_size
from tf_dyngen.video.resizing import resize_frames
from tf_dyngen.video.sources import open_collection, refuse_sources
from tf_dyngen.video.writers import VideoWriter, open_video_writer, output_paths

DEFAULT_NUM_FRAMES = 240


def synthesize_files(
    workdir: Path,
    output: Path,
    *,
    num_frames: int | None = None,
    num_videos: int = 1,
    seed: int = 0,
    loop: bool = False,
    appearance: str | None = None,
    motion: str | None = None,
    variety: float | None = None,
    output_size: str | None = None,
    controls: Controls = UNCHANGED,
) -> list[Path]:
    """Writes `num_videos` videos with the seeds seed, seed + 1, ...; returns the paths.

    Args:
      workdir: of a trained run.
      output: where to write; its suffix says in which form, see `open_video_writer`.
      num_frames: length of each video; None is what shows the motion's clip, or
        DEFAULT_NUM_FRAMES.
      num_videos: how many; several go to one .npy, else to numbered files or folders.
      seed: of the first video.
      loop: whether each video's last frame leads back to its first; not with a motion.
      appearance: see `parse_appearance`; None is the motion's clip's, or a draw of the prior.
      motion: id or name of the clip whose noise and initial state are played; after its last
        frame the noise is fresh. None makes new motion.
      variety: 0 to 1; None is the usual one, see `choose_variety`.
      output_size: see `frame_size.output_size`; None is the size that frames are made at.
      controls: of speed, direction, start and what stands still. A start frame is one of the
        motion's clip, whose motion is then played from there; without a motion, of the first clip,
        and what follows the frame is new. Its frame comes first as it is, if the model attends to
        its clip; of others the one that its chain's state shows.
    Raises: UserError if there is no trained run or no such clip, or the output cannot be written.
    """
    paths = output_paths(output, num_videos)
    is_of_clips = motion is not None or appearance not in (None, RANDOM)
    with_chains = is_of_clips or controls.start_frame is not None
    run = load_run(workdir, say, with_chains=with_chains)
    refuse_sources(paths, run.record.source)
    refuse_mask(paths, controls)
    catalogue = ClipCatalogue(workdir, run.record)
    clip = run.record.clips[0] if motion is None else catalogue.find(motion).record
    if num_frames is None:
        num_frames = DEFAULT_NUM_FRAMES if motion is None else frames_of_motion(controls, clip)
    how = {"num_frames": num_frames, "loop": loop, "controls": controls}
    how["variety"] = choose_variety(run.generator, variety)
    synthesizer = Synthesizer(run.generator)
    play = player(synthesizer, run, catalogue, appearance, motion, **how)
    form = {"num_frames": num_frames, "frame_size": _written_size(run, output_size)}
    form |= {"frame_rate": clip.frame_rate, "channels": run.record.config.video.channels}
    form["is_loop"] = loop
    with progress_bar(total=num_frames * num_videos, unit="frame") as bar:
        for path, seeds in zip(paths, _share_out(seed, num_videos, len(paths)), strict=True):
            with open_video_writer(path, num_videos=len(seeds), **form) as writer:
                for number in seeds:
                    _write(play(number), form["frame_size"], writer, bar, loop)
            say(f"wrote {path}")
    return paths


def _share_out(seed: int, num_videos: int, num_files: int) -> list[range]:
    """Returns the seeds of each file's videos."""
    each = num_videos // num_files
    return [range(seed + i * each, seed + (i + 1) * each) for i in range(num_files)]


def _written_size(run: TrainedRun, asked: str | None) -> tuple[int, int]:
    """Returns (H, W) of the frames that are written, and says it where they are resampled."""
    video = run.record.config.video
    made = (video.height, video.width)
    if asked is None:
        return made
    size = find_size(asked, made, lambda: open_collection(run.record.source, video).picture_size())
    if size != made:
        say(f"frames of {made[0]}x{made[1]} are written at {size[0]}x{size[1]}, by bicubic filter")
    return size


def _write(
    pieces: Iterator[np.ndarray],
    size: tuple[int, int],
    writer: VideoWriter,
    bar,
    loop: bool,
) -> None:
    """Writes one video; of a loop it says how large the step over its seam is."""
    steps = LoopSteps() if loop else None
    for piece in pieces:
        writer.append(resize_frames(piece, size))
        if steps is not None:
            steps.add(piece)
        bar.update(len(piece))
    if steps is not None:
        say(f"loop: {steps.describe()}")
