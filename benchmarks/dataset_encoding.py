"""Bytes and decoding time of a clip, by the way in which its frames are stored.

`python -m benchmarks.dataset_encoding` prints the table behind the choice of the procedural
textures' encoding. What TFDS can store goes through its own features, writing and reading; for
WebP and JPEG every frame goes through PIL's or TensorFlow's encoder and TensorFlow's decoder.
TensorFlow runs on one core.
"""

import io
from collections.abc import Callable

import numpy as np
import tensorflow as tf
import tensorflow_datasets as tfds
from PIL import Image

from benchmarks import measuring
from tf_dyngen.simulation.textures import catalogue

TEXTURES = ("fire", "flag", "rain", "lights")
SIZES = (64, 128)
NUM_FRAMES = 240
REPEATS = 5
JPEG_QUALITY = 95


# Frames -> (number of bytes, a function that reads the frames back).
Store = Callable[[np.ndarray], tuple[int, Callable[[], tf.Tensor]]]


def through_tfds(make_feature) -> Store:
    """Stores frames in a TFDS example, with the feature made for their shape."""

    def store(frames):
        features = tfds.features.FeaturesDict({"frames": make_feature(frames.shape)})
        stored = tf.constant(features.serialize_example({"frames": frames}))
        read = tf.function(features.deserialize_example)
        return len(stored.numpy()), lambda: read(stored)["frames"]

    return store


def frame_by_frame(encode, decode) -> Store:
    """Stores each frame by itself."""

    def store(frames):
        stored = [encode(frame) for frame in frames]
        read = tf.function(lambda pieces: tf.map_fn(decode, pieces, fn_output_signature=tf.uint8))
        return sum(map(len, stored)), lambda: read(tf.constant(stored))

    return store


def webp(frame: np.ndarray) -> bytes:
    """Returns a frame as lossless WebP."""
    file = io.BytesIO()
    Image.fromarray(frame).save(file, "WEBP", lossless=True)
    return file.getvalue()


def jpeg(frame: np.ndarray) -> bytes:
    """Returns a frame as JPEG."""
    return tf.io.encode_jpeg(frame, quality=JPEG_QUALITY).numpy()


def video(shape):
    """Returns the feature that stores PNG frames."""
    return tfds.features.Video(shape=shape)


def tensor(encoding: str):
    """Returns a function from a shape to the feature that stores a tensor."""
    return lambda shape: tfds.features.Tensor(shape=shape, dtype=np.uint8, encoding=encoding)


STORES = {
    "PNG": through_tfds(video),
    "bytes": through_tfds(tensor("bytes")),
    "zlib": through_tfds(tensor("zlib")),
    "WebP": frame_by_frame(webp, lambda piece: tf.image.decode_webp(piece, channels=3)[0]),
    f"JPEG {JPEG_QUALITY}": frame_by_frame(jpeg, tf.io.decode_jpeg),
}


def main() -> None:
    """Prints the table: a cell holds kilobytes of 1000 bytes, and milliseconds to decode."""
    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    rows = []
    for size in SIZES:
        for texture in TEXTURES:
            frames = catalogue.simulate(texture, 0, size, NUM_FRAMES)
            stores = [store(frames) for store in STORES.values()]
            sizes, reads = zip(*stores, strict=True)
            seconds = measuring.median_seconds(reads, REPEATS)
            for name, read in zip(STORES, reads, strict=True):
                lossless = np.array_equal(read().numpy(), frames)
                assert lossless == (not name.startswith("JPEG")), name
            cells = [f"{n / 1e3:.0f}, {1e3 * s:.0f}" for n, s in zip(sizes, seconds, strict=True)]
            rows.append([f"`{texture}_{size}`", *cells])
    measuring.print_table(["clip", *STORES], rows)


if __name__ == "__main__":
    main()
