"""Inference of the attention model's latents: which moments of its memory a clip shows.

No Langevin dynamics: the noise that makes a part follow a moment is known, so the latents of the
highest density are found moment by moment. A clip that the memory holds comes back with noise 0.
"""

import numpy as np
import tensorflow as tf

from tf_dyngen.model.attention.generator import AttentionGenerator
from tf_dyngen.model.attention.layout import Grid, Layout
from tf_dyngen.model.attention.moments import gumbel_of, noise_of
from tf_dyngen.model.attention.patches import (
    COMPARED_STEP,
    Sources,
    choose,
    gather_patches,
    join,
    offers,
    take_patches,
)
from tf_dyngen.model.attention.search import doubled
from tf_dyngen.model.latents import Latents

PEAK = 255.0
# 1 / sigma^2 of pixels in [0, 1]: what a low frame that is missed counts beside the noise.
PRECISION = 45.0
# By how much the logit of a moment that is to be chosen is raised above all others.
MARGIN = 0.1
# Of the patches that show the first frame.
NUM_SEARCHES = 3


def infer_attention(generator: AttentionGenerator, frames, visible=None) -> Latents:
    """Returns latents, leaves [1, ...], whose frames are near those of a clip.

    Args:
      generator: its memory is compared with the clip.
      frames: [1, T, H, W, C] in [-1, 1]; T may be unknown when tracing.
      visible: [1, T, H, W, 1] bool; what is hidden counts nothing. None hides nothing.
    """
    layout = generator.layout
    clip = tf.squeeze(tf.cast(frames, tf.float32), 0)
    shown = tf.ones_like(clip[:1, :, :, :1]) if visible is None else tf.squeeze(visible, 0)

    def padded(frame):
        number = 0 if visible is None else frame
        levels = (clip[frame] + 1.0) * (PEAK / 2.0)
        return _pad(levels, layout), _pad(tf.cast(shown[number], tf.float32), layout)

    low, low_seen = tf.map_fn(
        lambda frame: _low_frame(*padded(frame), layout),
        tf.range(tf.shape(clip)[0]),
        # One after the other: whole frames are large beside what is left of them.
        parallel_iterations=1,
        fn_output_signature=(tf.float32, tf.float32),
    )
    moments, low_start = _start(generator, low[0], low_seen[0])
    noise = _follow(generator, moments, low_start[:, -1], low, low_seen)
    picture, seen = padded(0)
    sources = _show(generator, moments, low_start, picture[None], seen[None])
    state = generator.state_of(moments, low_start, sources)
    return Latents(noise[None], state, tf.zeros([1, 0]))


def _start(generator: AttentionGenerator, low, seen):
    """Returns the moments [1, K] that a low frame [h * w, C] is like, and the low frames of s_0."""
    memory, windows = generator.memory, generator.transition.windows.value
    moments = tf.argmin(
        _misses(memory.low.value, low, windows * seen[:, 0]), axis=1, output_type=tf.int32
    )
    before = tf.gather(memory.low, tf.gather(memory.before, moments))
    shares = windows[:, :, None]
    last = tf.reduce_sum(shares * before, axis=0)
    own = tf.reduce_sum(shares * tf.gather(memory.low, moments), axis=0)
    first = tf.where(seen > 0.0, low, own)
    return moments[None], tf.stack([last, last, first])[None]


def _follow(generator: AttentionGenerator, moments, state, low, seen):
    """Returns the noise [T, K * M] by which low frames [T, h * w, C] follow the first.

    Each part goes where the square of what is missed, times PRECISION, and that of the noise that
    it takes are least together. The last frame's noise, which nothing tells of, is 0.
    """
    memory, transition = generator.memory, generator.transition
    memory_low, goes_on = memory.low.value, memory.goes_on()
    retention = transition.retention.value
    steps = tf.gather(memory_low, memory.after) - retention * memory_low
    scale = PRECISION * (generator.layout.factor**2)
    num_frames = tf.shape(low)[0]
    size = generator.latent_sizes.noise

    def advance(frame, state, moments, rows):
        logits = transition.logits(state, moments, memory_low, goes_on)
        needed = _needed(logits)[0]
        wanted = low[frame + 1] - retention * state[0]
        missed = _misses(steps, wanted, transition.windows.value * seen[frame + 1, :, 0])
        cost = tf.where(goes_on, scale * missed + tf.square(needed), np.inf)
        best = tf.one_hot(tf.argmin(cost, axis=1), memory.num_frames)
        noise = best * needed
        state, moments = transition(state, moments, noise[None], memory_low, goes_on)
        return frame + 1, state, moments, rows.write(frame, tf.reshape(noise, [size]))

    rows = tf.TensorArray(tf.float32, num_frames, element_shape=[size])
    *_, rows = tf.while_loop(
        lambda frame, *_: frame < num_frames - 1,
        advance,
        (0, state, moments, rows),
        parallel_iterations=1,
    )
    return rows.write(num_frames - 1, tf.zeros([size])).stack()


def _needed(logits):
    """Returns the least noise [1, K, M] that makes a part choose each moment, of logits."""
    first, second = tf.unstack(tf.sort(logits, direction="DESCENDING")[..., :2], axis=-1)
    best = tf.argmax(logits, axis=2, output_type=tf.int32)
    is_first = tf.equal(tf.range(logits.shape[-1]), tf.expand_dims(best, 2))
    others = tf.where(is_first, second[..., None], first[..., None])
    raised = tf.maximum(others - logits + MARGIN, 0.0)
    return tf.where(raised > 0.0, noise_of(gumbel_of(tf.zeros([])) + raised), 0.0)


def _misses(given, wanted, weights):
    """Returns the weighted squared distances [K, M] of frames [M, h * w, C] to one [h * w, C].

    Args:
      given, wanted: frames.
      weights: [K, h * w].
    """
    squares = tf.reduce_sum(tf.math.squared_difference(given, wanted), axis=2)
    return tf.linalg.matmul(weights, squares, transpose_b=True)


def _show(generator: AttentionGenerator, moments, low_frames, picture, seen):
    """Returns the sources of s_0, one frame before patches that show a picture.

    Args:
      generator: the model.
      moments: [1, K], that parts follow.
      low_frames: of s_0.
      picture, seen: [1, H, W, C] in levels and [1, H, W, 1], padded.
    """
    memory = generator.memory
    after = tf.gather(memory.low, tf.gather(memory.after, moments[0]))
    following = tf.reduce_sum(generator.transition.windows.value[:, :, None] * after, axis=0)
    nearest = memory.nearest(tf.concat([low_frames[:, 1:], following[None, None]], axis=1))
    found: list[Sources] = []
    for number, grid in enumerate(generator.layout.grids):
        own = _own(generator, grid, moments)
        if number:
            start = doubled(generator.layout.grids[number - 1], grid, found[-1])
        else:
            start = own._replace(time=nearest)
        shown, share = (
            take_patches(_shrink(each, grid.factor), grid, COMPARED_STEP)
            for each in (picture, seen)
        )
        bank = memory.bank(grid).value
        current = start
        for _ in range(NUM_SEARCHES):
            candidates = join(offers(grid, own), offers(grid, current))
            made = gather_patches(bank, grid, candidates, COMPARED_STEP)
            squares = tf.math.squared_difference(made, shown[:, None])
            cost = tf.reduce_mean(squares * share[:, None], axis=[-2, -1])
            current = choose(grid, candidates, cost, generator.settings.coherence)
        found.append(current)
    return tuple(each._replace(time=memory.time_before(each.time)) for each in found)


def _own(generator: AttentionGenerator, grid: Grid, moments) -> Sources:
    """Returns sources [1, P] at which each place shows itself, of its part's moment."""
    width = generator.layout.low[1]
    ratio = generator.layout.factor // grid.factor
    rows, columns = (grid.tops + grid.patch // 2) // ratio, (grid.lefts + grid.patch // 2) // ratio
    shares = tf.gather(generator.transition.windows, rows * width + columns, axis=1)
    times = tf.gather(moments, tf.argmax(shares, axis=0), axis=1)
    zeros = tf.zeros_like(times)
    return Sources(times, zeros + grid.tops, zeros + grid.lefts)


def _low_frame(levels, seen, layout: Layout):
    """Returns the low frame [h * w, C], 0 to 1, of what is seen, and how much of each cell is.

    Args:
      levels, seen: [H, W, C] and [H, W, 1], padded.
      layout: of the model.
    """
    share = _shrink(seen, layout.factor)
    low = _shrink(levels * seen, layout.factor) / tf.maximum(share, 1e-6) / PEAK
    size = layout.low[0] * layout.low[1]
    return tf.reshape(low, [size, layout.channels]), tf.reshape(share, [size, 1])


def _pad(frame, layout: Layout):
    """Repeats the last row and column until a frame [H, W, C] has the padded size."""
    rows, columns = (
        np.minimum(np.arange(padded), side - 1)
        for padded, side in zip(layout.padded, (layout.height, layout.width), strict=True)
    )
    return tf.gather(tf.gather(frame, rows, axis=0), columns, axis=1)


def _shrink(frames, factor: int):
    """Returns frames [..., H, W, C] averaged over factor x factor pixels."""
    *leading, height, width, channels = frames.shape
    cells = [*leading, height // factor, factor, width // factor, factor, channels]
    return tf.reduce_mean(tf.reshape(frames, cells), axis=[-4, -2])
