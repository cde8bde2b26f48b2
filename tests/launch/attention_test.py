"""The commands on runs of the default preset: several clips, grey ones, the shortest."""

import re

import numpy as np
import pytest
from PIL import Image

from tests.launch.commands import run_here
from tests.model.small_attention import waves
from tf_dyngen.studio.exported import Memory
from tf_dyngen.studio.settings import OWN, Look, Start
from tf_dyngen.tasks.live_run import open_run

pytestmark = pytest.mark.usefixtures("read_once")
SIZE = (16, 16)


@pytest.fixture(scope="module")
def clips(tmp_path_factory):
    """Two clips that differ in length and looks, and frames that are like neither."""
    folder = tmp_path_factory.mktemp("attention_clips")
    np.save(folder / "dark.npy", waves(14, SIZE) // 4)
    np.save(folder / "bright.npy", 191 + waves(10, SIZE, phase=1.0) // 4)
    noise = np.random.default_rng(0).integers(0, 256, (6, *SIZE, 3), np.uint8)
    np.save(folder / "noise.npy", noise)
    Image.fromarray(np.load(folder / "bright.npy")[4]).save(folder / "bright.png")
    Image.fromarray(noise[0]).save(folder / "noise.png")
    return folder


@pytest.fixture(scope="module")
def run(train_quickly, clips, tmp_path_factory):
    workdir = tmp_path_factory.mktemp("attention") / "run"
    paths = [f"--clip={clips}/{name}.npy" for name in ("dark", "bright")]
    train_quickly(f"--workdir={workdir}", *paths, "--size=16", "--steps=3").check_good()
    return workdir


@pytest.fixture
def make(synthesize, run, tmp_path):
    """make(FLAG, ...) -> frames of the file, and what was said."""

    def make(*flags, **limits):
        output = tmp_path / "new.npy"
        ended = synthesize(f"--workdir={run}", f"--output={output}", *flags, **limits).check_good()
        return np.load(output), ended.stderr

    return make


def test_videos_stay_within_a_clip_and_are_the_same_on_one_thread(make):
    videos, _ = make("--num_videos=3", "--num_frames=34")
    assert videos.shape == (3, 34, *SIZE, 3)
    for video in videos:
        means = video.mean(axis=(1, 2, 3))
        assert (means < 64).all() or (means > 191).all()
    environment = {"TF_NUM_INTRAOP_THREADS": "1", "TF_NUM_INTEROP_THREADS": "1"}
    alone, _ = make("--num_videos=3", "--num_frames=34", environment=environment)
    np.testing.assert_array_equal(alone, videos)


def test_the_motion_of_a_clip_is_the_clip_and_goes_on(make, clips):
    bright = np.load(clips / "bright.npy")
    own, _ = make("--motion=bright")
    np.testing.assert_array_equal(own[:-1], bright[:-1])
    longer, _ = make("--motion=bright", "--num_frames=20", "--variety=1")
    np.testing.assert_array_equal(longer[:9], bright[:9])


def test_new_video_begins_with_the_frame_that_is_named_and_time_runs_either_way(make, clips):
    dark = np.load(clips / "dark.npy")
    for number, flags in ((0, []), (13, []), (9, ["--reverse"]), (0, ["--reverse", "--speed=0.5"])):
        video, _ = make(f"--start_frame={number}", "--num_frames=34", *flags)
        np.testing.assert_array_equal(video[0], dark[number])
    calm, _ = make("--start_frame=9", "--num_frames=10", "--reverse", "--variety=0")
    np.testing.assert_array_equal(calm, dark[9::-1])
    # Of several clips, another one by its motion.
    bright, _ = make("--start_frame=4", "--motion=bright")
    np.testing.assert_array_equal(bright[:-1], np.load(clips / "bright.npy")[4:-1])


def test_new_video_arrives_at_the_frame_that_is_named(make, clips):
    dark = np.load(clips / "dark.npy")
    for start, end, flags in ((3, 9, []), (3, 0, ["--reverse"]), (12, 13, ["--speed=0.3"])):
        video, _ = make(f"--start_frame={start}", f"--end_frame={end}", "--num_frames=34", *flags)
        assert len(video) == 34
        np.testing.assert_array_equal(video[0], dark[start])
        np.testing.assert_array_equal(video[-1], dark[end])
    # It stays with the clip whose frame that is.
    videos, _ = make("--end_frame=9", "--num_frames=40", "--num_videos=3")
    for video in videos:
        np.testing.assert_array_equal(video[-1], dark[9])
        assert video.mean(axis=(1, 2, 3)).max() < 64


def test_the_page_of_a_run_knows_its_clips(run, clips):
    player = open_run(run)
    assert player.export.clip_names == ("dark", "bright")
    assert player.export.memory == Memory((14, 10), SIZE)
    assert (player.export.frame_size, player.export.path) == (SIZE, run)
    stream = player.begin(Start(0, 1, "", 4))
    frame = stream.next(1, noise=1.0, look=Look(OWN, OWN, 0.0))[0]
    np.testing.assert_array_equal(frame, np.load(clips / "bright.npy")[4])


def test_a_loop_says_its_steps(make):
    loop, said = make("--loop", "--num_frames=12", "--seed=1")
    told = re.search(r"first is ([0-9.]+) levels, the median step ([0-9.]+), the largest", said)
    seam = np.sqrt(np.square(loop[0].astype(float) - loop[-1]).mean())
    assert abs(seam - float(told[1])) <= 0.051


def test_learned_clips_are_copies_and_strange_ones_warned_of(infer, run, clips, make, synthesize):
    names = ("dark", "noise")
    paths = [f"--clip={clips}/{name}.npy" for name in names]
    said = infer(f"--workdir={run}", *paths, "--num_steps=9").check_good().stderr
    told = re.search(r"reconstruction of dark: PSNR (\S+) dB, a copy", said)
    assert float(told[1]) >= 50
    assert re.findall(r"^WARNING: (\w+) is far", said, re.MULTILINE) == ["noise"]
    assert "no effect of --num_steps" in said
    listed = synthesize(f"--workdir={run}", "--list_clips").check_good().stdout
    assert [line.split()[0] for line in listed.splitlines()][2:] == [
        f"inferred/{name}" for name in names
    ]
    frames, _ = make("--motion=inferred/dark")
    np.testing.assert_array_equal(frames[:-1], np.load(clips / "dark.npy")[:-1])


def test_images_move(run, clips, tmp_path):
    def animate(name, *flags):
        output = tmp_path / f"{name}.npy"
        arguments = [f"--workdir={run}", f"--image={clips}/{name}.png", f"--output={output}"]
        ended = run_here("launch.animate", *arguments, "--num_frames=33", *flags)
        return np.load(output), ended.check_good().stderr

    frames, said = animate("bright", "--variety=0")
    # Nothing is left to chance: the clip goes on to its end.
    np.testing.assert_array_equal(frames[:5], np.load(clips / "bright.npy")[4:9])
    assert "a copy" in said
    assert "WARNING" not in said
    frames, said = animate("noise", "--exact_first_frame", "--pixels_of=clip")
    np.testing.assert_array_equal(frames[0], np.load(clips / "noise.npy")[0])
    assert "WARNING: the image is far" in said


def test_an_image_that_the_clip_does_not_show_moves_itself(run, clips, tmp_path):
    def animate(*flags, name="noise"):
        output = tmp_path / "moving.npy"
        arguments = [f"--workdir={run}", f"--image={clips}/{name}.png", f"--output={output}"]
        ended = run_here("launch.animate", *arguments, "--num_frames=33", *flags).check_good()
        return np.load(output), ended.stderr

    noise = np.load(clips / "noise.npy")[0]
    frames, said = animate()
    assert "the clip shows nothing like the image" in said
    assert frames.shape == (33, *SIZE, 3)
    np.testing.assert_array_equal(frames[0], noise)
    assert (frames[1:] != frames[:-1]).any()
    other, _ = animate("--seed=1")
    assert (other != frames).any()
    large, _ = animate("--output_size=2x")
    assert large.shape == (33, 2 * SIZE[0], 2 * SIZE[1], 3)
    chosen, said = animate("--pixels_of=image", name="bright")
    assert "nothing like" not in said
    np.testing.assert_array_equal(chosen[0], np.load(clips / "bright.npy")[4])
    # A small picture grows to the model's size, at its own proportions; a thread cannot move.
    Image.new("RGB", (6, 4), (255, 0, 255)).save(clips / "small.png")
    small, _ = animate("--pixels_of=image", name="small")
    assert small.shape == (33, 16, 24, 3)
    Image.new("RGB", (900, 1)).save(clips / "thread.png")
    arguments = [f"--workdir={run}", f"--output={tmp_path}/none.npy"]
    ended = run_here(
        "launch.animate", *arguments, f"--image={clips}/thread.png", "--pixels_of=image"
    )
    ended.check_mistake("the image would move at 2x1920", "crop it")
    resampled, _ = animate("--pixels_of=clip", "--output_size=24x32")
    assert resampled.shape == (33, 24, 32, 3)


def test_the_shortest_clip_is_learned_in_grey_and_played(train_quickly, synthesize, tmp_path):
    np.save(tmp_path / "clip.npy", waves(2, (20, 31)))
    flags = ["--size=20x31", f"--clip={tmp_path}/clip.npy", "--set=video.channels=1", "--steps=2"]
    train_quickly(f"--workdir={tmp_path}/run", *flags).check_good()
    arguments = [f"--workdir={tmp_path}/run", f"--output={tmp_path}/new.npy"]
    synthesize(*arguments, "--num_frames=5").check_good()
    assert np.load(tmp_path / "new.npy").shape == (5, 20, 31, 1)


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        (["--variety=1.1"], ["--variety=1.1", "from 0"]),
        (["--variety=-0.1"], ["--variety=-0.1", "from 0"]),
        (["--appearance=dark"], ["no appearance vector", "--motion"]),
        (["--grid"], ["no appearance vector"]),
        (["--grid", "--variety=1"], ["--grid", "--variety"]),
        (["--loop", "--num_frames=1"], ["at least 2"]),
        (["--end_frame=14"], ["--end_frame=14", "dark has 14 frames", "from 0 to 13"]),
        (["--end_frame=3", "--loop"], ["--loop with --end_frame"]),
        (["--end_frame=3", "--motion=bright"], ["--end_frame with --motion"]),
        (["--end_frame=3", "--start_frame=2", "--num_frames=1"], ["1 frame for both", "=2 or"]),
    ],
)
def test_a_mistake_is_one_line_and_writes_nothing(run, tmp_path, flags, words):
    arguments = [f"--workdir={run}", f"--output={tmp_path}/new.npy"]
    run_here("launch.synthesize", *arguments, *flags).check_mistake(*words)
    assert not list(tmp_path.iterdir())
