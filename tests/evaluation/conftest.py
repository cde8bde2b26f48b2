"""Videos whose figures are known."""

import numpy as np
import pytest


@pytest.fixture(scope="session")
def sines():
    """sines(frequency=0.1, amplitude=0.2) -> [60, 12, 12, 3], each pixel with its own phase."""

    def make(frequency=0.1, amplitude=0.2, num_frames=60, size=12):
        time = np.arange(num_frames)[:, None, None, None]
        phase = np.random.default_rng(0).uniform(0, 2 * np.pi, (1, size, size, 3))
        return 0.5 + amplitude * np.sin(2 * np.pi * frequency * time + phase)

    return make


@pytest.fixture(scope="session")
def waves():
    """waves(num_frames) -> [T, 16, 16, 3]: a stationary texture of wandering waves."""

    def make(num_frames, seed=0):
        random = np.random.default_rng(seed)
        row, column = np.ogrid[:16, :16]
        frames = np.full((num_frames, 16, 16, 3), 0.5)
        for _ in range(6):
            a, b = random.uniform(-0.8, 0.8, 2)
            phase = np.cumsum(random.normal(0.5, 0.15, num_frames))[:, None, None, None]
            wave = np.sin((a * row + b * column)[None, :, :, None] + phase)
            frames += random.uniform(0.02, 0.08, 3) * wave
        return frames

    return make
