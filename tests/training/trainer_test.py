"""The training step and loop: learning, windows, tracing, replicas, divergence."""

import numpy as np
import pytest
import tensorflow as tf

from tests.training.conftest import moving_clip
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
    noise = trainer.chains.noise.numpy()
    trainer.run_step()
    trainer.run_step()
    for before, variable in zip(weights, trainer.generator.trainable_variables, strict=True):
        assert np.any(before != variable.numpy()), variable.path
    assert np.all(noise != trainer.chains.noise.numpy())


def test_windows_carry_the_state_over(make_trainer):
    clip = moving_clip("long", num_frames=20)
    still_weights = {"learning.learning_rate": 1e-12}
    trainer = make_trainer({"learning.bptt_length": 8, **still_weights}, clips=[clip])
    assert trainer.batches.starts == [0, 6, 12]
    initial = trainer.chains.initial_state.numpy()
    trainer.run_step()
    after_first = trainer.chains.initial_state.numpy()
    assert np.any(after_first != initial)
    carried = trainer.chains.carried_state.numpy()
    rolled = trainer.generator.rollout(after_first, trainer.chains.noise[:, :6])[:, -1]
    np.testing.assert_allclose(carried, rolled, atol=1e-5)
    trainer.run_step()
    np.testing.assert_array_equal(trainer.chains.initial_state, after_first)
    trainer.run_step()
    trainer.run_step()
    assert np.any(trainer.chains.initial_state.numpy() != after_first)
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
        getattr(alone.chains, name).assign(getattr(both.chains, name)[row][None])
    both.run_step()
    alone.run_step()
    np.testing.assert_allclose(alone.chains.noise[0], both.chains.noise[row], atol=1e-5)


def test_two_replicas_learn_as_one(make_trainer):
    clips = [moving_clip(name, seed=i) for i, name in enumerate("abcd")]
    settings = {"learning.batch_size": 2, "seed": 5}
    mirrored = tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])
    one = make_trainer(settings, clips=clips)
    two = make_trainer(settings, clips=clips, strategy=mirrored)
    for _ in range(4):
        metrics_one, metrics_two = one.run_step(), two.run_step()
    assert metrics_two.log_joint == pytest.approx(metrics_one.log_joint, rel=1e-4)
    for a, b in zip(one.generator.variables, two.generator.variables, strict=True):
        np.testing.assert_allclose(b.numpy(), a.numpy(), atol=2e-4)
    np.testing.assert_allclose(two.chains.noise.numpy(), one.chains.noise.numpy(), atol=2e-4)


def test_a_batch_that_replicas_cannot_share_is_refused(make_trainer):
    mirrored = tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])
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
