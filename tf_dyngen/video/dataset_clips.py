"""Clips from a TFDS data set: any with a video feature or a [T, H, W, C] tensor."""

import difflib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from tf_dyngen.config import VideoConfig, nearest_name
from tf_dyngen.errors import UserError
from tf_dyngen.video.clips import Clip, clip_from_frames
from tf_dyngen.video.resizing import resize_mask

DEFAULT_SPLIT = "train"
DEFAULT_FRAME_RATE = 25.0
FRAME_RATE_FEATURE = "frame_rate"
CLIP_ID_FEATURE = "clip_id"
MASK_FEATURE = "mask"
# Where a data set has several videos, which of them is the one to learn.
USUAL_NAMES = ("frames", "video")


class DatasetCollection:
    """The clips of a split; prepared first if need be.

    The features `clip_id` and `frame_rate` are used where there are any, and `mask`, [T, H, W, 1]
    uint8 and 0 where a pixel is visible, where masks are asked for.

    Args:
      name: NAME[/CONFIG][:SPLIT]; a split may be sliced as TFDS slices, `train[:1]`.
      data_dir: where data sets are kept; TFDS's own folder if None.
      video: what is read of each clip.
      masks: whether to read masks.
    Raises: UserError if there is no such data set or split, or no video in it.
    """

    notes: tuple[str, ...] = ()

    def __init__(self, name: str, data_dir: str | None, video: VideoConfig, *, masks: bool = False):
        self._name, _, split = name.partition(":")
        self._split = split or DEFAULT_SPLIT
        self._video = video
        self._builder = _find_builder(self._name, data_dir)
        self._features: Any = self._builder.info.features
        self._feature = _video_feature(self._name, self._features)
        self._labels = [name for name, feature in self._features.items() if _is_label(feature)]
        # Elsewhere a feature of that name may be a picture or a label.
        self.has_masks = (
            masks and MASK_FEATURE in self._features and _is_video(self._features[MASK_FEATURE])
        )
        try:
            self._builder.download_and_prepare()
        except (OSError, AssertionError) as error:
            # TFDS asserts that a folder of manual downloads is there.
            raise UserError(
                f"cannot prepare {self._name} ({_one_line(error)})",
                "see the data set's README; one that was prepared elsewhere is found by --data_dir",
            ) from error
        try:
            self._num_clips = self._builder.info.splits[self._split].num_examples
        except (ValueError, KeyError) as error:
            known = ", ".join(self._builder.info.splits)
            raise UserError(
                f"{self._name} has no split {self._split!r}", f"choose of {known}"
            ) from error
        if not self._num_clips:
            raise UserError(f"{self._name}:{self._split} is empty", "choose another split")

    def __len__(self) -> int:
        return self._num_clips

    def fingerprint(self) -> str:
        """The prepared data's place, when they were prepared, and the split."""
        prepared = Path(self._builder.data_dir) / "dataset_info.json"
        return (
            f"{self._builder.data_dir} {prepared.stat().st_mtime_ns} {self._split} {self.has_masks}"
        )

    def picture_size(self) -> tuple[int, int]:
        """Returns (H, W) of the data set's videos; of its first one where they differ."""
        _, height, width, _ = self._features[self._feature].shape
        if height and width:
            return height, width
        _, height, width, _ = next(self._examples(np.zeros(1, int)))[1][self._feature].shape
        return height, width

    def read(self, rows: np.ndarray) -> Iterator[Clip]:
        """Reads the examples at `rows`, ascending, in the order in which they are stored."""
        for row, example in self._examples(rows):
            yield self._clip(int(row), example)

    def _examples(self, rows: np.ndarray) -> Iterator[tuple[int, dict]]:
        """Decodes the examples at `rows`."""
        import tensorflow as tf
        import tensorflow_datasets as tfds

        wanted = np.zeros(self._num_clips, bool)
        wanted[rows] = True
        videos = [self._feature, *([MASK_FEATURE] if self.has_masks else [])]
        examples = self._builder.as_dataset(
            split=self._split,  # type: ignore[call-arg]
            shuffle_files=False,
            # File after file, nothing kept: memory does not grow with the number of files.
            read_config=tfds.ReadConfig(interleave_cycle_length=1, try_autocache=False),
            # Frames of examples that are not wanted, and behind num_frames, stay undecoded.
            decoders={name: tfds.decode.SkipDecoding() for name in videos},
        )
        examples = examples.enumerate().filter(lambda row, _: tf.gather(wanted, row))
        examples = examples.map(
            lambda row, example: (row, self._decode(example, videos)),
            num_parallel_calls=os.cpu_count(),
        )
        yield from tfds.as_numpy(examples.prefetch(1))

    def _decode(self, example, videos: list[str]) -> dict:
        """Decodes the first frames of an example, in TensorFlow's graph."""
        names = (CLIP_ID_FEATURE, FRAME_RATE_FEATURE, *self._labels)
        decoded = {name: example[name] for name in names if name in example}
        for name in videos:
            feature, stored = self._features[name], example[name]
            # One string a frame; tensors are stored in one piece.
            if stored.shape.rank == 1:
                stored = stored[: self._video.num_frames]
            decoded[name] = feature.decode_example(stored)[: self._video.num_frames]
        return decoded

    def _clip(self, row: int, example: dict) -> Clip:
        labels = [self._features[name].int2str(int(example[name])) for name in self._labels]
        name = " ".join([f"{self._name}:{self._split}:{row}", *labels])
        video = self._video
        size = (video.height, video.width)
        clip = clip_from_frames(
            _to_bytes(name, example[self._feature]),
            name=name,
            frame_rate=float(example.get(FRAME_RATE_FEATURE, DEFAULT_FRAME_RATE)),
            num_frames=video.num_frames,
            size=size,
            channels=video.channels,
            fit=video.fit,
        )
        if CLIP_ID_FEATURE in example:
            clip = clip._replace(clip_id=_as_text(example[CLIP_ID_FEATURE]))
        if self.has_masks:
            hidden = [resize_mask(m[..., 0] > 0, size, video.fit) for m in example[MASK_FEATURE]]
            clip = clip._replace(visible=~np.stack(hidden)[..., None])
        return clip


def _find_builder(name: str, data_dir: str | None):
    """Returns the TFDS builder, or reader, of a data set's name."""
    # Several seconds of import that reading a user's own clips does without.
    import tensorflow_datasets as tfds

    base, _, config = name.partition("/")
    try:
        return tfds.builder(name, data_dir=data_dir)
    except tfds.core.DatasetNotFoundError as error:
        near = difflib.get_close_matches(base, tfds.list_builders(), n=1)
        advice = f"did you mean {near[0]!r}?" if near else "give --dataset=NAME[/CONFIG][:SPLIT]"
        raise UserError(f"no data set {name!r}", advice) from error
    except ValueError as error:
        known = tfds.builder_cls(base).builder_configs
        if not config or not known:
            raise UserError(
                f"no data set {name!r} ({_one_line(error)})", "check --dataset"
            ) from error
        raise UserError(
            f"{base} has no configuration {config!r}", nearest_name(config, known)
        ) from error


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())[:160]


def _video_feature(name: str, features) -> str:
    """Returns the name of the feature that holds frames; TFDS keeps no order among features."""
    found = sorted(key for key, feature in features.items() if _is_video(feature))
    found = [key for key in (*USUAL_NAMES, *found) if key in found and key != MASK_FEATURE]
    if found:
        return found[0]
    raise UserError(
        f"the data set {name} has no video, [T, H, W, C] of bytes or of numbers from 0 to 1 with C"
        f" 1 or 3, among its features ({', '.join(features)})",
        "give another --dataset",
    )


def _is_video(feature) -> bool:
    shape = getattr(feature, "shape", None)
    if not isinstance(shape, tuple) or len(shape) != 4 or shape[-1] not in (1, 3):
        return False
    kind = np.dtype(feature.np_dtype)
    return kind == np.uint8 or np.issubdtype(kind, np.floating)


def _is_label(feature) -> bool:
    return hasattr(feature, "int2str") and feature.shape == ()


def _to_bytes(name: str, frames: np.ndarray) -> np.ndarray:
    """Returns uint8 frames of bytes or of numbers from 0 to 1."""
    if frames.dtype == np.uint8:
        return frames
    low, high = frames.min(initial=0), frames.max(initial=0)
    if not (low >= 0 and high <= 1):
        raise UserError(
            f"{name} has pixels from {low:g} to {high:g}, bytes or numbers from 0 to 1 are wanted",
            "scale the data set",
        )
    return np.rint(frames * 255).astype(np.uint8)


def _as_text(value) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)
