"""Layer shapes and parameter counts of the paper's networks, computed by hand."""

import itertools

import numpy as np
import pytest
import tensorflow as tf

from tf_dyngen.config import Config, override
from tf_dyngen.model.emission import build_emission
from tf_dyngen.model.layers import emission_layers
from tf_dyngen.model.transition import build_transition

PAPER = {
    "model.parameterisation": "paper",
    "model.state_size": 100,
    "model.noise_size": 100,
    "model.transition_hidden": (20, 20),
    "model.emission_width": 1.0,
    "model.normalization": True,
}
# (filters, side, kernel side) of every layer.
PAPER_LAYERS = {
    64: [(512, 2, 4), (512, 4, 4), (256, 8, 4), (128, 16, 4), (64, 32, 4), (3, 64, 4)],
    128: [
        (512, 2, 4),
        (512, 4, 4),
        (512, 8, 4),
        (256, 16, 4),
        (128, 32, 4),
        (64, 64, 4),
        (3, 128, 4),
    ],
    150: [
        (512, 2, 4),
        (512, 4, 4),
        (256, 8, 4),
        (128, 16, 4),
        (64, 48, 4),
        (64, 144, 4),
        (3, 150, 7),
    ],
}


def build(size, **changes):
    height, width = size
    settings = {**PAPER, "video.height": height, "video.width": width, **changes}
    config = override(Config(), settings)
    return config, build_emission(config.model, config.video)


@pytest.mark.parametrize("side", PAPER_LAYERS)
def test_paper_layers_have_the_published_sizes(side):
    layers = emission_layers(side, side, 3)
    expected = PAPER_LAYERS[side]
    assert [(x.filters, x.height, x.kernel[0]) for x in layers] == expected
    assert all(x.height == x.width and x.kernel[0] == x.kernel[1] for x in layers)


@pytest.mark.parametrize("side", PAPER_LAYERS)
def test_paper_emission_has_the_hand_counted_parameters(side):
    _, emission = build((side, side))
    expected, channels_in = 0, 100
    for filters, _, kernel in PAPER_LAYERS[side]:
        expected += kernel * kernel * channels_in * filters + filters
        channels_in = filters
    # Normalisation behind all layers but the last: scale and offset learned, two moving averages.
    hidden = sum(filters for filters, _, _ in PAPER_LAYERS[side][:-1])
    trainable = sum(int(np.prod(v.shape)) for v in emission.trainable_variables)
    assert trainable == expected + 2 * hidden
    assert emission.count_params() == expected + 4 * hidden


@pytest.mark.parametrize("side", PAPER_LAYERS)
def test_paper_feature_maps_have_the_published_sizes(side):
    _, emission = build((side, side), **{"model.emission_width": 0.0625})
    maps = tf.zeros([2, 1, 1, 100])
    sides = []
    for convolve in emission.deconvolution.deconvolutions:
        maps = convolve(maps)
        sides.append(tuple(maps.shape[1:3]))
    assert sides == [(side, side) for _, side, _ in PAPER_LAYERS[side]]


def test_paper_transition_has_the_hand_counted_parameters():
    config = override(Config(), PAPER)
    transition = build_transition(config.model)
    assert transition.count_params() == (200 * 20 + 20) + (20 * 20 + 20) + (20 * 100 + 100)


@pytest.mark.parametrize(
    ("size", "first"),
    [((96, 160), (3, 5)), ((50, 35), (4, 3)), ((9, 64), (3, 16)), ((8, 8), (2, 2))],
)
def test_any_size_is_reached_by_doubling(size, first):
    layers = emission_layers(*size, 3)
    assert (layers[0].height, layers[0].width) == first
    for above, below in itertools.pairwise(layers):
        assert above.height == -(-below.height // 2)
        assert above.width == -(-below.width // 2)
    config, emission = build(size, **{"model.emission_width": 0.0625})
    frames = emission(tf.zeros([2, config.model.state_size]), tf.zeros([2, 0]))
    assert frames.shape == (2, *size, 3)


@pytest.mark.parametrize("channels", [1, 3])
def test_channels_and_width_factor(channels):
    wide = emission_layers(64, 64, channels)
    _, emission = build((64, 64), **{"video.channels": channels, "model.emission_width": 0.25})
    counts = [layer.filters for layer in emission.deconvolution.deconvolutions]
    assert counts == [layer.filters // 4 for layer in wide[:-1]] + [channels]


def test_appearance_widens_the_input():
    _, emission = build((64, 64), **{"model.appearance_size": 7, "model.emission_width": 0.0625})
    kernel = emission.deconvolution.deconvolutions[0].kernel
    assert kernel.shape[-1] == 107
