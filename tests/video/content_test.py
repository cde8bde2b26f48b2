"""What frames show that training is better without is named, and nothing else is."""

import numpy as np
import pytest

from tf_dyngen.video.clips import Clip
from tf_dyngen.video.content import describe_content


def waves(num_frames=60, seed=0):
    """A field that moves all the time: [T, 24, 32, 3] uint8."""
    generator = np.random.default_rng(seed)
    time, row, column = np.ogrid[:num_frames, :24, :32]
    total = 0
    for along_row, along_column, phase in generator.normal(size=(8, 3)):
        pulse = generator.uniform(0.1, 0.3)
        total = total + np.sin(
            along_row * row / 4 + along_column * column / 4 + pulse * time + phase
        )
    return (
        np.repeat(127 + 60 * np.tanh(total / 3), 3).reshape(num_frames, 24, 32, 3).astype(np.uint8)
    )


def describe(frames, visible=None, every=1, first=0):
    clip = Clip("0" * 16, "clip", frames, 25.0, visible, first_frame=first)
    return describe_content(clip, every)


def noise():
    return np.random.default_rng(0).integers(0, 256, (40, 24, 32, 3), np.uint8)


@pytest.mark.parametrize("frames", [waves(), waves()[::5], noise()], ids=["slow", "fast", "noise"])
def test_plain_motion_has_nothing_to_say(frames):
    assert describe(frames) == []


def test_lights_that_flash_all_the_time_have_nothing_to_say():
    frames = waves()
    frames[np.random.default_rng(0).random(60) < 0.3] //= 3
    assert describe(frames) == []


@pytest.mark.parametrize("level", [0, 40, 255])
def test_a_still_is_named(level):
    frames = np.full((20, 24, 32, 3), level, np.uint8)
    assert describe(frames) == ["clip: all 20 frames are alike, there is no motion to learn"]


def test_a_flash_is_named_by_its_number_in_the_source():
    frames = waves()
    frames[33] = 255
    assert "clip: frame 33 is unlike those around it" in describe(frames)[0]
    assert "clip: frame 76 is unlike" in describe(frames, every=2, first=10)[0]


def test_a_cut_is_named_with_flags_for_either_side():
    (line,) = describe(np.concatenate([waves(30), 255 - waves(30, seed=1) // 3]))
    assert line.startswith("clip: a cut after frame 29; --num_frames=30 or --start=30 ")


@pytest.mark.parametrize(
    ("times", "words"), [(2, "every second frame repeats"), (3, "each frame is there 3 times")]
)
def test_repeats_are_named_with_the_flag_that_helps(times, words):
    (line,) = describe(waves(20).repeat(times, axis=0))
    assert words in line
    assert f"--every={times} " in line


def test_repeats_that_an_encoder_has_blurred_are_found():
    blurred = waves(20).repeat(2, axis=0)
    blurred[1::2, ::3] += 1
    (line,) = describe(blurred)
    assert "every second frame repeats" in line


def test_every_fifth_frame_that_repeats_is_a_stutter():
    frames = waves(48)
    (line,) = describe(frames[np.arange(60) * 4 // 5])
    assert "every fifth frame repeats the one before" in line


def test_a_lead_in_and_an_end_that_stand_still_are_named():
    black = np.zeros((15, 24, 32, 3), np.uint8)
    frames = np.concatenate([black, waves(40), waves(40)[-1:].repeat(20, axis=0)])
    assert describe(frames) == [
        "clip: the first 15 frames are alike; --start=15 leaves them out",
        "clip: the frames from 54 on are alike; --num_frames=54 leaves them out",
    ]


def test_what_is_hidden_is_not_looked_at():
    frames = waves()
    visible = np.ones((60, 24, 32, 1), bool)
    visible[33] = False
    frames[33] = 255
    assert describe(frames, visible) == []
    # A small part that can be seen moves as well as a large one.
    visible = np.zeros((60, 24, 32, 1), bool)
    visible[:, :2, :2] = True
    assert describe(waves(), visible) == []
