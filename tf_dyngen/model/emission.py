"""Emission networks x_t = G(s_t, a), equation (2) of the paper, on all frames of a clip at once."""

import keras
import numpy as np
import tensorflow as tf

from tf_dyngen.config import LINEAR_BACKBONE, ModelConfig, VideoConfig
from tf_dyngen.model.layers import Deconvolution, emission_layers
from tf_dyngen.model.normalization import GENERATING, ClipNormalization, Statistics
from tf_dyngen.model.pixel_bounds import PixelBounds

PAPER_WEIGHT_STD = 0.005


class DeconvolutionNetwork(keras.Model):
    """Transposed convolutions from a latent vector to a frame; ReLU between, none after the last.

    Args:
      layers: what each layer makes, from the 1x1 map to the frame.
      width: factor on the channel counts of all layers but the last.
      normalization: whether `ClipNormalization` stands behind all layers but the last.
      weight_std: standard deviation of the initial weights; None for He et al. (2015).
      last_std: the same for the last layer; 0 starts it at zero.
    """

    def __init__(self, layers, *, width, normalization, weight_std, last_std):
        super().__init__(name="deconvolution")
        hidden = layers[:-1]
        stds = [weight_std] * len(hidden) + [last_std]
        self.deconvolutions = [
            _transposed_convolution(layer, width if layer in hidden else 1.0, std, f"layer_{index}")
            for index, (layer, std) in enumerate(zip(layers, stds, strict=True))
        ]
        self.normalizations = [
            ClipNormalization(name=f"normalization_{index}") if normalization else None
            for index in range(len(hidden))
        ]
        self.sizes = [(layer.height, layer.width) for layer in layers]
        # Checkpoints see what is an attribute, and not what is in a list.
        for part in (*self.deconvolutions, *filter(None, self.normalizations)):
            setattr(self, part.name, part)

    def call(self, latents, statistics: Statistics = GENERATING):
        """Returns [B * T, H, W, C] of latents [B * T, L]; `statistics` normalise feature maps."""
        maps = latents[:, None, None, :]
        for index, (convolve, (height, width)) in enumerate(
            zip(self.deconvolutions, self.sizes, strict=True)
        ):
            maps = convolve(maps)[:, :height, :width, :]
            if index < len(self.normalizations):
                normalize = self.normalizations[index]
                if normalize is not None:
                    maps = normalize(maps, statistics=statistics)
                maps = tf.nn.relu(maps)
        return maps


class DeconvolutionEmission(keras.Model):
    """x = tanh(deconv(s, a)), the paper's emission."""

    def __init__(self, config: ModelConfig, video: VideoConfig):
        super().__init__(name="emission")
        self.deconvolution = DeconvolutionNetwork(
            emission_layers(video.height, video.width, video.channels),
            width=config.emission_width,
            normalization=config.normalization,
            weight_std=PAPER_WEIGHT_STD,
            last_std=PAPER_WEIGHT_STD,
        )

    def call(self, states, appearance, statistics: Statistics = GENERATING):
        """Returns frames [B * T, H, W, C] of states [B * T, S] and appearance [B * T, A]."""
        latents = tf.concat([states, appearance], axis=-1)
        return tf.tanh(self.deconvolution(latents, statistics=statistics))


class BilinearForms(keras.layers.Layer):
    """R' (M (s x a)): frames that a state moves in another way for every appearance.

    Every motion of the state has its own frame for each appearance, a sum of `rank` frames that
    all share (Tenenbaum and Freeman, "Separating style and content with bilinear models", 2000).

    `forms` is M' [S * A, rank], rows ordered by state, then appearance; `loading` is R' [rank, D].
    The frames start at zero; `action_start` sets both, and training leaves them.
    """

    def __init__(self, rank: int, state_size: int, appearance_size: int, pixels: int):
        super().__init__(name="bilinear")
        products = state_size * appearance_size
        # Training would fit them to how each appearance moved, and motions would not transfer.
        self.forms = self.add_weight(
            shape=(products, rank), initializer="glorot_normal", trainable=False, name="forms"
        )
        self.loading = self.add_weight(
            shape=(rank, pixels), initializer="zeros", trainable=False, name="loading"
        )

    def call(self, states, appearance):
        """Returns [N, D] of states [N, S] and appearance [N, A]."""
        products = tf.reshape(
            states[:, :, None] * appearance[:, None, :], [-1, self.forms.shape[0]]
        )
        return tf.matmul(tf.matmul(products, self.forms), self.loading)


class Bounds(keras.layers.Layer):
    """centre + reach * y: frames [N, H, W, C] of y in [-1, 1]; it starts with all of [-1, 1].

    Learning leaves it as it is; see `pixel_bounds`.
    """

    def __init__(self, frame_shape: tuple[int, int, int]):
        super().__init__(name="bounds")
        self.centre = self.add_weight(
            shape=frame_shape, initializer="zeros", trainable=False, name="centre"
        )
        self.reach = self.add_weight(
            shape=frame_shape, initializer="ones", trainable=False, name="reach"
        )

    def assign(self, bounds: PixelBounds) -> None:
        """Takes bounds of all pixels [D], or of all alike, over."""
        for variable, values in ((self.centre, bounds.centre), (self.reach, bounds.reach)):
            shape = variable.shape
            variable.assign(np.broadcast_to(values, [np.prod(shape)]).reshape(shape))

    def call(self, frames):
        """Returns frames within the bounds."""
        return self.centre + self.reach * frames


class LinearBackboneEmission(keras.Model):
    """x = tanh(mean + U s + V a + bilinear(s, a) + deconv(s, a)), within `Bounds` if it has them.

    The deconvolution's last layer starts at zero. With D = H * W * C, `mean` is [D], `loading` is
    U' [S, D], `appearance_loading` is V' [A, D]; all start at zero, and a start of the run sets
    them. Without appearance or `bilinear_rank` their terms are not there.
    """

    def __init__(self, config: ModelConfig, video: VideoConfig):
        super().__init__(name="emission")
        self.frame_shape = (video.height, video.width, video.channels)
        pixels = video.height * video.width * video.channels
        self.mean = self.add_weight(shape=(pixels,), initializer="zeros", name="mean")
        self.loading = self.add_weight(
            shape=(config.state_size, pixels), initializer="zeros", name="loading"
        )
        self.appearance_loading = None
        if config.appearance_size:
            self.appearance_loading = self.add_weight(
                shape=(config.appearance_size, pixels),
                initializer="zeros",
                name="appearance_loading",
            )
        self.bilinear = None
        if config.appearance_size and config.bilinear_rank:
            self.bilinear = BilinearForms(
                config.bilinear_rank, config.state_size, config.appearance_size, pixels
            )
        self.bounds = None
        if config.pixel_bounds and not config.appearance_size:
            self.bounds = Bounds(self.frame_shape)
        self.deconvolution = DeconvolutionNetwork(
            emission_layers(*self.frame_shape),
            width=config.emission_width,
            normalization=config.normalization,
            weight_std=None,
            last_std=0.0,
        )

    def call(self, states, appearance, statistics: Statistics = GENERATING):
        """Returns frames [B * T, H, W, C] of states [B * T, S] and appearance [B * T, A]."""
        linear = self.mean + tf.matmul(states, self.loading)
        if self.appearance_loading is not None:
            linear += tf.matmul(appearance, self.appearance_loading)
        if self.bilinear is not None:
            linear += self.bilinear(states, appearance)
        bent = self.bend(states, appearance, statistics=statistics)
        frames = tf.tanh(tf.reshape(linear, [-1, *self.frame_shape]) + bent)
        return frames if self.bounds is None else self.bounds(frames)

    def bend(self, states, appearance, statistics: Statistics = GENERATING):
        """Returns what the deconvolution adds to the linear path, [B * T, H, W, C]."""
        return self.deconvolution(tf.concat([states, appearance], axis=-1), statistics=statistics)


def build_emission(config: ModelConfig, video: VideoConfig) -> keras.Model:
    """Returns the built emission that `config.parameterisation` names."""
    linear = config.parameterisation == LINEAR_BACKBONE
    emission_class = LinearBackboneEmission if linear else DeconvolutionEmission
    emission = emission_class(config, video)
    dtype = emission.compute_dtype
    states = tf.zeros([1, config.state_size], dtype)
    emission(states, tf.zeros([1, config.appearance_size], dtype))
    return emission


def _transposed_convolution(
    layer: Deconvolution, width: float, std: float | None, name: str
) -> keras.layers.Layer:
    if std is None:
        initializer = keras.initializers.HeNormal()
    else:
        initializer = keras.initializers.RandomNormal(stddev=std)
    return keras.layers.Conv2DTranspose(
        max(1, round(layer.filters * width)),
        layer.kernel,
        strides=layer.stride,
        padding=layer.padding,
        kernel_initializer=initializer,  # type: ignore[arg-type]
        name=name,
    )
