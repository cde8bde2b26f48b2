"""Learning of the attention model: alternating back-propagation through time, left out."""

import numpy as np
import pytest

from tests.training.conftest import check_equal, moving_clip, numbers, put_back
from tf_dyngen.errors import UserError
from tf_dyngen.tasks.synthesize import Synthesizer

# Clips are played to the bit by the commands too: tests/launch/attention_test.py.
pytestmark = pytest.mark.usefixtures("unoptimized")

ATTENTION = {
    "model.parameterisation": "attention",
    "attention.parts": 2,
    "attention.retention": 0.3,
    "attention.fade": 1,
    "inference.precondition_every": 0,
    "learning.statistics_weight": 0.0,
    "learning.learning_rate": 0.02,
    "learning.warmup_steps": 0,
    "learning.bptt_length": 20,
}


@pytest.fixture(scope="module")
def make_attention(make_trainer):
    """make_attention(changes, lengths) -> a Trainer of clips of these lengths."""

    def make(changes=None, lengths=(20,), **arguments):
        clips = [moving_clip(str(i), length, seed=i) for i, length in enumerate(lengths)]
        return make_trainer({**ATTENTION, **(changes or {})}, clips=clips, **arguments)

    return make


@pytest.fixture(scope="module")
def made(make_attention):
    """(Trainer of two clips, its numbers before the first step)."""
    trainer = make_attention({"learning.steps": 40}, lengths=(20, 14))
    return trainer, numbers(trainer)


@pytest.fixture
def trainer(made):
    """That trainer before its first step, traced or not."""
    put_back(*made)
    return made[0]


def test_the_loss_falls_in_one_trace(trainer):
    metrics = [trainer.run_step() for _ in range(40)]
    # Steps compare patches at places of their own, a few of which are far off: medians of many.
    first, last = (np.median([m.log_joint for m in part]) for part in (metrics[:10], metrics[-20:]))
    assert last > first
    assert trainer.num_traces == 1
    # Explained without its surroundings, no frame is a copy.
    assert all(np.isfinite(m.psnr) and m.psnr < 45 for m in metrics)


def test_learning_moves_the_weights_and_inference_the_latents(trainer):
    weights = trainer.generator.trainable_variables
    assert {weight.name for weight in weights} == {"log_temperature", "log_softness"}
    before, kept = numbers(trainer), [weight.numpy() for weight in weights]
    # Each of the two clips is visited.
    for _ in range(4):
        trainer.run_step()
    after = numbers(trainer)
    for weight, value in zip(weights, kept, strict=True):
        assert weight.numpy() != value, weight.path
    assert np.all(before["noise"] != after["noise"])
    low = trainer.generator.unpack(after["initial_state"]).low.numpy()
    assert np.all(low != trainer.generator.unpack(before["initial_state"]).low.numpy())


def test_a_trained_clip_is_still_played_as_it_is(trainer):
    for _ in range(4):
        trainer.run_step()
    synthesizer = Synthesizer(trainer.generator)
    for row in range(2):
        clip = trainer.batches.store.read(row)
        latents = trainer.chains.of_clip(clip.clip_id)
        played = np.concatenate(list(synthesizer.render(latents, len(clip.frames))))
        np.testing.assert_array_equal(played, clip.frames)


def test_windows_know_where_in_the_memory_they_are(make_attention):
    trainer = make_attention({"learning.bptt_length": 8}, lengths=(20, 14))
    seen = []
    for step in range(5):
        visit, batch = trainer.batches.at(step)
        trainer.run_step()
        state = trainer.generator.unpack(trainer.chains.carried_state[visit.rows])
        seen.append(batch.starts[0])
        first = 20 * visit.rows
        shown = first + batch.starts + batch.strides - 1
        np.testing.assert_array_equal(state.sources[0].time[:, 0], shown)
    assert max(seen) > 0


def test_padding_has_no_influence(make_attention, monkeypatch):
    trainer = make_attention({"learning.batch_size": 2}, (12, 20))
    start, gather = numbers(trainer), trainer.chains.gather
    rubbish = np.random.default_rng(0).normal(size=trainer.chains.noise.shape[1])

    def with_rubbish_after_the_end(*arguments):
        latents = gather(*arguments)
        latents.noise[0, 12:] = rubbish
        return latents

    found = []
    for gather_or_other in (gather, with_rubbish_after_the_end):
        put_back(trainer, start)
        monkeypatch.setattr(trainer.chains, "gather", gather_or_other)
        for _ in range(3):
            trainer.run_step()
        found.append(numbers(trainer))
    check_equal(*found)


@pytest.mark.parametrize(
    "changes",
    [
        {"inference.chains": "fresh"},
        {"inference.precondition_every": 5},
        {"learning.statistics_weight": 1.0},
    ],
)
def test_settings_of_the_other_models_are_refused(make_attention, changes):
    with pytest.raises(UserError, match=next(iter(changes))):
        make_attention(changes)
