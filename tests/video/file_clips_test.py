"""Collections of files: all that is bad is named at once, nothing that was learned is replaced."""

import numpy as np
import pytest

from tests.video_files import encode, moving_bar
from tf_dyngen.config import VideoConfig
from tf_dyngen.errors import UserError
from tf_dyngen.video.file_clips import FileCollection
from tf_dyngen.video.masked_clips import MaskSource
from tf_dyngen.video.sources import (
    Source,
    open_collection,
    read_with_progress,
    refuse_sources,
)

VIDEO = VideoConfig(num_frames=10, height=32, width=48)
H264 = ("-c:v", "libx264", "-bf", "0", "-pix_fmt", "yuv420p", "-movflags", "+faststart")


def noise(num_frames=50):
    return np.random.default_rng(0).integers(0, 256, (num_frames, 32, 48, 3), np.uint8)


@pytest.fixture
def folder(tmp_path):
    """A good clip, and files that are cut short, empty and a text."""
    encode(tmp_path / "a_good.mp4", moving_bar(20), *H264)
    (tmp_path / "b_empty.mp4").touch()
    cut = encode(tmp_path / "c_cut.mp4", noise(), *H264)
    cut.write_bytes(cut.read_bytes()[: cut.stat().st_size * 6 // 10])
    (tmp_path / "d_text.mp4").write_text("This is no video.\n")
    return tmp_path


def read(folder, rows):
    return list(FileCollection([str(folder)], VIDEO).read(np.array(rows)))


def test_all_bad_files_are_named_at_once(folder):
    with pytest.raises(UserError) as caught:
        read(folder, [0, 1, 2, 3])
    problem = caught.value.problem
    assert problem.startswith("3 of 4 clips are bad: ")
    for words in ("b_empty.mp4 is empty", "c_cut.mp4 is cut short: ", "d_text.mp4 holds no video"):
        assert words in problem
    assert " of 50 frames" in problem
    # Also where the one that can still be read comes first.
    with pytest.raises(UserError, match=r"2 of 4 clips are bad: .*d_text.*c_cut"):
        read(folder, [0, 2, 3])


def test_a_clip_that_is_cut_short_is_read_with_a_line(folder):
    (clip,) = read(folder, [2])
    assert len(clip.frames) == 10
    assert any("c_cut.mp4 is cut short: " in note for note in clip.notes)


def test_a_copy_counts_twice_and_is_named(tmp_path):
    np.save(tmp_path / "a.npy", noise(3))
    np.save(tmp_path / "b.npy", noise(3))
    first, second = read(tmp_path, [0, 1])
    np.testing.assert_array_equal(first.frames, second.frames)
    assert first.clip_id != second.clip_id
    assert "b shows the frames of a: they count twice" in second.notes
    assert [clip.clip_id for clip in read(tmp_path, [0, 1])] == [first.clip_id, second.clip_id]


def test_lines_are_said_once_and_not_without_end(tmp_path, capsys):
    for number in range(60):
        np.save(tmp_path / f"{number}.npy", noise(3) + np.uint8(number))
    (tmp_path / "notes.txt").touch()
    collection = open_collection(Source(clips=(str(tmp_path),)), VIDEO)
    assert len(list(read_with_progress(collection, np.arange(60)))) == 60
    lines = capsys.readouterr().err.splitlines()
    assert lines[0].endswith("passes over notes.txt: no clips by their endings")
    assert lines[1] == "0.npy states no rate: taken as 25 frames a second"
    assert len(lines) == 41
    assert lines[-1] == "21 more lines on other clips are not shown"


def test_no_output_replaces_what_was_learned(folder, tmp_path):
    (tmp_path / "a_good_mask.png").touch()
    (tmp_path / "mask.png").touch()
    mask = MaskSource(file=str(tmp_path / "mask.png"))
    source = Source(clips=(str(folder / "*good.mp4"), str(tmp_path / "gone.mp4")), mask=mask)
    for name in ("a_good.mp4", "a_good_mask.png", "mask.png"):
        with pytest.raises(UserError, match=rf"--output=.*{name} is the clip that was learned, or"):
            refuse_sources([tmp_path / "new.mp4", tmp_path / name], source)
    refuse_sources([tmp_path / "new.mp4", tmp_path / "b_empty.mp4"], source)
    (tmp_path / "link.mp4").symlink_to(tmp_path / "a_good.mp4")
    with pytest.raises(UserError, match=r"link.mp4 is the clip"):
        refuse_sources([tmp_path / "link.mp4"], source)
