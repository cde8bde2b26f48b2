"""How much memory a row of a request takes while it is computed."""

from tf_dyngen.config import Config
from tf_dyngen.inference.video_draws import BLOCK
from tf_dyngen.model.attention.generator import AttentionGenerator
from tf_dyngen.model.attention.patches import COMPARED_STEP, NEIGHBOURS
from tf_dyngen.model.generator import AnyGenerator
from tf_dyngen.model.layers import emission_layers

FLOAT_BYTES = 4
# A map of features and what its layer makes of it stand in memory together.
MAPS_PER_LAYER = 3
# Of candidates that are compared: where their pixels are, these pixels, and the differences.
COPIES_OF_CANDIDATES = 3
# Each place's own piece and its neighbours', of what is found and of what goes on.
CANDIDATES = 2 * len(NEIGHBOURS)
# The corners that a pixel is mixed of, each as index, row, column, and colours.
CORNERS, NUMBERS_A_CORNER = 4, 4


def bytes_of_a_row(config: Config, generator: AnyGenerator) -> int:
    """Returns about how many bytes one row of `generate` or `stream` takes beside its answer."""
    if isinstance(generator, AttentionGenerator):
        return FLOAT_BYTES * (_values_of_a_step(generator) + _values_of_a_block(generator))
    return BLOCK * _bytes_of_maps(config)


def _values_of_a_step(generator: AttentionGenerator) -> int:
    """Returns how many numbers one frame's step holds at once."""
    layout = generator.layout
    height, width = layout.low
    comparing = generator.memory.num_frames * height * width * layout.channels
    finest = layout.grids[-1]
    compared = (finest.patch // COMPARED_STEP) ** 2 * layout.channels
    searching = COPIES_OF_CANDIDATES * CANDIDATES * finest.num_places * compared
    pixels = finest.height * finest.width
    painting = CORNERS * pixels * (NUMBERS_A_CORNER + layout.channels)
    return max(comparing, searching, painting)


def _values_of_a_block(generator: AttentionGenerator) -> int:
    """Returns how many numbers a block's noise, states and frames are."""
    layout, sizes = generator.layout, generator.latent_sizes
    frame = layout.height * layout.width * layout.channels
    return BLOCK * (sizes.noise + sizes.state + frame)


def _bytes_of_maps(config: Config) -> int:
    """Returns what the feature maps of a frame take."""
    video = config.video
    layers = emission_layers(video.height, video.width, video.channels)
    widths = [config.model.emission_width] * (len(layers) - 1) + [1.0]
    largest = max(
        layer.height * layer.width * layer.filters * width
        for layer, width in zip(layers, widths, strict=True)
    )
    return round(MAPS_PER_LAYER * largest * FLOAT_BYTES)
