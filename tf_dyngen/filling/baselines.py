"""Simple means of filling hidden pixels: the errors that a model has to beat.

Each takes frames [T, H, W, C] uint8 and visible [T, H, W] bool, and returns [T, H, W, C] float32, 0
to 255, visible pixels as they were. What stands in hidden pixels has no influence.
"""

from collections.abc import Callable

import numpy as np
from scipy import ndimage
from skimage import restoration

from tf_dyngen.errors import UserError


def linear_in_time(frames: np.ndarray, visible: np.ndarray) -> np.ndarray:
    """Joins the last frame that shows a pixel and the next one by a straight line.

    Before the first such frame and after the last one it stays; a pixel that is never seen takes
    its nearest neighbour's course.

    Raises: UserError where nothing is visible.
    """
    _refuse_blank(visible)
    last, following = _seen_around(visible)
    start = np.where(last < 0, following, last)
    end = np.where(following >= len(frames), last, following)
    share = (_times(visible) - start) / np.maximum(end - start, 1)
    before, behind = _frames_at(frames, start), _frames_at(frames, end)
    filled = before + share.astype(np.float32)[..., None] * (behind - before)
    return _spread(filled, np.any(visible, axis=0))


def nearest_frame(frames: np.ndarray, visible: np.ndarray) -> np.ndarray:
    """Copies each pixel from the nearest frame in time that shows it, of two the earlier.

    A pixel that is never seen takes its nearest neighbour's course.

    Raises: UserError where nothing is visible.
    """
    _refuse_blank(visible)
    return _spread(_frames_at(frames, _nearest_time(visible)), np.any(visible, axis=0))


def nearest_pixel(frames: np.ndarray, visible: np.ndarray) -> np.ndarray:
    """Copies the nearest visible pixel of the same frame.

    A wholly hidden frame is copied from the nearest one that is not, of two the earlier.

    Raises: UserError where nothing is visible.
    """
    _refuse_blank(visible)
    filled = frames.astype(np.float32)
    shown = np.any(visible, axis=(1, 2))
    for time in np.flatnonzero(shown):
        filled[time] = _spread(filled[time], visible[time])
    return filled[_nearest_time(shown)]


def biharmonic(frames: np.ndarray, visible: np.ndarray) -> np.ndarray:
    """Fills each frame by itself with a surface that continues values and slopes around.

    The surface is biharmonic (Damelin and Hoang, "On Surface Completion and Image Inpainting by
    Biharmonic Functions", 2018). A wholly hidden frame is filled by `linear_in_time`.

    Raises: UserError where nothing is visible.
    """
    filled = linear_in_time(frames, visible)
    for time in np.flatnonzero(np.any(visible, axis=(1, 2))):
        hidden = ~visible[time]
        # The type decides the precision of the solution.
        frame = frames[time].astype(np.float64)
        surface = restoration.inpaint_biharmonic(frame, hidden, channel_axis=-1)
        filled[time][hidden] = surface[hidden]
    return filled


BASELINES: dict[str, Callable[[np.ndarray, np.ndarray], np.ndarray]] = {
    "linear in time": linear_in_time,
    "nearest frame": nearest_frame,
    "nearest pixel": nearest_pixel,
    "biharmonic": biharmonic,
}


def hidden_error(filled: np.ndarray, truth: np.ndarray, visible: np.ndarray) -> float:
    """Mean absolute error over what is hidden, on the scale 0 to 255.

    Args:
      filled: [T, H, W, C], 0 to 255, rounded here to bytes as a video is; visible pixels are not
        looked at.
      truth: [T, H, W, C] uint8.
      visible: [T, H, W] bool; every channel of the others counts.
    Returns: the error; not a number where nothing is hidden.
    """
    if visible.all():
        return float("nan")
    shown = np.clip(np.rint(filled[~visible]), 0, 255)
    return float(np.abs(shown - truth[~visible].astype(np.float64)).mean())


def _refuse_blank(visible: np.ndarray) -> None:
    if not visible.any():
        raise UserError(
            "every pixel of every frame is hidden, so that there is nothing to fill them from",
            "give a mask that leaves something to be seen: black is visible",
        )


def _times(visible: np.ndarray) -> np.ndarray:
    return np.arange(len(visible)).reshape(-1, *[1] * (visible.ndim - 1))


def _seen_around(visible: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Returns the last and the next time [T, ...] at which it is visible, now included.

    Where there is none, the time lies farther outside than any other is away.
    """
    now, far = _times(visible), 2 * len(visible)
    last = np.maximum.accumulate(np.where(visible, now, -far), axis=0)
    following = np.minimum.accumulate(np.where(visible, now, far)[::-1], axis=0)[::-1]
    return last, following


def _nearest_time(visible: np.ndarray) -> np.ndarray:
    """Returns the time [T, ...] nearest to now at which it is visible; of two the earlier."""
    now = _times(visible)
    last, following = _seen_around(visible)
    return np.where(now - last <= following - now, last, following)


def _frames_at(frames: np.ndarray, times: np.ndarray) -> np.ndarray:
    """Returns each pixel as it was at a time [T, H, W] of its own, float32; any where outside."""
    times = np.clip(times, 0, len(frames) - 1)
    return np.take_along_axis(frames, times[..., None], axis=0).astype(np.float32)


def _spread(values: np.ndarray, known: np.ndarray) -> np.ndarray:
    """Copies what is known [H, W] of values [..., H, W, C] to the pixels that it is nearest to."""
    places = np.empty((2, *known.shape), np.int32)
    ndimage.distance_transform_edt(
        ~known, return_distances=False, return_indices=True, indices=places
    )
    return values[..., *places, :]
