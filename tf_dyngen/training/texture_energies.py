"""How much frames drawn from the model vary, move and pulse, beside a clip's, with gradients.

Energies of a few drawn frames are far from their mean, so that squares of single differences would
teach a model to vary less. What is learned from is the running mean of the logarithms of their
ratios, which goes to 0 as the model comes near, and the noise of the gradient with it.
"""

import keras
import numpy as np
import tensorflow as tf

from tf_dyngen.model.shapes import static_shape

# Variance, motion and edges count as much each as all frequencies together.
NUM_SINGLE, WEIGHT = 3, 0.3
# Windows of the clip, evenly over it, whose mean energies count.
NUM_WINDOWS = 3
# Energy below this share of the variance, and of one below this, is rounding.
SMALLEST_SHARE, SMALLEST_ENERGY = 1e-4, 1e-6
# Of the running mean over steps.
DECAY = 0.9


class RunningRatio:
    """The running mean over steps of `log_energy_ratio`; `mean` belongs into checkpoints.

    Args:
      num_frames: T, of the windows that are compared; 0 if none are.
    """

    def __init__(self, num_frames: int):
        size = NUM_SINGLE + num_frames // 2 if num_frames else 0
        with tf.device("CPU:0"):
            self.mean = tf.Variable(tf.zeros([size], keras.config.floatx()), trainable=False)

    def update(self, ratio: tf.Tensor) -> None:
        """Takes the ratio of another step in."""
        self.mean.assign(DECAY * self.mean + (1.0 - DECAY) * ratio)


def log_energy_ratio(made: tf.Tensor, real: tf.Tensor, num_frames: tf.Tensor) -> tf.Tensor:
    """Returns the logarithms of made energies over real ones, [NUM_SINGLE + T // 2].

    They are those of the variance over time, of the motion from one frame to the next, of the
    differences of neighbouring pixels, and of the power at 1/T, 2/T, ... a frame: means over
    windows (Welch, IEEE Trans. Audio and Electroacoustics 1967), pixels and channels. Clips that
    are shorter than T are not compared: 0.

    Args:
      made: windows drawn independently, frames [K, T, H, W, C] in [-1, 1].
      real: the clip's frames, [T', H, W, C].
      num_frames: int32 scalar, how many of `real` are the clip's.
    """
    length = static_shape(made)[1]
    latest = tf.maximum(num_frames - length, 0)
    starts = tf.range(NUM_WINDOWS) * latest // (NUM_WINDOWS - 1)
    times = tf.minimum(starts[:, None] + tf.range(length), num_frames - 1)
    energies, reference = _energies(made), _energies(tf.gather(real, times))
    floor = SMALLEST_SHARE * reference[0] + SMALLEST_ENERGY
    ratio = tf.math.log((energies + floor) / (reference + floor))
    return tf.where(num_frames >= length, ratio, tf.zeros_like(ratio))


def pull(running: tf.Tensor, ratio: tf.Tensor) -> tf.Tensor:
    """Returns a scalar with the gradient that weighted squares have at the running mean.

    Args:
      running, ratio: [NUM_SINGLE + T // 2]; the gradient goes through the ratio.
    """
    products = 2.0 * running * ratio
    num_frequencies = static_shape(ratio)[0] - NUM_SINGLE
    of_spectrum = tf.reduce_sum(products[NUM_SINGLE:]) / max(1, num_frequencies)
    return WEIGHT * (tf.reduce_sum(products[:NUM_SINGLE]) + of_spectrum)


def _energies(windows: tf.Tensor) -> tf.Tensor:
    """Returns the energies [NUM_SINGLE + T // 2] of windows [K, T, H, W, C]."""
    number, length, *_ = static_shape(windows)
    pixels = tf.transpose(tf.reshape(windows, [number, length, -1]), [0, 2, 1])
    pixels -= tf.reduce_mean(pixels, axis=2, keepdims=True)
    hann = tf.signal.hann_window(length, dtype=pixels.dtype)
    spectra = tf.signal.rfft(pixels * hann)[..., 1:]
    squares = tf.square(tf.math.real(spectra)) + tf.square(tf.math.imag(spectra))
    # So that the powers add up to the variance.
    power = tf.reduce_mean(squares, axis=[0, 1]) * 2.0 / (length * tf.reduce_sum(tf.square(hann)))
    phases = 2.0 * np.pi / length * tf.range(1, 1 + length // 2, dtype=power.dtype)
    motion = tf.reduce_sum(2.0 * (1.0 - tf.cos(phases)) * power)
    return tf.concat([[tf.reduce_sum(power), motion, _edges(windows)], power], axis=0)


def _edges(windows: tf.Tensor) -> tf.Tensor:
    """Returns the mean squared difference of neighbouring pixels, down plus across."""
    down = windows[:, :, 1:] - windows[:, :, :-1]
    across = windows[:, :, :, 1:] - windows[:, :, :, :-1]
    # Pictures of a single row or column have none that way.
    return tf.add_n(
        [tf.reduce_sum(tf.square(d)) / max(1, d.shape.num_elements()) for d in (down, across)]
    )
