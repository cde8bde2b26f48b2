"""Streams in pieces, of a stand-in server that fails, dies and comes back on the way."""

import threading
import time

import numpy as np
import pytest
from PIL import Image

from tests import serving_stand_in
from tf_dyngen.errors import UserError
from tf_dyngen.serving.connection import open_connection
from tf_dyngen.serving.signatures import Description
from tf_dyngen.serving.streaming import prefetch, stream_frames


@pytest.fixture
def connection(stand_in):
    url, model = stand_in.url, serving_stand_in.MODEL
    with open_connection(url, model, timeout=5.0, first_wait=0.02, retries=20) as opened:
        yield opened


def join(pieces):
    return np.concatenate(list(pieces))


@pytest.fixture
def whole(tiny_export):
    """whole(seed, clip) -> 45 frames by one call of the SavedModel, without a client or server."""

    def run(seed, clip=-1, appearance_size=0):
        session, signatures = serving_stand_in.load(tiny_export(appearance_size) / "1")

        def call(name, inputs):
            outputs = {key: tensor.name for key, tensor in signatures[name].outputs.items()}
            fed = {signatures[name].inputs[key].name: value for key, value in inputs.items()}
            return session.run(outputs, fed)

        start = call("start", {"seed": [seed], "clip": [clip]})
        numbers = {"seed": [seed], "position": [0], "num_frames": [45]}
        return call("stream", numbers | start)["frames"][0]

    return run


@pytest.mark.parametrize("chunk", [1, 7, 45, 100])
def test_pieces_make_one_long_call(connection, whole, chunk):
    pieces = list(prefetch(stream_frames(connection, seed=5, num_frames=45, chunk=chunk)))
    np.testing.assert_array_equal(join(pieces), whole(5))
    assert {len(piece) for piece in pieces[:-1]} <= {chunk}


def test_variety_goes_with_every_piece(connection, stand_in, whole):
    own = join(stream_frames(connection, seed=5, num_frames=45, chunk=20, variety=0.25))
    # The stand-in's levels are higher by a hundred times the variety; bytes wrap around.
    np.testing.assert_array_equal(own, whole(5) + np.uint8(25))
    names = [signature for signature, _, _ in stand_in.asked]
    assert names == ["start", *["stream_varied"] * 3]


def test_variety_of_a_model_that_has_none_is_refused_before_anything_is_asked():
    class WithoutVariety:
        def describe(self):
            return Description(6, 8, 3, 3, 0, has_variety=False)

    with pytest.raises(UserError, match="no variety: leave it out"):
        next(stream_frames(WithoutVariety(), variety=0.5))


def test_a_clip_and_another_seed_start_elsewhere(connection, whole):
    own = join(stream_frames(connection, seed=5, clip=2, num_frames=45))
    np.testing.assert_array_equal(own, whole(5, clip=2))
    assert (own != whole(5)).any()
    assert (whole(6) != whole(5)).any()


@pytest.mark.parametrize("protocol", ["rest", "grpc"])
def test_the_appearance_goes_with_the_stream(tiny_export, whole, protocol):
    with (
        serving_stand_in.StandIn(tiny_export(2), protocol) as server,
        open_connection(server.url, serving_stand_in.MODEL) as connection,
    ):
        frames = join(stream_frames(connection, seed=5, num_frames=45, chunk=20))
    np.testing.assert_array_equal(frames, whole(5, appearance_size=2))
    assert (frames != whole(5)).any()


@pytest.mark.parametrize("protocol", ["rest", "grpc"])
def test_a_still_image_is_the_first_frame_and_goes_on(tiny_export, protocol):
    picture = Image.new("RGB", (1200, 300), (30, 30, 30))
    with (
        serving_stand_in.StandIn(tiny_export(2), protocol) as server,
        open_connection(server.url, serving_stand_in.MODEL) as connection,
    ):
        pieces = list(stream_frames(connection, image=picture, num_frames=12, chunk=6))
        first = next(stream_frames(connection, image=picture, num_frames=1))
        sent = [inputs for signature, inputs, _ in server.asked if signature == "animate"]
        looks = connection.predict("animate", sent[0])["appearance"]
        states = {"states": [[[128, 512, 30]]], "appearance": looks}
        expected = connection.predict("decode", states)["frames"][0]
        positions = [
            (int(inputs["position"][0]), int(inputs["num_frames"][0]))
            for signature, inputs, _ in server.asked
            if signature == "stream"
        ]
    assert sent[0]["image"].shape == (1, 128, 512, 3)
    assert [len(piece) for piece in pieces] == [1, 6, 5]
    np.testing.assert_array_equal(pieces[0], expected)
    np.testing.assert_array_equal(first, expected)
    assert positions == [(1, 6), (7, 5)]


def test_a_small_image_is_sent_as_it_is(stand_in, connection):
    picture = np.random.default_rng(0).integers(0, 256, (9, 7, 3), np.uint8)
    list(stream_frames(connection, image=Image.fromarray(picture), num_frames=1))
    np.testing.assert_array_equal(stand_in.asked[0][1]["image"][0], picture)


def test_a_server_that_fails_on_the_way_changes_nothing(stand_in, connection, whole):
    """A piece that is asked for again has the frames that it would have had."""
    stand_in.faults.extend([None, None, "busy", None, "drop", "drop", None, "clash"])
    frames = join(prefetch(stream_frames(connection, seed=5, num_frames=45, chunk=5)))
    np.testing.assert_array_equal(frames, whole(5))
    assert not stand_in.faults


def test_a_server_that_dies_and_comes_back_changes_nothing(stand_in, connection, whole):
    pieces = prefetch(stream_frames(connection, seed=5, num_frames=45, chunk=5))
    before = [next(pieces) for _ in range(2)]
    with stand_in.back_after(0.3):
        np.testing.assert_array_equal(join([*before, *pieces]), whole(5))


def test_frames_that_batch_mates_asked_for_are_left_out(stand_in, connection, whole):
    stand_in.padding = 4
    frames = join(stream_frames(connection, seed=5, num_frames=45, chunk=10))
    np.testing.assert_array_equal(frames, whole(5))


def test_too_few_frames_are_no_answer(stand_in, connection):
    stand_in.faults.extend([None, "short"])
    with pytest.raises(UserError, match="gave 8 frames, 9 were asked for"):
        list(prefetch(stream_frames(connection, num_frames=9)))


def test_pieces_are_made_ahead_while_one_is_used_but_not_many():
    made = []

    def pieces():
        for number in range(100):
            made.append(number)
            yield np.full(1, number)

    ahead = prefetch(pieces())
    for number in range(5):
        assert next(ahead)[0] == number
        until = time.monotonic() + 5.0
        while len(made) < number + 2 and time.monotonic() < until:
            time.sleep(0.001)
        assert number + 2 <= len(made) <= number + 3
    ahead.close()


def test_what_pieces_raise_is_raised_behind_those_before():
    def pieces():
        yield np.zeros(1)
        raise UserError("it broke", "mend it")

    ahead = prefetch(pieces())
    assert len(next(ahead)) == 1
    with pytest.raises(UserError, match="it broke"):
        next(ahead)


def test_a_stop_ends_even_while_nothing_comes():
    never = threading.Event()

    def pieces():
        yield np.zeros(1)
        never.wait()

    stop = threading.Event()
    ahead = prefetch(pieces(), stop.is_set)
    assert len(next(ahead)) == 1
    threading.Timer(0.1, stop.set).start()
    assert list(ahead) == []
    never.set()


def test_a_stream_without_end_keeps_no_pieces(connection, stand_in):
    pieces = prefetch(stream_frames(connection, chunk=3))
    shapes = {next(pieces).shape for _ in range(20)}
    assert shapes == {(3, 6, 8, 3)}
    pieces.close()
    stand_in.asked.clear()
    time.sleep(0.2)
    # The piece that was under way, and one that waits.
    assert len(stand_in.asked) <= 2
