"""How near a video is to the one that it should be, frame by frame.

The error of recovered pixels, as the paper measures it, is `tf_dyngen.filling.hidden_error`.
"""

import numpy as np
from skimage.metrics import structural_similarity

SSIM_WINDOW = 7


def psnr(frames: np.ndarray, reference: np.ndarray) -> float:
    """Returns the peak signal-to-noise ratio in dB; infinite for equal frames.

    Args:
      frames: of any shape, in [0, 1].
      reference: of the same shape.
    """
    mse = np.mean(np.square(frames.astype(np.float64) - reference))
    return float(-10.0 * np.log10(mse)) if mse > 0 else float("inf")


def ssim(frames: np.ndarray, reference: np.ndarray) -> float:
    """Returns the structural similarity, averaged over frames; 1 for equal frames.

    Wang, Bovik, Sheikh and Simoncelli, IEEE Transactions on Image Processing 2004, with windows of
    7 x 7 pixels.

    Args:
      frames: [T, H, W, C] in [0, 1]; H and W at least 7.
      reference: of the same shape.
    """
    scores = [
        structural_similarity(frame, other, win_size=SSIM_WINDOW, data_range=1.0, channel_axis=-1)
        for frame, other in zip(frames, reference, strict=True)
    ]
    return float(np.mean(scores))
