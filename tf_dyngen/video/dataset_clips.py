"""Clips from a TFDS data set: any with a video feature, or a [T, H, W, C] uint8 tensor."""

import numpy as np

from tf_dyngen.errors import UserError
from tf_dyngen.video.clips import Clip, clip_from_frames

DEFAULT_SPLIT = "train"
DEFAULT_FRAME_RATE = 25.0
FRAME_RATE_FEATURE = "frame_rate"


def read_dataset_clips(
    name: str,
    *,
    data_dir: str | None,
    num_frames: int,
    size: tuple[int, int],
    channels: int = 3,
) -> list[Clip]:
    """Reads all clips of a split, preparing the data set first if need be.

    Args:
      name: NAME[/CONFIG][:SPLIT]; a split may be sliced as TFDS slices, `train[:1]`.
      data_dir: where data sets are kept; TFDS's own folder if None.
      num_frames, size, channels: as in `read_clip`.
    Returns: a Clip an example, named after the data set and its place in the split.
    Raises: UserError if there is no such data set or split, or no video in it.
    """
    # Several seconds of import that reading a user's own clip does without.
    import tensorflow_datasets as tfds

    dataset_name, _, split = name.partition(":")
    try:
        builder = tfds.builder(dataset_name, data_dir=data_dir)
    except (tfds.core.DatasetNotFoundError, ValueError) as error:
        raise UserError(
            f"no data set {dataset_name!r} ({' '.join(str(error).split())[:160]})",
            "give --dataset=NAME[/CONFIG][:SPLIT]",
        ) from error
    feature = _video_feature(dataset_name, builder.info.features)
    try:
        builder.download_and_prepare()
    except OSError as error:
        raise UserError(f"cannot prepare {dataset_name} ({error})", "give --data_dir") from error
    split = split or DEFAULT_SPLIT
    try:
        examples = builder.as_dataset(split=split, shuffle_files=False)  # type: ignore[call-arg]
    except (ValueError, KeyError) as error:
        known = ", ".join(builder.info.splits)
        raise UserError(f"{dataset_name} has no split {split!r}", f"choose of {known}") from error
    return [
        clip_from_frames(
            example[feature],
            name=f"{dataset_name}:{split}:{index}",
            frame_rate=float(example.get(FRAME_RATE_FEATURE, DEFAULT_FRAME_RATE)),
            num_frames=num_frames,
            size=size,
            channels=channels,
        )
        for index, example in enumerate(tfds.as_numpy(examples))
    ]


def _video_feature(name: str, features) -> str:
    """Returns the name of the feature that holds frames."""
    for key, feature in features.items():
        is_video = len(feature.shape) == 4 and feature.shape[-1] in (1, 3)
        if is_video and np.dtype(feature.np_dtype) == np.uint8:
            return key
    raise UserError(
        f"the data set {name} has no video, [T, H, W, C] uint8 with C 1 or 3, among its features "
        f"({', '.join(features)})",
        "give another --dataset",
    )
