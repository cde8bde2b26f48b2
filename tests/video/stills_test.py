"""What is read as a still image, and what is refused."""

import numpy as np
import pytest
from PIL import Image

from tf_dyngen.errors import UserError
from tf_dyngen.video.stills import read_still


def pictures(number, size=(12, 10)):
    random = np.random.default_rng(0)
    return [Image.fromarray(random.integers(0, 256, (*size, 3), np.uint8)) for _ in range(number)]


def test_pictures_of_any_kind_are_read(tmp_path):
    first, second = pictures(2)
    first.save(tmp_path / "one.png")
    first.save(tmp_path / "one.gif")
    # Cameras for 3D displays write two pictures, of which viewers show the first.
    first.save(tmp_path / "stereo.jpg", "MPO", save_all=True, append_images=[second])
    for name in ("one.png", "one.gif", "stereo.jpg"):
        assert read_still(tmp_path / name).size == (10, 12)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("animated.gif", "3 pictures"),
        ("animated.webp", "3 pictures"),
        ("cut.gif", "picture"),
        ("cut.png", "decoded"),
        ("text.png", "decoded"),
        ("video.avi", "decoded"),
        ("empty.png", "0 bytes"),
        ("folder", "folder"),
        ("none.png", "No such file"),
        ("a" * 300, "too long"),
        ("text.png/below.png", "Not a directory"),
    ],
)
def test_what_is_no_picture_is_refused(tmp_path, name, words):
    first, *rest = pictures(3)
    for suffix in ("gif", "webp"):
        first.save(tmp_path / f"animated.{suffix}", save_all=True, append_images=rest)
    animated = (tmp_path / "animated.gif").read_bytes()
    (tmp_path / "cut.gif").write_bytes(animated[: len(animated) // 2])
    first.resize((200, 200)).save(tmp_path / "cut.png")
    (tmp_path / "cut.png").write_bytes((tmp_path / "cut.png").read_bytes()[:2000])
    (tmp_path / "text.png").write_text("no picture at all\n")
    (tmp_path / "video.avi").write_bytes(b"RIFF\0\0\1\0AVI LIST" + bytes(500))
    (tmp_path / "empty.png").touch()
    (tmp_path / "folder").mkdir()
    with pytest.raises(UserError, match=words) as raised:
        read_still(tmp_path / name)
    assert raised.value.advice
