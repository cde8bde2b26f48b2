"""How much memory a run will take, before it takes it."""

from typing import NamedTuple

from tf_dyngen.config import ATTENTION, LINEAR_BACKBONE, Config
from tf_dyngen.errors import UserError
from tf_dyngen.inference.preconditioning import NUM_POINTS
from tf_dyngen.model.attention.layout import layout_of
from tf_dyngen.model.attention.memory import DESCRIPTOR_SIZE
from tf_dyngen.model.attention.parts import MOST_REGIONS, num_parts_of
from tf_dyngen.model.layers import emission_layers
from tf_dyngen.training.machine_memory import gpu_memory, host_memory
from tf_dyngen.training.start import MOST_FITTED_FRAMES

FLOAT_BYTES = 4
# Measured peaks minus this are what the terms below add up to.
RUNTIME_BYTES = 700e6
# Of every feature map: the transposed convolution's output, the activation's, and their gradients.
COPIES_OF_A_MAP = 4
COPIES_WITH_NORMALIZATION = 10
# Of every weight: its value, its gradient and Adam's two moments.
COPIES_OF_A_WEIGHT = 4
# Of every frame of a clip in the linear start: float32 pixels and their arctanh.
COPIES_OF_A_FRAME = 2
# Of the pixels that go with each product of state and appearance in the start for actions: moments
# in float32, coefficients and their scaled copy in float64, with room for one more.
COPIES_OF_THE_PRODUCTS = 6
# Of every frame of a clip with a mask: while what is hidden is predicted, float32 pixels at several
# blurs, predictions and their errors.
COPIES_WHILE_PREDICTED = 10
# Of every chain: the variable, and what a checkpoint writes.
COPIES_OF_A_CHAIN = 2
# Of uint8 frames: the batch of this step and of the next.
BATCHES_HELD = 2
# Of every frame that the attention model remembers, bytes at all sizes, once more while they are
# read and averaged; of a pixel of one frame, while patches are searched and put together. Measured:
# 64x64 to 512x512, 60 to 240 frames, within 10 %. TensorFlow and what learning traces come first.
COPIES_OF_A_REMEMBERED_FRAME = 5
BYTES_OF_A_SEARCHED_PIXEL = 2000
ATTENTION_RUNTIME_BYTES = 960e6
# Of its patches while descriptors are fitted, and of these; of its noise in learning.
COPIES_OF_A_PATCH, COPIES_OF_A_DESCRIPTOR, COPIES_OF_NOISE = 2, 6, 8
# Of the preconditioner's matrix while it is built.
COPIES_OF_THE_PRECONDITIONER = 8


class Memory(NamedTuple):
    """Bytes: beside the devices, and on each device that computes."""

    host: float
    device: float


def estimate_memory(config: Config, **sizes) -> float:
    """Returns the estimated peak memory of training on one CPU in bytes; see `estimate_parts`."""
    return sum(estimate_parts(config, **sizes))


def estimate_parts(
    config: Config,
    *,
    num_clips: int,
    num_frames: int,
    num_weights: int,
    masked: bool = False,
    num_devices: int = 1,
) -> Memory:
    """Returns the estimated peak memory of training.

    Args:
      config: settings of the run.
      num_clips, num_frames: all clips, and the frames of one.
      num_weights: of the generator.
      masked: whether some pixels are hidden.
      num_devices: that share a batch.
    """
    model, video, learning = config.model, config.video, config.learning
    if model.parameterisation == ATTENTION:
        return Memory(ATTENTION_RUNTIME_BYTES, _memory_of_clips(config, num_clips * num_frames))
    frame = video.height * video.width * video.channels
    window = min(learning.batch_size, num_clips) * min(learning.bptt_length, num_frames)
    host = 0.0
    if model.parameterisation == LINEAR_BACKBONE:
        fitted = min(num_clips * num_frames, max(num_frames, MOST_FITTED_FRAMES))
        host += COPIES_OF_A_FRAME * fitted * frame
        if model.appearance_size:
            products = model.state_size * (1 + model.appearance_size)
            host += COPIES_OF_THE_PRODUCTS * products * frame
    latents = num_frames * model.noise_size + 2 * model.state_size + model.appearance_size
    host += COPIES_OF_A_CHAIN * num_clips * latents
    if masked:
        host += COPIES_WHILE_PREDICTED * num_frames * frame
    device = COPIES_OF_A_WEIGHT * num_weights + _floats_of_a_step(
        config, -(-window // num_devices), num_frames, masked=masked
    )
    batches = BATCHES_HELD * window * frame
    return Memory(RUNTIME_BYTES + FLOAT_BYTES * host + batches, FLOAT_BYTES * device)


def _floats_of_a_step(config: Config, window: int, num_frames: int, *, masked: bool) -> float:
    """Returns the numbers that a device holds while it computes with `window` frames."""
    model, video, learning = config.model, config.video, config.learning
    layers = emission_layers(video.height, video.width, video.channels)
    hidden = sum(layer.height * layer.width * layer.filters for layer in layers[:-1])
    frame = video.height * video.width * video.channels
    copies = COPIES_WITH_NORMALIZATION if model.normalization else COPIES_OF_A_MAP
    maps = copies * (hidden * model.emission_width + frame)
    floats = maps * window
    if model.parameterisation == LINEAR_BACKBONE:
        # The gradient by the weights holds the maps of as many new frames beside the window's.
        floats += maps * window * (learning.statistics_weight > 0)
    if config.inference.precondition_every:
        length = min(learning.bptt_length, num_frames)
        # Windows that show different shares of their frames have matrices of their own.
        num_kept = -(-num_frames // length) - 1 if masked else 0
        copies = COPIES_OF_THE_PRECONDITIONER + num_kept
        floats += copies * (length * model.noise_size) ** 2 + maps * NUM_POINTS * model.state_size
    return floats


def _memory_of_clips(config: Config, num_frames: int) -> float:
    """Returns the bytes that the attention model takes for frames of all clips together."""
    video = config.video
    layout = layout_of(video.height, video.width, video.channels)
    coarse = layout.grids[0]
    patch = (coarse.patch * coarse.factor / layout.factor) ** 2 * video.channels
    frame = video.height * video.width * video.channels
    described = coarse.num_places * (
        COPIES_OF_A_PATCH * 3 * patch + COPIES_OF_A_DESCRIPTOR * DESCRIPTOR_SIZE
    )
    parts = max(num_parts_of(config.attention), MOST_REGIONS)
    noise = COPIES_OF_NOISE * parts * num_frames
    remembered = COPIES_OF_A_REMEMBERED_FRAME * frame + FLOAT_BYTES * (described + noise)
    searched = BYTES_OF_A_SEARCHED_PIXEL * video.height * video.width
    return num_frames * remembered + searched


def check_memory(needed: Memory) -> None:
    """Raises UserError if an estimate passes the memory that this process may take."""
    on_gpu = gpu_memory()
    kinds = [("this machine", sum(needed) if on_gpu is None else needed.host, host_memory())]
    if on_gpu is not None:
        kinds.append(("its GPU", needed.device, on_gpu))
    for where, wanted, there in kinds:
        if wanted > there:
            raise UserError(
                f"training would take about {wanted / 1e9:.1f} GB, {where} has {there / 1e9:.1f} GB"
                " for it",
                "give a smaller --size, --set=learning.bptt_length or --set=learning.batch_size",
            )
