"""`python -m launch.animate`: what it writes and tells of an image, and the mistakes it refuses."""

import re

import numpy as np
import pytest
from PIL import Image

from tests.launch.commands import run_here

pytestmark = pytest.mark.usefixtures("unoptimized", "read_once")


@pytest.fixture(scope="session")
def animate():
    """animate(ARGUMENT, ...) -> Ended."""
    return lambda *arguments: run_here("launch.animate", *arguments)


@pytest.fixture
def image(waves, tmp_path):
    """A frame of the clip that `trained` has learned, as a picture."""
    path = tmp_path / "still.png"
    Image.fromarray(waves()[5]).save(path)
    return path


@pytest.fixture
def make(animate, trained, image, tmp_path):
    """make(NAME, FLAG, ...) -> frames of what was made of the image."""

    def run(name, *flags):
        arguments = [f"--workdir={trained}", f"--image={image}", f"--output={tmp_path}/{name}"]
        animate(*arguments, *flags).check_good()
        return np.load(tmp_path / name)

    return run


def psnr(frame, other):
    return 10 * np.log10(255**2 / np.mean(np.square(frame.astype(float) - other)))


def test_a_known_frame_moves_on_as_the_seed_says(make, waves):
    video = make("new.npy", "--seed=1", "--num_frames=75")
    assert video.shape == (75, 16, 16, 3)
    assert video.dtype == np.uint8
    assert psnr(video[0], waves()[5]) > 5 + max(psnr(waves()[i], waves()[5]) for i in (4, 6))
    assert (np.diff(video.astype(int), axis=0) != 0).any(axis=(1, 2, 3)).all()

    other = make("other.npy", "--num_frames=7", "--seed=2")
    np.testing.assert_array_equal(other[0], video[0])
    assert (other[1:] != video[1:7]).any(axis=(1, 2, 3)).all()

    exact = make("exact.npy", "--num_frames=40", "--seed=1", "--exact_first_frame")
    np.testing.assert_array_equal(exact[0], waves()[5])
    # The clip has 25 frames a second.
    np.testing.assert_array_equal(exact[25:], video[25:40])


def test_size_and_quality_are_told(animate, trained, image, tmp_path):
    arguments = [f"--workdir={trained}", f"--output={tmp_path}/new.npy", "--num_frames=2"]
    ended = animate(*arguments, f"--image={image}").check_good()
    assert "brought to" not in ended.stderr
    assert "WARNING: the image" not in ended.stderr
    told = re.search(r"reconstruction of the image: PSNR ([0-9.]+) dB", ended.stderr)
    with Image.open(image) as opened:
        found = psnr(np.load(tmp_path / "new.npy")[0], np.asarray(opened))
    errors = [255.0 * 10.0 ** (-decibels / 20.0) for decibels in (float(told[1]), found)]
    # What is told is told before rounding, whose root mean square is 1 / sqrt(12) of a level.
    assert abs(errors[0] - errors[1]) < 12**-0.5

    # Unlike anything in the clip: black beside white.
    halves = np.where(np.arange(40) < 20, 0, 255).astype(np.uint8)
    Image.fromarray(np.tile(halves, (48, 1))).save(tmp_path / "far.jpg")
    ended = animate(*arguments, f"--image={tmp_path}/far.jpg").check_good()
    assert "image is 48x40, brought to 16x16 of the model" in ended.stderr
    assert len(re.findall(r"^WARNING: the image is far", ended.stderr, re.MULTILINE)) == 1


def test_a_grey_model_with_appearance(animate, train_quickly, clip, image, tmp_path):
    run = ["--preset=smoke", "--steps=0", f"--workdir={tmp_path}/run", f"--clip={clip}"]
    kind = ["--size=9x14", "--set=video.channels=1", "--set=model.appearance_size=4"]
    train_quickly(*run, *kind).check_good()
    arguments = [f"--workdir={tmp_path}/run", f"--image={image}", "--num_frames=4"]
    animate(*arguments, f"--output={tmp_path}/new.npy", "--exact_first_frame").check_good()
    video = np.load(tmp_path / "new.npy")
    assert video.shape == (4, 9, 14, 1)
    luminance = Image.open(image).convert("L").resize((14, 9), Image.Resampling.BILINEAR)
    np.testing.assert_array_equal(video[0, ..., 0], luminance)


MISTAKES = {
    "no workdir": ({"workdir": None}, ["--workdir"]),
    "no image": ({"image": None}, ["--image is missing", "picture"]),
    "no output": ({"output": None}, ["--output"]),
    "no run": ({"workdir": "{here}"}, ["no run in", "launch.train"]),
    "no such image": ({"image": "{here}/none.png"}, ["none.png", "No such file"]),
    "folder": ({"image": "{here}"}, ["is a folder, one picture"]),
    "array": ({"image": "{clip}"}, ["waves.npy", "decoded"]),
    "animation": ({"image": "{here}/moving.gif"}, ["moving.gif holds 12 pictures"]),
    "empty": ({"image": "{here}/empty.png"}, ["empty.png is empty"]),
    "cut short": ({"image": "{here}/cut.png"}, ["cut.png", "decoded"]),
    "unknown form": ({"output": "{here}/new.doc"}, [".doc", ".mp4"]),
    "output in a file": ({"output": "{here}/cut.png/new.npy"}, ["a file stands"]),
    "no frames": ({"num_frames": "0"}, ["--num_frames=0", "above 0"]),
    "negative seed": ({"seed": "-1"}, ["--seed=-1"]),
    "no chains": ({"num_chains": "0"}, ["num_chains"]),
    "many chains": ({"num_chains": "1000000"}, ["num_chains"]),
    "no steps": ({"num_steps": "0"}, ["num_steps"]),
    "whose pixels": ({"pixels_of": "mine"}, ["pixels_of", "image"]),
    "the image's pixels": ({"pixels_of": "image"}, ["--pixels_of=image", "--preset=texture"]),
    "size of letters": ({"output_size": "large"}, ["--output_size=large", "source"]),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_one_line_and_writes_nothing(mistake, trained, clip, image, waves, tmp_path):
    changed, words = MISTAKES[mistake]
    first, *rest = (Image.fromarray(frame) for frame in waves())
    first.save(tmp_path / "moving.gif", save_all=True, append_images=rest)
    (tmp_path / "empty.png").touch()
    (tmp_path / "cut.png").write_bytes(image.read_bytes()[:-100])
    good = {"workdir": trained, "image": image, "output": tmp_path / "new.npy"}
    flags = {**good, **changed}
    before = sorted(tmp_path.rglob("*"))
    places = {"here": tmp_path, "clip": clip}
    filled = {key: str(value).format(**places) for key, value in flags.items() if value}
    ended = run_here("launch.animate", *(f"--{key}={value}" for key, value in filled.items()))
    ended.check_mistake(*words)
    assert sorted(tmp_path.rglob("*")) == before
