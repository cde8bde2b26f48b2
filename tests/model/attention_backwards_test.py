"""The attention model turned round in time, and the state that shows a frame as it is."""

import numpy as np
import pytest

from tests.model.small_attention import make_attention, moving_clip, waves
from tf_dyngen.model.attention.backwards import backwards
from tf_dyngen.model.attention.shown_moment import state_showing
from tf_dyngen.model.generator import to_pixels

CLIPS = [waves(14), moving_clip(9, seed=1)]


@pytest.fixture(scope="module")
def generator():
    generator = make_attention(*CLIPS, fade=2)
    generator.transition.log_temperature.assign(0.4)
    generator.memory.log_softness.assign(-1.5)
    generator.calibrate()
    return generator


def test_it_is_the_model_of_the_clips_played_backwards(generator):
    turned = backwards(generator)
    expected = make_attention(*[clip[::-1] for clip in CLIPS[::-1]], fade=2)
    expected.transition.log_temperature.assign(0.4)
    expected.memory.log_softness.assign(-1.5)
    expected.calibrate()
    for grid in generator.layout.grids:
        np.testing.assert_array_equal(turned.memory.bank(grid), expected.memory.bank(grid))
    for name in ("before", "after", "low", "log_softness"):
        np.testing.assert_array_equal(
            getattr(turned.memory, name), getattr(expected.memory, name), err_msg=name
        )
    for name in ("scale", "bonus", "bias", "retention", "log_temperature"):
        np.testing.assert_allclose(
            getattr(turned.transition, name), getattr(expected.transition, name), rtol=1e-4
        )
    # Descriptors may differ in their axes' signs, not in what they are apart.
    apart = [
        np.square(m.descriptors[:, :, :, None] - m.descriptors[:, :, None]).sum(axis=1)
        for m in (turned.memory, expected.memory)
    ]
    np.testing.assert_allclose(*apart, atol=1e-2 * apart[1].max())


def test_turned_twice_it_is_itself(generator):
    again = backwards(backwards(generator))
    for kept, found in zip(generator.weights, again.weights, strict=True):
        np.testing.assert_allclose(found, kept, rtol=1e-5, atol=1e-6, err_msg=kept.path)


def test_each_frame_is_shown_to_the_byte(generator):
    memory = np.concatenate(CLIPS)
    for moment in range(len(memory)):
        state = state_showing(generator, moment)
        frame = to_pixels(generator.emit(state[None], None))[0, 0]
        np.testing.assert_array_equal(frame, memory[moment])
