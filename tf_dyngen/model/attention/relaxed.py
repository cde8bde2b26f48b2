"""The attention model in a form that gradients flow through, and its likelihood that leaves out.

Transition and emission are those of `AttentionGenerator` with all moments shown, each by its share,
in place of the best one alone. A frame is explained without the moments around it: with its own
frame in the memory every reconstruction would be a copy, and nothing could be learned of it.
"""

from typing import NamedTuple

import tensorflow as tf

from tf_dyngen.model.attention.balance import NEVER
from tf_dyngen.model.attention.generator import PEAK, AttentionGenerator, State
from tf_dyngen.model.attention.patches import frame_of, gather_patches, own_places
from tf_dyngen.model.density import hide_absent
from tf_dyngen.model.latents import Latents, LatentSizes, log_prior
from tf_dyngen.model.shapes import static_shape

# Moments this near to a frame have no share in it; of short clips one in so many moments.
MOST_LEFT_OUT, SHARE_LEFT_OUT = 3, 8
# Places whose patches are compared in a step.
NUM_PLACES = 8
SOFTNESS = 1.0
# Of values in [0, 1] to those in [-1, 1].
TO_MODEL_RANGE = 2.0


class RelaxedDensity(NamedTuple):
    """What an evaluation gives.

    log_joint: [B], log p(z, X) in nats up to a constant.
    squared_error: [B], of the sampled patches, pixels in [-1, 1].
    states: [B, T, S], packed as those of `AttentionGenerator`; the sources are the clip's own, so
      that a state says which frame of the clip it stands for.
    """

    log_joint: tf.Tensor
    squared_error: tf.Tensor
    states: tf.Tensor


class _Course(NamedTuple):
    """A roll-out: low frames [B, T + 2, h * w, C], of the last frame, of the T shown, and of the
    next; moments [B, T, K] that are followed after each.
    """

    low: tf.Tensor
    moments: tf.Tensor


class RelaxedGenerator:
    """Log joint density of clips in memory, by a roll-out of the relaxed transition.

    The latents are the noise xi [B, T, K * M] and, of the state in front of a clip, the low frame,
    [B, h * w * C] in [-1, 1], which stands for its three.

    Args:
      generator: whose weights are used.
      softness: of the transition's softmax.
      left_out: moments this near to a frame have no share in it; by the length of the memory if
        None; -1 leaves out nothing.
    """

    def __init__(
        self,
        generator: AttentionGenerator,
        *,
        softness: float = SOFTNESS,
        left_out: int | None = None,
    ):
        self._generator = generator
        self._softness = softness
        number = generator.memory.num_frames
        chosen = min(MOST_LEFT_OUT, number // SHARE_LEFT_OUT) if left_out is None else left_out
        self._left_out = chosen

    @property
    def latent_sizes(self) -> LatentSizes:
        """Widths of the latents."""
        height, width = self._generator.layout.low
        size = height * width * self._generator.layout.channels
        return LatentSizes(self._generator.latent_sizes.noise, size, 0)

    def latents_of(self, stored: Latents) -> Latents:
        """Returns the latents of those of the generator, whose state is packed."""
        low = self._generator.unpack(stored.initial_state).low[:, -1]
        flat = tf.reshape(low, [low.shape[0], -1])
        return stored._replace(initial_state=TO_MODEL_RANGE * flat - 1.0)

    def start(self, stored: Latents, latents: Latents, is_latent) -> tf.Tensor:
        """Returns the packed states [B, S] in front of windows.

        Args:
          stored: as of the generator; its states are those carried over.
          latents: of this form.
          is_latent: [B] bool, whether the low frame of the state is that of the latents.
        """
        state = self._generator.unpack(stored.initial_state)
        low = tf.reshape((latents.initial_state + 1.0) / TO_MODEL_RANGE, state.low[:, :1].shape)
        low = tf.where(is_latent[:, None, None, None], low, state.low)
        return self._generator.pack(state._replace(low=low))

    def density(
        self, latents: Latents, start, *, is_latent, places, precision: float, present=None
    ) -> RelaxedDensity:
        """Returns the log joint density of windows and latents.

        Args:
          latents: of this form; noise of frames that are not present is zero.
          start: packed states [B, S] in front of the windows, see `start`.
          is_latent: [B] bool, whether that state is a latent, which has a prior.
          places: [n] int32, places of the coarsest grid whose patches are compared.
          precision: 1 / sigma^2.
          present: None, or bool [B, T]: False for frames behind a clip's end.
        """
        state = self._generator.unpack(start)
        num_frames = static_shape(latents.noise)[1]
        frames = self.frames_shown(state, num_frames)
        course = self._roll_out(state, latents.noise, frames)
        expected = self.patches(course.low, frames, places)
        patch_errors = hide_absent(expected - self._bank_patches(frames, places), present)
        low_truth = tf.gather(self._generator.memory.low, frames)
        low_errors = hide_absent(course.low[:, 1:-1] - low_truth, present)
        squared = TO_MODEL_RANGE**2 * tf.reduce_sum(tf.square(patch_errors), axis=[1, 2, 3, 4])
        low_squared = TO_MODEL_RANGE**2 * tf.reduce_sum(tf.square(low_errors), axis=[1, 2, 3])
        counted = latents._replace(
            initial_state=tf.where(is_latent[:, None], latents.initial_state, 0.0)
        )
        grid = self._generator.layout.grids[0]
        # Patches overlap and few are compared: together they count as the frame that they are of.
        weight = grid.height * grid.width / (static_shape(places)[0] * grid.patch**2)
        log_joint = log_prior(counted) - 0.5 * precision * (low_squared + weight * squared)
        return RelaxedDensity(log_joint, squared, self._pack(course, state, frames))

    def frames_shown(self, state: State, num_frames: int) -> tf.Tensor:
        """Returns which frames [B, T] of the memory follow a state, of a clip that goes on."""
        time = state.sources[0].time[:, :1]
        first = tf.where(time < 0, frame_of(time), time + 1)
        return tf.minimum(first + tf.range(num_frames), self._generator.memory.num_frames - 1)

    def _roll_out(self, state: State, noise, frames) -> _Course:
        """Rolls the low frames and the moments on; frames [B, T] are those shown."""
        generator = self._generator
        memory, transition = generator.memory, generator.transition
        num_clips, num_frames = static_shape(frames)
        by_part = tf.reshape(noise, [num_clips, num_frames, transition.num_parts, -1])
        draws = tf.TensorArray(tf.float32, num_frames).unstack(tf.transpose(by_part, [1, 0, 2, 3]))
        low, moments = state.low[:, -1], state.moments
        low_frames = tf.TensorArray(tf.float32, num_frames, element_shape=low.shape)
        followed = tf.TensorArray(tf.int32, num_frames, element_shape=moments.shape)
        known = tf.convert_to_tensor(memory.low)
        allowed = tf.transpose(self._allowed_before(frames + 1), [1, 0, 2])[:, :, None]

        def step(frame, low, moments, low_frames, followed):
            low, moments = transition.relaxed(
                low, moments, draws.read(frame), known, allowed[frame], self._softness
            )
            return (
                frame + 1,
                low,
                moments,
                low_frames.write(frame, low),
                followed.write(frame, moments),
            )

        *_, low_frames, followed = tf.while_loop(
            lambda frame, *_: frame < num_frames,
            step,
            (0, low, moments, low_frames, followed),
            parallel_iterations=1,
        )
        rolled = tf.transpose(low_frames.stack(), [1, 0, 2, 3])
        return _Course(
            tf.concat([state.low[:, 1:], rolled], axis=1),
            tf.transpose(followed.stack(), [1, 0, 2]),
        )

    def patches(self, low, frames, places) -> tf.Tensor:
        """Returns patches [B, T, n, pixels, C], 0 to 1, that low frames make expect.

        Args:
          low: [B, T + 2, h * w, C], of the T frames, the one in front and the one after them.
          frames: [B, T] int32, whose surroundings have no share.
          places: [n] int32, of the coarsest grid.
        """
        memory = self._generator.memory
        asked = self._descriptors(low, places)
        keys = tf.gather(memory.descriptors, places)
        num_clips, num_frames = static_shape(frames)
        distances = memory.distances(asked, keys, memory.squares_of(keys))
        logits = -distances * tf.exp(-memory.log_softness)
        allowed = tf.reshape(self._allowed(frames), [1, num_clips * num_frames, -1])
        shares = tf.nn.softmax(tf.where(allowed, logits, NEVER), axis=2)
        values = self._bank_patches(tf.range(memory.num_frames)[:, None], places)
        values = tf.transpose(values[:, 0], [1, 0, 2, 3])
        mixed = tf.einsum("nrm,nmpc->rnpc", shares, values)
        return tf.reshape(mixed, [num_clips, num_frames, *mixed.shape[1:]])

    def _descriptors(self, low, places) -> tf.Tensor:
        """Returns descriptors [n, B * T, d] of three low frames each, [B, T + 2, h * w, C]."""
        memory = self._generator.memory
        grid = memory.low_grid
        num_clips, number = static_shape(low)[:2]
        pictures = tf.reshape(low, [num_clips, number, grid.height, grid.width, -1])
        tops, lefts = tf.gather(grid.tops, places), tf.gather(grid.lefts, places)
        cut = [
            pictures[:, :, top : top + grid.patch, left : left + grid.patch]
            for top, left in zip(tf.unstack(tops), tf.unstack(lefts), strict=True)
        ]
        size = grid.patch**2 * static_shape(pictures)[-1]
        flat = tf.reshape(tf.stack(cut), [len(cut), num_clips, number, size])
        moving = tf.concat([flat[:, :, :-2], flat[:, :, 1:-1], flat[:, :, 2:]], axis=3)
        return tf.matmul(
            tf.reshape(moving, [len(cut), -1, 3 * size]), tf.convert_to_tensor(memory.projection)
        )

    def _bank_patches(self, frames, places) -> tf.Tensor:
        """Returns patches [B, T, n, pixels, C], 0 to 1, of frames [B, T] of the memory."""
        generator = self._generator
        grid = generator.layout.grids[0]
        flat = own_places(grid, tf.reshape(frames, [-1]))
        chosen = type(flat)(*(tf.gather(leaf, places, axis=1) for leaf in flat))
        patches = gather_patches(generator.memory.bank(grid).value, grid, chosen, 1) / PEAK
        return tf.reshape(patches, [*frames.shape, *patches.shape[1:]])

    def _allowed(self, frames) -> tf.Tensor:
        """Returns [B, T, M] bool: which moments may have a share in frames [B, T]."""
        apart = tf.abs(frames[:, :, None] - tf.range(self._generator.memory.num_frames))
        return apart > self._left_out

    def _allowed_before(self, frames) -> tf.Tensor:
        """Returns [B, T, M] bool: from which moments frames [B, T] may follow."""
        allowed = self._allowed(frames)
        both = tf.logical_and(allowed, self._allowed(frames - 1))
        return tf.logical_and(both, self._generator.memory.goes_on())

    def _pack(self, course: _Course, state: State, frames) -> tf.Tensor:
        """Returns the packed states [B, T, S] after each frame."""
        num_clips, num_frames = static_shape(frames)
        low = tf.stack([course.low[:, :-2], course.low[:, 1:-1], course.low[:, 2:]], axis=2)
        times = tf.reshape(frames, [-1])
        grids = self._generator.layout.grids
        sources = tuple(own_places(grid, times) for grid in grids)
        packed = self._generator.pack(
            State(
                tf.reshape(course.moments, [num_clips * num_frames, -1]),
                tf.reshape(low, [num_clips * num_frames, *low.shape[2:]]),
                sources,
                sources[-1:] * len(state.fading),
            )
        )
        return tf.reshape(packed, [num_clips, num_frames, -1])


def draw_places(seed, num_places: int) -> tf.Tensor:
    """Returns NUM_PLACES of `num_places`, int32, evenly spread from a drawn one on.

    Args:
      seed: [2] int32.
      num_places: of the grid; all are returned where there are no more.
    """
    number = min(NUM_PLACES, num_places)
    first = tf.random.stateless_uniform([], seed, 0, num_places, tf.int32)
    return (first + tf.range(number) * num_places // number) % num_places
