"""The signatures of an export: what each takes and gives."""

from collections.abc import Callable
from typing import NamedTuple

import tensorflow as tf

from tf_dyngen.export import computations
from tf_dyngen.export.computations import ServedModel, Tensors
from tf_dyngen.export.requests import MOST_NOISE_SCALE

DEFAULT = "serving_default"


class Field(NamedTuple):
    """An input or output: its name, type, axes (a letter for any size) and meaning."""

    name: str
    dtype: tf.DType
    axes: tuple[int | str, ...]
    meaning: str

    @property
    def shape(self) -> tuple[int | None, ...]:
        """The sizes of the axes, None for any."""
        return tuple(None if isinstance(side, str) else side for side in self.axes)


class Signature(NamedTuple):
    """A function of the export."""

    name: str
    meaning: str
    inputs: tuple[Field, ...]
    outputs: tuple[Field, ...]
    compute: Callable[[Tensors], Tensors]

    def trace(self):
        """Returns the concrete function of this signature."""

        def compute(**values):
            shaped = {
                field.name: tf.ensure_shape(values[field.name], field.shape)
                for field in self.inputs
            }
            results = self.compute(shaped)
            return {
                field.name: tf.ensure_shape(results[field.name], field.shape)
                for field in self.outputs
            }

        specs = {
            field.name: tf.TensorSpec(field.shape, field.dtype, field.name) for field in self.inputs
        }
        return tf.function(compute, autograph=False).get_concrete_function(**specs)


def build_signatures(model: ServedModel) -> list[Signature]:
    """Returns all signatures of a model; those with appearance take and give it."""
    fields, programs, generate = _fields(model), model.programs, computations.generate
    frames = fields["frames"]
    floats = frames._replace(dtype=tf.float32, meaning="in [-1, 1]; zeros behind a row's own")
    video = frames._replace(name="clip", meaning="a clip at the model's size")
    shown = fields["state"]._replace(meaning="s of the image")

    def row(name, meaning, inputs, outputs, compute, *settings):
        chosen = [_choose(fields, names, model) for names in (inputs, outputs)]
        return Signature(name, meaning, *chosen, _bind(compute, model, *settings))

    whole = ("seed", "num_frames", "appearance")
    part = ("state", "seed", "position", "num_frames")
    latents = ("noise", "initial_state", "states", "psnr", "appearance")
    return [
        row(DEFAULT, "new video", whole, [frames], generate, programs.play_pixels),
        row("generate", "new video", whole, [frames], generate, programs.play_pixels),
        row("generate_float", "new video", whole, [floats], generate, programs.play_floats),
        row(
            "start",
            "where a video starts",
            ("seed", "clip"),
            ("state", "appearance"),
            computations.start,
        ),
        row(
            "stream",
            "the next frames of a video; the next call goes on from next_state at position +"
            " num_frames, and all frames are those of one long call",
            (*part, "appearance"),
            ("frames", "next_state"),
            computations.stream,
        ),
        row(
            "stream_scaled",
            "stream with weaker or stronger noise",
            (*part, "noise_scale", "appearance"),
            ("frames", "next_state"),
            computations.stream,
        ),
        row(
            "animate",
            "the state that shows an image: decode shows it, stream goes on from position 1",
            ["image"],
            [shown, "appearance"],
            computations.animate,
        ),
        row("infer", "the latents of a clip", [video], latents, computations.infer),
        row(
            "infer_masked",
            "the latents of a clip of which pixels are hidden",
            [video, "hidden"],
            latents,
            computations.infer,
        ),
        row(
            "decode",
            "the frames of states",
            ("states", "appearance"),
            [frames._replace(meaning="one for each state")],
            computations.decode,
        ),
    ]


def _choose(fields, names, model: ServedModel) -> tuple[Field, ...]:
    chosen = [fields[name] if isinstance(name, str) else name for name in names]
    has_looks = model.sizes.appearance > 0
    return tuple(field for field in chosen if has_looks or field.name != "appearance")


def _fields(model: ServedModel) -> dict[str, Field]:
    """Returns every input and output by its name, and variants of some."""
    sizes, shape = model.sizes, model.frame_shape
    row, images, states = ("B",), ("B", "T", *shape), ("B", "T", sizes.state)
    state = ("B", sizes.state)
    scale = f"factor on the noise, 0 to {MOST_NOISE_SCALE:g}; 1 is the model's"
    fields = [
        Field("seed", tf.int32, row, "names the video, from 0 on"),
        Field("num_frames", tf.int32, row, "how many frames, from 1 on"),
        Field("position", tf.int32, row, "how many frames are past, from 0 on"),
        Field("clip", tf.int32, row, "index of a trained clip; -1: a draw of the prior"),
        Field("noise_scale", tf.float32, row, scale),
        Field("state", tf.float32, state, "s, the state before the first frame"),
        Field("next_state", tf.float32, state, "s, the state behind the last frame"),
        Field("appearance", tf.float32, ("B", sizes.appearance), "a, what a clip looks like"),
        Field("frames", tf.uint8, images, "T is the largest num_frames; black behind a row's own"),
        Field("image", tf.uint8, ("B", "H", "W", shape[2]), "a still image of any size"),
        Field("hidden", tf.uint8, images[:-1], "not 0 where a pixel is hidden"),
        Field("noise", tf.float32, ("B", "T", sizes.noise), "xi of each frame"),
        Field("initial_state", tf.float32, state, "s_0"),
        Field("states", tf.float32, states, "s of each frame"),
        Field("psnr", tf.float32, row, "of the reconstruction of what is visible, dB"),
    ]
    return {field.name: field for field in fields}


def _bind(compute, model: ServedModel, *settings) -> Callable[[Tensors], Tensors]:
    return lambda inputs: compute(model, inputs, *settings)
