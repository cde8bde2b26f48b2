"""Samples of p(z | X) and of the frames they give, with the weights held still.

Each Langevin move passes a Metropolis test, so that the samples are of the posterior itself. A
window is sampled given the state that the one before has led to.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
import tensorflow as tf

from tf_dyngen.config import InferenceConfig
from tf_dyngen.inference.chains import Chains, Visit
from tf_dyngen.inference.draws import draw_langevin_noise, draw_tests
from tf_dyngen.inference.metropolis import BEST_ACCEPTANCE, MetropolisInfo
from tf_dyngen.inference.posterior import infer_latents, sample_latents
from tf_dyngen.model.density import Evidence
from tf_dyngen.model.generator import Generator
from tf_dyngen.model.latents import Latents
from tf_dyngen.model.normalization import Mode

# By how much the logarithm of the step size follows the first visit of the burn-in.
ADAPTATION = 0.5


class Window(NamedTuple):
    """A part of a clip that is inferred at once.

    start: its first frame; next_start: that of the window after it, up to which its frames count.
    evidence: B = 1. roots: the preconditioner, or None.
    """

    start: int
    next_start: int
    evidence: Evidence
    roots: Latents | None


class FrameMoments(NamedTuple):
    """Mean and variance over samples of the generator's frames, [T, H, W, C] float32 in [-1, 1].

    The variance is that of G(s, a); the observation noise, sigma^2, comes on top.
    acceptance: mean probability with which moves were accepted; truncated_share: which part of
    their slopes was truncated, see `MetropolisInfo`; step_size: of the moves.
    """

    mean: np.ndarray
    variance: np.ndarray
    acceptance: float
    truncated_share: float
    step_size: float


class PosteriorSampler:
    """Continues the chain of one clip, window by window; the state is carried over.

    Of a clip of several windows the appearance stands still: each is but a part of what the clip
    says of it. The step size comes, in the burn-in, to where about 57 % of the moves are accepted,
    and stays. At temperature 0 chains climb, and nothing is tested.

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
        self._step_size = config.step_size
        self._infer = tf.function(self._infer_window, autograph=False)

    def moments(
        self, *, num_samples: int, burn_in: int, first_step: int, report: Callable[[], object]
    ) -> FrameMoments:
        """Takes the mean and variance of the frames over samples of the posterior.

        Args:
          num_samples: how many visits count, `config.langevin_steps` moves apart.
          burn_in: how many go before.
          first_step: numbers the random draws.
          report: called after each visit.
        """
        mean, squares, infos = 0.0, 0.0, []
        for visit in range(burn_in + num_samples):
            frames, info = self._visit(first_step + visit)
            report()
            if visit < burn_in:
                self._adapt(float(info[0]), visit)
                continue
            infos.append(info)
            # Welford's recurrence: no difference of large sums.
            change = frames - mean
            mean = mean + change / (visit - burn_in + 1)
            squares = squares + change * (frames - mean)
        variance = np.asarray(squares) / max(1, num_samples - 1)
        acceptance, truncated_share = np.mean(infos, axis=0).tolist()
        return FrameMoments(
            np.asarray(mean), variance, acceptance, truncated_share, self._step_size
        )

    def _adapt(self, acceptance: float, visit: int) -> None:
        """Follows the acceptance, less and less (Andrieu and Thoms, "Adaptive MCMC", 2008)."""
        if self._config.temperature:
            gain = ADAPTATION / (visit + 1) ** 0.5
            self._step_size *= float(np.exp(gain * (acceptance - BEST_ACCEPTANCE)))

    def _visit(self, step: int) -> tuple[np.ndarray, np.ndarray]:
        """Returns the frames of all windows; the means of MetropolisInfo over their moves, [2]."""
        parts = [self._visit_window(step, window) for window in self._windows]
        infos = np.mean([info for _, info in parts], axis=0)
        return np.concatenate([frames for frames, _ in parts]), infos

    def _visit_window(self, step: int, window: Window) -> tuple[np.ndarray, list[float]]:
        visit = Visit(self._row, np.array([window.start], np.int32))
        stride = window.next_start - window.start
        num_frames = len(window.evidence.frames[0])
        frames, latents, next_state, info = self._infer(
            tf.constant(step),
            tf.constant(self._step_size, window.evidence.frames.dtype),
            self._chains.gather(visit, num_frames),
            tf.constant([window.start == 0]),
            tf.constant(stride),
            window.evidence,
            window.roots,
        )
        self._chains.scatter(visit, latents, next_state)
        return frames.numpy()[:stride], [float(value[0]) for value in info]

    def _infer_window(self, step, step_size, latents, is_latent, stride, evidence, roots):
        latents, info = self._move(step, step_size, latents, is_latent, evidence, roots)
        # As they were compared with the clip: by its own statistics, where there are any.
        frames, states = self._generator(latents, mode=Mode.INFER, present=evidence.present)
        return frames[0], latents, tf.gather(states, stride - 1, axis=1), info

    def _move(self, step, step_size, latents, is_latent, evidence, roots):
        num_moves, keys = self._config.langevin_steps, self._clip_key
        noise = draw_langevin_noise(
            self._seed,
            step,
            keys,
            num_draws=num_moves,
            num_frames=evidence.frames.shape[1],
            sizes=self._generator.latent_sizes,
        )
        given = {
            "noise": noise,
            "is_latent": is_latent,
            "precision": self._precision,
            "config": self._config,
            "preconditioner": roots,
        }
        if not self._config.temperature:
            latents, truncated = infer_latents(self._generator, latents, evidence, **given)
            return latents, MetropolisInfo(tf.ones_like(truncated), truncated)
        return sample_latents(
            self._generator,
            latents,
            evidence,
            uniforms=draw_tests(self._seed, step, keys, num_moves),
            step_size=step_size,
            moves_appearance=len(self._windows) == 1,
            **given,
        )
