"""`python -m launch.batch`: every clip of a folder learned, new video of each, one page of all."""

import html
import json
import os
import re
import shutil
import signal
from urllib.parse import unquote

import imageio.v3 as iio
import numpy as np
import pytest

from tests.browser import needs_browser, resize, wait_for, without_messages
from tests.launch.commands import run_here
from tests.launch.interruption_test import wait_for_lines
from tests.video_files import write_video

BATCH = "launch.batch"
ODD = '<b> & "c" #1?%20'
# Names of folders, in the order of the files.
GOOD = [ODD, "a.avi", "a.npy"]
NUM_FRAMES = 7
HOW = ["--preset=smoke", f"--num_new_frames={NUM_FRAMES}", "--num_videos=2", "--seed=3", "--loop"]
VIDEOS = ("new_000.mp4", "new_001.mp4")


@pytest.fixture(scope="module")
def batch(start, finish):
    """batch(ARGUMENT, ...) -> Ended."""
    return lambda *arguments: finish(start(BATCH, *arguments, optimizes=False))


@pytest.fixture(scope="module")
def made(batch, waves, tmp_path_factory):
    """(folder with clips/ and new/, the end of the batch that made it)."""
    folder = tmp_path_factory.mktemp("batch")
    (folder / "clips").mkdir()
    write_video(folder / "clips" / f"{ODD}.avi", waves())
    write_video(folder / "clips" / "a.avi", waves(phase=1.0))
    np.save(folder / "clips" / "a.npy", waves(phase=2.0))
    np.save(folder / "clips" / "short.npy", waves(1))
    (folder / "clips" / "text.mp4").write_text("no video at all\n")
    places = [f"--folder={folder}/clips", f"--output={folder}/new"]
    return folder, batch(*places, *HOW, "--json")


@pytest.fixture
def copy(made, tmp_path):
    """A copy of new/, to be changed, and the arguments that made it, with that copy."""
    shutil.copytree(made[0] / "new", tmp_path / "new")
    return tmp_path / "new", [f"--folder={made[0]}/clips", f"--output={tmp_path}/new", *HOW]


def times(folder):
    files = [path for path in folder.rglob("*") if path.is_file() and path.parent != folder]
    return {path: path.stat().st_mtime_ns for path in files}


def test_good_clips_are_made_and_bad_ones_named(made):
    folder, ended = made
    ended.check_mistake("3 of 5 clips", "short.npy holds 1 frame", "text.mp4 holds no video")
    assert "clip 5 of 5: text.mp4" in ended.stderr
    new = folder / "new"
    assert {path.name for path in new.iterdir()} == {*GOOD, "index.html", "batch.json"}
    for name in GOOD:
        assert {path.name for path in (new / name).iterdir()} == {"run", *VIDEOS}
        for video in VIDEOS:
            assert iio.imread(new / name / video, plugin="FFMPEG").shape == (NUM_FRAMES, 16, 16, 3)
    told = json.loads(ended.stdout)
    assert told["page"] == f"{new}/index.html"
    assert [each["run"] for each in told["clips"][:3]] == [f"{new}/{name}/run" for name in GOOD]
    assert told["clips"][1]["videos"] == [f"{new}/a.avi/{video}" for video in VIDEOS]
    assert told["clips"][1]["error"] is None
    assert told["clips"][3]["clip"] == f"{folder}/clips/short.npy"
    assert told["clips"][3]["run"] is None
    assert "longer clip" in told["clips"][3]["error"]


def test_a_run_of_it_is_as_any_other(made, synthesize, tmp_path):
    """Two clips of one name are learned each on its own, and other commands go on with them."""
    new = made[0] / "new"
    learned = [new / name / "run" / "config.json" for name in GOOD]
    sources = [json.loads(path.read_text())["source"]["clips"] for path in learned]
    clips = made[0] / "clips"
    assert sources == [[f"{clips}/{name}"] for name in (f"{ODD}.avi", "a.avi", "a.npy")]
    flags = [f"--output={tmp_path}/again.mp4", f"--num_frames={NUM_FRAMES}", "--seed=4", "--loop"]
    synthesize(f"--workdir={new}/a.npy/run", *flags).check_good()
    again = iio.imread(tmp_path / "again.mp4", plugin="FFMPEG")
    there = iio.imread(new / "a.npy" / VIDEOS[1], plugin="FFMPEG").astype(int)
    # Learned on graphs that nothing optimises, and synthesized here on others.
    assert abs(again - there).max() <= 2


def test_the_page_holds_all_by_relative_addresses_and_escaped(made):
    new = made[0] / "new"
    page = (new / "index.html").read_text(encoding="utf-8")
    files = [unquote(html.unescape(each)) for each in re.findall(r'<video[^>]* src="(.*?)"', page)]
    shown = ("run/samples/observed.mp4", *VIDEOS)
    assert files == [f"{name}/{each}" for name in GOOD for each in shown]
    assert all((new / each).is_file() for each in files)
    assert page.count("<video muted loop autoplay") == len(files)
    assert "<b> &" not in page
    names = [html.unescape(each) for each in re.findall("<h2>(.*?)</h2>", page)]
    assert names == ["Left out", f"{ODD}.avi", "a.avi", "a.npy"]
    failed = re.findall("<li>(.*?)</li>", page)
    assert [reason.partition(" holds ")[0] for reason in failed] == ["short.npy", "text.mp4"]
    assert f"--workdir={new}/a.npy/run --output={new}/a.npy/more.mp4 --seed=5" in page
    assert "://" not in page


def test_a_second_run_makes_nothing_again(copy, batch):
    new, arguments = copy
    before = times(new)
    ended = batch(*arguments)
    ended.check_mistake("3 of 5 clips")
    assert ended.stderr.count("is done, passed over") == 3
    assert times(new) == before


def test_it_goes_on_with_what_is_missing_or_asked_for_anew(copy, batch, made):
    new, _ = copy
    (new / "a.npy" / VIDEOS[0]).unlink()
    # Settings that no flag names stay as they were.
    clips = [f"--clip={made[0]}/clips/a.npy", f"--clip={made[0]}/clips/a.avi"]
    before = times(new)
    ended = batch(*clips, f"--output={new}", *HOW[1:]).check_good()
    assert "2 of 2 clips are made" in ended.stderr
    assert ended.stderr.count("passed over") == 1
    assert "building the graph" not in ended.stderr
    changed = {path for path, time in times(new).items() if before.get(path) != time}
    assert changed == {new / "a.npy" / video for video in VIDEOS}
    page = (new / "index.html").read_text()
    # Those that earlier batches made are on the page too.
    assert page.count("<article") == page.count("--seed=5") == 3


def test_other_settings_than_those_learned_are_refused(copy, batch, made):
    new, _ = copy
    before = times(new)
    clip = f"--clip={made[0]}/clips/a.avi"
    ended = batch(clip, f"--output={new}", *HOW, "--num_frames=9")
    ended.check_mistake("0 of 1 clips", "another configuration", "video.num_frames")
    assert "use another --output" in ended.stderr
    assert times(new) == before


def test_a_signal_ends_it_and_it_goes_on(start, finish, batch, clip, tmp_path):
    arguments = [f"--clip={clip}", f"--output={tmp_path}/new", "--preset=smoke"]
    arguments += [f"--num_new_frames={NUM_FRAMES}", "--size=16x24"]
    process = start(BATCH, *arguments)
    metrics = tmp_path / "new" / "waves" / "run" / "metrics.jsonl"
    wait_for_lines(metrics, 1)
    os.kill(process, signal.SIGTERM)
    ended = finish(process)
    assert ended.status in (143, 0)
    assert not list(tmp_path.rglob("*.tmp"))
    again = batch(*arguments).check_good()
    assert "1 of 1 clips are made" in again.stderr
    assert ("0 of 1 clips" in ended.stderr) == ("going on at step" in again.stderr)
    assert (tmp_path / "new" / "waves" / "new.mp4").is_file()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--output={out}/new"], ["no clips are given", "--folder"]),
        (["--folder={clips}"], ["--output is missing"]),
        (["--folder={clips}/none", "--output={out}/new"], ["none does not exist"]),
        (["--folder={out}", "--output={out}/new"], ["holds neither videos nor pictures"]),
        (["--folder={clips}", "--output={clips}"], ["is where the clips are"]),
        (["--folder={clips}", "--output={clips}/a.npy"], ["a.npy is a file"]),
        (["--folder={clips}", "--output={out}/new", "--preset=textur"], ["'textur'", "'texture'"]),
        (["--folder={clips}", "--output={out}/new", "--preset=inpainting"], ["hidden"]),
        (["--folder={clips}", "--output={out}/new", "--size=2"], ["2", "at least 8"]),
        (["--folder={clips}", "--output={out}/new", "--num_frames=1"], ["num_frames"]),
        (["--folder={clips}", "--output={out}/new", "--minutes=0"], ["--minutes=0"]),
        (["--folder={clips}", "--output={out}/new", "--variety=2"], ["--variety=2"]),
        (["--folder={clips}", "--output={out}/new", "--num_videos=0"], ["--num_videos=0"]),
        (["--folder={clips}", "--output={out}/new", "--seed=-1"], ["--seed=-1"]),
        (["--folder={clips}", "--output={out}/new", "--loop", "--num_new_frames=1"], ["--loop"]),
        (
            ["--folder={clips}", "--output={out}/new", "--preset=smoke", "--variety=0.5"],
            ["--variety with --preset=smoke"],
        ),
    ],
)
def test_mistakes_are_told_at_once_and_write_nothing(made, tmp_path, arguments, words):
    clips = made[0] / "clips"
    before = sorted(clips.iterdir())
    ended = run_here(BATCH, *(each.format(clips=clips, out=tmp_path) for each in arguments))
    ended.check_mistake(*words)
    assert "starting TensorFlow" not in ended.stderr
    assert not list(tmp_path.iterdir())
    assert sorted(clips.iterdir()) == before


def test_a_damaged_record_is_named(copy, batch):
    new, arguments = copy
    os.truncate(new / "batch.json", 20)
    batch(*arguments).check_mistake("batch.json is no record of a batch", "--output")


@needs_browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 400])
def test_the_page_plays_clip_and_new_video_side_by_side(made, browser, width, scheme):
    resize(browser, width)
    feature = {"name": "prefers-color-scheme", "value": scheme}
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [feature]})
    # A browser plays what is in sight, and knows the size of all that it can play.
    script = "return [...document.querySelectorAll('video')].map((video) => video.{})"
    times, widths = script.format("currentTime"), script.format("videoWidth")
    tops = script.format("getBoundingClientRect().top")
    over = "return document.documentElement.scrollWidth - document.documentElement.clientWidth"
    with without_messages(browser):
        browser.get((made[0] / "new" / "index.html").as_uri())
        wait_for(lambda: min(browser.execute_script(times)[:2]) > 0)
        wait_for(lambda: browser.execute_script(widths) == [16] * 9)
        top = browser.execute_script(tops)
        assert top[0] == top[1]
        assert browser.execute_script(over) == 0
        colour = browser.execute_script("return getComputedStyle(document.body).backgroundColor")
    brightness = sum(map(int, re.findall(r"\d+", colour)))
    assert (brightness < 200) == (scheme == "dark")
