"""Layer lists of the emission: the paper's for 64, 128 and 150, a general rule for other sizes."""

import dataclasses
import math

KERNEL = 4
TOP_FILTERS = 512
BOTTOM_FILTERS = 64
SMALLEST_SIDE = 3


@dataclasses.dataclass(frozen=True)
class Deconvolution:
    """One transposed convolution: sizes of its output and how it gets there.

    `filters` counts channels at width 1; `height` and `width` are those of the output, what the
    transposed convolution gives beyond them is cropped; `padding` is "same" or "valid".
    """

    filters: int
    height: int
    width: int
    kernel: tuple[int, int] = (KERNEL, KERNEL)
    stride: int = 2
    padding: str = "same"


def emission_layers(height: int, width: int, channels: int) -> tuple[Deconvolution, ...]:
    """Returns the layers from a 1x1 map of latents to a frame, the last one with `channels`.

    Square frames of 64, 128 and 150 pixels have the lists of the paper's code. Any other frame is
    halved, rounding up, until its smaller side is at most 3; the first layer makes that map in
    one piece and every further layer doubles it, cropping the odd row or column.
    """
    if height == width and height in (64, 128):
        sizes = [(side, side) for side in _powers_of_two(height)]
        return _doubling(None, sizes, channels)
    if height == width == 150:
        return _paper_150(channels)
    sizes = [(height, width)]
    while min(sizes[0]) > SMALLEST_SIDE:
        sizes.insert(0, (math.ceil(sizes[0][0] / 2), math.ceil(sizes[0][1] / 2)))
    return _doubling(sizes[0], sizes[1:], channels)


def _powers_of_two(side: int) -> list[int]:
    return [2**exponent for exponent in range(1, side.bit_length())]


def _doubling(first, sizes, channels: int) -> tuple[Deconvolution, ...]:
    """An optional layer that makes the map `first`, then a doubling to each of `sizes`."""
    num_layers = len(sizes) + (first is not None)
    filters = [
        min(TOP_FILTERS, BOTTOM_FILTERS * 2 ** (num_layers - 2 - index))
        for index in range(num_layers - 1)
    ] + [channels]
    layers = []
    if first is not None:
        layers.append(
            Deconvolution(filters.pop(0), *first, kernel=first, stride=1, padding="valid")
        )
    layers += [Deconvolution(count, *size) for count, size in zip(filters, sizes, strict=True)]
    return tuple(layers)


def _paper_150(channels: int) -> tuple[Deconvolution, ...]:
    doublings = [(512, 2), (512, 4), (256, 8), (128, 16)]
    return (
        *(Deconvolution(filters, side, side) for filters, side in doublings),
        Deconvolution(64, 48, 48, stride=3),
        Deconvolution(64, 144, 144, stride=3),
        Deconvolution(channels, 150, 150, kernel=(7, 7), stride=1, padding="valid"),
    )
