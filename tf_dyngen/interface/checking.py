"""Checks of what the methods of models are called with."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import keras
import numpy as np
from PIL import Image

from tf_dyngen.config import nearest_name
from tf_dyngen.errors import UserError
from tf_dyngen.tasks.controls import Controls
from tf_dyngen.training.devices import MULTI_WORKER, STRATEGIES
from tf_dyngen.video.stills import read_still

LARGEST = 2**31 - 1
# A mask as it is given: an array, or its file.
StillMask = np.ndarray | str | os.PathLike[str] | None


def check_backend() -> None:
    """Raises UserError where Keras computes with something else than TensorFlow."""
    found = keras.backend.backend()
    if found != "tensorflow":
        raise UserError(
            f"Keras computes with {found}, TensorFlow is wanted",
            "set the environment variable KERAS_BACKEND=tensorflow before Keras is imported",
        )


def check_session(minutes: float | None, strategy: Any) -> None:
    """Raises UserError for a time or a strategy that no call of `fit` can have."""
    if minutes is not None and not minutes > 0:
        raise UserError(f"minutes={minutes}", "give a number above 0")
    if isinstance(strategy, str) and strategy == MULTI_WORKER:
        advice = "run dyngen train with strategy=multi_worker on each of them"
        raise UserError("several machines do not share a call of fit", advice)
    if isinstance(strategy, str) and strategy not in STRATEGIES:
        raise UserError(f"unknown strategy {strategy!r}", nearest_name(strategy, STRATEGIES))


def check_whole(name: str, value: Any, least: int) -> None:
    """Raises UserError unless a value is None or a whole number, not too small nor too large."""
    if value is None:
        return
    is_whole = isinstance(value, int | np.integer) and not isinstance(value, bool)
    if not is_whole or not least <= value <= LARGEST:
        raise UserError(f"{name}={value!r}", f"give a whole number from {least} to {LARGEST}")


def check_choice(name: str, value: Any, choices: Sequence[str]) -> None:
    """Raises UserError unless a value is one of several words."""
    if value not in choices:
        raise UserError(f"{name}={value!r}", f"choose of {', '.join(choices)}")


def take_controls(
    speed: float,
    reverse: bool,
    start_frame: int | None,
    still: StillMask,
    end_frame: int | None,
) -> Controls:
    """Returns the controls of new video; UserError for what is no number."""
    if not isinstance(speed, int | float | np.integer | np.floating):
        raise UserError(f"speed={speed!r}", "give a number, such as 0.5")
    for name, frame in (("start_frame", start_frame), ("end_frame", end_frame)):
        if isinstance(frame, bool) or not isinstance(frame, int | np.integer | None):
            raise UserError(f"{name}={frame!r}", "give a frame's number, such as 12")
    if isinstance(still, str | os.PathLike):
        still = Path(still)
    elif still is not None:
        still = np.asarray(still)
    return Controls(float(speed), bool(reverse), start_frame, still, end_frame)


def take_picture(image: Any) -> Image.Image:
    """Returns a picture given as uint8 [H, W, C] or [H, W], as Pillow's, or as a file."""
    if isinstance(image, Image.Image):
        return image
    if isinstance(image, str | os.PathLike):
        return read_still(Path(image))
    pixels = np.asarray(image)
    if pixels.ndim == 3 and pixels.shape[-1] == 1:
        pixels = pixels[..., 0]
    is_picture = pixels.ndim == 2 or (pixels.ndim == 3 and pixels.shape[-1] == 3)
    if pixels.dtype != np.uint8 or not is_picture or 0 in pixels.shape:
        raise UserError(
            f"the image is {pixels.dtype} {list(pixels.shape)}, one picture, uint8 [H, W, C] with"
            " C = 1 or 3, is wanted",
            "bring it to 0..255 and give image.astype(np.uint8)",
        )
    return Image.fromarray(pixels)
