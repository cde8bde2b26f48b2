"""What is far from a model's memory: noise, not the memory's own frames, nor those between them."""

import numpy as np

from tests.model.small_attention import make_attention, waves
from tf_dyngen.tasks.memory_distance import memory_distance


def test_noise_is_far_and_frames_of_the_clip_are_not():
    clips = [waves(14) // 4, 191 + waves(20, phase=1.0) // 4]
    generator, lengths = make_attention(*clips), [14, 20]
    own = memory_distance(generator, clips[1][3:5], lengths)
    assert own.found < 0.1
    assert not own.is_far
    assert not memory_distance(generator, 191 + waves(30, phase=1.0)[21:] // 4, lengths).is_far
    noise = np.random.default_rng(0).integers(0, 256, clips[0][:2].shape, np.uint8)
    far = memory_distance(generator, noise, lengths)
    assert far.is_far
    # The moments of each clip are nearer to each other than those of the other clip are.
    assert far.usual < 60 < far.found


def test_of_a_clip_without_other_moments_the_spread_counts():
    clip = waves(4)
    distance = memory_distance(make_attention(clip), clip[:1], [4])
    spread = np.sqrt(np.square(clip - clip.mean(axis=0)).mean())
    # Patches in the middle of the frame count more often than those at its border.
    assert 0.5 * spread < distance.usual < 1.5 * spread
    assert not distance.is_far
