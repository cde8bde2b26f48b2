"""A model's file is read as it was written, or refused: nothing in it is trusted."""

import io
import json
import zipfile

import numpy as np
import pytest

import tf_dyngen as dg
from tf_dyngen.interface.model_files import DESCRIPTION

WEIGHT = "weights/0000.npy"


def test_the_same_model_is_the_same_file(fitted, model, tmp_path):
    path = model.save(tmp_path / "again.dyngen")
    assert path.read_bytes() == (fitted / "model.dyngen").read_bytes()
    assert str(tmp_path.parent).encode() not in path.read_bytes()


def as_npy(array):
    content = io.BytesIO()
    np.save(content, array, allow_pickle=True)
    return content.getvalue()


def described(files, **changes):
    values = json.loads(files[DESCRIPTION])
    for name, value in changes.items():
        section, _, key = name.rpartition("__")
        (values["config"][section] if section else values)[key] = value
    return {**files, DESCRIPTION: json.dumps(values).encode()}


def with_many_frames(files):
    clip = json.loads(files[DESCRIPTION])["clips"][0]
    return described(files, clips=[{**clip, "num_frames": 10**9}])


DAMAGES = {
    "an array of objects": lambda files: {**files, WEIGHT: as_npy(np.array([{}], object))},
    "another shape": lambda files: {**files, WEIGHT: as_npy(np.zeros(3, np.float32))},
    "a large array": lambda files: {**files, WEIGHT: as_npy(np.zeros(10**6, np.uint8))},
    "no array": lambda files: {**files, WEIGHT: b"no"},
    "one more file": lambda files: {**files, "../escaped.npy": as_npy(np.zeros(3))},
    "one file less": lambda files: {n: f for n, f in files.items() if n != WEIGHT},
    "another format": lambda files: described(files, format=2),
    "no description": lambda files: {**files, DESCRIPTION: b"[]"},
    "a setting out of bounds": lambda files: described(files, video__height=10**6),
    "more frames than it holds": with_many_frames,
    "larger than it says": lambda files: described(
        files, model__parameterisation="linear_backbone", model__state_size=10**6
    ),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_file_that_is_not_as_it_was_written_is_refused(fitted, tmp_path, damage):
    with zipfile.ZipFile(fitted / "model.dyngen") as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    path = tmp_path / "damaged.dyngen"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in DAMAGES[damage](files).items():
            archive.writestr(name, content)
    with pytest.raises(dg.UserError, match=r"damaged\.dyngen|video\.height"):
        dg.load(path)
    assert [each.name for each in tmp_path.rglob("*")] == ["damaged.dyngen"]


@pytest.mark.parametrize("keep", [0, 10, 0.5, 0.999])
def test_half_a_file_is_refused(fitted, tmp_path, keep):
    content = (fitted / "model.dyngen").read_bytes()
    path = tmp_path / "cut.dyngen"
    path.write_bytes(content[: keep if isinstance(keep, int) else int(keep * len(content))])
    with pytest.raises(dg.UserError, match="no whole model file"):
        dg.load(path)


def test_a_changed_byte_is_noticed(fitted, tmp_path):
    content = bytearray((fitted / "model.dyngen").read_bytes())
    with zipfile.ZipFile(fitted / "model.dyngen") as archive:
        largest = max(archive.infolist(), key=lambda info: info.compress_size)
    content[largest.header_offset + 60 + largest.compress_size // 2] ^= 255
    (tmp_path / "changed.dyngen").write_bytes(content)
    with pytest.raises(dg.UserError, match="no whole model file"):
        dg.load(tmp_path / "changed.dyngen")


def test_no_file_is_said(tmp_path):
    with pytest.raises(dg.UserError, match="No such file"):
        dg.load(tmp_path / "none.dyngen")
