"""The linear dynamic texture where its answers are known."""

import numpy as np
import pytest

from tf_dyngen.evaluation import linear_baseline
from tf_dyngen.filling.baselines import hidden_error, linear_in_time
from tf_dyngen.simulation.textures import catalogue as textures


def motion(frames):
    return np.mean(np.square(np.diff(frames, axis=0)))


def check_mean(found, expected, slack):
    """Asserts a mean to four standard errors and a share of what is expected."""
    error = np.std(found, ddof=1) / np.sqrt(len(found))
    assert np.mean(found) == pytest.approx(expected, abs=4.0 * error + slack * expected)


def oscillations(num_frames, decay=0.98):
    """A process whose dynamics are known: two decaying rotations, [T, 12, 12, 3], and their A."""
    random = np.random.default_rng(0)
    turns = [0.3, 0.9]
    transition = np.zeros((4, 4))
    for index, turn in enumerate(turns):
        rotation = [[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]]
        transition[2 * index : 2 * index + 2, 2 * index : 2 * index + 2] = decay * np.array(
            rotation
        )
    states = np.zeros((num_frames, 4))
    state = random.standard_normal(4)
    for time in range(num_frames):
        state = transition @ state + np.sqrt(1 - decay**2) * random.standard_normal(4)
        states[time] = state
    loading = random.normal(0, 0.04, (12 * 12 * 3, 4))
    return 0.5 + (states @ loading.T).reshape(num_frames, 12, 12, 3), transition


@pytest.mark.parametrize("dynamics", [linear_baseline.LEAST_SQUARES, linear_baseline.YULE_WALKER])
def test_the_dynamics_of_a_linear_process_are_found(dynamics):
    frames, transition = oscillations(1500)
    texture = linear_baseline.fit(frames, 4, dynamics)
    found, known = (np.linalg.eigvals(a) for a in (texture.transition, transition))
    # The states are known up to a linear map, which leaves eigenvalues as they are; those of T
    # frames are off by about sqrt((1 - decay^2) / T).
    np.testing.assert_allclose(np.sort_complex(found), np.sort_complex(known), atol=0.03)


@pytest.mark.parametrize("dynamics", [linear_baseline.LEAST_SQUARES, linear_baseline.YULE_WALKER])
def test_a_synthesis_of_a_linear_process_is_like_it(dynamics):
    frames, _ = oscillations(1500)
    texture = linear_baseline.fit(frames, 4, dynamics)
    new = linear_baseline.synthesize(texture, 900, seed=1)
    assert new.min() >= 0.0
    assert new.max() <= 1.0
    assert not np.array_equal(new, linear_baseline.synthesize(texture, 900, seed=2))
    blocks = list(linear_baseline.synthesize_blocks(texture, 900, seed=1))
    assert max(map(len, blocks)) == linear_baseline.BLOCK
    np.testing.assert_array_equal(np.concatenate(blocks), new)
    videos = [linear_baseline.synthesize(texture, 900, seed) for seed in range(20)]
    # What leads into and out of 1500 frames of a memory of 50 counts for 50 / 1500 of the fit.
    varied = [np.mean(np.square(video - texture.mean)) for video in videos]
    check_mean(varied, np.mean(frames.var(axis=0)), slack=50 / 1500)
    check_mean([motion(video) for video in videos], motion(frames), slack=50 / 1500)


def test_exploding_dynamics_are_made_stable():
    growth = 1.05 ** np.arange(40)[:, None, None, None]
    pattern = np.random.default_rng(0).uniform(0, 0.1, (1, 8, 8, 1))
    ramp = 0.01 * np.arange(40)[:, None, None, None] * pattern[:, ::-1]
    texture = linear_baseline.fit(growth * pattern + ramp, 2, linear_baseline.LEAST_SQUARES)
    radius = np.abs(np.linalg.eigvals(texture.transition)).max()
    assert radius <= linear_baseline.LARGEST_EIGENVALUE + 1e-9
    assert np.isfinite(linear_baseline.synthesize(texture, 500, seed=0)).all()


def test_missing_frames_of_a_linear_process_are_filled():
    frames, _ = oscillations(120)
    pixels = np.rint(255.0 * np.clip(frames, 0, 1)).astype(np.uint8)
    visible = np.ones((120, 12, 12), bool)
    visible[5:115:3] = False
    visible[:, 4:7, 4:7] = False
    visible[::7] = True
    filled = linear_baseline.fill_missing(pixels, visible, num_components=4)
    np.testing.assert_array_equal(filled[visible], pixels[visible].astype(np.float32))
    simple = linear_in_time(pixels, visible)
    assert hidden_error(filled, pixels, visible) < 0.8 * hidden_error(simple, pixels, visible)


@pytest.mark.parametrize("name", ["smoke", "rain"])
def test_a_synthesis_has_the_variance_and_motion_of_the_components_it_was_fitted_to(name):
    """With covariances of lag 0 and 1 as Yule and Walker estimate them: sums over T, not T - 1."""
    frames = textures.simulate(name, 0, 32, 60) / np.float32(255.0)
    texture = linear_baseline.fit(frames, 20, linear_baseline.YULE_WALKER)
    coefficients = texture.states @ texture.loading.T.astype(np.float64)
    assert np.abs(coefficients.reshape(frames.shape) + texture.mean - frames).mean() < 0.02
    variance = np.mean(np.square(coefficients))
    lag_one = np.sum(coefficients[1:] * coefficients[:-1]) / coefficients.size
    videos = [linear_baseline.synthesize(texture, 600, seed) for seed in range(6)]
    for found, expected in (
        ([np.mean(np.square(video - texture.mean)) for video in videos], variance),
        ([motion(video) for video in videos], 2.0 * (variance - lag_one)),
    ):
        # A pixel in a thousand is clipped.
        check_mean(found, expected, slack=0.01)
