"""Frames between frames: how quick they make things, that they are smooth, the same in pieces."""

from fractions import Fraction

import numpy as np
import pytest
from scipy import ndimage

from tf_dyngen.evaluation.flow import measure_flow
from tf_dyngen.video.retiming import frames_needed, retime

SPEEDS = [Fraction(1, 4), Fraction(1, 2), Fraction(3, 2), Fraction(2), Fraction(4)]
# Pixels a frame, to the right.
STEP = 1.2


def moving_pattern(num_frames, channels=1):
    """A smooth pattern that moves to the right by STEP pixels a frame: [T, H, W, C] uint8."""
    random = np.random.default_rng(0)
    wide = ndimage.gaussian_filter(random.normal(size=(48, 400)), 2.0)
    wide = 255 * (wide - wide.min()) / np.ptp(wide)
    frames = [ndimage.shift(wide, (0, STEP * t))[:, 200:248] for t in range(num_frames)]
    return np.clip(np.rint(frames), 0, 255).astype(np.uint8)[..., None].repeat(channels, -1)


def retimed(video, speed, num_frames, **how):
    frames = list(retime(np.array_split(video, 4), speed, num_frames, **how))
    return np.concatenate(frames)


@pytest.mark.parametrize("speed", [Fraction(1, 2), Fraction(1), Fraction(2)])
def test_things_move_as_many_times_as_fast(speed):
    video = moving_pattern(60)
    flow = measure_flow(retimed(video, speed, 25) / 255.0)
    usual = measure_flow(video[:25] / 255.0)
    assert flow.mean_speed == pytest.approx(float(speed) * usual.mean_speed, rel=0.1)
    assert usual.mean_speed == pytest.approx(STEP, rel=0.1)
    # The first direction is to the right, clear of the rest.
    assert flow.directions[0] > 0.9


@pytest.mark.parametrize("speed", SPEEDS)
def test_a_frame_at_a_whole_time_is_the_videos_own_and_others_are_nearer_than_those_beside(speed):
    video = moving_pattern(42)
    frames = retimed(video, speed, 10)
    # What moves by a part of a step, as the pattern itself would.
    for number, frame in enumerate(frames.astype(float)):
        place, share = divmod(number * speed, 1)
        if not share:
            np.testing.assert_array_equal(frame, video[place])
            continue
        true = ndimage.shift(video[place, ..., 0].astype(float), (0, STEP * float(share)))
        inner = (slice(8, -8), slice(8, -8))
        missed = np.abs(frame[..., 0] - true)[inner].mean()
        beside = [np.abs(video[place + k, ..., 0] - true)[inner].mean() for k in (0, 1)]
        assert missed < 0.25 * min(beside)


@pytest.mark.parametrize("speed", SPEEDS)
@pytest.mark.parametrize("length", [1, 7])
def test_pieces_are_the_whole_to_the_bit(speed, length):
    video = moving_pattern(90, channels=3)
    whole = retimed(video, speed, 20)
    for start in range(0, 20, length):
        num_frames = min(length, 20 - start)
        first = int(start * speed)
        needed = video[first : first + frames_needed(speed, num_frames, start)]
        piece = np.concatenate(list(retime([needed], speed, num_frames, first_frame=start)))
        np.testing.assert_array_equal(piece, whole[start : start + num_frames])


def test_no_more_is_read_than_is_shown():
    read = []

    def without_end():
        for frame in np.resize(moving_pattern(8), (10_000, 1, 48, 48, 1)):
            read.append(1)
            yield frame

    frames = retime(without_end(), Fraction(1, 2), 10_000)
    for _ in range(9):
        next(frames)
    assert len(read) <= 6


def test_a_loop_goes_on_with_its_first_frame():
    turn = 2 * np.pi * np.arange(48) / 16
    times = np.arange(12)
    rows = 127 + 100 * np.sin(turn - 2 * np.pi * times[:, None] / 12)
    loop = np.rint(rows)[:, None, :, None].repeat(48, 1).astype(np.uint8)
    frames = retimed(loop, Fraction(1, 2), 24, is_loop=True).astype(int)
    steps = np.abs(frames - np.roll(frames, 1, axis=0))[:, :, 8:-8].mean(axis=(1, 2, 3))
    assert steps[0] == pytest.approx(np.median(steps), rel=0.2)
    assert steps.min() > 0.5 * steps.max()


def test_large_frames_are_interpolated_as_well():
    # Sides that are no multiples of what they are made smaller by.
    random = np.random.default_rng(0)
    wide = ndimage.gaussian_filter(random.normal(size=(203, 310)), 4.0)
    wide = 255 * (wide - wide.min()) / np.ptp(wide)
    exact = [ndimage.shift(wide, (0.6 * k, 1.5 * k))[5:, 5:] for k in range(3)]
    first, between, second = (np.rint(np.clip(frame, 0, 255))[..., None] for frame in exact)
    frames = retimed(np.stack([first, second]).astype(np.uint8), Fraction(1, 2), 3)
    inner = (slice(12, -12), slice(12, -12))
    missed = np.abs(frames[1] - between)[inner].mean()
    assert missed < 0.05 * np.abs(first - between)[inner].mean()


def test_frames_without_motion_or_smaller_than_a_window():
    grey = np.full([4, 8, 9, 3], 77, np.uint8)
    np.testing.assert_array_equal(retimed(grey, Fraction(1, 2), 7), np.full([7, 8, 9, 3], 77))
    jump = np.concatenate([grey, 0 * grey])
    assert retimed(jump, Fraction(1, 2), 15).shape == (15, 8, 9, 3)
