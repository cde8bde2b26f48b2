"""The linear dynamic texture where its answers are known, and beside figures measured before."""

from pathlib import Path

import numpy as np
import pytest

from tf_dyngen.evaluation import linear_baseline, metrics
from tf_dyngen.filling.baselines import hidden_error, linear_in_time
from tf_dyngen.video.clips import read_clip

FIRE = Path(__file__).parents[3] / "shared" / "clips" / "textures" / "fire.avi"


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
    texture = linear_baseline.fit(frames[:600], 4, dynamics)
    new = linear_baseline.synthesize(texture, 900, seed=1)
    assert new.min() >= 0.0
    assert new.max() <= 1.0
    assert not np.array_equal(new, linear_baseline.synthesize(texture, 900, seed=2))
    found = metrics.Reality(frames[:600], frames[600:], num_draws=1).judge(new)
    assert found.motion == pytest.approx(1.0, abs=0.2)
    assert found.temporal_variance == pytest.approx(1.0, abs=0.2)


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


# Motion, temporal variance, spectrum and sharpness of fire, measured with another implementation.
FIGURES = [
    (linear_baseline.LEAST_SQUARES, 40, (0.73, 0.74, 0.57, 0.83)),
    (linear_baseline.YULE_WALKER, 40, (0.77, 0.78, 0.53, 0.85)),
]


@pytest.mark.skipif(not FIRE.exists(), reason=f"{FIRE} is not there")
def test_figures_of_a_filmed_fire():
    frames = read_clip(FIRE, num_frames=None, size=(64, 64)).frames / np.float32(255.0)
    training, held_out = frames[:60], frames[60:]
    reality = metrics.Reality(training, held_out, num_draws=1)
    for dynamics, num_components, expected in FIGURES:
        texture = linear_baseline.fit(training, num_components, dynamics)
        videos = [linear_baseline.synthesize(texture, 540, seed) for seed in range(2)]
        found = reality.judge_several(videos)
        for name, value in zip(metrics.Fidelity._fields[1:], expected, strict=True):
            assert found[name].mean == pytest.approx(value, rel=0.1), (dynamics, name)
