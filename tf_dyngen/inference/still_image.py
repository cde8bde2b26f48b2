"""Inference of the latents of one still image: Langevin dynamics with the weights held still.

An image is a clip of one frame, whose latents are s_0, xi_1 and a. Half of the chains start at the
frames of the trained clips that are most like it, the others at the prior; their temperature falls
to 0 over the first half of the moves, so that they end in a mode of the posterior.
"""

from typing import NamedTuple

import numpy as np
import tensorflow as tf

from tf_dyngen.inference.draws import draw_langevin_noise
from tf_dyngen.inference.langevin import langevin_step
from tf_dyngen.inference.preconditioning import build_preconditioner, linearize
from tf_dyngen.model.density import Density, Evidence, log_joint_density
from tf_dyngen.model.generator import Generator
from tf_dyngen.model.latents import Latents

# Of preconditioned moves, for which 1 is a Gauss-Newton step cut in half: longer ones overshoot
# where the posterior is more curved than its linearisation.
STEP_SIZE = 0.7
FRAMES_AT_A_TIME = 16


class KnownFrames(NamedTuple):
    """What a trained model makes of frames it has learned.

    latents: of P clips of one frame each. frames: [P, H, W, C] float32 in [-1, 1].
    """

    latents: Latents
    frames: np.ndarray

    @property
    def spread(self) -> float:
        """The mean squared difference of the frames from their mean."""
        return float(np.mean(np.var(self.frames, axis=0)))


class StillFit(NamedTuple):
    """What was inferred: the best chain's latents, leaves [1, ...], and its mean squared error."""

    latents: Latents
    error: float


def known_frames(generator: Generator, latents: Latents, chosen) -> KnownFrames:
    """Takes frames out of B clips, as clips of one frame each.

    Args:
      generator: the model.
      latents: of the clips, leaves [B, ...].
      chosen: [F] int, which frames of each; P is B * F.
    """
    initial_state = latents.initial_state
    states = generator.rollout(initial_state, latents.noise)
    before = tf.concat([initial_state[:, None], states[:, :-1]], axis=1)

    def choose(values):
        return tf.reshape(tf.gather(values, chosen, axis=1), [-1, values.shape[-1]])

    single = Latents(
        choose(latents.noise)[:, None],
        choose(before),
        tf.repeat(latents.appearance, len(chosen), axis=0),
    )
    after = choose(states)[:, None]
    pieces = []
    for start in range(0, len(after), FRAMES_AT_A_TIME):
        piece = slice(start, start + FRAMES_AT_A_TIME)
        pieces.append(generator.emit(after[piece], single.appearance[piece]).numpy()[:, 0])
    return KnownFrames(single, np.concatenate(pieces))


def infer_still(
    generator: Generator,
    image: np.ndarray,
    known: KnownFrames,
    *,
    num_chains: int,
    num_steps: int,
    precision: float,
    seed: int,
) -> StillFit:
    """Infers the latents of an image; of several chains, the one of the highest density.

    Args:
      generator: its weights stand still.
      image: [H, W, C] float32 in [-1, 1].
      known: where chains may start.
      num_chains: B, run as one batch.
      num_steps: Langevin moves; 0 leaves the chains where they start.
      precision: 1 / sigma^2.
      seed: of the chains.
    """
    draws = draw_langevin_noise(
        seed,
        0,
        tf.range(num_chains),
        num_draws=num_steps + 1,
        num_frames=1,
        sizes=generator.latent_sizes,
    )
    latents, nearest = _start(image, known, Latents(*(leaf[0] for leaf in draws)))
    roots = build_preconditioner(linearize(generator, nearest), tf.ones([1]), precision=precision)
    evidence = Evidence(tf.constant(image)[None, None])

    def density(candidate: Latents) -> Density:
        return log_joint_density(generator, candidate, evidence, precision=precision)

    @tf.function
    def move(latents: Latents, noise: Latents, temperature) -> Latents:
        return langevin_step(
            latents,
            lambda candidate: density(candidate).log_joint,
            step_size=STEP_SIZE,
            noise=noise,
            temperature=temperature,
            preconditioner=roots,
        )[0]

    for step in range(num_steps):
        temperature = tf.constant(max(0.0, 1.0 - 2.0 * (step + 1) / num_steps))
        latents = move(latents, Latents(*(leaf[step + 1] for leaf in draws)), temperature)
    ended = density(latents)
    best = int(tf.argmax(ended.log_joint))
    error = float(ended.squared_error[best]) / image.size
    return StillFit(Latents(*(leaf[best : best + 1] for leaf in latents)), error)


def _start(image, known: KnownFrames, prior: Latents) -> tuple[Latents, Latents]:
    """Returns where the chains start, leaves [B, ...], and the most similar frame, [1, ...]."""
    num_chains = len(prior.initial_state)
    distances = np.mean(np.square(known.frames - image), axis=(1, 2, 3))
    order = np.argsort(distances)[: -(-num_chains // 2)]
    similar = Latents(*(tf.gather(leaf, order) for leaf in known.latents))
    mixed = [
        tf.concat([leaf, draws[len(order) :]], axis=0)
        for leaf, draws in zip(similar, prior, strict=True)
    ]
    return Latents(*mixed), Latents(*(leaf[:1] for leaf in similar))
