"""Statistics of new frames: near for other frames of a texture, far for what is unlike it."""

import itertools

import numpy as np
import pytest
import tensorflow as tf

from tf_dyngen.training.texture_statistics import statistics_distance

FRAMES, SIDE = 60, 24


def waves(start=0, num_frames=FRAMES, speed=1.0, seed=0):
    """A window of a sum of travelling waves, [1, T, H, W, C] in [-1, 1]."""
    random = np.random.default_rng(seed)
    time_ = speed * np.arange(start, start + num_frames)[:, None, None]
    row, column = np.ogrid[:SIDE, :SIDE]
    frames = np.zeros((num_frames, SIDE, SIDE, 3))
    for _ in range(9):
        a, b, c, phase = random.uniform(-1, 1, 4)
        wave = np.sin(a * row + b * column + 0.5 * c * time_ + 6 * phase)
        frames += 0.1 * random.uniform(0.5, 1, 3) * wave[..., None]
    return tf.constant(frames[None], tf.float32)


measure = tf.function(statistics_distance, autograph=False)


def distance(made, real, num_frames=None, seeds=range(4)):
    length = tf.constant(real.shape[1] if num_frames is None else num_frames)
    found = [measure(made, real[0], length, tf.constant([3, seed])) for seed in seeds]
    return float(np.mean(found))


def blurred(frames):
    return tf.nn.avg_pool2d(frames[0], 7, 1, "SAME")[None]


@pytest.mark.parametrize(
    ("change", "least"),
    [
        pytest.param(lambda frames: frames, None, id="other frames"),
        pytest.param(lambda frames: frames[:, ::-1], None, id="backwards"),
        pytest.param(lambda frames: tf.repeat(frames[:, 20:21], FRAMES, axis=1), 1.0, id="still"),
        pytest.param(lambda frames: waves(300, speed=3.0), 0.5, id="too fast"),
        pytest.param(lambda frames: waves(300, speed=0.3), 0.2, id="too slow"),
        pytest.param(lambda frames: 0.7 * frames, 0.05, id="weak"),
        pytest.param(blurred, 0.03, id="blurred"),
        pytest.param(lambda frames: tf.sign(frames) * 0.3, 0.2, id="other values"),
    ],
)
def test_what_is_near_and_what_is_far(change, least):
    real, later = waves(), waves(300)
    near = distance(later, real)
    found = distance(change(later), real)
    if least is None:
        assert found < 2 * near
    else:
        assert found > max(least, 2 * near)


def test_it_is_a_function_of_the_seed_and_differs_with_it():
    real, made = waves(), waves(300)
    assert distance(made, real, seeds=[1]) == distance(made, real, seeds=[1])
    assert distance(made, real, seeds=[1]) != distance(made, real, seeds=[2])


def test_gradients_are_those_of_finite_differences():
    real = tf.cast(waves(num_frames=20), tf.float64)
    made = tf.cast(waves(300, num_frames=20), tf.float64)
    direction = tf.random.stateless_normal(made.shape, [0, 1], dtype=tf.float64)
    with tf.GradientTape() as tape:
        tape.watch(made)
        found = statistics_distance(made, real[0], tf.constant(20), tf.constant([3, 4]))
    slope = float(tf.reduce_sum(tape.gradient(found, made) * direction))
    # So small that the order of responses stays: it is differentiable between changes of it.
    step = 1e-9
    ahead, behind = (
        distance(made + sign * step * direction, real, seeds=[4]) for sign in (1.0, -1.0)
    )
    np.testing.assert_allclose((ahead - behind) / (2 * step), slope, rtol=1e-3)


@pytest.mark.parametrize(("num_windows", "energy"), [(1, 0.72), (2, 0.97)])
def test_windows_of_random_energy_keep_their_mean_energy_in_pairs(num_windows, energy):
    """One at a time, a model would learn to move too little.

    Scales of mean 0.85 and variance 0.28: the gain that makes E (gain * mean of K scales - 1)^2
    least is 0.85 for K = 1, an energy of 0.72, and 0.99 for K = 2, an energy of 0.97.
    """
    real, gains = waves(num_frames=30), [0.7, 0.9, 1.1]
    draws = [np.sqrt(draw) for draw in itertools.product([0.1, 1.9], repeat=num_windows)]
    # All draws are as likely: what is learned from is their mean.
    distances = [
        np.mean([distance(gain * draw_of(draw) * real, real, seeds=range(3)) for draw in draws])
        for gain in gains
    ]
    square, slope, _ = np.polyfit(gains, distances, 2)
    assert square > 0
    assert (slope / (2 * square)) ** 2 == pytest.approx(energy, abs=0.1)


def draw_of(scales):
    return tf.constant(scales, tf.float32)[:, None, None, None, None]


def test_frames_behind_a_clips_end_do_not_count():
    real, made = waves().numpy(), waves(300)
    other = real.copy()
    other[0, 25:] = 1e6
    found = [distance(made, tf.constant(clip), 25) for clip in (real, other)]
    assert found[0] == found[1]


@pytest.mark.parametrize("shape", [(1, 1, 1, 1), (2, 7, 5, 3), (3, 30, 2, 1), (12, 9, 16, 3)])
def test_frames_of_any_size(shape):
    random = np.random.default_rng(0)
    made, real = (tf.constant(random.uniform(-1, 1, (2, *shape)), tf.float32) for _ in range(2))
    assert np.isfinite(distance(made, real))


def test_a_clip_that_stands_still_gives_finite_gradients():
    real = tf.zeros([1, 10, 16, 16, 3])
    made = waves(num_frames=10)[:, :, :16, :16]
    with tf.GradientTape() as tape:
        tape.watch(made)
        found = statistics_distance(made, real[0], tf.constant(10), tf.constant([3, 4]))
    assert np.isfinite(tape.gradient(found, made)).all()
