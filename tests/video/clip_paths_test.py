"""What paths, folders and patterns stand for, and which masks lie beside clips."""

import numpy as np
import pytest
from PIL import Image

from tf_dyngen.errors import UserError
from tf_dyngen.video.clip_paths import expand_clip_paths, find_clips, find_mask


def touch(folder, *names):
    folder.mkdir(exist_ok=True)
    for name in names:
        (folder / name).write_bytes(b"0")
    return folder


def save_pictures(folder, number=2):
    folder.mkdir()
    for index in range(number):
        Image.fromarray(np.full((4, 4, 3), index, np.uint8)).save(folder / f"{index}.png")
    return folder


def test_files_folders_and_patterns(tmp_path):
    videos = touch(tmp_path / "videos", "clip10.mp4", "clip2.avi", "clip1.npy", "notes.txt")
    pictures = save_pictures(tmp_path / "pictures")
    in_order = [videos / "clip1.npy", videos / "clip2.avi", videos / "clip10.mp4"]
    assert expand_clip_paths([videos]) == in_order
    assert expand_clip_paths(str(pictures)) == [pictures]
    three = [videos / "clip2.avi", pictures, videos / "clip2.avi"]
    assert expand_clip_paths(three) == three
    assert expand_clip_paths([f"{videos}/clip*[.0-9]?[pv][4iy]"]) == in_order
    assert expand_clip_paths([f"{tmp_path}/*"]) == [pictures, *in_order]
    pictures2 = save_pictures(tmp_path / "pictures2")
    assert expand_clip_paths([f"{tmp_path}/pic*"]) == [pictures, pictures2]
    bracketed = touch(tmp_path, "take[1].mp4") / "take[1].mp4"
    assert expand_clip_paths([bracketed]) == [bracketed]


def test_folders_of_pictures_are_clips_beside_videos(tmp_path):
    touch(tmp_path, "b.mp4")
    clips = [save_pictures(tmp_path / "a"), tmp_path / "b.mp4", save_pictures(tmp_path / "c")]
    save_pictures(tmp_path / ".hidden")
    (tmp_path / "empty").mkdir()
    assert expand_clip_paths([tmp_path]) == clips


def test_what_stands_for_no_clip_is_refused(tmp_path):
    (tmp_path / "empty").mkdir()
    both = touch(save_pictures(tmp_path / "both"), "preview.mp4")
    for path, expected in [
        (tmp_path / "nowhere.mp4", "does not exist"),
        (tmp_path / "*.webm", "matches no file"),
        (tmp_path / "empty", "neither videos nor pictures"),
        (both, "pictures .0.png. and videos .preview.mp4."),
    ]:
        with pytest.raises(UserError, match=expected):
            expand_clip_paths([path])


def test_masks_are_found_beside_their_clips_and_are_no_clips(tmp_path):
    touch(tmp_path, "a.avi", "a_mask.png", "b.mp4", "b_mask.mp4", "c.npy", "gas_mask.mp4")
    save_pictures(tmp_path / "d")
    save_pictures(tmp_path / "d_mask")
    clips = ["a.avi", "b.mp4", "c.npy", "d", "gas_mask.mp4"]
    assert [path.name for path in expand_clip_paths([tmp_path])] == clips
    by_pattern = expand_clip_paths([f"{tmp_path}/*.mp4"])
    assert [path.name for path in by_pattern] == ["b.mp4", "gas_mask.mp4"]
    found = {name: find_mask(tmp_path / name) for name in clips}
    assert {name: mask.name for name, mask in found.items() if mask} == {
        "a.avi": "a_mask.png",
        "b.mp4": "b_mask.mp4",
        "d": "d_mask",
    }


def test_matlab_files_are_masks_alone(tmp_path):
    touch(tmp_path, "a.avi", "a_mask.mat", "b.mat", "c_mask.mat")
    assert find_mask(tmp_path / "a.avi") == tmp_path / "a_mask.mat"
    assert expand_clip_paths([tmp_path]) == [tmp_path / "a.avi"]
    assert expand_clip_paths([f"{tmp_path}/*"]) == [tmp_path / "a.avi"]


def test_two_masks_of_one_clip_are_a_mistake(tmp_path):
    touch(tmp_path, "a.avi", "a_mask.png", "a_mask.npy")
    with pytest.raises(UserError, match=r"a_mask.png and a_mask.npy"):
        find_mask(tmp_path / "a.avi")


def test_what_a_run_writes_into_the_folder_of_its_clips_is_no_clip(tmp_path):
    for name in ("a.mp4", "b.ts", "notes.txt", "Thumbs.db", ".hidden"):
        (tmp_path / name).touch()
    for name in ("samples/contact_sheet.png", "checkpoints/checkpoint", "config.json"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    found = find_clips(tmp_path)
    assert [clip.name for clip in found.clips] == ["a.mp4", "b.ts"]
    assert found.notes == [f"{tmp_path.name}: passes over notes.txt: no clips by their endings"]
    # Elsewhere a folder of that name is a clip like any other.
    (tmp_path / "config.json").unlink()
    assert [clip.name for clip in find_clips(tmp_path).clips] == ["a.mp4", "b.ts", "samples"]


def test_an_empty_path_is_refused():
    with pytest.raises(UserError, match="path of a clip is empty"):
        find_clips([""])
