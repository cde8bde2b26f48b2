"""Still images brought to a model's size in a graph, as `video.resizing` does outside of one."""

import tensorflow as tf

from tf_dyngen.config import CROP


def bring_to_size(images: tf.Tensor, frame_shape: tuple[int, int, int], fit: str) -> tf.Tensor:
    """Returns images [B, h, w, C] uint8 as [B, H, W, C] float32 in [-1, 1].

    Smoothed where they shrink; `fit` is `stretch`, which may change proportions, or `crop`, which
    cuts off what stands over, the same on both sides.
    """
    size = list(frame_shape[:2])
    kept = _crop(images, size) if fit == CROP else images
    grows = tf.reduce_all(tf.shape(kept)[1:3] <= size)
    resized = tf.cond(
        grows,
        lambda: tf.image.resize(kept, size, "bicubic", antialias=True),
        lambda: tf.image.resize(kept, size, "bilinear", antialias=True),
    )
    return to_model_range(tf.clip_by_value(tf.round(resized), 0.0, 255.0))


def to_model_range(pixels: tf.Tensor) -> tf.Tensor:
    """Returns pixels, 0 to 255, as float32 in [-1, 1]."""
    return tf.cast(pixels, tf.float32) / 127.5 - 1.0


def _crop(images: tf.Tensor, size: list[int]) -> tf.Tensor:
    found, wanted = tf.shape(images)[1:3], tf.constant(size)
    scale = tf.reduce_min(found / wanted)
    kept = tf.minimum(tf.cast(tf.round(scale * tf.cast(wanted, scale.dtype)), tf.int32), found)
    kept = tf.maximum(kept, 1)
    first = (found - kept) // 2
    last = first + kept
    return images[:, first[0] : last[0], first[1] : last[1]]
