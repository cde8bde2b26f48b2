"""Exported video: it is what the library makes, in any chunking."""

import numpy as np
import pytest

from tests.export.conftest import LOOK
from tf_dyngen.inference.video_draws import BLOCK
from tf_dyngen.tasks.synthesize import Synthesizer


@pytest.fixture(scope="module")
def make_synthesize():
    """make_synthesize(exported) -> the library's function from length and seed to frames."""
    made = {}

    def of(exported):
        if exported.path not in made:
            made[exported.path] = Synthesizer(exported.run.generator)

        def synthesize(num_frames, seed, factor=1.0):
            look = LOOK * np.float32(factor) if exported.sizes.appearance else LOOK[:0]
            pieces = made[exported.path].synthesize(
                num_frames=num_frames, seed=seed, appearance=look
            )
            return np.concatenate(list(pieces))

        return synthesize

    return of


@pytest.fixture
def synthesize(make_synthesize, either):
    return make_synthesize(either)


def check_same(exported, made, wanted):
    """Asserts equal frames; sums of networks may be in another order, which is a level at most."""
    if not exported.sizes.appearance:
        np.testing.assert_array_equal(made, wanted)
        return
    assert made.shape == wanted.shape
    differences = np.abs(made.astype(int) - wanted)
    assert differences.max() <= 1
    assert np.mean(differences) <= 1e-3


@pytest.mark.parametrize("signature", ["generate", "serving_default"])
@pytest.mark.parametrize("num_frames", [1, BLOCK, BLOCK + 1, 77])
def test_generated_video_is_synthesized_video(either, synthesize, signature, num_frames):
    made = either.call(signature, seed=[5], num_frames=[num_frames], **either.look())
    check_same(either, made["frames"][0], synthesize(num_frames, 5))


def test_floats_round_to_the_pixels(either, synthesize):
    made = either.call("generate_float", seed=[5], num_frames=[40], **either.look())["frames"]
    assert made.dtype == np.float32
    assert np.abs(made).max() <= 1.0
    assert np.abs((made[0] + 1.0) * 127.5 - synthesize(40, 5)).max() <= 0.5 + 1e-4


def test_rows_of_a_batch_are_videos_of_their_own(either, synthesize):
    seeds, lengths, factors = [5, 6, 7], [40, 31, 1], [1.0, -1.0, 2.0]
    looks = either.look(*factors)
    frames = either.call("generate", seed=seeds, num_frames=lengths, **looks)["frames"]
    assert frames.shape[:2] == (3, 40)
    for row, (seed, length, factor) in enumerate(zip(seeds, lengths, factors, strict=True)):
        check_same(either, frames[row, :length], synthesize(length, seed, factor))
        assert not frames[row, length:].any()


@pytest.mark.parametrize("chunks", [[77], [30, 30, 17], [1, 1, 28, 40, 7], [50, 27]])
def test_a_stream_in_any_chunks_is_one_long_call(either, synthesize, chunks):
    state = either.call("start", seed=[5], clip=[-1])["state"]
    pieces, position = [], 0
    for length in chunks:
        given = {"seed": [5], "position": [position], "num_frames": [length], **either.look()}
        made = either.call("stream", state=state, **given)
        pieces.append(made["frames"][0])
        state, position = made["next_state"], position + length
    check_same(either, np.concatenate(pieces), synthesize(77, 5))


def test_streams_at_different_places_share_a_batch(either, synthesize):
    starts = either.call("start", seed=[5, 6], clip=[-1, -1])["state"]
    given = {"seed": [5], "position": [0], "num_frames": [19], **either.look()}
    ahead = either.call("stream", state=starts[:1], **given)["next_state"]
    given = {"seed": [5, 6], "position": [19, 0], "num_frames": [33, 12], **either.look(1, 1)}
    both = either.call("stream", state=np.concatenate([ahead, starts[1:]]), **given)["frames"]
    check_same(either, both[0], synthesize(52, 5)[19:])
    check_same(either, both[1, :12], synthesize(12, 6))


def test_noise_can_be_scaled(either):
    state = either.call("start", seed=[5], clip=[0])["state"]
    common = {"seed": [5], "position": [0], "num_frames": [40], **either.look()}
    plain = either.call("stream", state=state, **common)
    same = either.call("stream_scaled", state=state, noise_scale=[1.0], **common)
    for name, value in plain.items():
        np.testing.assert_array_equal(same[name], value)
    still = either.call("stream_scaled", state=state, noise_scale=[0.0], **common)
    other = either.call("stream_scaled", state=state, noise_scale=[0.0], **common | {"seed": [8]})
    np.testing.assert_array_equal(still["frames"], other["frames"])
    assert not np.array_equal(still["frames"], plain["frames"])


@pytest.mark.parametrize("variety", [0.0, 0.5, 1.0])
def test_variety_is_a_factor_on_the_noise(exported, variety):
    state = exported.call("start", seed=[5], clip=[-1])["state"]
    common = {"seed": [5], "num_frames": [40]}
    streamed = {"state": state, "position": [0], **common}
    scaled = exported.call("stream_scaled", noise_scale=[2 * variety], **streamed)
    varied = exported.call("stream_varied", variety=[variety], **streamed)
    for name, value in scaled.items():
        np.testing.assert_array_equal(varied[name], value)
    whole = exported.call("generate_varied", variety=[variety], **common)["frames"]
    np.testing.assert_array_equal(whole, scaled["frames"])
    usual = exported.call("generate", **common)["frames"]
    assert np.array_equal(whole, usual) == (variety == 0.5)


def test_without_variety_the_clip_is_played_and_goes_on_in_a_clip(exported, tmp_path):
    clips = [np.load(exported.workdir.parent / f"clips/{clip.name}.npy")
             for clip in exported.run.record.clips]  # fmt: skip
    state = exported.call("start", seed=[5], clip=[1])["state"]
    common = {"seed": [5], "position": [0], "num_frames": [20], "variety": [0.0]}
    frames = exported.call("stream_varied", state=state, **common)["frames"][0]
    np.testing.assert_array_equal(frames[:12], clips[1])
    assert not any(np.array_equal(frames[12], clip[0]) for clip in clips[1:2])


def test_only_models_that_follow_the_clip_have_variety(exported, with_looks):
    varied = {"generate_varied", "stream_varied"}
    assert exported.signatures.keys() == with_looks.signatures.keys() | varied
    assert not varied & with_looks.signatures.keys()


def test_a_start_is_a_trained_clips_or_the_seeds(either):
    run = either.run
    starts = either.call("start", seed=[5, 5, 5, 6], clip=[0, 2, -1, -1])
    for row, clip in ((0, 0), (1, 2)):
        latents = run.chains.of_clip(run.record.clips[clip].clip_id)
        np.testing.assert_array_equal(starts["state"][row], latents.initial_state[0])
        if either.sizes.appearance:
            np.testing.assert_array_equal(starts["appearance"][row], latents.appearance[0])
    assert not np.array_equal(starts["state"][2], starts["state"][3])


def test_a_drawn_start_and_look_give_the_synthesizers_video_of_that_seed(with_looks):
    starts = with_looks.call("start", seed=[9, 8], clip=[-1, -1])
    assert not np.array_equal(*starts["appearance"])
    look = starts["appearance"][:1]
    made = with_looks.call("generate", seed=[9], num_frames=[10], appearance=look)["frames"][0]
    own = Synthesizer(with_looks.run.generator).synthesize(num_frames=10, seed=9, appearance=None)
    check_same(with_looks, made, np.concatenate(list(own)))


@pytest.mark.parametrize("num_states", [1, BLOCK + 1])
def test_states_are_decoded_as_the_generator_emits_them(either, num_states):
    states = np.concatenate([either.states(seed, num_states) for seed in (1, 2)])
    looks = either.look(1.0, -1.0)
    shown = either.call("decode", states=states, **looks)["frames"]
    look = looks.get("appearance", np.zeros([2, 0])).astype(np.float32)
    emitted = either.run.generator.emit(states, look).numpy()
    assert np.abs((emitted + 1.0) * 127.5 - shown).max() <= 0.5 + 1e-3


def test_a_long_stream_does_not_drift_from_the_clips_colours(exported):
    """300 frames of the clip's own patches: the state neither grows nor leaves the memory."""
    state = exported.call("start", seed=[3], clip=[-1])["state"]
    for position in range(0, 300, 100):
        given = {"seed": [3], "position": [position], "num_frames": [100], "variety": [1.0]}
        made = exported.call("stream_varied", state=state, **given)
        state = made["next_state"]
    last = made["frames"][0, -50:]
    clips = np.concatenate([np.load(path) for path in exported.workdir.parent.glob("clips/*.npy")])
    assert last.min() >= clips.min()
    assert last.max() <= clips.max()
    assert last.std() > 0.5 * clips.std()
