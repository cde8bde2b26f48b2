"""`python -m launch.synthesize`: the forms it writes, what the seed means, length and loops."""

import shutil
import subprocess
import sys
from pathlib import Path

import imageio.v3 as iio
import numpy as np
import pytest
from PIL import Image

ROOT = Path(__file__).parents[2]


@pytest.fixture
def make(synthesize, trained, tmp_path):
    """make(NAME, FLAG, ...) -> path of what was synthesized."""

    def run(name, *flags):
        synthesize(f"--workdir={trained}", f"--output={tmp_path}/{name}", *flags).check_good()
        return tmp_path / name

    return run


def test_several_videos_have_the_seeds_from_seed_on(make):
    several = make("several.npy", "--num_videos=3", "--num_frames=33", "--seed=5")
    videos = np.load(several)
    assert videos.shape == (3, 33, 16, 16, 3)
    assert videos.dtype == np.uint8
    alone = make("alone.npy", "--num_frames=33", "--seed=7")
    np.testing.assert_array_equal(np.load(alone), videos[2])
    assert not np.array_equal(videos[0], videos[1])
    # It moves: no frame is the one before.
    assert (np.diff(videos.astype(int), axis=1) != 0).any(axis=(2, 3, 4)).all()


def test_the_same_seed_gives_the_same_bytes(make):
    first = make("new.mp4", "--num_frames=8").read_bytes()
    # What was there is replaced.
    assert make("new.mp4", "--num_frames=8", "--seed=1").read_bytes() != first
    assert make("new.mp4", "--num_frames=8", "--seed=0").read_bytes() == first


def test_the_command_as_users_run_it(make, trained, tmp_path):
    command = [sys.executable, "-m", "launch.synthesize", f"--workdir={trained}"]
    subprocess.run([*command, f"--output={tmp_path}/ours.npy"], cwd=ROOT, check=True)
    assert np.load(tmp_path / "ours.npy").shape == (240, 16, 16, 3)
    assert (tmp_path / "ours.npy").read_bytes() == make("others.npy").read_bytes()


def test_a_shorter_video_is_the_beginning_of_a_longer_one(make):
    longer = np.load(make("longer.npy", "--num_frames=75"))
    assert longer.shape == (75, 16, 16, 3)
    for num_frames in (1, 30, 40):
        shorter = np.load(make("shorter.npy", f"--num_frames={num_frames}"))
        np.testing.assert_array_equal(shorter, longer[:num_frames])


def test_forms_of_one_video(make):
    exact = np.load(make("new.npy", "--num_frames=20")).astype(int)
    folder = make("pictures", "--num_frames=20")
    names = sorted(path.name for path in folder.iterdir())
    assert names == [f"frame_{number:05d}.png" for number in range(20)]
    pictures = np.stack([iio.imread(folder / name) for name in names])
    np.testing.assert_array_equal(pictures, exact)

    film = iio.imread(make("new.mp4", "--num_frames=20"), plugin="FFMPEG")
    assert film.shape == exact.shape
    assert iio.immeta(folder.with_name("new.mp4"), plugin="FFMPEG")["fps"] == 25
    gif = iio.imread(make("new.gif", "--num_frames=20"))
    assert gif.shape == exact.shape
    # The clip's frame is 180 levels wide; half resolution of colour, or 256 colours, cost 20.
    assert np.abs(film - exact).mean() < 20
    assert np.abs(gif - exact).mean() < 20

    with Image.open(make("new.png", "--num_frames=20")) as sheet:
        # Sixteen frames, four to a row.
        assert sheet.width >= 4 * 16
        assert sheet.height >= 4 * 16


def test_several_films_are_numbered(make):
    path = make("new.gif", "--num_videos=2", "--num_frames=3")
    assert sorted(each.name for each in path.parent.iterdir()) == ["new_000.gif", "new_001.gif"]


@pytest.mark.parametrize("num_frames", [2, 25, 64])
def test_a_loop_joins_its_ends(make, num_frames):
    frames = np.load(make("loop.npy", "--loop", f"--num_frames={num_frames}")).astype(float)
    assert frames.shape == (num_frames, 16, 16, 3)
    steps = np.sqrt(np.square(frames - np.roll(frames, 1, axis=0)).mean(axis=(1, 2, 3)))
    join, inside = steps[0], steps[1:]
    assert inside.min() > 0
    assert join <= 1.5 * inside.max()


def test_video_of_one_channel_and_any_size(train, synthesize, clip, tmp_path):
    flags = ["--preset=smoke", "--steps=0", "--size=9x14", "--set=video.channels=1"]
    # A run of no steps is its linear start, a generator like any other.
    train(f"--workdir={tmp_path}/run", f"--clip={clip}", *flags).check_good()
    arguments = [f"--workdir={tmp_path}/run", "--num_frames=5"]
    synthesize(*arguments, f"--output={tmp_path}/new.npy").check_good()
    assert np.load(tmp_path / "new.npy").shape == (5, 9, 14, 1)
    synthesize(*arguments, f"--output={tmp_path}/new.mp4").check_good()
    film = iio.imread(tmp_path / "new.mp4", plugin="FFMPEG").astype(int)
    assert film.shape == (5, 9, 14, 3)
    assert np.ptp(film, axis=-1).max() <= 2


def test_a_broken_checkpoint_is_passed_over(synthesize, trained, tmp_path):
    workdir = tmp_path / "run"
    shutil.copytree(trained, workdir)
    (workdir / "checkpoints" / "ckpt-20.data-00000-of-00001").unlink()
    output = tmp_path / "new.npy"
    ended = synthesize(f"--workdir={workdir}", f"--output={output}", "--num_frames=2")
    assert "ckpt-20 is broken" in ended.check_good().stderr
    assert np.load(output).shape == (2, 16, 16, 3)


@pytest.mark.parametrize("name", ["new.npy", "new.mp4"])
def test_a_full_disk_leaves_no_half_a_video(synthesize, trained, tmp_path, name):
    # 240 frames of 16x16x3 bytes are 184,320 as they are, and over 20,000 as H.264.
    flags = [f"--workdir={trained}", f"--output={tmp_path}/{name}", "--num_frames=240"]
    ended = synthesize(*flags, file_size=15_000)
    ended.check_mistake(name, "File too large")
    assert not list(tmp_path.iterdir())
