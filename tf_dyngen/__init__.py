"""Dynamic generator model: learn moving textures and actions from video, and make new video.

    import tf_dyngen as dg

    clip = dg.read_clip("fire.mp4")
    model = dg.DynamicTexture()
    model.fit(clip, minutes=1)
    model.synthesize(240, seed=7).save("new.mp4")

What is listed in `__all__` is the public interface; it is imported when it is first asked for,
since TensorFlow takes seconds to start.
"""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tf_dyngen.config import Config, override
    from tf_dyngen.errors import UserError
    from tf_dyngen.interface.inferring import InferredClip
    from tf_dyngen.interface.models import Actions, DynamicTexture, Recovery, load
    from tf_dyngen.interface.recovering import Recovered
    from tf_dyngen.interface.scores import Scores, evaluate
    from tf_dyngen.interface.videos import Video, read_clip
    from tf_dyngen.presets import load as preset

__version__ = "0.1.0"
__all__ = [
    "Actions",
    "Config",
    "DynamicTexture",
    "InferredClip",
    "Recovered",
    "Recovery",
    "Scores",
    "UserError",
    "Video",
    "__version__",
    "evaluate",
    "load",
    "override",
    "preset",
    "read_clip",
]

# Public name -> where it is, and what it is called there.
_HOMES = {
    "Actions": "interface.models.Actions",
    "Config": "config.Config",
    "DynamicTexture": "interface.models.DynamicTexture",
    "InferredClip": "interface.inferring.InferredClip",
    "Recovered": "interface.recovering.Recovered",
    "Recovery": "interface.models.Recovery",
    "Scores": "interface.scores.Scores",
    "UserError": "errors.UserError",
    "Video": "interface.videos.Video",
    "evaluate": "interface.scores.evaluate",
    "load": "interface.models.load",
    "override": "config.override",
    "preset": "presets.load",
    "read_clip": "interface.videos.read_clip",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module, _, home_name = _HOMES[name].rpartition(".")
    found = getattr(importlib.import_module(f"{__name__}.{module}"), home_name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
