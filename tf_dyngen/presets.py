"""Named settings; each says the command that uses it, what to expect and how long it takes."""

from collections.abc import Mapping
from typing import Any

from tf_dyngen import config as configs
from tf_dyngen.config import Config
from tf_dyngen.errors import UserError

DEFAULT = "texture"
# Presets that do nothing but fill in what is hidden start with these.
FOR_MASKS = ("recovery", "inpainting")


def _proportions_of_the_clip(shorter_side: int) -> dict:
    return {"video.height": 0, "video.width": 0, "video.shorter_side": shorter_side}


def texture() -> dict:
    """Texture clips on a laptop: `python -m launch.train --workdir=DIR --clip=FILE`.

    The attention model, which makes new video of patches of the clip.
    """
    return {
        "video.num_frames": 600,
        **_proportions_of_the_clip(128),
        "model.parameterisation": configs.ATTENTION,
        "inference.langevin_steps": 1,
        "inference.precondition_every": 0,
        "learning.steps": 10,
        "learning.learning_rate": 0.03,
        "learning.warmup_steps": 0,
        "learning.decay_steps": 10,
        "learning.statistics_weight": 0.0,
    }


def texture_linear() -> dict:
    """A linear dynamic texture bent by networks: `--preset=texture_linear --clip=FILE`."""
    return {}


def recovery() -> dict:
    """A clip with hidden pixels or frames: `--preset=recovery --clip=FILE --mask=FILE`.

    A short clip in one piece, as many states as half its frames and more can tell apart.
    """
    return {
        "video.num_frames": 70,
        **_proportions_of_the_clip(64),
        "model.state_size": 60,
        "model.noise_size": 60,
        "model.pixel_bounds": False,
        "inference.observation_std": 0.05,
        "learning.statistics_weight": 0.0,
        "learning.steps": 100,
        "learning.bptt_length": 70,
        "learning.decay_steps": 100,
        "learning.learning_rate": 0.0005,
    }


def inpainting() -> dict:
    """An object taken out of a clip of any length: `--preset=inpainting --clip=FILE --mask=FILE`.

    All frames up to 600, the shorter side 128, in windows of 75; `launch.recover` then writes the
    clip.
    """
    return {
        **recovery(),
        "video.num_frames": 600,
        **_proportions_of_the_clip(128),
        "learning.bptt_length": 75,
    }


def action() -> dict:
    """Many clips that differ in looks: `--preset=action --clip=FOLDER`; experiment 2 of the paper.

    The state carries the motion, the appearance vector the looks. Few states leave no room for
    looks, and short Langevin steps keep the motion that clips share from drifting apart.
    """
    return {
        "video.num_frames": 30,
        "model.state_size": 16,
        "model.noise_size": 16,
        "model.appearance_size": 72,
        "model.bilinear_rank": 256,
        "inference.step_size": 0.1,
        "learning.statistics_weight": 0.0,
        "learning.steps": 600,
        "learning.decay_steps": 600,
        "learning.batch_size": 4,
        "learning.bptt_length": 30,
        "learning.learning_rate": 0.001,
    }


def texture_paper() -> dict:
    """The reference settings of the paper's experiment 1 (Xie et al., AAAI 2019).

    `python -m launch.train --workdir=DIR --preset=texture_paper --clip=FILE`. The 3,000 iterations
    of the reference are passes over 60 frames in windows of 30: 6,000 steps here.
    """
    return {
        "model.parameterisation": configs.PAPER,
        "model.state_size": 100,
        "model.noise_size": 100,
        "model.transition_hidden": (20, 20),
        "model.emission_width": 1.0,
        "model.normalization": True,
        "inference.observation_std": 1.0,
        "inference.likelihood": configs.MEAN,
        "inference.hidden_weight": 0.0,
        "inference.langevin_steps": 15,
        "inference.step_size": 0.03,
        "inference.precondition_every": 0,
        "learning.steps": 6000,
        "learning.bptt_length": 30,
        "learning.learning_rate": 0.002,
        "learning.warmup_steps": 0,
        "learning.decay_steps": 0,
        "learning.beta_1": 0.5,
        "learning.statistics_weight": 0.0,
    }


def action_paper() -> dict:
    """The reference settings of the paper's experiment 2: many clips, an appearance vector each.

    `python -m launch.train --workdir=DIR --preset=action_paper --clip=FOLDER`.
    """
    return {
        **texture_paper(),
        "video.num_frames": 30,
        "model.state_size": 3,
        "model.appearance_size": 100,
        "learning.steps": 7000,
        "learning.batch_size": 30,
    }


def recovery_paper() -> dict:
    """The reference settings of the paper's experiment 3: hidden frames and hidden squares.

    `python -m launch.train --workdir=DIR --preset=recovery_paper --clip=FILE --mask=FILE`.
    """
    return {
        **texture_paper(),
        "video.num_frames": 70,
        "video.height": 150,
        "video.width": 150,
        "inference.observation_std": 0.5,
        "learning.steps": 7000,
        "learning.bptt_length": 70,
    }


def inpainting_paper() -> dict:
    """The reference settings of the paper's experiment 4: an object taken out of a clip.

    `python -m launch.train --workdir=DIR --preset=inpainting_paper --clip=FILE --mask=FILE`.
    """
    return {
        **recovery_paper(),
        "video.num_frames": 150,
        "video.height": 128,
        "video.width": 128,
        "learning.bptt_length": 150,
    }


def smoke() -> dict:
    """Seconds, for tests: a tiny model and clip; `--preset=smoke`."""
    return {
        "video.num_frames": 12,
        "video.height": 16,
        "video.width": 16,
        "model.state_size": 6,
        "model.noise_size": 6,
        "model.transition_hidden": (8,),
        "model.emission_width": 0.03125,
        "learning.statistics_weight": 0.0,
        "learning.steps": 20,
        "learning.bptt_length": 12,
        "output.log_every": 5,
        "output.samples_every": 20,
        "output.checkpoint_every": 10,
    }


PRESETS = {
    preset.__name__: preset
    for preset in (
        texture,
        texture_linear,
        recovery,
        inpainting,
        action,
        texture_paper,
        action_paper,
        recovery_paper,
        inpainting_paper,
        smoke,
    )
}


def load(name: str) -> Config:
    """Returns the settings of a preset; UserError naming the nearest one if there is none."""
    if name not in PRESETS:
        raise UserError(f"unknown preset {name!r}", configs.nearest_name(name, PRESETS))
    return configs.override(Config(), {"preset": name, **PRESETS[name]()})


def settle(
    preset: str | Config | None, changes: Mapping[str, Any], stored: Config | None = None
) -> Config:
    """Returns the settings of a run.

    Args:
      preset: its name or its settings; None is that of the run that goes on, or else DEFAULT.
      changes: "section.key" -> value.
      stored: settings of the run that goes on, if one does.
    Raises: UserError where there is no such preset or setting, or a value is out of its bounds.
    """
    if stored and preset is None:
        return configs.override(stored, changes)
    if not isinstance(preset, Config):
        preset = load(preset or DEFAULT)
    return configs.override(preset, changes)
