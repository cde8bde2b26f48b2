"""The estimate of memory grows with what takes memory; what does not fit is refused."""

import psutil
import pytest

from tf_dyngen import presets
from tf_dyngen.config import override
from tf_dyngen.errors import UserError
from tf_dyngen.training import machine_memory, memory
from tf_dyngen.training.machine_memory import cgroup_limits, host_memory
from tf_dyngen.training.memory import Memory, check_memory, estimate_memory, estimate_parts

SIZES = {"num_clips": 1, "num_frames": 60, "num_weights": 10**6}


def estimate(changes, preset="texture_linear", **sizes):
    return estimate_memory(override(presets.load(preset), changes), **(SIZES | sizes))


def test_a_longer_clip_costs_its_start_and_its_chain_and_not_its_windows():
    longer = estimate({}, num_frames=6000) - estimate({})
    # Two floats a value of the linear start, and two a number of the chain's noise.
    assert longer == 5940 * 4 * (2 * 64 * 64 * 3 + 2 * 50)


def test_a_mask_costs_its_predictions_and_a_matrix_for_each_window_more():
    more = estimate({}, num_frames=180, masked=True) - estimate({}, num_frames=180)
    assert more == 4 * (10 * 180 * 64 * 64 * 3 + 2 * (60 * 50) ** 2)


def test_more_clips_cost_their_chains_alone():
    # The linear start is fitted to 40 clips of 60 frames at most.
    more = estimate({}, num_clips=10_000) - estimate({}, num_clips=40)
    assert more == 9960 * 4 * 2 * (60 * 50 + 2 * 100)


@pytest.mark.parametrize(
    "changes",
    [
        {"video.height": 128, "video.width": 128},
        {"learning.bptt_length": 40},
        {"model.emission_width": 1.0},
        {"model.normalization": True},
        {"inference.precondition_every": 0},
    ],
)
def test_settings_matter(changes):
    sign = -1 if {"learning.bptt_length", "inference.precondition_every"} & set(changes) else 1
    assert sign * (estimate(changes) - estimate({})) > 1e6


def test_remembered_frames_take_memory_as_large_as_they_are():
    def of_frames(number, side):
        size = {"video.height": side, "video.width": side}
        one = estimate(size, "texture", num_frames=1)
        return estimate(size, "texture", num_frames=number) - one

    # Noise, one number a frame and moment, grows with the square.
    assert 1.0 < of_frames(121, 64) / (2 * of_frames(61, 64)) < 1.02
    # Of pixels there are four times as many, of places to search as many as before.
    assert of_frames(61, 64) < of_frames(61, 128) < 4 * of_frames(61, 64)


def test_what_does_not_fit_is_refused_with_advice():
    total = host_memory()
    check_memory(Memory(0.5 * total, 0.4 * total))
    with pytest.raises(UserError, match=r"this machine has .*bptt_length"):
        check_memory(Memory(0.5 * total, 0.6 * total))


def test_beside_a_gpu_the_device_holds_what_is_computed_there(monkeypatch):
    monkeypatch.setattr(memory, "gpu_memory", lambda: 8_000_000_000)
    monkeypatch.setattr(memory, "host_memory", lambda: 2_000_000_000)
    check_memory(Memory(1.9e9, 7.9e9))
    with pytest.raises(UserError, match=r"about 8\.1 GB, its GPU has 8\.0 GB"):
        check_memory(Memory(1.9e9, 8.1e9))
    with pytest.raises(UserError, match=r"about 2\.1 GB, this machine has 2\.0 GB"):
        check_memory(Memory(2.1e9, 1e9))


def test_devices_share_the_windows_of_a_batch():
    """Of 4 devices each holds the maps of a quarter of the frames, and all of the weights."""

    def parts(num_devices, num_weights=0):
        changes = {"learning.batch_size": 4, "inference.precondition_every": 0}
        config = override(presets.load("texture_linear"), changes)
        return estimate_parts(
            config,
            num_clips=4,
            num_frames=60,
            num_weights=num_weights,
            num_devices=num_devices,
        )

    assert parts(4).device == parts(1).device / 4
    assert parts(4, 100).device == parts(4).device + 4 * 4 * 100
    assert parts(4).host == parts(1).host


def test_control_groups_bound_the_memory(tmp_path):
    """Of version 2 and 1; a group is bounded by those around it, and `max` by none."""
    own = tmp_path / "own"
    for group, text in (("", "max"), ("pods", "3000"), ("pods/one", "5000"), ("memory/a", "700")):
        folder = tmp_path / "cgroup" / group
        folder.mkdir(parents=True, exist_ok=True)
        name = "memory.limit_in_bytes" if group.startswith("memory") else "memory.max"
        (folder / name).write_text(f"{text}\n")
    own.write_text("0::/pods/one\n")
    assert cgroup_limits(own, tmp_path / "cgroup") == [5000, 3000]
    # What a container sees of its own group is the root.
    own.write_text("5:cpu,cpuacct:/a\n4:memory:/a\n0::/\n")
    assert cgroup_limits(own, tmp_path / "cgroup") == [700]
    assert cgroup_limits(tmp_path / "nothing", tmp_path / "cgroup") == []


def test_the_host_has_no_more_than_its_control_group(monkeypatch):
    monkeypatch.setattr(machine_memory, "cgroup_limits", lambda *places: [10**6])
    assert host_memory() == 10**6
    monkeypatch.setattr(machine_memory, "cgroup_limits", lambda *places: [])
    assert host_memory() == psutil.virtual_memory().total
