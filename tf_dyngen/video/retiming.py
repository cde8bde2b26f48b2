"""Motion made quicker or slower at the same frame rate: frames between frames, along the motion."""

import functools
import itertools
import math
from collections.abc import Iterable, Iterator
from fractions import Fraction

import numpy as np
from PIL import Image
from scipy import ndimage

SLOWEST, QUICKEST = 0.25, 4.0
# Speeds are fractions, so that the time of a frame is exact however far on it is.
LARGEST_DENOMINATOR = 1000
# Of the optical flow: the radius of its windows in pixels, and how often a frame is warped.
RADIUS, NUM_WARPS = 5, 3
# Frames are halved, for their flow alone, while their shorter side is twice this or more.
SHORTEST_SIDE = 96


def retime(
    pieces: Iterable[np.ndarray],
    speed: Fraction,
    num_frames: int,
    *,
    first_frame: int = 0,
    is_loop: bool = False,
) -> Iterator[np.ndarray]:
    """Yields frames n * speed of a video, n = first_frame, first_frame + 1, ..., as [1, H, W, C].

    A frame at a whole number is the video's own. One between two depends on these two alone, so
    that a video is the same in one piece and in several. Two frames of the video are in memory.

    Args:
      pieces: uint8 [n, H, W, C] each, the video from frame floor(first_frame * speed) on; as many
        frames as `frames_needed` says, from there.
      speed: frames of the video a frame that is yielded.
      num_frames: how many frames to yield.
      first_frame: how many to pass over.
      is_loop: whether the first of the frames follows the last.
    """
    first_place = math.floor(first_frame * speed)
    places = itertools.count(first_place)
    steps = zip(places, _steps(pieces, is_loop), strict=False)
    place, step = next(steps)
    for number in range(first_frame, first_frame + num_frames):
        wanted, share = divmod(number * speed, 1)
        while place < wanted:
            place, step = next(steps)
        yield step.frame_at(float(share))[None]


def exact_speed(speed: float) -> Fraction:
    """Returns a speed, SLOWEST to QUICKEST, as the fraction that stands for it."""
    return Fraction(speed).limit_denominator(LARGEST_DENOMINATOR)


def frames_needed(speed: Fraction, num_frames: int, first_frame: int = 0) -> int:
    """Returns how many frames of a video `retime` takes, from floor(first_frame * speed) on."""
    last = math.ceil((first_frame + num_frames - 1) * speed)
    return last + 1 - math.floor(first_frame * speed)


class Step:
    """From one frame to the next, and what lies between.

    Args:
      first, second: [H, W, C] uint8.
    """

    def __init__(self, first: np.ndarray, second: np.ndarray):
        self._first, self._second = first, second

    def frame_at(self, share: float) -> np.ndarray:
        """Returns the frame [H, W, C] uint8 at a share of the time from first to second, below 1.

        Each pixel is the mean of where it comes from in the first and where it goes to in the
        second, the nearer frame counting more.
        """
        if not share:
            return self._first
        rest = 1.0 - share
        there, back = self._flows
        # The flow at a pixel between is taken from the same pixel of both frames, as in Jiang et
        # al., "Super SloMo", CVPR 2018, equation (4).
        to_first = share * (share * back - rest * there)
        to_second = rest * (rest * there - share * back)
        frame = rest * _warp(self._first, to_first) + share * _warp(self._second, to_second)
        return np.clip(np.rint(frame), 0, 255).astype(np.uint8)

    @functools.cached_property
    def _flows(self) -> tuple[np.ndarray, np.ndarray]:
        """Optical flow [2, H, W], rows and columns in pixels, there and back."""
        first, second = (
            frame.mean(axis=-1, dtype=np.float32) / np.float32(255.0)
            for frame in (self._first, self._second)
        )
        return _flow(first, second), _flow(second, first)


def _steps(pieces: Iterable[np.ndarray], is_loop: bool) -> Iterator[Step]:
    """Yields the steps of a video; the last one leads to the first frame, or stands still."""
    first = frame = None
    for following in itertools.chain.from_iterable(pieces):
        if frame is not None:
            yield Step(frame, following)
        frame = following
        first = frame if first is None else first
    if frame is not None and first is not None:
        yield Step(frame, first if is_loop else frame)


def _flow(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Returns the optical flow [2, H, W], rows and columns in pixels, of grey frames [H, W]."""
    # Half a second to import, which video at its own speed does not need.
    from skimage.registration import optical_flow_ilk

    height, width = first.shape
    factor = 1
    while min(height, width) // factor >= 2 * SHORTEST_SIDE:
        factor *= 2
    small = [np.asarray(Image.fromarray(frame).reduce(factor)) for frame in (first, second)]
    flow = optical_flow_ilk(*small, radius=RADIUS, num_warp=NUM_WARPS)
    if factor == 1:
        return flow
    box = (0, 0, width / factor, height / factor)
    large = [
        Image.fromarray(each).resize((width, height), Image.Resampling.BILINEAR, box)
        for each in flow
    ]
    return factor * np.stack([np.asarray(each) for each in large])


def _warp(frame: np.ndarray, flow: np.ndarray) -> np.ndarray:
    """Returns [H, W, C] float32 of what a frame shows `flow` away, [2, H, W] in pixels."""
    height, width, channels = frame.shape
    places = np.mgrid[:height, :width] + flow
    # Cubic, since linear interpolation blurs.
    warped = [
        ndimage.map_coordinates(
            frame[..., channel].astype(np.float32), places, order=3, mode="nearest"
        )
        for channel in range(channels)
    ]
    return np.stack(warped, axis=-1)
