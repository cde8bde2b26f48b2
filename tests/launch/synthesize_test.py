"""`python -m launch.synthesize`: the forms it writes, what the seed means, length and loops."""

import shutil
import subprocess
import sys

import imageio.v3 as iio
import numpy as np
import pytest
from PIL import Image

from tests.launch.commands import ROOT, run_here
from tf_dyngen.tasks.clip_catalogue import list_clips

pytestmark = pytest.mark.usefixtures("read_once")


@pytest.fixture
def make(synthesize, trained, tmp_path):
    """make(NAME, FLAG, ...) -> path of what was synthesized."""

    def run(name, *flags):
        synthesize(f"--workdir={trained}", f"--output={tmp_path}/{name}", *flags).check_good()
        return tmp_path / name

    return run


@pytest.fixture(scope="module")
def exact(synthesize, trained, tmp_path_factory):
    """Twenty frames as they are."""
    output = tmp_path_factory.mktemp("exact") / "new.npy"
    flags = [f"--workdir={trained}", f"--output={output}", "--num_frames=20"]
    synthesize(*flags).check_good()
    return np.load(output)


def test_several_videos_have_the_seeds_from_seed_on_and_begin_as_longer_ones(make):
    several = make("several.npy", "--num_videos=3", "--num_frames=33", "--seed=5")
    videos = np.load(several)
    assert videos.shape == (3, 33, 16, 16, 3)
    assert videos.dtype == np.uint8
    longer = np.load(make("longer.npy", "--num_frames=75", "--seed=7"))
    assert longer.shape == (75, 16, 16, 3)
    np.testing.assert_array_equal(longer[:33], videos[2])
    assert not np.array_equal(videos[0], videos[1])
    # It moves: no frame is the one before.
    assert (np.diff(videos.astype(int), axis=1) != 0).any(axis=(2, 3, 4)).all()


def test_the_command_as_users_run_it(exact, trained, tmp_path):
    command = [sys.executable, "-m", "launch.synthesize", f"--workdir={trained}"]
    subprocess.run([*command, f"--output={tmp_path}/ours.npy"], cwd=ROOT, check=True)
    ours = np.load(tmp_path / "ours.npy")
    assert ours.shape == (240, 16, 16, 3)
    np.testing.assert_array_equal(ours[:20], exact)


def test_forms_of_one_video(make, exact):
    exact = exact.astype(int)
    folder = make("pictures", "--num_frames=20")
    names = sorted(path.name for path in folder.iterdir())
    assert names == [f"frame_{number:05d}.png" for number in range(20)]
    pictures = np.stack([iio.imread(folder / name) for name in names])
    np.testing.assert_array_equal(pictures, exact)

    path = make("new.mp4", "--num_frames=20")
    film = iio.imread(path, plugin="FFMPEG")
    assert film.shape == exact.shape
    assert iio.immeta(path, plugin="FFMPEG")["fps"] == 25
    # The same seed gives the same bytes, and what was there is replaced.
    first = path.read_bytes()
    path.write_bytes(first[:100])
    assert make("new.mp4", "--num_frames=20", "--seed=0").read_bytes() == first
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


def test_a_loop_joins_its_ends(make):
    frames = np.load(make("loop.npy", "--loop", "--num_frames=25")).astype(float)
    assert frames.shape == (25, 16, 16, 3)
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
    # Phones play even sizes only.
    assert film.shape == (5, 10, 14, 3)
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


def test_a_clips_motion_is_its_reconstruction_and_then_goes_on(make, trained):
    own = make("own.npy", "--motion=waves")
    assert np.load(own).shape == (12, 16, 16, 3)
    film = make("own.mp4", "--motion=waves").read_bytes()
    assert film == (trained / "samples" / "reconstruction.mp4").read_bytes()
    flags = ["--motion=waves", "--num_frames=70", "--num_videos=2"]
    longer, other = np.load(make("longer.npy", *flags))
    np.testing.assert_array_equal(longer[:12], np.load(own))
    np.testing.assert_array_equal(other[:12], longer[:12])
    assert (other[12:] != longer[12:]).any(axis=(1, 2, 3)).all()


def test_a_random_appearance_is_the_seeds(play):
    plain = play("--num_frames=9", "--seed=4")
    np.testing.assert_array_equal(plain, play("--num_frames=9", "--seed=4", "--appearance=random"))
    chosen = play("--num_frames=9", "--seed=4", "--appearance=up", "--loop")
    assert (chosen != play("--num_frames=9", "--seed=4", "--appearance=random", "--loop")).any()
    videos = play("--motion=up", "--appearance=random", "--num_videos=2", "--seed=4")
    assert (videos[0] != videos[1]).any()
    np.testing.assert_array_equal(videos[1], play("--motion=up", "--appearance=random", "--seed=5"))


def test_a_grid_shows_what_single_commands_make_beside_the_clips(play, waves):
    rows, columns = ["up", "inferred/left:up:0.5", "random"], ["right", "between"]
    names = [f"--appearance={','.join(rows)}", f"--motion={','.join(columns)}"]
    length = ["--num_frames=70", "--seed=3"]
    grid = play("--grid", *names, *length)
    places = [
        [
            place(grid, play(f"--appearance={row}", f"--motion={column}", *length))
            for column in columns
        ]
        for row in rows
    ]
    (top, left), pitch = places[0][0], 8 * 16 + 4
    assert places == [[(top + i * pitch, left + j * pitch) for j in range(2)] for i in range(3)]
    clips = {name: waves(phase=phase)[np.arange(70) % 12] for name, phase in PHASES.items()}
    for number, column in enumerate(columns):
        assert place(grid, clips[column]) == (top - pitch, left + number * pitch)
    assert place(grid, clips["up"]) == (top, left - pitch)
    # Between two clips, and of the prior, there is none to be shown.
    assert (grid[:, top + pitch :, left - pitch : left - 4] == 255).all()


PHASES = {"right": 2.0, "up": 4.0, "between": 1.0}


def place(grid, video):
    """Where a video stands in a grid, eight times as large."""
    large = video.repeat(8, axis=1).repeat(8, axis=2)
    found = [
        (top, left)
        for top, left in np.argwhere((grid[0] == large[0, 0, 0]).all(axis=-1)).tolist()
        if np.array_equal(grid[:, top : top + 128, left : left + 128], large)
    ]
    assert len(found) == 1
    return found[0]


def test_a_grid_of_clips_evenly_spread(synthesize, inferred, tmp_path):
    arguments = [f"--workdir={inferred[0]}", "--grid"]
    for name in ("grid.mp4", "grid.png"):
        ended = synthesize(*arguments, f"--output={tmp_path}/{name}").check_good()
        assert "3 appearances in 3 motions" in ended.stderr
    film = iio.imread(tmp_path / "grid.mp4", plugin="FFMPEG")
    picture = iio.imread(tmp_path / "grid.png")
    assert len(film) == 12
    # Three frames of each cell, of 128 pixels, stand side by side in a picture.
    assert picture.shape[0] == film.shape[1]
    assert picture.shape[1] - film.shape[2] == 4 * 2 * 128


def test_speed_reverse_start_and_what_stands_still_together(make, trained, tmp_path):
    plain = np.load(make("plain.npy", "--num_frames=20"))
    np.testing.assert_array_equal(np.load(make("same.npy", "--num_frames=20", "--speed=1")), plain)
    slow = np.load(make("slow.npy", "--num_frames=39", "--speed=0.5"))
    np.testing.assert_array_equal(slow[::2], plain)
    quick = np.load(make("quick.npy", "--num_frames=10", "--speed=2"))
    np.testing.assert_array_equal(quick, plain[::2])
    turned = np.load(make("turned.npy", "--num_frames=39", "--speed=0.5", "--reverse"))
    np.testing.assert_array_equal(turned[::2], plain[::-1])
    region = np.zeros((16, 16), bool)
    region[2:9, 3:8] = True
    Image.fromarray(region).save(tmp_path / "mask.png")
    held = np.load(
        make("held.npy", "--num_frames=39", "--speed=0.5", f"--still={tmp_path}/mask.png")
    )
    np.testing.assert_array_equal(held[:, region], np.broadcast_to(slow[0, region], (39, 35, 3)))
    np.testing.assert_array_equal(held[:, 14:, 13:], slow[:, 14:, 13:])


def test_new_video_goes_on_from_the_chains_state_at_a_frame(make):
    own = np.load(make("own.npy", "--motion=waves"))
    videos = np.load(make("new.npy", "--start_frame=7", "--num_frames=40", "--num_videos=2"))
    assert videos.shape == (2, 40, 16, 16, 3)
    np.testing.assert_array_equal(videos[:, 0], own[[7, 7]])
    assert (videos[0, 1:] != videos[1, 1:]).any(axis=(1, 2, 3)).all()
    rest = np.load(make("rest.npy", "--start_frame=7", "--motion=waves"))
    np.testing.assert_array_equal(rest, own[7:])
    slow = np.load(make("slow.npy", "--start_frame=7", "--motion=waves", "--speed=0.5"))
    np.testing.assert_array_equal(slow[::2], rest)


def test_a_start_in_another_look(play, inferred):
    first = list_clips(inferred[0]).trained[0].unique_name
    video = play("--start_frame=3", "--appearance=up", "--num_frames=40")
    motion = play(f"--motion={first}", "--appearance=up")
    np.testing.assert_array_equal(video[0], motion[3])
    own = play("--start_frame=3", "--num_frames=40")
    np.testing.assert_array_equal(own[0], play(f"--motion={first}")[3])
    turned = play("--motion=right", "--reverse")
    np.testing.assert_array_equal(turned[::-1], play("--motion=right"))


def test_a_mask_is_not_written_over(synthesize, trained, tmp_path):
    np.save(tmp_path / "mask.npy", np.eye(16))
    before = (tmp_path / "mask.npy").read_bytes()
    files = [f"--output={tmp_path}/mask.npy", f"--still={tmp_path}/mask.npy"]
    synthesize(f"--workdir={trained}", *files).check_mistake("mask.npy is the mask of --still")
    assert (tmp_path / "mask.npy").read_bytes() == before


def test_a_loop_at_another_speed_still_closes(synthesize, trained, tmp_path):
    flags = [f"--workdir={trained}", f"--output={tmp_path}/loop.npy", "--loop", "--num_frames=25"]
    said = synthesize(*flags, "--speed=0.5", "--reverse").check_good().stderr
    assert "12 frames of motion in 25, so that it closes: 0.48 times as fast" in said
    frames = np.load(tmp_path / "loop.npy").astype(float)
    assert frames.shape == (25, 16, 16, 3)
    steps = np.sqrt(np.square(frames - np.roll(frames, 1, axis=0)).mean(axis=(1, 2, 3)))
    assert 0 < steps[0] <= 1.5 * steps[1:].max()
    said = synthesize(*flags, "--speed=2").check_good().stderr
    assert "closes" not in said


def damage(inferred_clip, kind):
    with np.load(inferred_clip) as arrays:
        values = dict(arrays)
    if kind == "cut":
        inferred_clip.write_bytes(inferred_clip.read_bytes()[:-50])
    else:
        np.savez(inferred_clip, **values | {"noise": values["noise"][:, :-1]})


MISTAKES = {
    "unknown appearance": (["--appearance=upp"], ["no clip 'upp'", "did you mean 'up'"]),
    "no name": (["--appearance="], ["--appearance= is empty"]),
    "two clips of one name": (["--appearance=left"], ["2 clips", "'left'", "inferred/left"]),
    "one end unknown": (["--appearance=up:rigt:0.5"], ["no clip 'rigt'", "'right'"]),
    "no place between": (["--appearance=up:right"], ["ends in 'right'", "from 0"]),
    "a place beyond": (["--appearance=up:right:1.1"], ["ends in '1.1'"]),
    "a random motion": (["--motion=random"], ["no clip 'random'"]),
    "another folder": (["--motion=../inferred/between"], ["no clip '../inferred/between'"]),
    "damaged": (["--motion=cut"], ["cut.npz is no inferred clip", "launch.infer"]),
    "of another model": (["--appearance=sizes"], ["sizes.npz is of another model", "12x5, 12x6"]),
    "damaged, in a grid": (["--grid", "--motion=right,cut"], ["cut.npz is no inferred clip"]),
    "unknown, in a grid": (["--grid", "--appearance=up,dwon"], ["no clip 'dwon'"]),
    "an empty place in a grid": (["--grid", "--motion=up,"], ["no clip ''"]),
    "a place for a motion": (["--grid", "--motion=up:right:0.5"], ["no clip 'up:right:0.5'"]),
}


@pytest.fixture(scope="module")
def damaged(inferred, tmp_path_factory):
    """A copy of the run of three clips with inferred ones that cannot be played."""
    workdir = tmp_path_factory.mktemp("damaged") / "run"
    shutil.copytree(inferred[0], workdir)
    for kind in ("cut", "sizes"):
        shutil.copy(workdir / "inferred" / "between.npz", workdir / "inferred" / f"{kind}.npz")
        damage(workdir / "inferred" / f"{kind}.npz", kind)
    return workdir


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistaken_clip_is_one_line_and_writes_nothing(mistake, damaged):
    flags, words = MISTAKES[mistake]
    before = sorted(damaged.parent.rglob("*"))
    arguments = [f"--workdir={damaged}", f"--output={damaged.parent}/new.mp4"]
    run_here("launch.synthesize", *arguments, *flags).check_mistake(*words)
    assert sorted(damaged.parent.rglob("*")) == before
