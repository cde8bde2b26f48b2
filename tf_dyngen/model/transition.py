"""Transitions s_t = F(s_{t-1}, xi_t), equation (1) of the paper; each moves one frame on."""

import keras
import tensorflow as tf

from tf_dyngen.config import LINEAR_BACKBONE, ModelConfig

WEIGHT_STD = 0.001


class TransitionNetwork(keras.Model):
    """A multi-layer perceptron of (noise, state); ReLU between the layers, none after the last.

    Args:
      hidden: widths of the hidden layers.
      state_size: width of the output.
      last_std: standard deviation of the last layer's initial weights; 0 starts it at zero.
    """

    def __init__(self, hidden: tuple[int, ...], state_size: int, last_std: float = WEIGHT_STD):
        super().__init__(name="network")
        stds = [WEIGHT_STD if last_std else None] * len(hidden) + [last_std]
        widths = [*hidden, state_size]
        self.dense_layers = [
            keras.layers.Dense(
                width,
                activation="relu" if index < len(hidden) else None,
                kernel_initializer=_initializer(std),  # type: ignore[arg-type]
                name=f"dense_{index}",
            )
            for index, (width, std) in enumerate(zip(widths, stds, strict=True))
        ]
        # Checkpoints see what is an attribute, and not what is in a list.
        for layer in self.dense_layers:
            setattr(self, layer.name, layer)

    def call(self, state, noise):
        """Returns [B, state_size] of state [B, state_size] and noise [B, noise_size]."""
        outputs = tf.concat([noise, state], axis=-1)
        for layer in self.dense_layers:
            outputs = layer(outputs)
        return outputs


class ResidualTransition(keras.Model):
    """s_t = tanh(s_{t-1} + MLP(xi_t, s_{t-1})), the paper's transition."""

    def __init__(self, config: ModelConfig):
        super().__init__(name="transition")
        self.network = TransitionNetwork(config.transition_hidden, config.state_size)

    def call(self, state, noise):
        """Returns the next state [B, state_size] of state and noise [B, noise_size]."""
        return tf.tanh(state + self.network(state, noise))


class LinearTransition(keras.Model):
    """s_t = A s_{t-1} + B xi_t + MLP(xi_t, tanh s_{t-1}); the MLP starts at zero.

    A and B stand still while the MLP learns: the states stay as they were found, stationary with
    covariance I but for what the MLP bends. It sees states within bounds, so that no roll-out can
    explode.

    `transition_matrix` is A' [state_size, state_size] and `noise_gain` is B' [noise_size,
    state_size]: states are rows. Both start as for white, unit-variance states; `linear_start`
    replaces them by a clip's linear dynamic texture (Doretto et al., IJCV 2003).
    """

    def __init__(self, config: ModelConfig):
        super().__init__(name="transition")
        size = config.state_size
        self.transition_matrix = self.add_weight(
            shape=(size, size),
            initializer="zeros",
            trainable=False,
            name="transition_matrix",
        )
        self.noise_gain = self.add_weight(
            shape=(config.noise_size, size),
            initializer="identity",
            trainable=False,
            name="noise_gain",
        )
        self.network = None
        if config.transition_hidden:
            self.network = TransitionNetwork(config.transition_hidden, size, last_std=0.0)

    def call(self, state, noise):
        """Returns the next state [B, state_size] of state and noise [B, noise_size]."""
        following = tf.matmul(state, self.transition_matrix) + tf.matmul(noise, self.noise_gain)
        if self.network is not None:
            following += self.network(tf.tanh(state), noise)
        return following


def build_transition(config: ModelConfig) -> keras.Model:
    """Returns the built transition that `config.parameterisation` names."""
    linear = config.parameterisation == LINEAR_BACKBONE
    transition = LinearTransition(config) if linear else ResidualTransition(config)
    dtype = transition.compute_dtype
    transition(tf.zeros([1, config.state_size], dtype), tf.zeros([1, config.noise_size], dtype))
    return transition


def _initializer(std: float | None) -> keras.initializers.Initializer:
    if std is None:
        return keras.initializers.HeNormal()
    return keras.initializers.RandomNormal(stddev=std)
