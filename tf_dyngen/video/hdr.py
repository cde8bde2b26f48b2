"""Pictures of a high dynamic range brought to the range of a usual screen."""

import numpy as np

# Recommendation ITU-R BT.2087: linear light of BT.2020 in the primaries of BT.709.
_BT2020_TO_BT709 = np.array(
    [[1.6605, -0.5876, -0.0728], [-0.1246, 1.1329, -0.0083], [-0.0182, -0.1006, 1.1187]],
    np.float32,
)
# Light of diffuse white, by ITU-R BT.2408: 203 of 10,000 cd/m2, and HLG's signal 0.75.
_WHITE_PQ, _WHITE_HLG = 203 / 10_000, 0.265
# Up to here light is kept; what is brighter is pressed together, so that no highlight is cut.
_KNEE = 0.8
_GAMMA = 2.2

PQ, HLG = "PQ", "HLG"


def to_usual_range(pixels: np.ndarray, transfer: str) -> np.ndarray:
    """Bring BT.2020 pixels to BT.709; diffuse white becomes almost white, highlights white.

    Args:
      pixels: [H, W, 3] uint16 of the full range, the signal.
      transfer: PQ (SMPTE ST 2084) or HLG (ARIB STD-B67), as ITU-R BT.2100 defines them.
    Returns: [H, W, 3] uint8.
    """
    signal = pixels.astype(np.float32) / np.float32(65535)
    light = _light_of_pq(signal) / _WHITE_PQ if transfer == PQ else _light_of_hlg(signal)
    light = np.maximum(light @ _BT2020_TO_BT709.T, 0.0)
    spare = 1.0 - _KNEE
    pressed = 1.0 - spare * np.exp(-(light - _KNEE) / spare)
    light = np.where(light > _KNEE, pressed, light)
    return np.rint(255.0 * light ** (1.0 / _GAMMA)).astype(np.uint8)


def _light_of_pq(signal: np.ndarray) -> np.ndarray:
    power = signal ** np.float32(1 / 78.84375)
    ratio = np.maximum(power - 0.8359375, 0.0) / (18.8515625 - 18.6875 * power)
    return ratio ** np.float32(1 / 0.1593017578125)


def _light_of_hlg(signal: np.ndarray) -> np.ndarray:
    bright = (np.exp((signal - 0.55991073) / 0.17883277) + 0.28466892) / 12
    return np.where(signal <= 0.5, signal**2 / 3, bright) / _WHITE_HLG
