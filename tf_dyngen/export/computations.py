"""What the signatures of an export compute, of inputs that have been checked."""

from collections.abc import Callable
from typing import NamedTuple

import tensorflow as tf

from tf_dyngen.export.images import bring_to_size, to_model_range
from tf_dyngen.export.inferring import Inferred
from tf_dyngen.export.playing import Blocks, Stretch, play, show
from tf_dyngen.export.requests import Limits, Span
from tf_dyngen.export.weights import ExportedWeights
from tf_dyngen.inference.video_draws import BLOCK, draw_appearance, draw_initial_state
from tf_dyngen.model.generator import AnyGenerator
from tf_dyngen.model.latents import LatentSizes

Tensors = dict[str, tf.Tensor]
# Of generator, blocks, anchors (where trained clips start), frames [T, H, W, C], and visible
# [T, H, W] bool.
Infer = Callable[..., Inferred]
# The noise's factor at a variety of 1; that of the model's own noise is 1, at a variety of a half.
NOISE_SCALE_OF_VARIETY = 2.0


class ServedModel(NamedTuple):
    """What signatures compute with.

    programs: the large graphs. sizes: of the latents. frame_shape: (H, W, C). fit: how images are
    brought to it. num_clips: of which the weights' tables know where they start. state_spans: what
    states may hold. has_variety: whether the noise is how far video goes from the clip.
    """

    weights: ExportedWeights
    programs: "Programs"
    sizes: LatentSizes
    frame_shape: tuple[int, int, int]
    fit: str
    num_clips: int
    limits: Limits
    state_spans: tuple[Span, ...]
    has_variety: bool

    @property
    def pixels(self) -> int:
        """H * W * C."""
        height, width, channels = self.frame_shape
        return height * width * channels

    @property
    def latents(self) -> int:
        """Numbers of noise and state that inference gives for a frame."""
        return self.sizes.noise + self.sizes.state


class Programs:
    """The large graphs, each traced once however many signatures call it.

    Args:
      generator: the model.
      weights: its weights.
      frame_shape: (H, W, C).
      infer_image, infer_clip: find the latents of one clip.
    """

    def __init__(
        self,
        generator: AnyGenerator,
        weights: ExportedWeights,
        frame_shape: tuple[int, int, int],
        infer_image: Infer,
        infer_clip: Infer,
    ):
        def program(compute: Callable, *specs: tf.TensorSpec):
            def with_weights(*inputs):
                with weights.in_use(generator):
                    return compute(generator, *inputs)

            return tf.function(with_weights, autograph=False, input_signature=specs or None)

        blocks = _blocks(generator.latent_sizes, program)

        def play_as(dtype: tf.DType):
            def play_stretch(*stretch):
                return play(blocks, Stretch._make(stretch), frame_shape, dtype)

            return tf.function(play_stretch, autograph=False)

        def show_states(states, appearance):
            return show(blocks, states, appearance, frame_shape, tf.uint8)

        def infer_with(infer: Infer, num_frames: int | None):
            frames = tf.TensorSpec([num_frames, *frame_shape], tf.float32)
            visible = tf.TensorSpec([num_frames, *frame_shape[:2]], tf.bool)
            return program(
                lambda model, *clip: infer(model, blocks, weights.anchors(), *clip),
                frames,
                visible,
            )

        self.play_pixels, self.play_floats = play_as(tf.uint8), play_as(tf.float32)
        self.begin = program(lambda model, draws: model.initial_state(draws))
        self.show = tf.function(show_states, autograph=False)
        self.infer_clip = infer_with(infer_clip, None)
        # One graph for both where one search does both.
        is_same = infer_image is infer_clip
        self.infer_image = self.infer_clip if is_same else infer_with(infer_image, 1)


def _blocks(sizes: LatentSizes, program: Callable) -> Blocks:
    """Returns the roll-out and the emission of BLOCK frames, which all that plays shares."""
    states = tf.TensorSpec([None, BLOCK, sizes.state], tf.float32)
    return Blocks(
        sizes,
        program(
            lambda model, *moving: model.rollout(*moving),
            tf.TensorSpec([None, sizes.state], tf.float32),
            tf.TensorSpec([None, BLOCK, sizes.noise], tf.float32),
            tf.TensorSpec([None, BLOCK], tf.bool),
        ),
        program(
            lambda model, *shown: model.emit(*shown),
            states,
            tf.TensorSpec([None, sizes.appearance], tf.float32),
        ),
    )


def generate(model: ServedModel, inputs: Tensors) -> Tensors:
    """New video, uint8."""
    return _generate(model, inputs, model.programs.play_pixels)


def generate_float(model: ServedModel, inputs: Tensors) -> Tensors:
    """New video, float32 in [-1, 1]."""
    found = _generate(model, inputs, model.programs.play_floats)
    # Emissions reach a little further, so that they get to both ends.
    return {"frames": tf.clip_by_value(found["frames"], -1.0, 1.0)}


def start(model: ServedModel, inputs: Tensors) -> Tensors:
    """Where videos start: draws of the prior, or where trained clips start."""
    seed, clip = inputs["seed"], inputs["clip"]
    state, appearance = (tf.gather(table, tf.maximum(clip, 0)) for table in model.weights.anchors())
    drawn = _begin(model, seed)
    look = _draw_rows(draw_appearance, seed, model.sizes.appearance)
    is_drawn = clip[:, None] < 0
    return {
        "state": tf.where(is_drawn, drawn, state),
        "appearance": tf.where(is_drawn, look, appearance),
    }


def stream(model: ServedModel, inputs: Tensors) -> Tensors:
    """The next frames of videos, and the states after them."""
    seed = inputs["seed"]
    frames, state = model.programs.play_pixels(
        inputs["state"],
        seed,
        inputs["position"],
        inputs["num_frames"],
        _appearance(inputs, seed),
        _noise_scale(inputs, seed),
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
        _begin(model, seed),
        seed,
        tf.zeros_like(seed),
        inputs["num_frames"],
        _appearance(inputs, seed),
        _noise_scale(inputs, seed),
    )
    return {"frames": frames}


def _appearance(inputs: Tensors, rows: tf.Tensor) -> tf.Tensor:
    """Returns the appearance given, or that of width 0, with as many rows as `rows`."""
    return inputs.get("appearance", tf.zeros([tf.shape(rows)[0], 0]))


def _begin(model: ServedModel, seed: tf.Tensor) -> tf.Tensor:
    """Returns the state [B, S] that each seed's video starts from."""
    return model.programs.begin(_draw_rows(draw_initial_state, seed, model.sizes.state))


def _noise_scale(inputs: Tensors, rows: tf.Tensor) -> tf.Tensor:
    """Returns the factor on the noise that is asked for, [B]; 1 if none is."""
    if "variety" in inputs:
        return NOISE_SCALE_OF_VARIETY * inputs["variety"]
    return inputs.get("noise_scale", tf.ones_like(rows, tf.float32))


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
