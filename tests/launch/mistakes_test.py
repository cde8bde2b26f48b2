"""Every mistake ends in exit status 2, one line `error: what is wrong: what to do`, no file.

Most run in this process; `test_each_command_ends_with_status_2` forks one of each command.
"""

import json
import os
import shutil

import numpy as np
import psutil
import pytest
from PIL import Image

from tests.launch.commands import ROOT, run_here

TRAIN = "launch.train"
SYNTHESIZE = "launch.synthesize"
INFER = "launch.infer"
NEW_RUN = ["--workdir={world}/new", "--preset=smoke"]
NEW_CLIP = [*NEW_RUN, "--clip={world}/waves.npy"]
OLD_RUN = ["--workdir={world}/run"]
OUTPUT = [*OLD_RUN, "--output={world}/new.npy"]

# What is mistaken: the command, its arguments, words that the line must hold.
MISTAKES = {
    "no workdir": (TRAIN, ["--clip={world}/waves.npy"], ["--workdir"]),
    "no such clip": (TRAIN, [*NEW_RUN, "--clip={world}/none.mp4"], ["none.mp4", "not exist"]),
    "text as video": (TRAIN, [*NEW_RUN, "--clip={world}/text.mp4"], ["text.mp4", "no video"]),
    "text as picture": (TRAIN, [*NEW_RUN, "--clip={world}/text"], ["page.png", "picture"]),
    "text as array": (TRAIN, [*NEW_RUN, "--clip={world}/text.npy"], ["text.npy", "uint8"]),
    "empty file": (TRAIN, [*NEW_RUN, "--clip={world}/empty.mp4"], ["empty.mp4", "0 bytes"]),
    "no suffix": (TRAIN, [*NEW_RUN, "--clip={world}/file"], ["file", ".mp4"]),
    "one picture": (TRAIN, [*NEW_RUN, "--clip={world}/small/1.png"], ["1.png", "2 frames"]),
    "one frame": (TRAIN, [*NEW_RUN, "--clip={world}/one.npy"], ["one.npy", "1 frame", "2"]),
    "floats": (TRAIN, [*NEW_RUN, "--clip={world}/floats.npy"], ["floats.npy", "float64", "uint8"]),
    "empty folder": (TRAIN, [*NEW_RUN, "--clip={world}/empty"], ["empty", "neither"]),
    "two sizes": (TRAIN, [*NEW_RUN, "--clip={world}/small"], ["8x8", "8x12", "one size"]),
    "no match": (TRAIN, [*NEW_RUN, "--clip={world}/*.mkv"], ["*.mkv", "matches no file"]),
    "clip and data set": (TRAIN, [*NEW_CLIP, "--dataset=mnist"], ["--clip", "--dataset"]),
    "unknown data set": (TRAIN, [*NEW_RUN, "--dataset=fire_and_ice"], ["fire_and_ice"]),
    "unknown split": (
        TRAIN,
        [*NEW_RUN, "--data_dir={data}", "--dataset=procedural_textures/fire_64:night"],
        ["'night'", "choose of train"],
    ),
    "unknown form of a data set": (
        TRAIN,
        [*NEW_RUN, "--data_dir={data}", "--dataset=procedural_textures/ice_64"],
        ["procedural_textures has no configuration", "ice_64"],
    ),
    "unknown preset": (
        TRAIN,
        ["--workdir={world}/new", "--preset=textur"],
        ["'textur'", "did you mean 'texture'"],
    ),
    "unknown setting": (
        TRAIN,
        [*NEW_CLIP, "--set=learning.lerning_rate=1"],
        ["learning.lerning_rate", "did you mean 'learning.learning_rate'"],
    ),
    "setting without section": (
        TRAIN,
        [*NEW_CLIP, "--set=batch_size=1"],
        ["did you mean 'learning.batch_size'"],
    ),
    "setting without value": (TRAIN, [*NEW_CLIP, "--set=learning.steps"], ["KEY=VALUE"]),
    "word for a number": (
        TRAIN,
        [*NEW_CLIP, "--set=learning.steps=many"],
        ["learning.steps", "many", "whole number"],
    ),
    "fraction for a whole number": (
        TRAIN,
        [*NEW_CLIP, "--set=learning.batch_size=1.5"],
        ["learning.batch_size", "1.5", "whole number"],
    ),
    "number for a list": (
        TRAIN,
        [*NEW_CLIP, "--set=model.transition_hidden=20"],
        ["model.transition_hidden", "[20,20]"],
    ),
    "infinite setting": (
        TRAIN,
        [*NEW_CLIP, "--set=inference.step_size=Infinity"],
        ["inference.step_size", "finite"],
    ),
    "not a number": (
        TRAIN,
        [*NEW_CLIP, "--set=inference.step_size=NaN"],
        ["inference.step_size", "finite"],
    ),
    "two channels": (TRAIN, [*NEW_CLIP, "--set=video.channels=2"], ["video.channels", "1, 3"]),
    "negative steps": (TRAIN, [*NEW_CLIP, "--steps=-1"], ["steps", "-1", "at least 0"]),
    "no minutes": (TRAIN, [*NEW_CLIP, "--minutes=0"], ["--minutes=0", "above 0"]),
    "not a number of minutes": (TRAIN, [*NEW_CLIP, "--minutes=nan"], ["--minutes=nan"]),
    "size of letters": (TRAIN, [*NEW_CLIP, "--size=abc"], ["--size=abc", "64"]),
    "size of three": (
        TRAIN,
        [*NEW_CLIP, "--size=8x8x8"],
        ["--size=8x8x8", "HEIGHTxWIDTH", "source"],
    ),
    "empty size": (TRAIN, [*NEW_CLIP, "--size="], ["--size=", "256"]),
    "size too small": (TRAIN, [*NEW_CLIP, "--size=2"], ["2", "at least 8"]),
    "size too large": (TRAIN, [*NEW_CLIP, "--size=64x5000"], ["5000", "at most 1920"]),
    "frames too few": (TRAIN, [*NEW_CLIP, "--num_frames=1"], ["num_frames", "1", "at least 2"]),
    "negative training seed": (TRAIN, [*NEW_CLIP, "--seed=-1"], ["seed", "-1", "at least 0"]),
    "unknown flag": (TRAIN, [*NEW_CLIP, "--step=5"], ["step", "--help"]),
    "word for a flag's number": (TRAIN, [*NEW_CLIP, "--steps=ten"], ["--steps", "ten"]),
    "unknown strategy": (TRAIN, [*NEW_CLIP, "--strategy=cloud"], ["--strategy", "mirrored"]),
    "positional": (TRAIN, [*NEW_CLIP, "extra"], ["'extra'", "--NAME=VALUE"]),
    "other configuration": (
        TRAIN,
        [*OLD_RUN, "--set=model.state_size=7"],
        ["model.state_size is 6 there and 7 here", "another --workdir"],
    ),
    "other preset": (TRAIN, [*OLD_RUN, "--preset=texture"], ["preset", "another --workdir"]),
    "other clips": (TRAIN, [*OLD_RUN, "--clip={world}/other.npy"], ["waves", "other frames"]),
    "clip is gone": (TRAIN, ["--workdir={world}/orphan"], ["gone.npy", "not exist"]),
    "workdir is a file": (
        TRAIN,
        ["--workdir={world}/file", "--preset=smoke", "--clip={world}/waves.npy"],
        ["{world}/file", "a file stands where a folder is wanted"],
    ),
    "workdir below a file": (
        TRAIN,
        ["--workdir={world}/file/run", "--preset=smoke", "--clip={world}/waves.npy"],
        ["{world}/file", "a file stands where a folder is wanted"],
    ),
    "unwritable workdir": (
        TRAIN,
        ["--workdir=/proc/run", "--preset=smoke", "--clip={world}/waves.npy"],
        ["cannot write /proc/run"],
    ),
    "corrupt record": (TRAIN, ["--workdir={world}/corrupt"], ["corrupt/config.json"]),
    "record of something else": (TRAIN, ["--workdir={world}/foreign"], ["foreign/config.json"]),
    "record with a wrong setting": (
        TRAIN,
        ["--workdir={world}/wrong"],
        ["wrong/config.json", "video.height", "at least 8"],
    ),
    "broken checkpoints": (TRAIN, ["--workdir={world}/broken"], ["every checkpoint", "broken"]),
    "no such mask": (TRAIN, [*NEW_CLIP, "--mask={world}/no.png"], ["no.png", "not exist"]),
    "text as MATLAB file": (TRAIN, [*NEW_CLIP, "--mask={world}/text.mat"], ["text.mat"]),
    "text as mask": (TRAIN, [*NEW_CLIP, "--mask={world}/text.npy"], ["text.npy"]),
    "empty mask": (TRAIN, [*NEW_CLIP, "--mask={world}/empty.mp4"], ["empty.mp4", "0 bytes"]),
    "mask of another form": (TRAIN, [*NEW_CLIP, "--mask={world}/file"], ["file"]),
    "mask of another size": (
        TRAIN,
        [*NEW_CLIP, "--mask={world}/wide.npy"],
        ["wide.npy", "20x30", "16x16"],
    ),
    "mask of another size than stated": (
        TRAIN,
        [*NEW_CLIP, "--mask={world}/wide.npy", "--mask_size=9x9"],
        ["20x30", "9x9"],
    ),
    "short mask": (TRAIN, [*NEW_CLIP, "--mask={world}/short.npy"], ["short.npy", "5", "12"]),
    "mask that hides nothing": (
        TRAIN,
        [*NEW_CLIP, "--mask={world}/nothing.npy"],
        ["waves", "hides nothing"],
    ),
    "mask that hides everything": (
        TRAIN,
        [*NEW_CLIP, "--mask={world}/everything.npy"],
        ["waves", "every pixel"],
    ),
    "mask of numbers that are none": (TRAIN, [*NEW_CLIP, "--mask={world}/nan.npy"], ["nan.npy"]),
    "mask of five axes": (TRAIN, [*NEW_CLIP, "--mask={world}/deep.npy"], ["deep.npy"]),
    "folder without masks": (TRAIN, [*NEW_CLIP, "--mask={world}/empty"], ["empty"]),
    "no mask of its own": (TRAIN, [*NEW_CLIP, "--mask=own"], ["mask of its own", "_mask.png"]),
    "one mask for two clips": (
        TRAIN,
        [*NEW_CLIP, "--clip={world}/other.npy", "--mask={world}/nothing.npy"],
        ["2 clips", "--mask=own"],
    ),
    "mask file for a data set": (
        TRAIN,
        [
            *NEW_RUN,
            "--data_dir={data}",
            "--dataset=procedural_textures/fire_64",
            "--mask={world}/nothing.npy",
        ],
        ["data set", "--mask=own"],
    ),
    "mask and hide": (
        TRAIN,
        [*NEW_CLIP, "--mask={world}/nothing.npy", "--hide=square:4"],
        ["--mask", "--hide"],
    ),
    "hide unknown": (TRAIN, [*NEW_CLIP, "--hide=circle:4"], ["circle", "square"]),
    "hide without number": (TRAIN, [*NEW_CLIP, "--hide=square"], ["square"]),
    "hide too large": (TRAIN, [*NEW_CLIP, "--hide=square:17"], ["17", "16"]),
    "hide all frames": (TRAIN, [*NEW_CLIP, "--hide=frames:1.0"], ["1.0"]),
    "hide a share of letters": (TRAIN, [*NEW_CLIP, "--hide=blocks:4:half"], ["half"]),
    "dilate alone": (TRAIN, [*NEW_CLIP, "--dilate=3"], ["--dilate", "--mask"]),
    "negative dilate": (TRAIN, [*NEW_CLIP, "--hide=square:4", "--dilate=-1"], ["--dilate=-1"]),
    "dilated over everything": (TRAIN, [*NEW_CLIP, "--hide=square:4", "--dilate=30"], ["waves"]),
    "mask size alone": (TRAIN, [*NEW_CLIP, "--mask_size=16"], ["--mask_size", "--mask"]),
    "mask size of letters": (
        TRAIN,
        [*NEW_CLIP, "--mask={world}/wide.npy", "--mask_size=a"],
        ["--mask_size=a"],
    ),
    "other mask": (TRAIN, [*OLD_RUN, "--hide=square:4"], ["another --workdir"]),
    "synthesis without workdir": (SYNTHESIZE, ["--output={world}/new.npy"], ["--workdir"]),
    "no output": (SYNTHESIZE, OLD_RUN, ["--output"]),
    "no run": (
        SYNTHESIZE,
        ["--workdir={world}/none", "--output={world}/new.npy"],
        ["no run in", "launch.train"],
    ),
    "run without checkpoint": (
        SYNTHESIZE,
        ["--workdir={world}/orphan", "--output={world}/new.npy"],
        ["no checkpoint", "launch.train"],
    ),
    "synthesis of broken checkpoints": (
        SYNTHESIZE,
        ["--workdir={world}/broken", "--output={world}/new.npy"],
        ["every checkpoint", "broken"],
    ),
    "synthesis of a corrupt record": (
        SYNTHESIZE,
        ["--workdir={world}/corrupt", "--output={world}/new.npy"],
        ["corrupt/config.json"],
    ),
    "unknown suffix": (SYNTHESIZE, [*OLD_RUN, "--output={world}/new.doc"], [".doc", ".mp4"]),
    "no frames": (SYNTHESIZE, [*OUTPUT, "--num_frames=0"], ["--num_frames=0", "above 0"]),
    "no videos": (SYNTHESIZE, [*OUTPUT, "--num_videos=0"], ["--num_videos=0", "above 0"]),
    "negative seed": (SYNTHESIZE, [*OUTPUT, "--seed=-1"], ["--seed=-1", "0"]),
    "seed too large": (SYNTHESIZE, [*OUTPUT, "--seed=2147483648"], ["--seed", "2147483647"]),
    "full output folder": (SYNTHESIZE, [*OLD_RUN, "--output={world}/small"], ["small", "empty"]),
    "output below a file": (
        SYNTHESIZE,
        [*OLD_RUN, "--output={world}/file/new.npy"],
        ["a file stands where a folder is wanted"],
    ),
    "output is a folder": (SYNTHESIZE, [*OLD_RUN, "--output={world}/folder.npy"], ["folder.npy"]),
    "loop of one": (SYNTHESIZE, [*OUTPUT, "--loop", "--num_frames=1"], ["loop", "at least 2"]),
    "loop of a clip's motion": (
        SYNTHESIZE,
        [*OUTPUT, "--loop", "--motion=waves"],
        ["--loop with --motion"],
    ),
    "loop of a grid": (SYNTHESIZE, [*OUTPUT, "--loop", "--grid"], ["--loop with --grid"]),
    "too slow": (SYNTHESIZE, [*OUTPUT, "--speed=0.2"], ["--speed=0.2", "from 0.25", "to 4"]),
    "no speed": (SYNTHESIZE, [*OUTPUT, "--speed=nan"], ["--speed=nan", "from 0.25", "to 4"]),
    "quick word": (SYNTHESIZE, [*OUTPUT, "--speed=fast"], ["--speed", "fast"]),
    "no speed of a motion": (
        SYNTHESIZE,
        [*OUTPUT, "--motion=waves", "--speed=0"],
        ["--speed=0", "from 0.25"],
    ),
    "no room for a loop": (
        SYNTHESIZE,
        [*OUTPUT, "--loop", "--num_frames=5", "--speed=0.25"],
        ["a loop of 5 frames at --speed=0.25", "at least 8"],
    ),
    "start beyond the end": (
        SYNTHESIZE,
        [*OUTPUT, "--start_frame=12"],
        ["--start_frame=12", "waves has 12 frames", "from 0 to 11"],
    ),
    "start before the start": (SYNTHESIZE, [*OUTPUT, "--start_frame=-1"], ["from 0 to 11"]),
    "a loop that starts": (
        SYNTHESIZE,
        [*OUTPUT, "--loop", "--start_frame=3"],
        ["--loop with --start_frame"],
    ),
    "an end of no memory": (
        SYNTHESIZE,
        [*OUTPUT, "--end_frame=3"],
        ["--end_frame is for models that attend", "--preset=texture"],
    ),
    "a grid that ends": (SYNTHESIZE, [*OUTPUT, "--grid", "--end_frame=3"], ["--grid with --end"]),
    "backwards from a state": (
        SYNTHESIZE,
        [*OUTPUT, "--reverse", "--start_frame=3"],
        ["--reverse with --start_frame", "--preset=texture"],
    ),
    "page of a run without memory": (
        "launch.studio",
        [*OLD_RUN, "--port=0"],
        ["is no run of preset texture", "python -m launch.export, then --export"],
    ),
    "backwards from far away": (
        SYNTHESIZE,
        [*OUTPUT, "--reverse", "--num_frames=2000000"],
        ["--reverse of 2000000 frames", "1000000 or less"],
    ),
    "no region": (SYNTHESIZE, [*OUTPUT, "--still={world}/none.png"], ["none.png", "not exist"]),
    "text as a region": (
        SYNTHESIZE,
        [*OUTPUT, "--still={world}/text.mp4"],
        ["text.mp4", "no video"],
    ),
    "controls of a grid": (SYNTHESIZE, [*OUTPUT, "--grid", "--reverse"], ["--grid with --reverse"]),
    "several grids": (SYNTHESIZE, [*OUTPUT, "--grid", "--num_videos=2"], ["--num_videos"]),
    "grid without appearance": (SYNTHESIZE, [*OUTPUT, "--grid"], ["model.appearance_size is 0"]),
    "appearance where there is none": (
        SYNTHESIZE,
        [*OUTPUT, "--appearance=waves"],
        ["model.appearance_size is 0", "--appearance"],
    ),
    "random appearance where there is none": (
        SYNTHESIZE,
        [*OUTPUT, "--appearance=random"],
        ["model.appearance_size is 0"],
    ),
    "unknown motion": (
        SYNTHESIZE,
        [*OUTPUT, "--motion=wives"],
        ["no clip 'wives'", "did you mean 'waves'", "--list_clips"],
    ),
    "no motion": (SYNTHESIZE, [*OUTPUT, "--motion="], ["--motion= is empty"]),
    "clips of no run": (
        SYNTHESIZE,
        ["--workdir={world}/none", "--list_clips"],
        ["no run in", "launch.train"],
    ),
    "clips of no folder": (SYNTHESIZE, ["--list_clips"], ["--workdir is missing"]),
    "inference without clips": (INFER, OLD_RUN, ["no clips are given"]),
    "inference of a damaged clip": (INFER, [*OLD_RUN, "--clip={world}/text.mp4"], ["text.mp4"]),
    "inference of a broken run": (
        INFER,
        ["--workdir={world}/broken", "--clip={world}/waves.npy"],
        ["every checkpoint", "broken"],
    ),
    "word for frames": (SYNTHESIZE, [*OUTPUT, "--num_frames=many"], ["--num_frames", "many"]),
}

# What a command says before it waits for TensorFlow.
STARTING = "starting TensorFlow"
# Seen only once clips, masks, data sets or checkpoints are read; all others are told at once.
LATE = {
    "one frame",
    "two sizes",
    "unknown data set",
    "unknown split",
    "unknown form of a data set",
    "other configuration",
    "other preset",
    "other clips",
    "clip is gone",
    "unwritable workdir",
    "broken checkpoints",
    "text as MATLAB file",
    "text as mask",
    "mask of another form",
    "mask of another size",
    "mask of another size than stated",
    "short mask",
    "mask that hides nothing",
    "mask that hides everything",
    "mask of numbers that are none",
    "mask of five axes",
    "folder without masks",
    "mask file for a data set",
    "hide too large",
    "dilated over everything",
    "other mask",
    "run without checkpoint",
    "synthesis of broken checkpoints",
    "loop of one",
    "no room for a loop",
    "backwards from far away",
    "text as a region",
    "grid without appearance",
    "appearance where there is none",
    "random appearance where there is none",
    "unknown motion",
    "inference of a broken run",
}


@pytest.fixture(scope="module")
def world(tmp_path_factory, trained, clip, waves):
    """A folder with things to be mistaken about; no mistake may change anything in it."""
    world = tmp_path_factory.mktemp("world")
    shutil.copy(clip, world / "waves.npy")
    np.save(world / "other.npy", waves(phase=1.0))
    np.save(world / "one.npy", waves(1))
    np.save(world / "floats.npy", waves() / 255)
    masks = {
        "wide": np.ones((20, 30), bool),
        "short": np.eye(16, dtype=bool)[None].repeat(5, axis=0),
        "nothing": np.zeros((16, 16), bool),
        "everything": np.ones((16, 16), bool),
        "nan": np.where(np.eye(16) > 0, np.nan, 0.0),
        "deep": np.zeros((2, 12, 16, 16, 3), bool),
    }
    for name, mask in masks.items():
        np.save(world / f"{name}.npy", mask)
    for name in ("text.mp4", "text.npy", "text.mat", "file"):
        (world / name).write_text("no video at all\n")
    (world / "empty.mp4").touch()
    for name in ("empty", "small", "text", "folder.npy"):
        (world / name).mkdir()
    (world / "text" / "page.png").write_text("no picture at all\n")
    Image.new("RGB", (8, 8)).save(world / "small" / "1.png")
    Image.new("RGB", (12, 8)).save(world / "small" / "2.png")
    shutil.copytree(trained, world / "run")
    shutil.copytree(trained, world / "broken")
    for data in (world / "broken" / "checkpoints").glob("*.data*"):
        os.truncate(data, data.stat().st_size // 2)
    record = json.loads((trained / "config.json").read_text())
    write_record(world / "orphan", record | {"source": {"clips": [str(world / "gone.npy")]}})
    write_record(world / "foreign", {"name": "something else"})
    video = record["config"]["video"] | {"height": 2}
    write_record(world / "wrong", record | {"config": record["config"] | {"video": video}})
    write_record(world / "corrupt", record)
    os.truncate(world / "corrupt" / "config.json", 100)
    return world


def write_record(workdir, record):
    workdir.mkdir()
    (workdir / "config.json").write_text(json.dumps(record))


def tree(folder):
    """Everything in a folder: path -> time of the last change and size, of a file."""
    stats = {path: path.stat() for path in folder.rglob("*")}
    return {p: p.is_file() and (stat.st_mtime_ns, stat.st_size) for p, stat in stats.items()}


def fill(arguments, **places):
    return [argument.format(**places) for argument in arguments]


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_one_line_and_writes_nothing(mistake, world, data_dir):
    module, arguments, words = MISTAKES[mistake]
    before = tree(world)
    ended = run_here(module, *fill(arguments, world=world, data=data_dir))
    ended.check_mistake(*fill(words, world=world))
    assert tree(world) == before
    assert (STARTING in ended.stderr) == (mistake in LATE)


def test_a_run_too_large_for_memory_is_refused(world, waves, tmp_path):
    # At 1024x1024 and width 1 a frame takes six copies of 32 million float32: over 0.7 GB.
    num_frames = int(psutil.virtual_memory().total / 0.7e9) + 2
    np.save(tmp_path / "long.npy", waves(num_frames, (8, 8)))
    before = tree(world)
    ended = run_here(
        TRAIN,
        *fill(NEW_RUN, world=world),
        f"--clip={tmp_path}/long.npy",
        f"--num_frames={num_frames}",
        "--size=1024x1024",
        "--set=model.normalization=true",
        "--set=model.emission_width=1",
        f"--set=learning.bptt_length={num_frames}",
    )
    ended.check_mistake("GB, this machine has", "--size")
    assert tree(world) == before


# One of each command, as far into it as there is a mistake of its own.
FORKED = {
    "train": ([*NEW_CLIP, "--strategy=mirrored"], ["two devices"]),
    "synthesize": ([*OUTPUT, "--motion=wives"], ["no clip 'wives'"]),
    "batch": (["--folder={world}/empty", "--output={world}/new"], ["neither videos nor pictures"]),
    "infer": ([*OLD_RUN, "--clip={world}/text.mp4"], ["text.mp4"]),
    "recover": ([*OLD_RUN, "--output={world}/new"], ["nothing was hidden"]),
    "animate": ([*OUTPUT, "--image={world}/text/page.png"], ["page.png"]),
    "evaluate": ([*OLD_RUN, "--clip=wives", "--output={world}/new"], ["no clip 'wives'"]),
    "export": ([*OLD_RUN, "--output={world}/file"], ["is no folder"]),
    "preview": (["--clip={world}/none.mp4", "--output={world}/new.png"], ["does not exist"]),
    "studio": (["--export={world}/none"], ["none is no folder"]),
    "client": (["--output={world}/new.npy", "--url=localhost"], ["no address of a server"]),
}


@pytest.mark.parametrize("command", FORKED)
def test_each_command_ends_with_status_2(command, world, start, finish):
    arguments, words = FORKED[command]
    before = tree(world)
    ended = finish(start(f"launch.{command}", *fill(arguments, world=world)))
    ended.check_mistake(*words)
    assert tree(world) == before


def test_that_is_all_commands():
    """Of `launch`: what has a `main`."""
    modules = (ROOT / "launch").glob("*.py")
    assert {path.stem for path in modules if "\ndef main(" in path.read_text()} == set(FORKED)
