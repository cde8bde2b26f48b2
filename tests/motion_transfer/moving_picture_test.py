"""A picture that is carried along."""

import itertools

import numpy as np
import pytest

from tf_dyngen.evaluation.flow import measure_flow
from tf_dyngen.motion_transfer.clip_motion import ClipMotion
from tf_dyngen.motion_transfer.correspondence import Correspondence
from tf_dyngen.motion_transfer.moving_picture import MovingPicture

NUM_FRAMES = 24
AFTER = np.minimum(np.arange(NUM_FRAMES) + 1, NUM_FRAMES - 1)
MOMENTS = np.arange(600)[:, None] % (NUM_FRAMES - 1)


def noise(seed, size=64, smooth=2):
    """Smooth noise that repeats itself, [size, size, 3] uint8."""
    waves = np.fft.rfft2(np.random.default_rng(seed).standard_normal((size, size)))
    down, right = np.fft.fftfreq(size)[:, None], np.fft.rfftfreq(size)
    kept = np.exp(-2 * (np.pi * smooth) ** 2 * (down**2 + right**2))
    values = np.fft.irfft2(waves * kept, s=(size, size))
    return (
        np.clip(127.5 + 50 * values / values.std(), 0, 255)[..., None]
        .repeat(3, -1)
        .astype(np.uint8)
    )


def moving(picture, clip, scale=1.0, seed=0):
    motion = ClipMotion(clip, AFTER)
    step = len(picture) // 64
    low = picture[::step, ::step].astype(np.float32) / 255
    return MovingPicture(
        picture,
        motion,
        Correspondence(low, motion.frames),
        scale=scale,
        windows=np.ones((1, *motion.size)),
        seed=seed,
    )


@pytest.fixture(scope="module")
def drifting():
    """A clip in which all moves right by a pixel a frame."""
    return np.stack([np.roll(noise(0), shift, axis=1) for shift in range(NUM_FRAMES)])


def test_it_begins_with_the_picture_and_moves_as_the_clip(drifting):
    picture = noise(1)
    frames = np.stack(list(moving(picture, drifting).frames(MOMENTS[:9])))
    assert frames.shape == (10, 64, 64, 3)
    assert frames.dtype == np.uint8
    np.testing.assert_array_equal(frames[0], picture)
    flow = measure_flow(frames[:6, 12:-12, 12:-12] / np.float32(255))
    # Sector 0 is motion to the right.
    assert flow.directions[0] > 0.6
    assert np.median(flow.speeds) == pytest.approx(1.0, rel=0.25)


def test_a_larger_picture_moves_as_many_times_farther(drifting):
    picture = noise(1, size=128, smooth=4)
    frames = np.stack(list(moving(picture, drifting, scale=2.0).frames(MOMENTS[:5])))
    flow = measure_flow(frames[:, 24:-24, 24:-24] / np.float32(255))
    assert np.median(flow.speeds) == pytest.approx(2.0, rel=0.25)


def test_it_never_wears_out(drifting):
    picture = noise(1)
    frames = moving(picture, drifting).frames(MOMENTS)
    late = np.stack(list(itertools.islice(frames, 500, 520))).astype(float)
    # What is far from the picture's own contrast would be smeared or torn.
    assert late.std(axis=(1, 2, 3)).min() > 0.6 * picture.std()
    steps = np.abs(np.diff(late, axis=0)).mean(axis=(1, 2, 3))
    assert steps.min() > 1.0
    assert steps.max() < 3 * np.median(steps)


def test_a_clip_that_stands_still_leaves_the_picture_as_it_is():
    still = np.broadcast_to(noise(0), (NUM_FRAMES, 64, 64, 3))
    picture = noise(1)
    for frame in moving(picture, still).frames(MOMENTS[:12]):
        np.testing.assert_array_equal(frame, picture)


def test_it_flashes_as_the_clip():
    bright = np.where(np.arange(NUM_FRAMES) % 8 < 4, 0.4, 1.0)[:, None, None, None]
    clip = np.rint(bright * noise(0)).astype(np.uint8)
    picture = noise(1) // 2
    frames = np.stack(list(moving(picture, clip).frames(MOMENTS[:23])))
    means = frames[8:].mean(axis=(1, 2, 3))
    shown = bright.ravel()[MOMENTS[7:23, 0]]
    assert means[shown == 1.0].min() > 1.3 * means[shown < 1.0].max()


def test_the_seed_names_the_places_that_are_renewed(drifting):
    picture = noise(1)
    videos = [
        np.stack(list(moving(picture, drifting, seed=seed).frames(MOMENTS[:12])))
        for seed in (3, 3, 4)
    ]
    np.testing.assert_array_equal(videos[0], videos[1])
    assert (videos[0] != videos[2]).any()
