"""A picture carried along a flow without end, and renewed before it is torn.

Advected textures, in the manner of Neyret, "Advected textures", SCA 2003: two copies of the picture
are carried along, each begins anew every so many frames, at other times at other places, and is not
seen while it does.
"""

from collections.abc import Iterator

import numpy as np
from scipy import ndimage

from tf_dyngen.motion_transfer.clip_motion import ClipMotion
from tf_dyngen.motion_transfer.correspondence import Correspondence

# What moves fast comes this share of the shorter side far before it is renewed, within bounds.
FARTHEST, FEWEST_FRAMES, MOST_FRAMES = 0.12, 8, 90
FAST, NUM_LOOKED_AT = 0.9, 20
# Of what moves to and fro, the share of the way that it goes back by itself in a frame.
RETURN = 0.25
# Shares of the shorter side: what displacements are smoothed over, and the places that are renewed
# together.
SMOOTHED, TOGETHER = 0.0125, 0.125
# Bounds of changes of brightness, and the frames over which they set in.
DARKEST, BRIGHTEST, SETTING_IN = 0.4, 2.5, 8


class MovingPicture:
    """Makes video of a picture: the first frame is the picture itself.

    Where the clip's flow explains how it changes, pixels are carried along; elsewhere they become
    brighter and darker as the clip does.

    Args:
      picture: [H, W, C] uint8.
      motion: of the clip.
      correspondence: of the picture, averaged down, and the clip.
      scale: how many times larger the picture is than averaged down.
      windows: [K, h, w], how the clip's parts share it out.
      seed: of the places that are renewed together.
    """

    def __init__(
        self,
        picture: np.ndarray,
        motion: ClipMotion,
        correspondence: Correspondence,
        *,
        scale: float,
        windows: np.ndarray,
        seed: int,
    ):
        self._picture = picture.astype(np.float32)
        self._motion, self._correspondence = motion, correspondence
        self._scale, self._windows = scale, windows
        self._size = picture.shape[:2]
        self._shorter = min(self._size)
        self._places = np.mgrid[: self._size[0], : self._size[1]].astype(np.float32)
        self._stays = RETURN * (1.0 - self._carry(motion.steadiness))
        self._dims = 1.0 - self._carry(motion.explained)
        random = np.random.default_rng(seed)
        waves = random.standard_normal(self._size)
        waves = ndimage.gaussian_filter(waves, TOGETHER * self._shorter, mode="wrap")
        # The place in their round at which pixels begin, 0 to 1, evenly spread.
        self._phase = waves.ravel().argsort().argsort().reshape(self._size) / waves.size

    def frames(self, moments: np.ndarray) -> Iterator[np.ndarray]:
        """Yields frames [H, W, C] uint8, one more than there are moments.

        Args:
          moments: [T, K], what the clip's parts show.
        """
        length = self._round_length(moments)
        copies = np.zeros((2, 2, *self._size), np.float32)
        yield self._picture.astype(np.uint8)
        for time, shown in enumerate(moments, start=1):
            flow = self._scale * self._carry(self._motion.flow(self._windows, shown))
            copies = np.stack([self._advance(copy, flow) for copy in copies])
            turn = time / length + self._phase
            for copy, offset in zip(copies, (0.5, 0.0), strict=True):
                begins = np.mod(turn + offset, 1.0) < 1.0 / length
                copy[:, begins] = 0.0
            share = 1.0 - np.abs(2.0 * np.mod(turn + 0.5, 1.0) - 1.0)
            yield self._show(copies, share[..., None], shown, time)

    def _advance(self, displacement: np.ndarray, flow: np.ndarray) -> np.ndarray:
        """Returns where pixels come from, relative to where they are, [2, H, W], a frame later."""
        smoothed = SMOOTHED * self._shorter
        came_from = self._places - flow
        return np.stack(
            [
                ndimage.gaussian_filter(
                    (1.0 - self._stays)
                    * ndimage.map_coordinates(along, came_from, order=1, mode="nearest")
                    - step,
                    smoothed,
                )
                for along, step in zip(displacement, flow, strict=True)
            ]
        )

    def _show(self, copies, share: np.ndarray, moments: np.ndarray, time: int) -> np.ndarray:
        first, second = (self._take(self._places + copy) for copy in copies)
        mixed = share * first + (1.0 - share) * second
        bright = self._carry(self._motion.brightness(self._windows, moments))
        gain = np.clip(bright, DARKEST, BRIGHTEST) - 1.0
        gain = 1.0 + min(1.0, time / SETTING_IN) * self._dims * gain
        return np.clip(np.rint(gain[..., None] * mixed), 0, 255).astype(np.uint8)

    def _take(self, places: np.ndarray) -> np.ndarray:
        channels = np.moveaxis(self._picture, -1, 0)
        taken = [
            ndimage.map_coordinates(each, places, order=1, mode="nearest") for each in channels
        ]
        return np.stack(taken, axis=-1)

    def _round_length(self, moments: np.ndarray) -> int:
        """Returns the frames after which a copy begins anew."""
        speeds = [
            self._scale * np.hypot(*self._carry(self._motion.flow(self._windows, shown)))
            for shown in moments[:NUM_LOOKED_AT]
        ]
        fast = float(np.quantile(speeds, FAST)) if len(speeds) else 0.0
        way = FARTHEST * self._shorter
        return int(np.clip(way / max(fast, way / MOST_FRAMES), FEWEST_FRAMES, MOST_FRAMES))

    def _carry(self, values: np.ndarray) -> np.ndarray:
        return self._correspondence.carry(values, self._size).astype(np.float32)
