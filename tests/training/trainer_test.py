"""The training step and loop: learning, windows, tracing, replicas, divergence."""

import functools
import re

import numpy as np
import pytest

from tests.conftest import double_precision
from tests.training.conftest import check_equal, moving_clip, numbers, put_back
from tf_dyngen.errors import UserError

# The commands run their graphs as TensorFlow optimises them: tests/launch.
pytestmark = pytest.mark.usefixtures("unoptimized")

PAPER = {
    "model.parameterisation": "paper",
    "model.normalization": True,
    "inference.likelihood": "mean",
    "inference.observation_std": 1.0,
    "inference.step_size": 0.03,
    "inference.precondition_every": 0,
}


# Two components cannot hold the clip, so there is something left to learn.
FEW_STATES = {"model.state_size": 2, "model.noise_size": 2}
STATISTICS = {"learning.statistics_weight": 1.0}


@pytest.fixture(scope="module")
def few_states(make_trainer):
    """(Trainer of a linear backbone, its numbers before the first step)."""
    trainer = make_trainer({"learning.steps": 80, **FEW_STATES})
    return trainer, numbers(trainer)


@pytest.fixture
def plain(few_states):
    """That trainer before its first step, traced or not."""
    put_back(*few_states)
    return few_states[0]


@pytest.fixture
def trainer_of(make_trainer, request):
    """trainer_of(NAME) -> trainer of that parameterisation before its first step."""

    def of(parameterisation):
        if parameterisation == "paper":
            return make_trainer({"learning.steps": 80, **PAPER})
        return request.getfixturevalue("plain")

    return of


@pytest.mark.parametrize("parameterisation", ["linear_backbone", "paper"])
def test_training_lowers_the_error(trainer_of, parameterisation):
    trainer = trainer_of(parameterisation)
    first = trainer.run_step()
    last = trainer.train([])
    assert last.step == 80
    assert last.mse < 0.7 * first.mse
    assert trainer.num_traces == 1


def test_learning_moves_the_weights_and_inference_the_latents(plain):
    weights = [v.numpy() for v in plain.generator.trainable_variables]
    noise = plain.chains.noise.copy()
    plain.run_step()
    plain.run_step()
    for before, variable in zip(weights, plain.generator.trainable_variables, strict=True):
        assert np.any(before != variable.numpy()), variable.path
    assert np.all(noise != plain.chains.noise)


def test_windows_carry_the_state_over(make_trainer):
    clip = moving_clip("long", num_frames=20)
    still_weights = {"learning.learning_rate": 1e-12}
    trainer = make_trainer({"learning.bptt_length": 8, **still_weights}, clips=[clip])
    assert trainer.batches.starts_of(0) == [0, 6, 12]
    initial = trainer.chains.initial_state.copy()
    trainer.run_step()
    after_first = trainer.chains.initial_state.copy()
    assert np.any(after_first != initial)
    carried = trainer.chains.carried_state.copy()
    rolled = trainer.generator.rollout(after_first, trainer.chains.noise[None, :6])[:, -1]
    np.testing.assert_allclose(carried, rolled, atol=1e-5)
    trainer.run_step()
    np.testing.assert_array_equal(trainer.chains.initial_state, after_first)
    trainer.run_step()
    trainer.run_step()
    assert np.any(trainer.chains.initial_state.copy() != after_first)
    assert trainer.num_traces == 1


def test_other_clips_in_the_batch_do_not_touch_a_clip(make_trainer):
    clips = [moving_clip(name, seed=i) for i, name in enumerate("abc")]
    # A preconditioner is shared by the batch; it changes the path of a chain, not its target.
    plain = {"inference.precondition_every": 0, "inference.step_size": 0.01}
    both = make_trainer({"learning.batch_size": 3, **plain}, clips=clips)
    alone = make_trainer({"learning.batch_size": 1, **plain}, clips=clips[1:2])
    # The same start for the clip, and the weights of the batch of three.
    for here, there in zip(alone.generator.variables, both.generator.variables, strict=True):
        here.assign(there)
    row = both.chains.rows["b"]
    for name in ("noise", "initial_state", "carried_state"):
        start = getattr(both.chains, name)
        getattr(alone.chains, name)[:] = (
            start[both.chains.frames_of(row)] if name == "noise" else start[row]
        )
    both.run_step()
    alone.run_step()
    own = both.chains.noise[both.chains.frames_of(row)]
    np.testing.assert_allclose(alone.chains.noise, own, atol=1e-5)


LENGTHS = [6, 6, 4, 6, 5, 10]
# A bias in front of a normalisation has no gradient but rounding, which Adam blows up.
WITHOUT_INFLUENCE = r"deconvolution/layer_\d/bias"


# Chains that start afresh, and the losses that shape new video; chains that are kept.
REPLICATED = {"fresh": {"inference.chains": "fresh", **STATISTICS}, "paper": PAPER}


@pytest.fixture(scope="module")
def replicated(make_trainer, mirrored):
    """replicated(NAME) -> (trainer, metrics of its five steps) of one replica, and of two."""

    @functools.cache
    def learn(name):
        clips = [moving_clip(str(i), length, seed=i) for i, length in enumerate(LENGTHS)]
        settings = {"learning.batch_size": 4, "learning.bptt_length": 6, **REPLICATED[name]}
        with double_precision():
            trainers = [make_trainer(settings, clips, strategy) for strategy in (None, mirrored)]
            return [(trainer, [trainer.run_step() for _ in range(5)]) for trainer in trainers]

    return learn


@pytest.mark.parametrize("name", REPLICATED)
def test_two_replicas_learn_as_one_to_the_last_digits(replicated, name):
    (one, told_by_one), (two, told_by_two) = replicated(name)
    assert told_by_two[-1].known().keys() == told_by_one[-1].known().keys()
    for figure, value in told_by_one[-1].known().items():
        if figure != "seconds":
            assert getattr(told_by_two[-1], figure) == pytest.approx(value, rel=1e-8), figure
    assert (one.chains is None) == (name == "fresh")
    if one.chains is not None:
        # Chains are kept in single precision.
        np.testing.assert_allclose(two.chains.noise, one.chains.noise, atol=1e-5)
    for a, b in zip(one.generator.variables, two.generator.variables, strict=True):
        if name != "paper" or not re.search(WITHOUT_INFLUENCE, a.path):
            assert np.linalg.norm(b.numpy() - a.numpy()) <= 1e-10 * np.linalg.norm(a.numpy()), (
                a.path
            )


def short_and_long():
    return [moving_clip("short", 5, seed=0), moving_clip("long", 8, seed=1)]


# Langevin noise is drawn for whole windows, which alone are shorter: none of it.
NO_NOISE = {
    **PAPER,
    "inference.likelihood": "sum",
    "inference.step_size": 0.01,
    "inference.temperature": 0.0,
}


@pytest.fixture(scope="module")
def padded(make_trainer):
    """padded(NAME) -> trainer of a padded clip and a whole one before its first step."""

    @functools.cache
    def make(parameterisation):
        changes = NO_NOISE if parameterisation == "paper" else {}
        trainer = make_trainer({"learning.batch_size": 2, **changes}, clips=short_and_long())
        return trainer, numbers(trainer)

    def trainer_of(parameterisation):
        put_back(*make(parameterisation))
        return make(parameterisation)[0]

    return trainer_of


@pytest.mark.parametrize("parameterisation", ["linear_backbone", "paper"])
def test_padding_has_no_influence(padded, parameterisation, monkeypatch):
    trainer = padded(parameterisation)
    windows_of = trainer.batches.windows_of

    def with_rubbish_after_the_end(*arguments):
        visit, batch = windows_of(*arguments)
        batch.frames[0, 5:] = 200
        return visit, batch

    found = []
    for windows_or_other in (windows_of, with_rubbish_after_the_end):
        trainer = padded(parameterisation)
        monkeypatch.setattr(trainer.batches, "windows_of", windows_or_other)
        densities = [trainer.run_step().log_joint for _ in range(5)]
        found.append({**numbers(trainer), "densities": densities})
    assert trainer.batches.at(4)[1].frames[0, 5:].min() == 200
    check_equal(*found)


def test_a_padded_clip_is_inferred_as_it_is_alone(make_trainer, padded):
    both = padded("paper")
    alone = make_trainer({"learning.bptt_length": 5, **NO_NOISE}, clips=short_and_long()[:1])
    for here, there in zip(alone.generator.variables, both.generator.variables, strict=True):
        here.assign(there)
    both.run_step()
    alone.run_step()
    for name in ("noise", "initial_state"):
        padded_clip, own = (getattr(t.chains.of_clip("short"), name).numpy() for t in (both, alone))
        np.testing.assert_allclose(padded_clip, own, atol=1e-5)


def test_fresh_chains_start_anew_and_learn(make_trainer):
    changes = {"inference.chains": "fresh", "learning.steps": 60, **FEW_STATES}
    trainer = make_trainer(changes, clips=[moving_clip("a", num_frames=12)])
    assert trainer.chains is None
    first = trainer.run_step()
    last = trainer.train([])
    assert last.mse < 0.8 * first.mse
    assert "chains" not in trainer.contents()


def test_a_batch_that_replicas_cannot_share_is_refused(make_trainer, mirrored):
    with pytest.raises(UserError, match=r"learning\.batch_size"):
        make_trainer({"learning.batch_size": 1}, strategy=mirrored)


def test_numbers_that_are_not_finite_stop_training_before_any_action(plain):
    seen = []

    class Spoiler:
        def after_step(self, metrics):
            seen.append(metrics.step)
            if metrics.step == 3:
                plain.chains.noise[...] = 1e30

        def at_end(self, metrics):
            seen.append("end")

    with pytest.raises(UserError, match=r"at step 4: .*step_size"):
        plain.train([Spoiler()])
    assert seen == [1, 2, 3]


def test_a_stop_request_and_a_time_limit_end_the_loop(plain):
    assert plain.train([], should_stop=lambda: plain.completed >= 3).step == 3
    assert plain.train([], max_seconds=1e-9).step == 4
    assert plain.train([], max_seconds=0.0) is None


def test_the_losses_that_shape_new_video_are_reported_where_they_are_computed(plain, replicated):
    names = {
        "statistics_distance",
        "energy_pull",
        "log_variance_ratio",
        "log_motion_ratio",
        "log_sharpness_ratio",
        "log_rhythm_ratio",
    }
    assert not names & plain.run_step().known().keys()
    trainer, told = replicated("fresh")[0]
    first, second, *_ = told
    assert names <= first.known().keys()
    assert first.statistics_distance > 0
    # The running mean of the ratios, which pulls, starts at 0; a step moves it by a tenth.
    assert first.energy_pull == 0.0
    assert second.energy_pull != 0.0
    expected = np.zeros(3)
    for metrics in told:
        ratios = metrics.log_variance_ratio, metrics.log_motion_ratio, metrics.log_sharpness_ratio
        expected = 0.9 * expected + 0.1 * np.array(ratios)
    np.testing.assert_allclose(trainer.energies.mean.numpy()[:3], expected, rtol=1e-4)
    assert first.log_rhythm_ratio > 0
