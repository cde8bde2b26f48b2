"""Where donors are found, against every pixel and shift tried one by one."""

import numpy as np
import pytest

from tf_dyngen.filling.donors import LEAST_SERVED, MOST_SHIFTS, shifts_to_donors


def tried_one_by_one(visible):
    """What `shifts_to_donors` says, pixel by pixel."""
    num_frames = len(visible)
    shifts = np.zeros(visible.shape, int)
    hidden = list(zip(*np.nonzero(~visible), strict=True))

    def gap(pixel, step):
        time = pixel[0]
        for distance in range(1, num_frames):
            there = time + step * distance
            if 0 <= there < num_frames and visible[there, *pixel[1:]]:
                return distance
        return 0

    def serves(pixel, shift, predictable):
        donor = pixel[0] + shift
        if not 0 <= donor < num_frames or not visible[donor, *pixel[1:]]:
            return False
        is_far = gap(pixel, -1) <= donor < num_frames - gap(pixel, 1)
        return is_far or not predictable

    for predictable in (True, False):
        for _ in range(MOST_SHIFTS):
            left = [pixel for pixel in hidden if not shifts[pixel]]
            candidates = [shift for shift in range(1 - num_frames, num_frames) if shift]
            served = {s: [p for p in left if serves(p, s, predictable)] for s in candidates}
            best = max(candidates, key=lambda s: (len(served[s]), -abs(s)), default=None)
            if best is None or len(served[best]) < max(1, LEAST_SERVED * len(hidden)):
                break
            for pixel in served[best]:
                shifts[pixel] = best
    return shifts


def masks():
    random = np.random.default_rng(0)
    yield "scattered", random.random((7, 3, 4)) > 0.4
    passing = np.ones((9, 2, 6), bool)
    for time in range(9):
        passing[time, :, time // 2 : time // 2 + 2] = False
    yield "an object that passes", passing
    frames = np.ones((8, 2, 3), bool)
    frames[2:5] = False
    yield "whole frames", frames
    yield "nothing seen", np.zeros((4, 2, 2), bool)
    yield "one frame", np.eye(2, dtype=bool)[None]


@pytest.mark.parametrize("visible", [pytest.param(mask, id=name) for name, mask in masks()])
def test_each_hidden_pixel_has_the_shift_that_serves_most(visible):
    np.testing.assert_array_equal(shifts_to_donors(visible), tried_one_by_one(visible))
