"""`python -m launch.preview`: a picture or a wall of clips, from files and from data sets."""

import imageio.v3 as iio
import numpy as np
import pytest
from PIL import Image

from tests.launch.commands import run_here

PREVIEW = "launch.preview"


@pytest.fixture(scope="module")
def clips(waves, tmp_path_factory):
    folder = tmp_path_factory.mktemp("clips")
    for index in range(5):
        np.save(folder / f"{index}.npy", waves(phase=index))
    np.save(folder / "0_mask.npy", np.full((12, 16, 16), 255, np.uint8))
    return folder


def test_a_contact_sheet_has_a_row_a_clip_and_marks_what_is_hidden(clips, tmp_path):
    output = tmp_path / "sheet.png"
    arguments = [f"--clip={clips}", f"--output={output}", "--num_clips=3"]
    assert "3 of 5 clips" in run_here(PREVIEW, *arguments).check_good().stderr
    sheet = np.asarray(Image.open(output)).astype(int)
    assert sheet.shape[0] > 3 * 128
    # The mask of the first clip hides all of it.
    row = sheet[4:128, -600:].reshape(-1, 3).mean(axis=0)
    other = sheet[-128:, -600:].reshape(-1, 3).mean(axis=0)
    assert row[0] > row[1] + 60
    assert abs(other[0] - other[1]) < 60


def test_a_wall_plays_all_clips(clips, tmp_path):
    output = tmp_path / "wall.mp4"
    arguments = [f"--clip={clips}", f"--output={output}", "--size=16x32", "--num_frames=6"]
    run_here(PREVIEW, *arguments).check_good()
    frames = iio.imread(output, plugin="FFMPEG")
    # Five cells of 128x256 in two columns.
    assert frames.shape == (6, 3 * 132 + 4, 2 * 260 + 4, 3)


def test_a_data_set_is_shown_with_its_labels(data_dir, tmp_path):
    output = tmp_path / "wall.gif"
    data_set = ["--dataset=procedural_textures/fire_64", f"--data_dir={data_dir}"]
    ended = run_here(PREVIEW, *data_set, f"--output={output}", "--num_frames=4")
    assert "2 of 2 clips" in ended.check_good().stderr
    assert Image.open(output).n_frames == 4


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--output={out}/a.png"], ["no clips"]),
        (["--clip={clips}"], ["--output is missing"]),
        (["--clip={clips}", "--output={out}/a.xyz"], ["a.xyz"]),
        (["--clip={clips}/none.mp4", "--output={out}/a.png"], ["none.mp4", "does not exist"]),
        (["--clip={clips}", "--output={out}/a.png", "--num_clips=0"], ["--num_clips=0"]),
        (["--clip={clips}", "--output={out}/a.png", "--num_frames=1"], ["num_frames"]),
        (["--clip={clips}", "--output={out}/a.png", "--fit=squeeze"], ["--fit", "crop"]),
        (["--dataset=procedural_nothing", "--output={out}/a.png"], ["procedural_nothing"]),
    ],
)
def test_mistakes_are_one_line(clips, tmp_path, arguments, words):
    places = {"clips": clips, "out": tmp_path}
    ended = run_here(PREVIEW, *(argument.format(**places) for argument in arguments))
    ended.check_mistake(*words)
    assert not list(tmp_path.iterdir())
