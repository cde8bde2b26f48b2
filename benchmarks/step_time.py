"""Time of a training step against its floor, the emission's own gradients.

  python -m benchmarks.step_time [--preset=texture_paper]

A step is `langevin_steps` gradients to the latents and one to the weights. The floor is the same
number of gradients of the emission alone, to the states and to the weights, in the same process.
`all` adds to the median step its share of the preconditioner's rebuild, once in many steps.
"""

import tensorflow as tf
from absl import app, flags

from benchmarks import measuring
from tf_dyngen import presets
from tf_dyngen.model.normalization import Mode, Statistics
from tf_dyngen.training.batches import ClipBatches
from tf_dyngen.training.devices import choose_strategy, plain_sums
from tf_dyngen.training.start import FittedClips, build_learner, start_learner
from tf_dyngen.training.trainer import Trainer
from tf_dyngen.training.workers import Workers

_PRESET = flags.DEFINE_string("preset", "texture_linear", "whose settings to time")
_REPEATS = flags.DEFINE_integer("repeats", 15, "timed calls of each")


def build_trainer(config, clip) -> Trainer:
    """Returns a started trainer of one clip."""
    strategy = choose_strategy("one_device")
    store = measuring.temporary_store([clip])
    learner = build_learner(config, [clip.record], strategy)
    start_learner(learner, config, store, FittedClips(store))
    batches = ClipBatches(
        store, batch_size=1, bptt_length=config.learning.bptt_length, seed=config.seed
    )
    return Trainer(config, *learner, batches, Workers(strategy))


def emission_gradients(trainer: Trainer):
    """Returns two calls: the emission's gradient to the states of a window, and to its weights."""
    length = trainer.batches.window_length
    emission = trainer.generator.emission
    sizes = trainer.generator.latent_sizes
    states = tf.random.stateless_normal([length, sizes.state], tf.constant([1, 2]))
    appearance = tf.zeros([length, sizes.appearance])
    frames = tf.cast(trainer.batches.at(0)[1].frames[0], tf.float32) / 127.5 - 1.0

    def squared_error(mode):
        return tf.reduce_sum(
            tf.square(emission(states, appearance, statistics=Statistics(mode)) - frames)
        )

    @tf.function
    def to_states():
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(states)
            error = squared_error(Mode.INFER)
        return tape.gradient(error, states)

    @tf.function
    def to_weights():
        with tf.GradientTape() as tape:
            error = squared_error(Mode.LEARN)
        return tape.gradient(error, emission.trainable_variables)

    return to_states, to_weights


def rebuild_seconds(trainer: Trainer) -> float:
    """Returns the seconds a step that the preconditioner's rebuild takes; 0 if there is none."""
    every = trainer.config.inference.precondition_every
    if not every:
        return 0.0

    def step_at(number):
        trainer.completed = number
        trainer.run_step()

    with_rebuild, without = measuring.median_seconds([lambda: step_at(0), lambda: step_at(1)], 5)
    return (with_rebuild - without) / every


@plain_sums()
def main(_) -> None:
    """Prints the table."""
    config = presets.load(_PRESET.value)
    clip = measuring.embedded_clip(config.video.num_frames, config.video.height)
    trainer = build_trainer(config, clip)
    to_states, to_weights = emission_gradients(trainer)
    calls = [trainer.run_step, to_states, to_weights]
    step, states, weights = measuring.median_seconds(calls, _REPEATS.value)
    everything = step + rebuild_seconds(trainer)
    floor = config.inference.langevin_steps * states + weights
    header = [
        "preset",
        "frames",
        "step s",
        "to states s",
        "to weights s",
        "floor s",
        "step / floor",
    ]
    header += ["all / floor", "peak MB"]
    row = [_PRESET.value, trainer.batches.window_length, f"{step:.3f}", f"{states:.3f}"]
    row += [f"{weights:.3f}", f"{floor:.3f}", f"{step / floor:.2f}"]
    row.append(f"{everything / floor:.2f}")
    measuring.print_table(header, [[*row, f"{measuring.peak_memory_mb():.0f}"]])


if __name__ == "__main__":
    app.run(main)
