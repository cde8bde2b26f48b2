"""Inference of the latents of clips that were not learned: Langevin dynamics to a mode.

Half of the chains start where trained clips are most like the clip, the others at the prior; their
temperature falls to 0 over the first half of the moves, so that they end in modes of the posterior.
A still image is a clip of one frame. A long clip is inferred window by window: the state is carried
over, and the appearance is what the first window says.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
import tensorflow as tf

from tf_dyngen.inference.draws import draw_langevin_noise
from tf_dyngen.inference.known_frames import KnownClip, similar_stretches
from tf_dyngen.inference.langevin import langevin_step
from tf_dyngen.inference.preconditioning import build_preconditioner, linearize
from tf_dyngen.model.density import Density, Evidence, log_joint_density
from tf_dyngen.model.generator import Generator
from tf_dyngen.model.latents import Latents

# Of preconditioned moves, for which 1 is a Gauss-Newton step cut in half: longer ones overshoot
# where the posterior is more curved than its linearisation.
STEP_SIZE = 0.7


class ClipFit(NamedTuple):
    """What was inferred: latents, leaves [1, ...], and the mean squared error of their frames."""

    latents: Latents
    error: float


class ClipInference:
    """Infers latents of clips; of several chains, the point of the highest density counts.

    Args:
      generator: its weights stand still.
      known: trained clips, where chains may start.
      num_chains: B, run as one batch.
      num_steps: Langevin moves in a window; 0 leaves the chains where they start.
      window_length: the most frames inferred at once; memory is that of a
        (window_length * noise_size) squared matrix.
      precision: 1 / sigma^2.
      seed: of the chains.
    """

    def __init__(
        self,
        generator: Generator,
        known: Sequence[KnownClip],
        *,
        num_chains: int,
        num_steps: int,
        window_length: int,
        precision: float,
        seed: int,
    ):
        self._generator = generator
        self._known = known
        self._num_chains = num_chains
        self._num_steps = num_steps
        self._window_length = window_length
        self._precision = precision
        self._seed = seed
        self._step = tf.function(self._langevin_step)
        self._build_roots = tf.function(self._linearized_roots)

    def num_moves(self, num_frames: int) -> int:
        """Returns how often inferring a clip of that length reports."""
        return self._num_windows(num_frames) * (self._num_steps + 1)

    def infer(self, frames: np.ndarray, report: Callable[[], object] = bool) -> ClipFit:
        """Infers the latents of a clip.

        Args:
          frames: [T, H, W, C] float32 in [-1, 1].
          report: called behind each move.
        """
        windows = np.array_split(frames, self._num_windows(len(frames)))
        carried, parts, squared_error = None, [], 0.0
        for number, window in enumerate(windows):
            found = self._infer_window(window, number, carried, report)
            density = self._density(found, window)
            carried = Latents(found.noise, density.states[:, -1], found.appearance)
            squared_error += float(density.squared_error[0])
            parts.append(found)
        noise = tf.concat([part.noise for part in parts], axis=1)
        return ClipFit(parts[0]._replace(noise=noise), squared_error / frames.size)

    def _num_windows(self, num_frames: int) -> int:
        return -(-num_frames // self._window_length)

    def _infer_window(
        self,
        frames: np.ndarray,
        number: int,
        carried: Latents | None,
        report: Callable[[], object],
    ) -> Latents:
        """Returns the best latents, leaves [1, ...], of the window of that number.

        Args:
          frames: [L, H, W, C].
          number: names the random draws.
          carried: its state and appearance are held, unless None.
          report: called behind each move.
        """
        first_step = number * (self._num_steps + 1)
        latents = self._starts(frames, first_step + self._num_steps)
        if carried is not None:
            held = [tf.repeat(leaf, self._num_chains, axis=0) for leaf in carried[1:]]
            latents = Latents(latents.noise, *held)
        roots = self._build_roots(Latents(*(leaf[:1] for leaf in latents)))
        observed = tf.constant(frames)
        best, density = latents, tf.fill([self._num_chains], -np.inf)
        # The last move only looks at where the one before has led.
        for step in range(self._num_steps + 1):
            temperature = max(0.0, 1.0 - 2.0 * (step + 1) / max(1, self._num_steps))
            latents, best, density = self._step(
                latents,
                best,
                density,
                observed,
                roots,
                tf.constant(first_step + step),
                tf.constant(temperature),
                tf.constant(carried is not None),
            )
            report()
        row = int(tf.argmax(density))
        return Latents(*(leaf[row : row + 1] for leaf in best))

    def _starts(self, frames: np.ndarray, step: int) -> Latents:
        """Returns where the chains start, leaves [B, ...]; the first is the most similar clip."""
        similar = similar_stretches(self._known, frames, -(-self._num_chains // 2))
        draws = self._draw(tf.constant(step), len(frames))
        mixed = [
            tf.concat([*leaves, drawn[len(similar) :]], axis=0)
            for *leaves, drawn in zip(*similar, draws, strict=True)
        ]
        return Latents(*mixed)

    def _draw(self, step: tf.Tensor, num_frames: int) -> Latents:
        draws = draw_langevin_noise(
            self._seed,
            step,
            tf.range(self._num_chains),
            num_draws=1,
            num_frames=num_frames,
            sizes=self._generator.latent_sizes,
        )
        return Latents(*(leaf[0] for leaf in draws))

    def _density(self, latents: Latents, frames) -> Density:
        evidence = Evidence(tf.convert_to_tensor(frames)[None])
        return log_joint_density(self._generator, latents, evidence, precision=self._precision)

    def _linearized_roots(self, latents: Latents) -> Latents:
        model = linearize(self._generator, latents)
        shares = tf.ones([latents.noise.shape[1]])
        return build_preconditioner(model, shares, precision=self._precision)

    def _langevin_step(self, latents, best, best_density, frames, roots, step, temperature, held):
        """Moves the chains; returns them, and the best point of each so far with its density."""
        moved, info = langevin_step(
            latents,
            lambda candidate: self._density(candidate, frames).log_joint,
            step_size=STEP_SIZE,
            noise=self._draw(step, frames.shape[0]),
            temperature=temperature,
            preconditioner=roots,
        )
        # A density that is no number is not better.
        better = info.log_density > best_density
        best = Latents(*(_choose(better, *pair) for pair in zip(latents, best, strict=True)))
        kept = [tf.where(held, *pair) for pair in zip(latents[1:], moved[1:], strict=True)]
        return Latents(moved.noise, *kept), best, tf.where(better, info.log_density, best_density)


def _choose(condition: tf.Tensor, values: tf.Tensor, others: tf.Tensor) -> tf.Tensor:
    """Returns values [B, ...] where the condition [B] holds, others elsewhere."""
    ones = [1] * (values.shape.rank - 1)
    return tf.where(tf.reshape(condition, [-1, *ones]), values, others)
