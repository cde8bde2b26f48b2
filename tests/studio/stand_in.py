"""A small SavedModel with the signatures of an exported one, and a server that plays it."""

import contextlib
import json
import threading
import time

import tensorflow as tf

from tf_dyngen.studio import server
from tf_dyngen.studio.exported import open_export
from tf_dyngen.studio.player import Player

STATE = 6
APPEARANCE = 3
CLIPS = ["left", "right", "a name with <b>signs</b> & spaces"]
INT, FLOAT = tf.int32, tf.float32


def vector(dtype):
    return tf.TensorSpec([None], dtype)


def matrix(size):
    return tf.TensorSpec([None, size], FLOAT)


class StandIn(tf.Module):
    """Rings that wander: the state rotates and is driven by noise, the appearance colours it."""

    def __init__(self, size, channels, appearance_size):
        super().__init__()
        self.size, self.channels, self.appearance_size = size, channels, appearance_size
        self.decay = tf.Variable(0.9)

    def _noise(self, seed, position):
        keys = tf.stack([seed, position], axis=-1)
        return tf.map_fn(
            lambda key: tf.random.stateless_normal([STATE], key), keys, fn_output_signature=FLOAT
        )

    def _show(self, states, appearance):
        height, width = self.size
        row = tf.linspace(-1.0, 1.0, height)[:, None]
        column = tf.linspace(-1.0, 1.0, width)[None]
        place = 0.4 * states[..., None, None]
        distance = (row - place[..., 0, :, :]) ** 2 + (column - place[..., 1, :, :]) ** 2
        rings = tf.sin(9.0 * distance + 3.0 * place[..., 2, :, :])[..., None]
        colours = tf.cast(tf.linspace(0.4, 1.0, self.channels), FLOAT)
        if self.appearance_size:
            colours = colours * tf.sigmoid(appearance[:, None, None, None, : self.channels])
        return tf.cast(tf.clip_by_value(127.5 + 127.5 * rings * colours, 0, 255), tf.uint8)

    def start(self, seed, clip):
        keys = tf.stack([seed * tf.cast(clip < 0, INT), clip], axis=-1)
        draw = tf.map_fn(
            lambda key: tf.random.stateless_normal([STATE + APPEARANCE], key),
            keys,
            fn_output_signature=FLOAT,
        )
        return self._with_appearance({"state": draw[:, :STATE]}, 2.0 * draw[:, STATE:])

    def stream_scaled(self, state, seed, position, num_frames, noise_scale, appearance=None):
        tf.debugging.assert_non_negative(position, "position: 0 or more is wanted")
        states = tf.TensorArray(FLOAT, size=num_frames[0], element_shape=[None, STATE])
        for step in tf.range(num_frames[0]):
            noise = noise_scale[:, None] * self._noise(seed, position + step)
            state = self.decay * tf.roll(state, 1, axis=1) + 0.44 * noise
            states = states.write(step, state)
        shown = tf.transpose(states.stack(), [1, 0, 2])
        return {"frames": self._show(shown, appearance), "next_state": state}

    def animate(self, image):
        level = tf.reduce_mean(tf.cast(image, FLOAT) / 127.5 - 1.0, axis=[1, 2, 3])
        spread = tf.linspace(0.5, 1.5, STATE + APPEARANCE)[None] * level[:, None]
        return self._with_appearance({"state": spread[:, :STATE]}, spread[:, STATE:])

    def decode(self, states, appearance=None):
        return {"frames": self._show(states, appearance)}

    def _with_appearance(self, outputs, appearance):
        return {**outputs, "appearance": appearance} if self.appearance_size else outputs


def save_stand_in(folder, *, size=(24, 32), channels=3, appearance_size=APPEARANCE, variety=None):
    """Writes version 1 into an export folder; `variety` is what its metadata say of it."""
    model = StandIn(size, channels, appearance_size)
    look = {"appearance": matrix(APPEARANCE)} if appearance_size else {}
    inputs = {
        "start": {"seed": vector(INT), "clip": vector(INT)},
        "stream_scaled": {
            "state": matrix(STATE),
            **{name: vector(INT) for name in ("seed", "position", "num_frames")},
            "noise_scale": vector(FLOAT),
            **look,
        },
        "animate": {"image": tf.TensorSpec([None, None, None, channels], tf.uint8)},
        "decode": {"states": tf.TensorSpec([None, None, STATE], FLOAT), **look},
    }
    signatures = {
        name: tf.function(getattr(model, name)).get_concrete_function(
            **{key: tf.TensorSpec(spec.shape, spec.dtype, key) for key, spec in specs.items()}
        )
        for name, specs in inputs.items()
    }
    path = folder / "1"
    tf.saved_model.save(model, str(path), signatures)
    (path / "assets.extra").mkdir()
    metadata = {
        "format": 1,
        "frame": {"height": size[0], "width": size[1], "channels": channels, "frame_rate": 25.0},
        "sizes": {"state": STATE, "noise": STATE, "appearance": appearance_size},
        "limits": {"pixel_values": 2**27, "noise_scale": 4.0},
        "settings": {"video": {"fit": "crop"}},
        "signatures": {name: {} for name in inputs},
        "clips": [
            {"index": index, "clip_id": f"id{index}", "name": name}
            for index, name in enumerate(CLIPS)
        ],
    }
    if variety:
        metadata["variety"] = variety
    (path / "assets.extra" / "metadata.json").write_text(json.dumps(metadata))
    return folder


def served(folder):
    """Serves an export folder from a thread; yields the page's address."""
    return served_player(Player(open_export(folder)))


@contextlib.contextmanager
def served_player(player):
    """Serves what a player plays from a thread; yields the page's address."""
    opened = server.listen("127.0.0.1", 0)
    own = server.make_server(player, "127.0.0.1")
    thread = threading.Thread(target=own.run, kwargs={"sockets": [opened]}, daemon=True)
    thread.start()
    try:
        deadline = time.monotonic() + 10
        while not own.started and time.monotonic() < deadline:
            time.sleep(0.01)
        yield f"http://127.0.0.1:{opened.getsockname()[1]}/"
    finally:
        own.should_exit = True
        thread.join(10)
        opened.close()
