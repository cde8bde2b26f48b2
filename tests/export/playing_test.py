"""Exported video: it is what the library makes, in any chunking."""

import numpy as np
import pytest

from tf_dyngen.inference.video_draws import BLOCK
from tf_dyngen.tasks.synthesize import Synthesizer

LOOK = np.array([0.5, -1.0], np.float32)


@pytest.fixture(scope="module")
def synthesize(exported):
    synthesizer = Synthesizer(exported.run.generator)

    def make(num_frames, seed, appearance=LOOK):
        pieces = synthesizer.synthesize(num_frames=num_frames, seed=seed, appearance=appearance)
        return np.concatenate(list(pieces))

    return make


def check_same(made, wanted):
    """Asserts equal frames, but for rounding: threads that add in another order, one level."""
    assert made.shape == wanted.shape
    differences = np.abs(made.astype(int) - wanted)
    assert differences.max() <= 1
    assert np.mean(differences) <= 1e-4


@pytest.mark.parametrize("signature", ["generate", "serving_default"])
@pytest.mark.parametrize("num_frames", [1, BLOCK, BLOCK + 1, 77])
def test_generated_video_is_synthesized_video(exported, synthesize, signature, num_frames):
    made = exported.call(signature, seed=[5], num_frames=[num_frames], appearance=[LOOK])
    check_same(made["frames"][0], synthesize(num_frames, 5))


def test_floats_round_to_the_pixels(exported, synthesize):
    made = exported.call("generate_float", seed=[5], num_frames=[40], appearance=[LOOK])["frames"]
    assert made.dtype == np.float32
    assert np.abs(made).max() <= 1.0
    assert np.abs((made[0] + 1.0) * 127.5 - synthesize(40, 5)).max() <= 0.5 + 1e-4


def test_rows_of_a_batch_are_videos_of_their_own(exported, synthesize):
    seeds, lengths = [5, 6, 7], [40, 31, 1]
    looks = np.stack([LOOK, -LOOK, 2 * LOOK])
    frames = exported.call("generate", seed=seeds, num_frames=lengths, appearance=looks)["frames"]
    assert frames.shape[:2] == (3, 40)
    for row, (seed, length, look) in enumerate(zip(seeds, lengths, looks, strict=True)):
        # Products of other sizes may round another way.
        differences = np.abs(frames[row, :length].astype(int) - synthesize(length, seed, look))
        assert differences.max() <= 1
        assert np.mean(differences) < 1e-3
        assert not frames[row, length:].any()


@pytest.mark.parametrize("chunks", [[77], [30, 30, 17], [1, 1, 28, 40, 7], [50, 27]])
def test_a_stream_in_any_chunks_is_one_long_call(exported, synthesize, chunks):
    state = exported.call("start", seed=[5], clip=[-1])["state"]
    pieces, position = [], 0
    for length in chunks:
        made = exported.call(
            "stream",
            state=state,
            seed=[5],
            position=[position],
            num_frames=[length],
            appearance=[LOOK],
        )
        pieces.append(made["frames"][0])
        state, position = made["next_state"], position + length
    check_same(np.concatenate(pieces), synthesize(77, 5))


def test_streams_at_different_places_share_a_batch(exported, synthesize):
    starts = exported.call("start", seed=[5, 6], clip=[-1, -1])["state"]
    ahead = exported.call(
        "stream",
        state=starts[:1],
        seed=[5],
        position=[0],
        num_frames=[19],
        appearance=[LOOK],
    )["next_state"]
    both = exported.call(
        "stream",
        state=np.concatenate([ahead, starts[1:]]),
        seed=[5, 6],
        position=[19, 0],
        num_frames=[33, 12],
        appearance=[LOOK, LOOK],
    )["frames"].astype(int)
    assert np.abs(both[0] - synthesize(52, 5)[19:]).max() <= 1
    assert np.abs(both[1, :12] - synthesize(12, 6)).max() <= 1


def test_noise_can_be_scaled(exported):
    state = exported.call("start", seed=[5], clip=[0])["state"]
    common = {"seed": [5], "position": [0], "num_frames": [40], "appearance": [LOOK]}
    plain = exported.call("stream", state=state, **common)
    same = exported.call("stream_scaled", state=state, noise_scale=[1.0], **common)
    for name, value in plain.items():
        np.testing.assert_array_equal(same[name], value)
    still = exported.call("stream_scaled", state=state, noise_scale=[0.0], **common)
    other = exported.call("stream_scaled", state=state, noise_scale=[0.0], **common | {"seed": [8]})
    np.testing.assert_array_equal(still["frames"], other["frames"])
    assert not np.array_equal(still["frames"], plain["frames"])


def test_a_start_is_a_trained_clips_or_the_seeds(exported):
    run = exported.run
    starts = exported.call("start", seed=[5, 5, 5, 6], clip=[0, 2, -1, -1])
    for row, clip in ((0, 0), (1, 2)):
        latents = run.chains.of_clip(run.record.clips[clip].clip_id)
        np.testing.assert_array_equal(starts["state"][row], latents.initial_state[0])
        np.testing.assert_array_equal(starts["appearance"][row], latents.appearance[0])
    assert not np.array_equal(starts["state"][2], starts["state"][3])
    assert not np.array_equal(starts["appearance"][2], starts["appearance"][3])


def test_a_drawn_start_and_look_give_the_synthesizers_video_of_that_seed(exported, synthesize):
    look = exported.call("start", seed=[9], clip=[-1])["appearance"]
    made = exported.call("generate", seed=[9], num_frames=[10], appearance=look)["frames"][0]
    check_same(made, synthesize(10, 9, appearance=None))


@pytest.mark.parametrize("num_states", [1, BLOCK, 2 * BLOCK + 5])
def test_states_are_decoded_as_the_generator_emits_them(exported, num_states):
    random = np.random.default_rng(0)
    states = random.standard_normal((2, num_states, 6)).astype(np.float32)
    looks = random.standard_normal((2, 2)).astype(np.float32)
    shown = exported.call("decode", states=states, appearance=looks)["frames"]
    emitted = exported.run.generator.emit(states, looks).numpy()
    assert np.abs((emitted + 1.0) * 127.5 - shown).max() <= 0.5 + 1e-3
