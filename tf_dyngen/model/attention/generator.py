"""The attention model: s_t = F(s_{t-1}, xi_t), x_t = G(s_t) with both made of the clip itself.

The state holds the moments that parts of the picture follow, three low frames, and where each place
takes its patch from. F moves the low frames on (`MomentTransition`), then searches patches: from
coarse to fine, each place shows the patch that fits best the low frames, what its neighbours show,
and what was shown before. G puts the patches together. All of F's past is in the state, so that a
video is the same in one piece, in chunks and in a stream.
"""

import dataclasses
from typing import NamedTuple

import keras
import numpy as np
import tensorflow as tf

from tf_dyngen.config import AttentionConfig, VideoConfig
from tf_dyngen.model.attention.layout import NUM_LOW, layout_of, state_bounds, state_widths
from tf_dyngen.model.attention.memory import Memory
from tf_dyngen.model.attention.moments import MomentTransition
from tf_dyngen.model.attention.parts import num_parts_of, windows_for
from tf_dyngen.model.attention.patches import Painter, Sources, frame_of, offers, own_places
from tf_dyngen.model.attention.search import PatchSearch, doubled
from tf_dyngen.model.latents import Latents, LatentSizes
from tf_dyngen.model.normalization import Mode

PEAK = 255.0


class State(NamedTuple):
    """What the packed state s_t, [B, S] float32, holds.

    moments: [B, K] int32; low: [B, NUM_LOW, h * w, C] in [0, 1]; sources: of each grid, [B, P];
    fading: of the finest grid, what was shown 1, 2, ... frames ago, gone on to this frame.
    """

    moments: tf.Tensor
    low: tf.Tensor
    sources: tuple[Sources, ...]
    fading: tuple[Sources, ...]


class AttentionGenerator(keras.Model):
    """Dynamic generator that attends to its memory of the clips.

    Args:
      config: settings of the model.
      video: size of the frames.
      num_moments: M, frames of all learned clips together.

    Attributes:
      settings, layout: of the model.
      latent_sizes: noise K * M, one number a part and moment; state S.
    """

    def __init__(self, config: AttentionConfig, video: VideoConfig, num_moments: int):
        super().__init__(name="generator")
        self.layout = layout_of(video.height, video.width, video.channels)
        self.settings = config = _completed(config)
        self.memory, num_parts = Memory(self.layout, num_moments), num_parts_of(config)
        self.transition = MomentTransition(
            num_parts,
            int(np.prod(self.layout.low)),
            num_moments,
            apart=config.regions > 1,
            retention=config.retention,
            temperature=config.temperature,
        )
        self._painters = [Painter(grid) for grid in self.layout.grids]
        self._widths = state_widths(self.layout, num_parts, config.fade - 1)
        self.latent_sizes = LatentSizes(num_parts * num_moments, sum(self._widths), 0)
        self.built = True

    def remember(self, clips: list[np.ndarray]) -> None:
        """Takes clips [T, H, W, C] uint8 into the memory and calibrates the model by them."""
        self.memory.remember(clips)
        low = self.memory.low.numpy().reshape(-1, *self.layout.low, self.layout.channels)
        self.transition.windows.assign(windows_for(self.settings, low))
        self.calibrate()

    def calibrate(self) -> None:
        """Sets what follows from the memory and the learned weights.

        It is done when learning has moved them: parts then leave moments as often as before.
        """
        self.memory.weigh()
        goes_on = self.memory.goes_on().numpy()
        self.transition.calibrate(self.memory.low.numpy(), goes_on, self.settings.switch)

    def state_before(self, moments) -> tf.Tensor:
        """Returns states [B, S] from which frames `moments` [B] of the memory follow."""
        moments = tf.convert_to_tensor(moments, tf.int32)
        low = tf.gather(self.memory.low, moments)[:, None]
        last = tf.gather(self.memory.low, tf.gather(self.memory.before, moments))[:, None]
        sources = tuple(
            own_places(grid, self.memory.time_before(moments)) for grid in self.layout.grids
        )
        followed = tf.repeat(moments[:, None], self.transition.num_parts, axis=1)
        return self.state_of(followed, tf.concat([last, last, low], axis=1), sources)

    def state_of(self, moments, low_frames, sources: tuple[Sources, ...]) -> tf.Tensor:
        """Returns the state [B, S] in which nothing fades.

        Args:
          moments: [B, K] int32, that parts follow.
          low_frames: [B, NUM_LOW, h * w, C] in [0, 1].
          sources: of each grid, leaves [B, P].
        """
        fading = sources[-1:] * (self.settings.fade - 1)
        return self.pack(State(moments, low_frames, sources, fading))

    def state_bounds(self) -> list[tuple[int, float, float]]:
        """Returns (width, lowest, highest) of each leaf of a packed state, in their order."""
        return state_bounds(self.layout, self.memory.num_frames, self._widths)

    def initial_state(self, draw) -> tf.Tensor:
        """Returns the state [B, S] that a draw [B, S] of N(0, I) stands for: a moment of the clip.

        All moments that have a next one are as likely as each other, all where none has one; the
        draw's first number decides.
        """
        goes_on = self.memory.goes_on()
        usable = tf.where(tf.logical_or(goes_on, tf.logical_not(tf.reduce_any(goes_on))))
        usable = tf.cast(usable[:, 0], tf.int32)
        number = tf.cast(tf.size(usable), tf.float32)
        share = 0.5 * tf.math.erfc(-draw[:, 0] / np.float32(np.sqrt(2.0)))
        index = tf.minimum(tf.cast(share * number, tf.int32), tf.size(usable) - 1)
        return self.state_before(tf.gather(usable, index))

    def rollout(self, initial_state, noise, moves=None):
        """Returns states s_1..s_T [B, T, S] of s_0 [B, S] and noise [B, T, N]; see `Generator`."""
        num_frames = noise.shape[1]
        by_time = tf.transpose(noise, [1, 0, 2])
        state = self.unpack(initial_state)
        painted = self._paint(state)
        states = tf.TensorArray(tf.float32, num_frames, element_shape=initial_state.shape)

        def move(frame, state, painted):
            following = self._advance(state, painted, by_time[frame])
            return following, self._paint(following)

        def move_some(rows, frame, state, painted):
            return tf.nest.map_structure(
                lambda new, old: tf.where(_as_rank(rows, new), new, old),
                move(frame, state, painted),
                (state, painted),
            )

        def step(frame, state, painted, states):
            if moves is None:
                following, shown = move(frame, state, painted)
            else:
                # A short piece of a block costs no more than its own frames.
                rows = moves[:, frame]
                following, shown = tf.cond(
                    tf.reduce_any(rows),
                    lambda: move_some(rows, frame, state, painted),
                    lambda: (state, painted),
                )
            return frame + 1, following, shown, states.write(frame, self.pack(following))

        *_, states = tf.while_loop(
            lambda frame, *_: frame < num_frames,
            step,
            (0, state, painted, states),
            parallel_iterations=1,
        )
        return tf.ensure_shape(
            tf.transpose(states.stack(), [1, 0, 2]), [initial_state.shape[0], num_frames, None]
        )

    def moments(self, initial_state, noise):
        """Follows moments by the transition alone, without a search of patches.

        Args:
          initial_state: [B, S].
          noise: [B, T, N].
        Returns: the moments [B, T, K] int32 that parts follow; the last state [B, S], whose sources
          are those of the first.
        """
        num_frames = noise.shape[1]
        state = self.unpack(initial_state)
        by_time = tf.transpose(noise, [1, 0, 2])
        followed = tf.TensorArray(tf.int32, num_frames, element_shape=state.moments.shape)

        def step(frame, low, moments, followed):
            low, moments = self._move(low, moments, by_time[frame])
            return frame + 1, low, moments, followed.write(frame, moments)

        _, low, moments, followed = tf.while_loop(
            lambda frame, *_: frame < num_frames,
            step,
            (0, state.low[:, -1], state.moments, followed),
            parallel_iterations=1,
        )
        low_frames = tf.concat([state.low[:, 1:], low[:, None]], axis=1)
        end = self.pack(state._replace(moments=moments, low=low_frames))
        return tf.transpose(followed.stack(), [1, 0, 2]), end

    def emit(self, states, appearance, mode: Mode = Mode.GENERATE, present=None):
        """Returns frames [B, T, H, W, C] in [-1, 1] of states [B, T, S]; see `Generator`."""
        del appearance, mode, present
        height, width, channels = self.layout.height, self.layout.width, self.layout.channels
        by_time = tf.transpose(states, [1, 0, 2])

        def paint(state):
            levels = self._paint(self.unpack(state), finest_only=True)[-1][:, :height, :width]
            return levels / (PEAK / 2.0) - 1.0

        spec = tf.TensorSpec([states.shape[0], height, width, channels], tf.float32)
        frames = tf.map_fn(paint, by_time, fn_output_signature=spec, parallel_iterations=1)
        return tf.transpose(frames, [1, 0, 2, 3, 4])

    def call(self, latents: Latents, mode: Mode = Mode.GENERATE, present=None):
        """Returns (frames [B, T, H, W, C] in [-1, 1], states [B, T, S]) of latents."""
        states = self.rollout(latents.initial_state, latents.noise)
        return self.emit(states, latents.appearance, mode, present), states

    def _advance(self, state: State, painted, noise):
        """Returns the next state; `painted` are the frames of this one at each grid's size."""
        memory = self.memory
        low, moments = self._move(state.low[:, -1], state.moments, noise)
        low_frames = tf.concat([state.low[:, 1:], low[:, None]], axis=1)
        found = []
        for number, grid in enumerate(self.layout.grids):
            continued = offers(grid, self._gone_on(state.sources[number]))
            settings, painter, last = self.settings, self._painters[number], state.sources[number]
            search = PatchSearch(memory, settings, grid, painter, continued, last, painted[number])
            if number:
                start = doubled(self.layout.grids[number - 1], grid, found[-1])
            else:
                nearest = memory.nearest(low_frames, state.sources[0].time)
                start = own_places(grid, nearest[:, 0])._replace(time=nearest)
            sources = search.run(start, low_frames if not number else None)
            found.append(sources)
        fading = [self._gone_on(each) for each in (state.sources[-1], *state.fading[:-1])]
        return State(moments, low_frames, tuple(found), tuple(fading[: len(state.fading)]))

    def _move(self, low, moments, noise):
        """Returns (low, moments) of the next frame."""
        memory = self.memory
        by_part = tf.reshape(noise, [-1, self.transition.num_parts, memory.num_frames])
        return self.transition(low, moments, by_part, memory.low.value, memory.goes_on())

    def _gone_on(self, sources: Sources) -> Sources:
        """Returns the same pieces of the clip, one frame later."""
        frame = frame_of(sources.time)
        after = tf.gather(self.memory.after, frame)
        return sources._replace(time=tf.where(sources.time < 0, frame, after))

    def _paint(self, state: State, finest_only: bool = False) -> tuple[tf.Tensor, ...]:
        """Returns a state's frames [B, H, W, C] in levels, at each grid's size, coarse to fine.

        The finest are the mean of what is shown and what fades; where the clip goes on, all are
        one.
        """
        layers = list(zip(self.layout.grids, self._painters, state.sources, strict=True))
        *coarse, finest = (
            painter(self.memory.bank(grid).value, sources)
            for grid, painter, sources in (layers[-1:] if finest_only else layers)
        )
        bank = self.memory.bank(self.layout.grids[-1]).value
        for sources in state.fading:
            finest += self._painters[-1](bank, sources)
        return (*coarse, finest / self.settings.fade)

    def pack(self, state: State) -> tf.Tensor:
        """Returns a state in one vector a clip, [B, S] float32."""
        rows = tf.shape(state.moments)[0]
        leaves = tf.nest.flatten(state)
        flat = [tf.cast(tf.reshape(leaf, [rows, -1]), tf.float32) for leaf in leaves]
        return tf.ensure_shape(tf.concat(flat, axis=1), [None, sum(self._widths)])

    def unpack(self, packed: tf.Tensor) -> State:
        """Returns what was packed."""
        moments, low, *sources = tf.split(packed, self._widths, axis=1)
        height, width = self.layout.low
        whole = [tf.cast(leaf, tf.int32) for leaf in sources]
        every = [Sources(*whole[i : i + 3]) for i in range(0, len(whole), 3)]
        number = len(self.layout.grids)
        return State(
            tf.cast(moments, tf.int32),
            tf.reshape(low, [-1, NUM_LOW, height * width, self.layout.channels]),
            tuple(every[:number]),
            tuple(every[number:]),
        )


def _completed(config: AttentionConfig) -> AttentionConfig:
    """Returns settings of a model that no clip has chosen any of: one part, nothing fades."""
    left = {"parts": 1, "regions": 1, "fade": 1, "temperature": 1.0}
    chosen = {name: getattr(config, name) or usual for name, usual in left.items()}
    return dataclasses.replace(config, retention=max(config.retention, 0.0), **chosen)


def _as_rank(flags: tf.Tensor, values: tf.Tensor) -> tf.Tensor:
    return tf.reshape(flags, [-1, *[1] * (values.shape.rank - 1)])
