"""What the signatures of an export compute, of inputs that have been checked."""

from collections.abc import Callable
from typing import NamedTuple

import tensorflow as tf

from tf_dyngen.export.images import bring_to_size, to_model_range
from tf_dyngen.export.inferring import Inferred, SearchSettings, infer_clip
from tf_dyngen.export.playing import Stretch, play, show
from tf_dyngen.export.requests import Limits
from tf_dyngen.export.weights import ExportedWeights
from tf_dyngen.inference.video_draws import draw_appearance, draw_initial_state
from tf_dyngen.model.generator import Generator
from tf_dyngen.model.latents import LatentSizes

Tensors = dict[str, tf.Tensor]


class ServedModel(NamedTuple):
    """What signatures compute with.

    programs: the large graphs. sizes: of the latents. frame_shape: (H, W, C). fit: how images are
    brought to it. num_clips: of which the weights' tables know where they start.
    """

    weights: ExportedWeights
    programs: "Programs"
    sizes: LatentSizes
    frame_shape: tuple[int, int, int]
    fit: str
    num_clips: int
    limits: Limits

    @property
    def pixels(self) -> int:
        """H * W * C."""
        height, width, channels = self.frame_shape
        return height * width * channels


class Programs:
    """The large graphs, each traced once however many signatures call it.

    Args:
      generator: the model.
      weights: its weights.
      frame_shape: (H, W, C).
      image_search, clip_search: how latents are looked for.
    """

    def __init__(
        self,
        generator: Generator,
        weights: ExportedWeights,
        frame_shape: tuple[int, int, int],
        image_search: SearchSettings,
        clip_search: SearchSettings,
    ):
        def program(compute: Callable):
            def with_weights(*inputs):
                with weights.in_use(generator):
                    return compute(generator, *inputs)

            return tf.function(with_weights, autograph=False)

        def play_as(dtype: tf.DType):
            return program(
                lambda model, *stretch: play(model, Stretch._make(stretch), frame_shape, dtype)
            )

        def infer_as(search: SearchSettings):
            def infer_row(model, frames, visible):
                return infer_clip(model, weights.anchors(), frames, visible, search)

            return program(infer_row)

        def show_states(model, states, appearance):
            return show(model, states, appearance, frame_shape, tf.uint8)

        self.play_pixels, self.play_floats = play_as(tf.uint8), play_as(tf.float32)
        self.show = program(show_states)
        self.infer_image, self.infer_clip = infer_as(image_search), infer_as(clip_search)


def generate(model: ServedModel, inputs: Tensors) -> Tensors:
    """New video, uint8."""
    return _generate(model, inputs, model.programs.play_pixels)


def generate_float(model: ServedModel, inputs: Tensors) -> Tensors:
    """New video, float32 in [-1, 1]."""
    return _generate(model, inputs, model.programs.play_floats)


def start(model: ServedModel, inputs: Tensors) -> Tensors:
    """Where videos start: draws of the prior, or where trained clips start."""
    seed, clip = inputs["seed"], inputs["clip"]
    state, appearance = (tf.gather(table, tf.maximum(clip, 0)) for table in model.weights.anchors())
    drawn = _draw_rows(draw_initial_state, seed, model.sizes.state)
    look = _draw_rows(draw_appearance, seed, model.sizes.appearance)
    is_drawn = clip[:, None] < 0
    return {
        "state": tf.where(is_drawn, drawn, state),
        "appearance": tf.where(is_drawn, look, appearance),
    }


def stream(model: ServedModel, inputs: Tensors) -> Tensors:
    """The next frames of videos, and the states behind them."""
    seed = inputs["seed"]
    frames, state = model.programs.play_pixels(
        inputs["state"],
        seed,
        inputs["position"],
        inputs["num_frames"],
        _appearance(inputs, seed),
        inputs.get("noise_scale", tf.ones_like(seed, tf.float32)),
    )
    return {"frames": frames, "next_state": state}


def animate(model: ServedModel, inputs: Tensors) -> Tensors:
    """The states that show images."""
    frames = bring_to_size(inputs["image"], model.frame_shape, model.fit)
    visible = tf.ones(tf.shape(frames)[:-1], tf.bool)
    found = _infer_rows(model, model.programs.infer_image, frames[:, None], visible[:, None])
    return {"state": found.states[:, 0], "appearance": found.appearance}


def infer(model: ServedModel, inputs: Tensors) -> Tensors:
    """The latents of clips."""
    clip = inputs["clip"]
    hidden = inputs.get("hidden", tf.zeros(tf.shape(clip)[:-1], tf.uint8))
    visible = tf.equal(hidden, 0)
    found = _infer_rows(model, model.programs.infer_clip, to_model_range(clip), visible)
    return found._asdict()


def decode(model: ServedModel, inputs: Tensors) -> Tensors:
    """The frames of states."""
    states = inputs["states"]
    return {"frames": model.programs.show(states, _appearance(inputs, states))}


def _generate(model: ServedModel, inputs: Tensors, play_stretch: Callable) -> Tensors:
    seed = inputs["seed"]
    frames, _ = play_stretch(
        _draw_rows(draw_initial_state, seed, model.sizes.state),
        seed,
        tf.zeros_like(seed),
        inputs["num_frames"],
        _appearance(inputs, seed),
        tf.ones_like(seed, tf.float32),
    )
    return {"frames": frames}


def _appearance(inputs: Tensors, rows: tf.Tensor) -> tf.Tensor:
    """Returns the appearance given, or that of width 0, with as many rows as `rows`."""
    return inputs.get("appearance", tf.zeros([tf.shape(rows)[0], 0]))


def _draw_rows(draw: Callable, seed: tf.Tensor, size: int) -> tf.Tensor:
    """Returns a draw of each seed, [B, size]."""
    spec = tf.TensorSpec([size], tf.float32)
    return tf.map_fn(
        lambda one: tf.reshape(draw(one, size), [size]), seed, fn_output_signature=spec
    )


def _infer_rows(model: ServedModel, infer_row: Callable, frames, visible) -> Inferred:
    sizes = model.sizes
    states = [None, sizes.state]
    shapes = [None, sizes.noise], [sizes.state], [sizes.appearance], states, []
    specs = Inferred._make(tf.TensorSpec(shape, tf.float32) for shape in shapes)
    return tf.map_fn(
        lambda row: infer_row(*row),
        (frames, visible),
        fn_output_signature=specs,
        parallel_iterations=1,
    )
