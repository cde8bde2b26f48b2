"""Small waves on still, deep water, raised by blows."""

import numpy as np
from scipy import fft

GRAVITY = 9.81  # metres per second squared
TENSION = 7.3e-5  # surface tension of water over its density, cubic metres per second squared


class Ripples:
    """The waves on a patch of water whose edges meet, exact in time.

    Each wave number k turns on its own at the rate of gravity-capillary waves,
    omega^2 = g k + TENSION k^3 (Lamb 1932), and fades. Axis 0 points ahead, axis 1 to the right.
    """

    def __init__(self, shape, cell, frame_seconds, fading, spreading):
        """Start with still water.

        Args:
          shape: Cells ahead and to the right.
          cell: Metres from cell to cell.
          frame_seconds: Time from frame to frame.
          fading: Share of a wave's height lost per second.
          spreading: As much besides, times k^2, in square metres per second.
        """
        self._shape, self._cell = shape, cell
        self._ahead = (2.0 * np.pi / cell * fft.fftfreq(shape[0]))[:, None]
        self._right = (2.0 * np.pi / cell * fft.rfftfreq(shape[1]))[None, :]
        self._number = np.hypot(self._ahead, self._right)
        self._rate = np.sqrt(GRAVITY * self._number + TENSION * self._number**3)
        self._loss = fading + spreading * self._number**2
        self._turn = self._turn_for(frame_seconds)
        self._height = np.zeros(self._number.shape, complex)
        self._speed = np.zeros(self._number.shape, complex)  # over the wave's rate

    def advance(self):
        """Let one frame of time pass."""
        height, speed, turn = self._height, self._speed, self._turn
        self._height = turn.real * height + turn.imag * speed
        self._speed = turn.real * speed - turn.imag * height

    def strike(self, ahead, right, elapsed, strength, radius):
        """Add the wave of a blow, a short push of Gaussian shape.

        Args:
          ahead, right: Place of the blow in metres.
          elapsed: Seconds since the blow.
          strength: Pressure times time over density in the middle, square metres per second.
          radius: Standard deviation of the push in metres.
        """
        # A push P on deep water starts it at the speed -k P.
        push = strength * 2.0 * np.pi * (radius / self._cell) ** 2
        shape = np.exp(-0.5 * (radius * self._number) ** 2)
        start = push * shape * self._number / np.where(self._rate > 0.0, self._rate, 1.0)
        place = np.exp(-1j * self._ahead * ahead) * np.exp(-1j * self._right * right)
        turn = start * self._turn_for(elapsed)
        self._height -= place * turn.imag
        self._speed -= place * turn.real

    def slopes(self):
        """Slopes ahead and to the right, [2, *shape]."""
        spectrum = np.stack([1j * self._ahead * self._height, 1j * self._right * self._height])
        return fft.irfft2(spectrum, s=self._shape)

    def _turn_for(self, seconds):
        """What a wave becomes: cosine and sine of its turn, both faded."""
        return np.exp((1j * self._rate - self._loss) * seconds)
