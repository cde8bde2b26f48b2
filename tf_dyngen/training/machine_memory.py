"""How much memory there is for this process: of the machine or its container, and of a GPU."""

from pathlib import Path

import psutil
import tensorflow as tf

_CGROUPS = Path("/sys/fs/cgroup")
_OWN_GROUPS = Path("/proc/self/cgroup")


def host_memory() -> int:
    """Returns bytes: the machine's, or less where a control group, as of a container, says so."""
    return min([psutil.virtual_memory().total, *cgroup_limits(_OWN_GROUPS, _CGROUPS)])


def cgroup_limits(own_groups: Path, root: Path) -> list[int]:
    """Returns the limits, in bytes, of the control groups that a process is in; none is possible.

    A group is bounded by those that it is in. Within a container, its own is the root.

    Args:
      own_groups: lists the process's groups, see cgroups(7).
      root: where control groups are mounted; version 1 has a folder `memory` there.
    """
    limits = []
    for line in _text(own_groups).splitlines():
        _, controllers, group = line.split(":", 2)
        if not controllers:
            folder, name = root, "memory.max"
        elif "memory" in controllers.split(","):
            folder, name = root / "memory", "memory.limit_in_bytes"
        else:
            continue
        place = Path(group)
        for part in (place, *place.parents):
            text = _text(folder / str(part).lstrip("/") / name).strip()
            if text.isdecimal():
                limits.append(int(text))
    return limits


def gpu_memory() -> int | None:
    """Returns the bytes that TensorFlow may take of the smallest GPU; None where there is none."""
    if not tf.config.list_physical_devices("GPU"):
        return None
    # TensorFlow tells it nowhere else.
    from tensorflow.python.client import device_lib  # type: ignore[import-not-found]

    devices = device_lib.list_local_devices()
    return min(device.memory_limit for device in devices if device.device_type == "GPU")


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError:
        return ""
