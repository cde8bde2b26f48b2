"""Flow of a picture that is moved by hand."""

import numpy as np
import pytest
from scipy import ndimage

from tf_dyngen.evaluation import flow


def moved(step, num_frames=6):
    """A smooth picture that moves by (rows, columns) a frame, [T, 48, 48, 3]."""
    noise = np.random.default_rng(0).uniform(0, 1, (48, 48))
    picture = ndimage.gaussian_filter(noise, 2, mode="wrap")
    picture = (picture - picture.min()) / np.ptp(picture)
    frames = [
        ndimage.shift(picture, np.multiply(step, time), order=3, mode="grid-wrap")
        for time in range(num_frames)
    ]
    return np.clip(np.stack(frames)[..., None].repeat(3, axis=-1), 0, 1)


@pytest.mark.parametrize(
    ("step", "sector"), [((0, 1), 0), ((1, 0), 4), ((0, -1), 8), ((-1, 0), 12)]
)
def test_speed_and_direction_of_a_moving_picture(step, sector):
    found = flow.measure_flow(moved(step))
    assert np.median(found.speeds) == pytest.approx(1.0, abs=0.1)
    assert np.argmax(found.directions) == sector
    assert found.directions[sector] > 0.6
    assert found.directions.sum() == pytest.approx(1.0)
    np.testing.assert_allclose(found.places.sum(axis=(0, 1)), found.directions)


def test_distances():
    slow, fast, back = (flow.measure_flow(moved((0, s))) for s in (0.5, 1.5, -0.5))
    assert flow.speed_distance(slow, fast) == pytest.approx(1.0, abs=0.2)
    assert flow.speed_distance(slow, back) < 0.1
    assert flow.direction_distance(slow, fast) < 0.2
    assert flow.direction_distance(slow, back) > 0.8
    assert flow.direction_distance(slow, slow) == 0.0
    both = flow.mean_flow([slow, back])
    assert flow.direction_distance(slow, both) == pytest.approx(
        0.5 * flow.direction_distance(slow, back)
    )


def test_places_count():
    """Halves that move apart and halves that move together share their directions."""
    right, left = moved((0, 1)), moved((0, -1))
    apart = np.concatenate([right[:, :, :24], left[:, :, 24:]], axis=2)
    together = np.concatenate([left[:, :, :24], right[:, :, 24:]], axis=2)
    first, second = flow.measure_flow(apart), flow.measure_flow(together)
    assert 0.5 * np.abs(first.directions - second.directions).sum() < 0.3
    assert flow.direction_distance(first, second) > 0.6


def test_a_frozen_frame_does_not_move():
    found = flow.measure_flow(np.repeat(moved((0, 1), 1), 3, axis=0))
    assert found.mean_speed == 0.0
    np.testing.assert_allclose(found.directions, 1 / flow.NUM_DIRECTIONS)


def test_one_channel_is_seen_as_three():
    frames = moved((0, 1))
    np.testing.assert_allclose(
        flow.measure_flow(frames).speeds, flow.measure_flow(frames[..., :1]).speeds, atol=0.02
    )
