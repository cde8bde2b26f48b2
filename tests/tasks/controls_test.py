"""How many frames a model must make for what is shown, and how quickly they are gone through."""

from fractions import Fraction

import numpy as np
import pytest

from tf_dyngen.errors import UserError
from tf_dyngen.tasks.controls import (
    MOST_FROM_THE_END,
    Controls,
    Pace,
    choose_pace,
    control,
    frames_of_motion,
)
from tf_dyngen.video.clips import ClipRecord

CLIP = ClipRecord("id", "waves", 12, 25.0)


@pytest.mark.parametrize(
    ("speed", "num_frames", "num_made"),
    [(1, 30, 30), (2, 30, 59), (0.5, 30, 16), (0.25, 1, 1), (1.5, 4, 6), (0.1 + 0.2, 11, 4)],
)
def test_frames_are_made_up_to_the_last_that_is_shown(speed, num_frames, num_made):
    pace = choose_pace(Controls(speed=speed), num_frames, attends=True, loop=False)
    assert pace == Pace(Fraction(speed).limit_denominator(1000), num_made)
    video = np.arange(num_made, dtype=np.uint8)[:, None, None, None].repeat(9, 1).repeat(9, 2)
    pieces = control(iter([video]), pace, None, num_frames=num_frames, loop=False)
    shown = np.concatenate(list(pieces))
    assert len(shown) == num_frames
    # What grows evenly is met evenly, up to the rounding to whole levels.
    levels = shown.mean(axis=(1, 2, 3))
    np.testing.assert_allclose(levels, np.arange(num_frames) * float(pace.speed), atol=0.5)


def test_a_loop_goes_through_whole_frames():
    pace = choose_pace(Controls(speed=0.5), 25, attends=True, loop=True)
    assert pace == Pace(Fraction(12, 25), 12)
    assert choose_pace(Controls(), 25, attends=True, loop=True) == Pace(Fraction(1), 25)
    with pytest.raises(UserError, match="give at least 8"):
        choose_pace(Controls(speed=0.25), 5, attends=True, loop=True)


def test_only_what_is_played_from_its_end_has_an_end():
    controls = Controls(reverse=True)
    endless = 2 * MOST_FROM_THE_END
    assert choose_pace(controls, endless, attends=True, loop=False).num_made == endless
    with pytest.raises(UserError, match="give --num_frames"):
        choose_pace(controls, endless, attends=False, loop=False)


@pytest.mark.parametrize(
    ("controls", "num_frames"),
    [
        (Controls(), 12),
        (Controls(start_frame=11), 1),
        (Controls(speed=0.5), 23),
        (Controls(speed=2.0, start_frame=3), 5),
    ],
)
def test_a_clips_motion_is_shown_to_its_end(controls, num_frames):
    assert frames_of_motion(controls, CLIP) == num_frames
