"""Samples of p(z | X) and of the frames they give, with the weights held still."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
import tensorflow as tf

from tf_dyngen.config import InferenceConfig
from tf_dyngen.inference.chains import Chains, Visit
from tf_dyngen.inference.draws import draw_langevin_noise
from tf_dyngen.inference.posterior import infer_latents
from tf_dyngen.model.density import Evidence
from tf_dyngen.model.generator import Generator
from tf_dyngen.model.latents import Latents


class Window(NamedTuple):
    """A part of a clip that is inferred at once.

    start: its first frame; next_start: that of the window behind it, up to which its frames count.
    evidence: B = 1. roots: the preconditioner, or None.
    """

    start: int
    next_start: int
    evidence: Evidence
    roots: Latents | None


class FrameMoments(NamedTuple):
    """Mean and variance over samples of the generator's frames, [T, H, W, C] float32 in [-1, 1].

    The variance is that of G(s, a); the observation noise, sigma^2, comes on top.
    """

    mean: np.ndarray
    variance: np.ndarray


class PosteriorSampler:
    """Continues the chain of one clip, window by window; the state is carried over.

    Args:
      generator: its weights stand still.
      chains: where the clip's chain is kept; it moves.
      row: the clip's row there.
      clip_key: what its random draws are folded from.
      windows: cover the clip.
      precision: 1 / sigma^2.
      config: number and size of the steps, temperature.
      seed: of the draws.
    """

    def __init__(
        self,
        generator: Generator,
        chains: Chains,
        *,
        row: int,
        clip_key: int,
        windows: Sequence[Window],
        precision: float,
        config: InferenceConfig,
        seed: int,
    ):
        self._generator = generator
        self._chains = chains
        self._row = np.array([row], np.int32)
        self._clip_key = tf.constant([clip_key])
        self._windows = windows
        self._precision = precision
        self._config = config
        self._seed = seed
        self._infer = tf.function(self._infer_window, autograph=False)

    def moments(
        self, *, num_samples: int, burn_in: int, first_step: int, report: Callable[[], object]
    ) -> FrameMoments:
        """Takes the mean and variance of the frames over samples of the posterior.

        Args:
          num_samples: how many visits count, `config.langevin_steps` moves apart.
          burn_in: how many go before.
          first_step: numbers the random draws.
          report: called behind each visit.
        """
        mean, squares = 0.0, 0.0
        for visit in range(burn_in + num_samples):
            frames = self._visit(first_step + visit)
            report()
            if visit < burn_in:
                continue
            # Welford's recurrence: no difference of large sums.
            change = frames - mean
            mean = mean + change / (visit - burn_in + 1)
            squares = squares + change * (frames - mean)
        return FrameMoments(np.asarray(mean), np.asarray(squares) / max(1, num_samples - 1))

    def _visit(self, step: int) -> np.ndarray:
        return np.concatenate([self._visit_window(step, window) for window in self._windows])

    def _visit_window(self, step: int, window: Window) -> np.ndarray:
        visit = Visit(self._row, np.array([window.start], np.int32))
        stride = window.next_start - window.start
        num_frames = len(window.evidence.frames[0])
        frames, latents, next_state = self._infer(
            tf.constant(step),
            self._chains.gather(visit, num_frames),
            tf.constant([window.start == 0]),
            tf.constant(stride),
            window.evidence,
            window.roots,
        )
        self._chains.scatter(visit, latents, next_state)
        return frames.numpy()[:stride]

    def _infer_window(self, step, latents, is_latent, stride, evidence, roots):
        num_frames = evidence.frames.shape[1]
        noise = draw_langevin_noise(
            self._seed,
            step,
            self._clip_key,
            num_draws=self._config.langevin_steps,
            num_frames=num_frames,
            sizes=self._generator.latent_sizes,
        )
        latents = infer_latents(
            self._generator,
            latents,
            evidence,
            noise=noise,
            is_latent=is_latent,
            precision=self._precision,
            config=self._config,
            preconditioner=roots,
        )
        frames, states = self._generator(latents)
        return frames[0], latents, tf.gather(states, stride - 1, axis=1)
