"""Responses of oriented filters: what frames look like and how they move, place by place.

Quadrature pairs of Gabor filters at four orientations and three sizes, in the manner of Portilla
and Simoncelli, "A parametric texture model based on joint statistics of complex wavelet
coefficients", IJCV 2000; responses to the responses of the finest as in the scattering transform of
Bruna and Mallat, TPAMI 2013; the product of a frame's and its difference's responses is the motion
energy of Adelson and Bergen, JOSA A 1985, which has the sign of the direction.
"""

import numpy as np
import tensorflow as tf

FILTER_SIDE, NUM_ORIENTATIONS, FREQUENCY, SPREAD = 9, 4, 0.25, 2.0
NUM_SCALES, SMALLEST_SIDE = 3, 4
# Frames with a longer side are averaged down.
LARGEST_SIDE = 96
# Contrast that is not told from none, of a range of 2.
CONTRAST_FLOOR = 0.01
# Frames between the two moments whose motion is set side by side.
LAG = 3
# Pixels of the squares within which the amount of motion is made equal.
ENERGY_SIDE = 8
LARGEST_GAIN = 100.0
FEWEST_MOVING = LAG + 3


def shrink(frames: np.ndarray) -> np.ndarray:
    """Brings uint8 frames to float32 in [-1, 1], averaged to sides of LARGEST_SIDE at most."""
    factor = -(-max(frames.shape[1:3]) // LARGEST_SIDE)
    values = frames.astype(np.float32) / np.float32(127.5) - np.float32(1.0)
    return values if factor == 1 else average(values, factor)


def average(values: np.ndarray, factor: int) -> np.ndarray:
    """Returns means of factor x factor squares of [T, H, W, ...]; an odd rest is left out."""
    length, height, width = values.shape[0], values.shape[1] // factor, values.shape[2] // factor
    even = values[:, : height * factor, : width * factor]
    squares = even.reshape(length, height, factor, width, factor, *values.shape[3:])
    return squares.mean(axis=(2, 4))


def look_features(frames: np.ndarray) -> np.ndarray:
    """Returns features [T, H', W', D] of single frames, values as of `shrink`.

    Colours, logarithms of the magnitudes of the responses at all sizes, and of those of the
    responses to the finest magnitudes.
    """
    return _look(tf.constant(frames)).numpy()


def move_features(frames: np.ndarray, energy: np.ndarray) -> np.ndarray:
    """Returns features [T - 1 - LAG, H', W', D] of how things move, values as of `shrink`.

    Differences of consecutive frames are first scaled to the energy wanted, place by place. Then
    logarithms of the magnitudes of their responses, at two moments, and motion energies.

    Args:
      frames: [T, H, W, C], T at least FEWEST_MOVING.
      energy: see `difference_energy`.
    """
    gain = np.sqrt((energy + 1e-6) / (difference_energy(frames) + 1e-6))
    gain = np.minimum(gain, LARGEST_GAIN).astype(np.float32)[None, ..., None]
    return _move(tf.constant(frames), tf.constant(gain)).numpy()


def difference_energy(frames: np.ndarray) -> np.ndarray:
    """Returns the mean squared difference of consecutive frames, by squares of 8 pixels."""
    grey = frames.mean(axis=-1)
    squares = np.square(np.diff(grey, axis=0)).mean(axis=0, keepdims=True)
    return average(squares, min(ENERGY_SIDE, *squares.shape[1:]))[0]


def _gabor_filters() -> np.ndarray:
    """Returns [side, side, 1, 2 * NUM_ORIENTATIONS], even and odd filters in turn, of norm 1."""
    reach = FILTER_SIDE // 2
    row, column = np.mgrid[-reach : reach + 1, -reach : reach + 1]
    bell = np.exp(-(row**2 + column**2) / (2.0 * SPREAD**2))
    filters = []
    for angle in np.pi * np.arange(NUM_ORIENTATIONS) / NUM_ORIENTATIONS:
        along = column * np.cos(angle) + row * np.sin(angle)
        for phase in (0.0, np.pi / 2):
            wave = bell * np.cos(2 * np.pi * FREQUENCY * along + phase)
            wave -= bell * wave.sum() / bell.sum()
            filters.append(wave / np.linalg.norm(wave))
    return np.stack(filters, axis=-1)[:, :, None].astype(np.float32)


FILTERS = _gabor_filters()
EVEN, ODD = FILTERS[..., 0::2], FILTERS[..., 1::2]


def _respond(image):
    """Returns the even and the odd responses, each [T, H, W, NUM_ORIENTATIONS]."""
    return tuple(tf.nn.conv2d(image, bank, 1, "SAME") for bank in (EVEN, ODD))


def _magnitude(pair):
    return tf.sqrt(tf.square(pair[0]) + tf.square(pair[1]) + 1e-8)


def _log(values):
    return tf.math.log(values + CONTRAST_FLOOR)


def _halve(image):
    return tf.nn.avg_pool2d(image, 2, 2, "VALID")


def _scales(image) -> list:
    """Returns the image [T, H, W, C] and its halvings, as many as it is large enough for."""
    scales = [image]
    while len(scales) < NUM_SCALES and min(scales[-1].shape[1:3]) >= 2 * SMALLEST_SIDE:
        scales.append(_halve(scales[-1]))
    return scales


def _align(responses: list):
    """Joins maps of several sizes at the second largest size."""
    size = responses[min(1, len(responses) - 1)].shape[1:3]
    return tf.concat([tf.image.resize(r, size, antialias=True) for r in responses], -1)


@tf.function(autograph=False)
def _look(frames):
    grey = tf.reduce_mean(frames, -1, keepdims=True)
    magnitudes = [_magnitude(_respond(scale)) for scale in _scales(grey)]
    finest = tf.split(_halve(magnitudes[0]), NUM_ORIENTATIONS, axis=-1)
    second = [_magnitude(_respond(magnitude)) for magnitude in finest]
    aligned = _align(magnitudes)
    colours = tf.image.resize(frames, aligned.shape[1:3], antialias=True)
    seconds = tf.image.resize(tf.concat(second, -1), aligned.shape[1:3])
    return tf.concat([colours, _log(aligned), _log(seconds)], -1)


@tf.function(autograph=False)
def _move(frames, gain):
    grey = tf.reduce_mean(frames, -1, keepdims=True)
    differences = (grey[1:] - grey[:-1]) * tf.image.resize(gain, grey.shape[1:3])
    middles = (grey[1:] + grey[:-1]) / 2.0
    magnitudes, directions = [], []
    for middle, difference in zip(_scales(middles), _scales(differences), strict=True):
        (even, odd), moving = _respond(middle), _respond(difference)
        contrast, change = _magnitude((even, odd)), _magnitude(moving)
        product = even * moving[1] - odd * moving[0]
        magnitudes.append(_log(change))
        directions.append(product / ((contrast + CONTRAST_FLOOR) * (change + CONTRAST_FLOOR)))
    first, second = _align(magnitudes), _align(directions)
    return tf.concat([first[:-LAG], second[:-LAG], first[LAG:]], -1)
