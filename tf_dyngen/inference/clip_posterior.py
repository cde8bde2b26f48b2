"""Inference of the latents of clips that were not learned: Langevin dynamics to a mode.

Half of the chains start where trained clips are most like the clip, the others at the prior; they
cool down and end in modes of the posterior.
A still image is a clip of one frame. A long clip is inferred window by window: the state is carried
over, and the appearance is what the first window says.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
import tensorflow as tf

from tf_dyngen.inference.draws import draw_langevin_noise
from tf_dyngen.inference.known_frames import KnownClip, similar_stretches
from tf_dyngen.inference.mode_search import (
    ModeSearch,
    search_preconditioner,
    search_step,
    start_search,
)
from tf_dyngen.model.density import Density, Evidence, log_joint_density
from tf_dyngen.model.generator import Generator
from tf_dyngen.model.latents import Latents


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
        self._step = tf.function(self._move_chains, autograph=False)
        self._build_roots = tf.function(self._linearized_roots, autograph=False)

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
        roots = self._build_roots(latents)
        observed = tf.constant(frames)
        search = start_search(latents)
        # The last move only looks at where the one before has led.
        for step in range(self._num_steps + 1):
            share_done = min(1.0, (step + 1) / max(1, self._num_steps))
            search = self._step(
                search,
                observed,
                roots,
                tf.constant(first_step + step),
                tf.constant(share_done),
                tf.constant(carried is not None),
            )
            report()
        return search.winner()

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
        evidence = _evidence(frames)
        return log_joint_density(self._generator, latents, evidence, precision=self._precision)

    def _linearized_roots(self, starts: Latents) -> Latents:
        shares = tf.ones([starts.noise.shape[1]])
        return search_preconditioner(self._generator, starts, shares, self._precision)

    def _move_chains(self, search: ModeSearch, frames, roots, step, share_done, held):
        return search_step(
            self._generator,
            search,
            _evidence(frames),
            preconditioner=roots,
            noise=self._draw(step, frames.shape[0]),
            share_done=share_done,
            held=held,
            precision=self._precision,
        )


def _evidence(frames) -> Evidence:
    return Evidence(tf.convert_to_tensor(frames)[None])
