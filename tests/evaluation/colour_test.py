"""Colours that a clip has not."""

import numpy as np
import pytest

from tf_dyngen.evaluation.colour import FARTHEST, STEP, ClipColours


def test_distance_and_share():
    clip = np.full((5, 16, 16, 3), 100, np.uint8)
    colours = ClipColours(clip)
    assert colours.strange_share(clip) == 0.0
    frames = clip.copy()
    frames[0, 3, 4, 0] = 100 + FARTHEST + STEP
    frames[1, 9, 9] = 110
    # 110 is 17 levels away in all, and one pixel of 1,280 is farther than 24.
    assert colours.strange_share(frames) == pytest.approx(1 / 1280)


def test_the_place_counts():
    clip = np.zeros((2, 48, 48, 3), np.uint8)
    clip[:, 32:] = 200
    colours = ClipColours(clip)
    # Upside down, 16 rows of 48 at each end have the other's colour; the lower end has none of
    # the dark colour below row 40, the upper one none of the bright colour.
    share = colours.strange_share(clip[:, ::-1])
    assert share == pytest.approx((16 + 8) / 48)
    assert ClipColours(clip, clip[:, ::-1]).strange_share(clip[:, ::-1]) == 0.0


def test_large_and_grey_frames():
    clip = np.zeros((2, 200, 200, 1), np.uint8)
    strange = clip.copy()
    strange[:, :100] = 255
    assert ClipColours(clip).strange_share(strange) == pytest.approx(0.5, abs=0.01)
