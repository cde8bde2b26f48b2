"""The signatures of an export: what each takes and gives."""

import functools
from collections.abc import Callable, Iterator
from typing import NamedTuple

import tensorflow as tf

from tf_dyngen.export import computations
from tf_dyngen.export.computations import ServedModel, Tensors
from tf_dyngen.export.requests import MOST_NOISE_SCALE, check_inputs

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
    compute: Callable[[ServedModel, Tensors], Tensors]

    def trace(self, model: ServedModel):
        """Returns the concrete function of this signature, checks and all."""

        def compute(**values):
            # Callers may feed any shape, whatever the graph says of it.
            shaped = {
                field.name: tf.ensure_shape(values[field.name], field.shape)
                for field in self.inputs
            }
            checked = check_inputs(
                shaped,
                model.limits,
                pixels=model.pixels,
                latents=model.latents,
                num_clips=model.num_clips,
                state_spans=model.state_spans,
            )
            results = self.compute(model, checked)
            return {
                field.name: tf.ensure_shape(results[field.name], field.shape)
                for field in self.outputs
            }

        specs = {
            field.name: tf.TensorSpec(field.shape, field.dtype, field.name) for field in self.inputs
        }
        return tf.function(compute, autograph=False).get_concrete_function(**specs)


def build_signatures(model: ServedModel) -> list[Signature]:
    """Returns all signatures of a model; those with appearance take and give it.

    Only an attention model has those with variety.
    """
    return [*_signatures_of_video(model), *_signatures_of_inference(model)]


def _signatures_of_video(model: ServedModel) -> Iterator[Signature]:
    fields = _fields(model)
    frames = fields["frames"]
    floats = frames._replace(dtype=tf.float32, meaning="in [-1, 1]; zeros after a row's own")
    shown = frames._replace(meaning="one for each state")
    sign = functools.partial(_sign, fields)
    whole = ["seed", "num_frames", "appearance"]
    part = ["state", "seed", "position", "num_frames"]
    after = ["frames", "next_state"]
    goes_on = (
        "the next frames of a video; the next call goes on from next_state at position +"
        " num_frames, and all frames are those of one long call"
    )
    scaled = "stream with weaker or stronger noise"
    yield sign(DEFAULT, "new video", whole, [frames], computations.generate)
    yield sign("generate", "new video", whole, [frames], computations.generate)
    yield sign("generate_float", "new video", whole, [floats], computations.generate_float)
    begin = ["state", "appearance"]
    yield sign("start", "where a video starts", ["seed", "clip"], begin, computations.start)
    yield sign("stream", goes_on, [*part, "appearance"], after, computations.stream)
    given = [*part, "noise_scale", "appearance"]
    yield sign("stream_scaled", scaled, given, after, computations.stream)
    if model.has_variety:
        wide = [*whole, "variety"]
        yield sign(
            "generate_varied",
            "new video, near the clip or far from it",
            wide,
            [frames],
            computations.generate,
        )
        given = [*part, "variety", "appearance"]
        yield sign(
            "stream_varied",
            "stream, near the clip or far from it",
            given,
            after,
            computations.stream,
        )
    look = ["states", "appearance"]
    yield sign("decode", "the frames of states", look, [shown], computations.decode)


def _signatures_of_inference(model: ServedModel) -> Iterator[Signature]:
    fields = _fields(model)
    video = fields["frames"]._replace(name="clip", meaning="a clip at the model's size")
    found = [fields["state"]._replace(meaning="s of the image"), "appearance"]
    latents = ["noise", "initial_state", "states", "psnr", "appearance"]
    sign = functools.partial(_sign, fields)
    shows = "the state that shows an image: decode shows it, stream goes on from position 1"
    hides = "the latents of a clip of which pixels are hidden"
    yield sign("animate", shows, ["image"], found, computations.animate)
    yield sign("infer", "the latents of a clip", [video], latents, computations.infer)
    yield sign("infer_masked", hides, [video, "hidden"], latents, computations.infer)


def _sign(fields: dict[str, Field], name: str, meaning: str, inputs, outputs, compute) -> Signature:
    """Returns a signature; inputs and outputs are names of fields, or fields."""

    def choose(wanted) -> tuple[Field, ...]:
        chosen = (fields.get(each) if isinstance(each, str) else each for each in wanted)
        return tuple(field for field in chosen if field is not None)

    return Signature(name, meaning, choose(inputs), choose(outputs), compute)


def _fields(model: ServedModel) -> dict[str, Field]:
    """Returns every input and output by its name; no appearance where the model has none."""
    sizes, shape = model.sizes, model.frame_shape
    row, images, states = ("B",), ("B", "T", *shape), ("B", "T", sizes.state)
    state = ("B", sizes.state)
    scale = f"factor on the noise, 0 to {MOST_NOISE_SCALE:g}; 1 is the model's"
    if model.has_variety:
        scale += f"; {computations.NOISE_SCALE_OF_VARIETY:g} times the variety"
    varied = "0: the clip goes on as it is, and jumps at its end only; 0.5: usual; 1: newest"
    fields = [
        Field("seed", tf.int32, row, "names the video, from 0 on"),
        Field("num_frames", tf.int32, row, "how many frames, from 1 on"),
        Field("position", tf.int32, row, "how many frames are past, from 0 on"),
        Field("clip", tf.int32, row, "index of a trained clip; -1: a draw of the prior"),
        Field("noise_scale", tf.float32, row, scale),
        Field("variety", tf.float32, row, varied),
        Field("state", tf.float32, state, "s, the state before the first frame"),
        Field("next_state", tf.float32, state, "s, the state after the last frame"),
        Field("appearance", tf.float32, ("B", sizes.appearance), "a, what a clip looks like"),
        Field("frames", tf.uint8, images, "T is the largest num_frames; black after a row's own"),
        Field("image", tf.uint8, ("B", "H", "W", shape[2]), "a still image of any size"),
        Field("hidden", tf.uint8, images[:-1], "not 0 where a pixel is hidden"),
        Field("noise", tf.float32, ("B", "T", sizes.noise), "xi of each frame"),
        Field("initial_state", tf.float32, state, "s_0"),
        Field("states", tf.float32, states, "s of each frame"),
        Field("psnr", tf.float32, row, "of the reconstruction of what is visible, dB"),
    ]
    has_looks = sizes.appearance > 0
    return {field.name: field for field in fields if has_looks or field.name != "appearance"}
