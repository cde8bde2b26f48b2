"""What may be given as a clip, what is said of anything else, and how it is written."""

import re

import numpy as np
import pytest

from tests.launch.conftest import moving_waves
from tf_dyngen.config import VideoConfig
from tf_dyngen.interface import given_clips
from tf_dyngen.interface.videos import Video
from tf_dyngen.video.sources import open_collection

CLIP = moving_waves()
FLOATS = CLIP / 255.0
BAD = {
    "floats": (FLOATS, r"float64 values"),
    "not a number": (np.full_like(FLOATS, np.nan), "NaN among them"),
    "too large": (CLIP.astype(np.int64) * 9, "int64 values"),
    "truth": (CLIP > 3, "bool values"),
    "words": (np.array(["a"]), "<U1 values"),
    "one picture": (CLIP[0], "one picture several frames"),
    "no axis of channels": (CLIP[..., 0], r"clip\[..., None\]"),
    "several at once": (np.stack([CLIP, CLIP]), "list"),
    "transparent": (np.zeros((3, 8, 8, 4), np.uint8), "of shape"),
    "channels first": (np.zeros((3, 3, 8, 8), np.uint8), "bring the axes"),
    "too few": (CLIP[:1], "holds 1 frames"),
    "nothing": ([], "no clips"),
    "a path": ("fire.mp4", "read_clip"),
    "a bad one among good": ([CLIP, CLIP[:1]], "clip_1 holds 1 frames"),
    "a name with a folder": ({"../up": CLIP}, "cannot name a clip"),
    "the name of a mask": ({"up_mask": CLIP}, "masks of clips are"),
}
BAD_MASKS = {
    "another size": (np.ones((12, 8, 8), bool), "shape"),
    "not a number": (np.full((16, 16), np.nan), "NaN"),
    "words": (np.full((16, 16), "a"), "values"),
    "nothing": (np.zeros((16, 16)), "hides nothing"),
    "everything": (np.ones((16, 16)), "hides everything"),
    "of another clip": ({"up": np.ones((16, 16))}, "a mask of 'up', and no clip"),
    "two": ([None, None], "2 masks are given for 1 clips"),
}


@pytest.mark.parametrize("kind", BAD)
def test_anything_else_is_a_value_error(kind):
    clips, words = BAD[kind]
    with pytest.raises(ValueError, match=words):
        given_clips.take_clips(clips)


@pytest.mark.parametrize("kind", BAD_MASKS)
def test_a_bad_mask_is_a_value_error(kind):
    mask, words = BAD_MASKS[kind]
    with pytest.raises(ValueError, match=re.escape(words)):
        given_clips.take_clips(CLIP, mask)


def test_clips_of_all_kinds():
    import tensorflow as tf

    kinds = {
        "array": CLIP,
        "video": Video(CLIP, 12.0),
        "frames": tf.data.Dataset.from_tensor_slices(CLIP),
        "clips": tf.data.Dataset.from_tensors(CLIP),
        "list": [CLIP],
        "named": {"wave": CLIP},
    }
    for kind, clips in kinds.items():
        (given,) = given_clips.take_clips(clips)
        np.testing.assert_array_equal(given.frames, CLIP, err_msg=kind)
    assert given.name == "wave"
    assert given_clips.frame_rate_of(kinds["video"]) == 12.0
    assert given_clips.frame_rate_of({"a": CLIP, "b": kinds["video"]}) == 12.0
    assert given_clips.frame_rate_of(CLIP) == 25.0
    with pytest.raises(ValueError, match="2 shapes"):
        given_clips.same_shape(given_clips.take_clips([CLIP, moving_waves(size=(8, 9))]))


def test_what_is_written_is_read_as_it_was_given(tmp_path):
    hidden = np.zeros(CLIP.shape[:3], bool)
    hidden[:, 2:5, 3:9] = True
    given = given_clips.take_clips({"seen": CLIP[::-1], "partly": CLIP}, {"partly": hidden[0]})
    with given_clips.written(tmp_path / "run", given, 12.5) as source:
        video = VideoConfig(num_frames=12, height=16, width=16)
        seen, partly = open_collection(source, video).read(np.arange(2))
    assert (seen.name, partly.name) == ("seen", "partly")
    assert seen.frame_rate == partly.frame_rate == 12.5
    assert seen.visible is None
    np.testing.assert_array_equal(partly.frames, CLIP)
    np.testing.assert_array_equal(partly.visible[..., 0], ~hidden)
    # What is there is not written again, and not removed where another clip fails.
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*.npy")}
    other = given_clips.take_clips({"new": CLIP[:5]})
    with pytest.raises(KeyError), given_clips.written(tmp_path / "run", given + other, 12.5):
        raise KeyError
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*.npy")} == before
    with pytest.raises(KeyError), given_clips.written(tmp_path / "else", other, 12.5):
        raise KeyError
    assert not (tmp_path / "else").exists()
