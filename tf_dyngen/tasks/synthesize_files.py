"""New video of a trained run, written to files as it is made."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import tqdm

from tf_dyngen.inference.video_draws import draw_appearance
from tf_dyngen.tasks.appearance import (
    RANDOM,
    check_has_appearance,
    load_appearance,
    parse_appearance,
)
from tf_dyngen.tasks.clip_catalogue import ClipCatalogue
from tf_dyngen.tasks.loop_steps import LoopSteps
from tf_dyngen.tasks.synthesize import Synthesizer, choose_variety
from tf_dyngen.training.restore import TrainedRun, load_run
from tf_dyngen.video.sources import refuse_sources
from tf_dyngen.video.writers import VideoWriter, open_video_writer, output_paths

DEFAULT_NUM_FRAMES = 240
# Yields the pieces of the video that a seed names.
Play = Callable[[int], Iterator[np.ndarray]]


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
) -> list[Path]:
    """Writes `num_videos` videos with the seeds seed, seed + 1, ...; returns the paths.

    Args:
      workdir: of a trained run.
      output: where to write; its suffix says in which form, see `open_video_writer`.
      num_frames: length of each video; None is that of the motion's clip, or DEFAULT_NUM_FRAMES.
      num_videos: how many; several go to one .npy, else to numbered files or folders.
      seed: of the first video.
      loop: whether each video's last frame leads back to its first; not with a motion.
      appearance: see `parse_appearance`; None is the motion's clip's, or a draw of the prior.
      motion: id or name of the clip whose noise and initial state are played; after its last
        frame the noise is fresh. None makes new motion.
      variety: 0 to 1; None is the usual one, see `choose_variety`.
    Raises: UserError if there is no trained run or no such clip, or the output cannot be written.
    """
    paths = output_paths(output, num_videos)
    is_of_clips = motion is not None or appearance not in (None, RANDOM)
    run = load_run(workdir, _say, with_chains=is_of_clips)
    refuse_sources(paths, run.record.source)
    catalogue = ClipCatalogue(workdir, run.record)
    clip = run.record.clips[0] if motion is None else catalogue.find(motion).record
    if num_frames is None:
        num_frames = DEFAULT_NUM_FRAMES if motion is None else clip.num_frames
    chosen = choose_variety(run.generator, variety)
    play = _player(
        run, catalogue, appearance, motion, num_frames=num_frames, loop=loop, variety=chosen
    )
    video = run.record.config.video
    per_file = num_videos // len(paths)
    with tqdm.tqdm(total=num_frames * num_videos, unit="frame", disable=None) as bar:
        for index, path in enumerate(paths):
            with open_video_writer(
                path,
                num_frames=num_frames,
                frame_size=(video.height, video.width),
                channels=video.channels,
                frame_rate=clip.frame_rate,
                num_videos=per_file,
            ) as writer:
                for number in range(index * per_file, (index + 1) * per_file):
                    steps = LoopSteps() if loop else None
                    _write(play(seed + number), writer, bar, steps)
                    if steps is not None:
                        _say(f"loop: {steps.describe()}")
            _say(f"wrote {path}")
    return paths


def _player(
    run: TrainedRun,
    catalogue: ClipCatalogue,
    appearance: str | None,
    motion: str | None,
    *,
    num_frames: int,
    loop: bool,
    variety: float,
) -> Play:
    """Reads the latents that are asked for and returns what plays them."""
    synthesizer = Synthesizer(run.generator)
    vector = None
    if appearance is not None:
        check_has_appearance(run)
        choice = parse_appearance(appearance, catalogue)
        vector = None if choice is None else load_appearance(choice, catalogue, run)
    if motion is None:
        return lambda seed: synthesizer.synthesize(
            num_frames=num_frames, seed=seed, loop=loop, appearance=vector, variety=variety
        )
    latents = catalogue.latents(catalogue.find(motion), run)
    size = run.generator.latent_sizes.appearance

    def go_on(seed: int) -> Iterator[np.ndarray]:
        chosen = latents.appearance
        if appearance is not None:
            chosen = (draw_appearance(seed, size) if vector is None else vector)[None]
        return synthesizer.go_on(
            latents._replace(appearance=chosen),
            num_frames=num_frames,
            seed=seed,
            variety=variety,
        )

    return go_on


def _write(
    pieces: Iterator[np.ndarray], writer: VideoWriter, bar: tqdm.tqdm, steps: LoopSteps | None
) -> None:
    for piece in pieces:
        writer.append(piece)
        if steps is not None:
            steps.add(piece)
        bar.update(len(piece))


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
