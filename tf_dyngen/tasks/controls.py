"""Controls of new video: how quick it is, which way time runs, where it starts, what stands still.

A model that attends to its clips is played backwards by turning its memory round, so that there is
no end to it; of other models, which only lead forwards, a video is played from its end to its
start.
"""

from collections.abc import Iterable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import NamedTuple

import numpy as np

from tf_dyngen.config import VideoConfig
from tf_dyngen.errors import UserError
from tf_dyngen.messages import say
from tf_dyngen.video.clips import ClipRecord
from tf_dyngen.video.retiming import QUICKEST, SLOWEST, exact_speed, frames_needed, retime
from tf_dyngen.video.still_region import hold_still, read_region, region_of

# Of a video that is played from its end: the states that are kept take some tens of megabytes.
MOST_FROM_THE_END = 1_000_000
SHORTEST_LOOP = 2


class Controls(NamedTuple):
    """What is asked for.

    speed: how many times as fast things move, SLOWEST to QUICKEST.
    reverse: whether time runs backwards.
    start_frame: of the clip, from which new video goes on; None is wherever the seed says.
    still: a mask of what stands still: its file, or an array [H', W'] or [T, H', W'], not zero
      where a pixel does; None is nothing.
    end_frame: of the clip, at which new video arrives; None is wherever it comes to.
    """

    speed: float = 1.0
    reverse: bool = False
    start_frame: int | None = None
    still: Path | np.ndarray | None = None
    end_frame: int | None = None


UNCHANGED = Controls()


class Pace(NamedTuple):
    """speed: frames of motion a frame that is shown; num_made: frames of motion in all."""

    speed: Fraction
    num_made: int


def check_controls(
    controls: Controls, clip: ClipRecord, *, attends: bool, loop: bool, has_motion: bool
) -> None:
    """Raises UserError for a speed or frame that is none, and for what does not go together.

    Args:
      controls: what is asked for.
      clip: that the start and end frames are of.
      attends: whether the model attends to its clips.
      loop, has_motion: whether these are asked for too.
    """
    _speed_of(controls)
    start = controls.start_frame
    if controls.end_frame is not None:
        _check_end(attends=attends, loop=loop, has_motion=has_motion)
    for name in ("start_frame", "end_frame"):
        frame = getattr(controls, name)
        if frame is not None and not 0 <= frame < clip.num_frames:
            raise UserError(
                f"--{name}={frame}, the clip {clip.name} has {clip.num_frames} frames",
                f"give a whole number from 0 to {clip.num_frames - 1}",
            )
    if loop and start is not None:
        advice = "a loop goes where it closes best; leave one of them out"
        raise UserError("--loop with --start_frame", advice)
    if controls.reverse and has_motion and attends:
        advice = "what moves as a clip goes on forwards; leave one of them out"
        raise UserError("--reverse with --motion, of a model that attends to its clip", advice)
    if controls.reverse and start is not None and not attends:
        raise UserError(
            "--reverse with --start_frame is for models that attend to their clip, this one does"
            " not",
            "leave one of them out, or train one with --preset=texture",
        )


def _check_end(*, attends: bool, loop: bool, has_motion: bool) -> None:
    if not attends:
        raise UserError(
            "--end_frame is for models that attend to their clip, this one does not",
            "leave it out, or train one with --preset=texture",
        )
    if loop:
        raise UserError("--loop with --end_frame", "a loop has no end; leave one of them out")
    if has_motion:
        advice = "a clip's motion ends as the clip does; leave one of them out"
        raise UserError("--end_frame with --motion", advice)


def choose_pace(controls: Controls, num_frames: int, *, attends: bool, loop: bool) -> Pace:
    """Returns how many frames a model must make, and how quickly they are gone through.

    A loop, and what arrives at an end frame, goes through a whole number of frames, so that its
    speed may differ a little from what is asked for; that is said.

    Args:
      controls: what is asked for.
      num_frames: that are shown.
      attends, loop: see `check_controls`.
    Raises: UserError for a speed out of bounds, or where the video is too short for a loop or for
      both a start and an end frame, or too long to be played from its end.
    """
    speed = _speed_of(controls)
    num_made = frames_needed(speed, num_frames)
    if controls.end_frame is not None:
        return _pace_to_end(controls, speed, num_frames)
    if loop:
        num_made = round(num_frames * speed)
        if num_made < SHORTEST_LOOP:
            fewest = -(-SHORTEST_LOOP // speed)
            raise UserError(
                f"a loop of {num_frames} frames at --speed={controls.speed:g}",
                f"give at least {fewest}, in which {SHORTEST_LOOP} frames of motion have room",
            )
        asked, speed = speed, Fraction(num_made, num_frames)
        if speed != asked:
            say(
                f"the loop goes through {num_made} frames of motion in {num_frames}, so that it "
                f"closes: {float(speed):.4g} times as fast"
            )
    if controls.reverse and not attends and num_made > MOST_FROM_THE_END:
        raise UserError(
            f"--reverse of {num_made} frames of motion, of a model that only leads forwards",
            f"give --num_frames, so that {MOST_FROM_THE_END} or less are played from the end",
        )
    return Pace(speed, num_made)


def _pace_to_end(controls: Controls, asked: Fraction, num_frames: int) -> Pace:
    fewest = 1 if controls.start_frame is None else 2
    if num_frames < fewest:
        problem = f"{num_frames} frame for both --start_frame and --end_frame"
        raise UserError(problem, f"give --num_frames={fewest} or more")
    if num_frames == 1:
        return Pace(asked, 1)
    num_steps = max(round((num_frames - 1) * asked), 1)
    speed = Fraction(num_steps, num_frames - 1)
    if speed != asked:
        say(
            f"the video goes through {num_steps} frames of motion to its end frame:"
            f" {float(speed):.4g} times as fast"
        )
    return Pace(speed, num_steps + 1)


def frames_of_motion(controls: Controls, clip: ClipRecord) -> int:
    """Returns how many frames show a clip's motion from the start frame to its end.

    Raises: UserError for a speed out of bounds.
    """
    speed = _speed_of(controls)
    last = clip.num_frames - 1 - (controls.start_frame or 0)
    return int(last // speed) + 1


def _speed_of(controls: Controls) -> Fraction:
    if not SLOWEST <= controls.speed <= QUICKEST:
        advice = f"give a number from {SLOWEST:g}, slow, to {QUICKEST:g}, quick"
        raise UserError(f"--speed={controls.speed:g}", advice)
    return exact_speed(controls.speed)


def find_region(controls: Controls, video: VideoConfig) -> np.ndarray | None:
    """Returns what stands still, [H, W] bool at the size of the model's frames; None is nothing.

    Raises: UserError if the mask cannot be read, is no mask, or marks nothing or everything.
    """
    if controls.still is None:
        return None
    size = (video.height, video.width)
    if isinstance(controls.still, Path):
        region, notes = read_region(controls.still, size, video.fit)
        for note in notes:
            say(note)
        return region
    mask = np.asarray(controls.still)
    if mask.dtype.kind not in "biuf" or mask.ndim not in (2, 3) or 0 in mask.shape:
        raise UserError(
            f"still is an array of {mask.dtype}, of shape {list(mask.shape)}",
            "give the file of a mask, or numbers [H, W] or [T, H, W], not 0 where a pixel stands",
        )
    if np.isnan(mask).any():
        raise UserError("still holds NaN", "put 0 or 1 in its place")
    frames = (mask if mask.ndim == 3 else mask[None]) != 0
    return region_of(frames, size, video.fit, "the mask of still")


def refuse_mask(outputs: Iterable[Path], controls: Controls) -> None:
    """Raises UserError if writing `outputs` would replace the mask of what stands still."""
    mask = controls.still
    if not isinstance(mask, Path) or not mask.exists():
        return
    for output in outputs:
        if output.exists() and output.samefile(mask):
            raise UserError(f"--output={output} is the mask of --still", "name another file")


def control(
    pieces: Iterator[np.ndarray],
    pace: Pace,
    region: np.ndarray | None,
    *,
    num_frames: int,
    loop: bool,
) -> Iterator[np.ndarray]:
    """Yields frames of motion as they are shown, uint8 [n, H, W, C] each.

    Args:
      pieces: the frames of motion, `pace.num_made` in all.
      pace: see `choose_pace`.
      region: [H, W] bool, what stands still; None is nothing.
      num_frames: that are shown.
      loop: whether the first of the frames follows the last.
    """
    if pace.speed != 1:
        pieces = retime(pieces, pace.speed, num_frames, is_loop=loop)
    return pieces if region is None else hold_still(pieces, region)
