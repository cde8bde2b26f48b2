"""The training step and loop: learning, windows, tracing, replicas, divergence."""

import re

import numpy as np
import pytest

from tests.training.conftest import check_equal, moving_clip, numbers, put_back
from tf_dyngen.errors import UserError

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


@pytest.mark.parametrize("changes", [FEW_STATES, PAPER], ids=["linear_backbone", "paper"])
def test_training_lowers_the_error(make_trainer, changes):
    trainer = make_trainer({"learning.steps": 80, **changes})
    first = trainer.run_step()
    last = trainer.train([])
    assert last.step == 80
    assert last.mse < 0.7 * first.mse
    assert trainer.num_traces == 1


def test_learning_moves_the_weights_and_inference_the_latents(make_trainer):
    trainer = make_trainer()
    weights = [v.numpy() for v in trainer.generator.trainable_variables]
    noise = trainer.chains.noise.copy()
    trainer.run_step()
    trainer.run_step()
    for before, variable in zip(weights, trainer.generator.trainable_variables, strict=True):
        assert np.any(before != variable.numpy()), variable.path
    assert np.all(noise != trainer.chains.noise.copy())


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


@pytest.mark.parametrize("changes", [STATISTICS, PAPER, {"inference.chains": "fresh"}])
def test_two_replicas_learn_as_one_to_the_last_digits(make_trainer, mirrored, changes, float64):
    clips = [moving_clip(str(i), length, seed=i) for i, length in enumerate(LENGTHS)]
    settings = {"learning.batch_size": 4, "learning.bptt_length": 6, **changes}
    one = make_trainer(settings, clips=clips)
    two = make_trainer(settings, clips=clips, strategy=mirrored)
    for _ in range(10):
        metrics_one, metrics_two = one.run_step(), two.run_step()
    assert metrics_two.known().keys() == metrics_one.known().keys()
    for name, value in metrics_one.known().items():
        if name != "seconds":
            assert getattr(metrics_two, name) == pytest.approx(value, rel=1e-8), name
    if one.chains is not None:
        # Chains are kept in single precision.
        np.testing.assert_allclose(two.chains.noise, one.chains.noise, atol=1e-5)
    for a, b in zip(one.generator.variables, two.generator.variables, strict=True):
        if changes is not PAPER or not re.search(WITHOUT_INFLUENCE, a.path):
            assert np.linalg.norm(b.numpy() - a.numpy()) <= 1e-10 * np.linalg.norm(a.numpy()), (
                a.path
            )


@pytest.mark.parametrize("changes", [{}, PAPER], ids=["linear_backbone", "paper"])
def test_padding_has_no_influence(make_trainer, changes, monkeypatch):
    clips = [moving_clip("short", 5, seed=0), moving_clip("long", 8, seed=1)]
    trainer = make_trainer({"learning.batch_size": 2, **changes}, clips=clips)
    start, windows_of = numbers(trainer), trainer.batches.windows_of

    def with_rubbish_after_the_end(*arguments):
        visit, batch = windows_of(*arguments)
        batch.frames[0, 5:] = 200
        return visit, batch

    found = []
    for windows_or_other in (windows_of, with_rubbish_after_the_end):
        put_back(trainer, start)
        monkeypatch.setattr(trainer.batches, "windows_of", windows_or_other)
        densities = [trainer.run_step().log_joint for _ in range(5)]
        found.append({**numbers(trainer), "densities": densities})
    assert trainer.batches.at(4)[1].frames[0, 5:].min() == 200
    check_equal(*found)


def test_a_padded_clip_is_inferred_as_it_is_alone(make_trainer):
    clips = [moving_clip("short", 5, seed=0), moving_clip("long", 8, seed=1)]
    # Langevin noise is drawn for whole windows, which here differ in length: none of it.
    plain = {
        **PAPER,
        "inference.likelihood": "sum",
        "inference.step_size": 0.01,
        "inference.temperature": 0.0,
    }
    both = make_trainer({"learning.batch_size": 2, **plain}, clips=clips)
    alone = make_trainer({"learning.bptt_length": 5, **plain}, clips=clips[:1])
    for here, there in zip(alone.generator.variables, both.generator.variables, strict=True):
        here.assign(there)
    both.run_step()
    alone.run_step()
    for name in ("noise", "initial_state"):
        padded, own = (getattr(t.chains.of_clip("short"), name).numpy() for t in (both, alone))
        np.testing.assert_allclose(padded, own, atol=1e-5)


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


def test_numbers_that_are_not_finite_stop_training_before_any_action(make_trainer):
    seen = []

    class Recorder:
        def after_step(self, metrics):
            seen.append(metrics.step)

        def at_end(self, metrics):
            seen.append("end")

    trainer = make_trainer({"inference.step_size": 1e12, "learning.steps": 50})
    with pytest.raises(UserError, match=r"at step \d+: .*step_size"):
        trainer.train([Recorder()])
    assert "end" not in seen
    assert len(seen) == trainer.completed - 1


def test_a_stop_request_and_a_time_limit_end_the_loop(make_trainer):
    trainer = make_trainer({"learning.steps": 1000})
    assert trainer.train([], should_stop=lambda: trainer.completed >= 3).step == 3
    assert trainer.train([], max_seconds=1e-9).step == 4
    assert trainer.train([], max_seconds=0.0) is None


def test_the_losses_that_shape_new_video_are_reported_where_they_are_computed(make_trainer):
    names = {
        "statistics_distance",
        "energy_pull",
        "log_variance_ratio",
        "log_motion_ratio",
        "log_sharpness_ratio",
        "log_rhythm_ratio",
    }
    assert not names & make_trainer().run_step().known().keys()
    clips = [moving_clip(name, seed=seed) for seed, name in enumerate("ab")]
    trainer = make_trainer({"learning.batch_size": 2, **STATISTICS}, clips=clips)
    first, second = trainer.run_step(), trainer.run_step()
    assert names <= first.known().keys()
    assert first.statistics_distance > 0
    # The running mean of the ratios, which pulls, starts at 0; after a step it is a tenth of them.
    assert first.energy_pull == 0.0
    assert second.energy_pull != 0.0
    mean = trainer.energies.mean.numpy()
    ratios = [first.log_variance_ratio, first.log_motion_ratio, first.log_sharpness_ratio]
    later = [second.log_variance_ratio, second.log_motion_ratio, second.log_sharpness_ratio]
    expected = 0.1 * (0.9 * np.array(ratios) + np.array(later))
    np.testing.assert_allclose(mean[:3], expected, rtol=1e-4)
    assert first.log_rhythm_ratio > 0
