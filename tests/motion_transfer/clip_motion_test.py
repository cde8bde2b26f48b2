"""What is known of how a clip moves."""

import numpy as np
import pytest

from tf_dyngen.motion_transfer.clip_motion import ClipMotion

WHOLE = np.ones((1, 64, 64))
NUM_FRAMES = 20
AFTER = np.minimum(np.arange(NUM_FRAMES) + 1, NUM_FRAMES - 1)


def ripples(shifts):
    """Crossing waves, moved right by so many pixels; [T, 64, 64, 3] uint8."""
    row, column = np.mgrid[:64, :64]
    values = [
        np.sin((column - shift) * 0.5) + np.sin((column - shift) * 0.21 + row * 0.4)
        for shift in shifts
    ]
    return np.rint(127.5 + 60 * np.array(values))[..., None].repeat(3, -1).astype(np.uint8)


def inner(values):
    return values[..., 12:-12, 12:-12]


@pytest.mark.parametrize("step", [1.0, -0.5])
def test_what_moves_evenly_is_explained_and_steady(step):
    motion = ClipMotion(ripples(step * np.arange(NUM_FRAMES)), AFTER)
    assert inner(motion.explained).min() > 0.9
    assert inner(motion.steadiness).min() > 0.95
    # At the clip's end it goes on as before.
    for moment in (3, NUM_FRAMES - 1):
        down, right = motion.flow(WHOLE, np.array([moment]))
        assert inner(right).mean() == pytest.approx(step, rel=0.1)
        assert abs(inner(down).mean()) < 0.05


def test_what_moves_to_and_fro_is_not_steady():
    motion = ClipMotion(ripples(np.arange(NUM_FRAMES) % 2), AFTER)
    assert inner(motion.steadiness).max() < 0.2


def test_what_becomes_bright_is_not_explained_by_flow():
    bright = np.where(np.arange(NUM_FRAMES) % 4 < 2, 60, 180).astype(np.uint8)
    frames = np.broadcast_to(bright[:, None, None, None], (NUM_FRAMES, 64, 64, 3))
    motion = ClipMotion(frames, AFTER)
    assert motion.explained.max() == 0.0
    dark, light = (motion.brightness(WHOLE, np.array([moment])).mean() for moment in (0, 2))
    # Beside their mean of 120, with 5 % of the range added.
    assert dark == pytest.approx((60 / 255 + 0.05) / (120 / 255 + 0.05), rel=1e-3)
    assert light == pytest.approx((180 / 255 + 0.05) / (120 / 255 + 0.05), rel=1e-3)


def test_parts_move_by_moments_of_their_own():
    shifts = np.concatenate([np.arange(10), 10 - np.arange(10)])
    motion = ClipMotion(ripples(shifts), AFTER)
    left = (np.arange(64) < 32).astype(float) * np.ones((64, 1))
    _, right = motion.flow(np.stack([left, 1 - left]), np.array([4, 14]))
    assert right[12:-12, 12:26].mean() == pytest.approx(1.0, rel=0.15)
    assert right[12:-12, 38:-12].mean() == pytest.approx(-1.0, rel=0.15)


def test_large_frames_are_averaged_down():
    large = ripples(np.arange(NUM_FRAMES)).repeat(2, axis=1).repeat(2, axis=2)
    motion = ClipMotion(large, AFTER)
    assert motion.size == (64, 64)
    _, right = motion.flow(WHOLE, np.array([3]))
    assert inner(right).mean() == pytest.approx(1.0, rel=0.1)


def test_a_single_frame_stands_still():
    motion = ClipMotion(ripples([0]), np.array([0]))
    assert not motion.flow(WHOLE, np.array([0])).any()
