"""Settings of a run: frozen dataclasses, overrides by name, JSON. The only home of defaults.

Every field carries its bounds, so a wrong value is refused where it is written, with the name of
the field. `presets.py` holds the named settings.
"""

import dataclasses
import difflib
import json
import types
import typing
from collections.abc import Mapping
from typing import Any

from tf_dyngen.errors import UserError

LINEAR_BACKBONE = "linear_backbone"
PAPER = "paper"
ATTENTION = "attention"
SUM = "sum"
MEAN = "mean"
PERSISTENT = "persistent"
FRESH = "fresh"
LONGEST_SIDE, SHORTER_SIDE_OF_SOURCE = 1920, 1080
STRETCH = "stretch"
CROP = "crop"


def _setting(default, *, low=None, high=None, above=None, choices=None, free=None):
    """A dataclass field with the values it may take.

    low <= value <= high, value > above, one of choices, or `free`.
    """
    bounds = {"low": low, "high": high, "above": above, "choices": choices, "free": free}
    return dataclasses.field(default=default, metadata=bounds)


@dataclasses.dataclass(frozen=True)
class VideoConfig:
    """What is read of each clip: the first `num_frames` frames, resized to height x width.

    Reading begins at `start`, a frame ("75") or a time ("3s"), and takes one frame of `every`.
    `fit` is `stretch`, which may change proportions, or `crop`, which cuts off what stands over.
    Where height and width are 0, they follow from the first clip: its own proportions, and
    `shorter_side`, but no more than the clip has.
    """

    num_frames: int = _setting(60, low=2)
    height: int = _setting(64, low=8, high=LONGEST_SIDE, free=0)
    width: int = _setting(64, low=8, high=LONGEST_SIDE, free=0)
    shorter_side: int = _setting(128, low=8, high=SHORTER_SIDE_OF_SOURCE)
    channels: int = _setting(3, choices=(1, 3))
    fit: str = _setting(STRETCH, choices=(STRETCH, CROP))
    start: str = _setting("0")
    every: int = _setting(1, low=1)


@dataclasses.dataclass(frozen=True)
class ModelConfig:
    """Transition F and emission G.

    `parameterisation` is `attention` (see `AttentionConfig`, which the other settings here do not
    concern), `linear_backbone` (a linear dynamic texture plus networks that start at zero) or
    `paper` (networks alone). `transition_hidden` are the widths of F's hidden layers; the
    linear backbone with none has a linear transition. `emission_width` scales the channel counts
    of the paper's deconvolution. `normalization` puts normalisation layers into the deconvolution.
    `bilinear_rank` is how many frames the products of state and appearance in the linear backbone
    are made of; 0 leaves the products out. `pixel_bounds` keeps each pixel of a linear backbone
    without appearance between the values that it has in the clips, or a little beyond.
    """

    parameterisation: str = _setting(LINEAR_BACKBONE, choices=(LINEAR_BACKBONE, PAPER, ATTENTION))
    state_size: int = _setting(100, low=1)
    noise_size: int = _setting(50, low=1)
    appearance_size: int = _setting(0, low=0)
    bilinear_rank: int = _setting(0, low=0)
    transition_hidden: tuple[int, ...] = _setting((20, 20), low=1)
    emission_width: float = _setting(0.25, above=0.0, high=8.0)
    normalization: bool = _setting(False)
    pixel_bounds: bool = _setting(True)


@dataclasses.dataclass(frozen=True)
class AttentionConfig:
    """The parameterisation `attention`: video made of patches of the clip.

    `parts` is how many parts, along each side, the picture has that follow moments of their own;
    `regions` how many regions, which move apart, follow them in place of such a grid (1: none);
    `retention` what is kept, from frame to frame, of the difference between the state and the
    moments; `fade` over how many frames one patch becomes another; `temperature` how unlike the
    next moment may be. These are chosen by the clip where they are 0 (`retention`: below 0), see
    `training.attention_start`.
    `switch` is the probability with which a part leaves the moment that it follows.
    The search of patches weighs how well a patch goes with what was shown before (`continuity`)
    against the low frames and the present picture, and prefers patches that go on those of their
    neighbours (`coherence`).
    """

    parts: int = _setting(0, low=0, high=8)
    regions: int = _setting(0, low=0, high=16)
    retention: float = _setting(-1.0, low=-1.0, high=0.99)
    fade: int = _setting(0, low=0, high=8)
    temperature: float = _setting(0.0, low=0.0)
    switch: float = _setting(0.05, above=0.0, high=0.5)
    continuity: float = _setting(0.3, low=0.0)
    coherence: float = _setting(1.0, low=0.0)


@dataclasses.dataclass(frozen=True)
class InferenceConfig:
    """Langevin dynamics of the latents.

    `observation_std` is sigma, in units of the [-1, 1] pixel range. `likelihood` is `sum`, the
    exact log-likelihood, or `mean`, which averages the squared error over the clips and frames of
    a batch as the authors' code does (an effective sigma^2 of sigma^2 * B * T), and over all that
    is visible of them where masks hide a part.
    `chains` are `persistent`, kept from one visit of a clip to the next, or `fresh`: started from
    the prior at every visit and kept nowhere.
    `hidden_weight` is what a prediction of a hidden pixel counts beside one that is seen.
    `precondition_every` is after how many steps the preconditioner, the posterior covariance of the
    linearised model, follows the weights; 0 is none.
    """

    observation_std: float = _setting(0.3, above=0.0)
    likelihood: str = _setting(SUM, choices=(SUM, MEAN))
    chains: str = _setting(PERSISTENT, choices=(PERSISTENT, FRESH))
    hidden_weight: float = _setting(1.0, low=0.0, high=1.0)
    langevin_steps: int = _setting(2, low=1)
    step_size: float = _setting(0.3, above=0.0)
    temperature: float = _setting(1.0, low=0.0)
    precondition_every: int = _setting(50, low=0)


@dataclasses.dataclass(frozen=True)
class LearningConfig:
    """Adam on the weights; a step is one window of `bptt_length` frames of a batch of clips.

    The rate rises over `warmup_steps`, then falls along a cosine to a twentieth at `decay_steps`
    and stays there; with 0 it does neither.
    `statistics_weight` is what the statistics and energies of frames drawn from the prior count
    beside the squared error of the clips' frames; 0 is nothing.
    """

    steps: int = _setting(300, low=0)
    batch_size: int = _setting(1, low=1)
    bptt_length: int = _setting(60, low=2)
    learning_rate: float = _setting(0.002, above=0.0)
    warmup_steps: int = _setting(50, low=0)
    decay_steps: int = _setting(300, low=0)
    beta_1: float = _setting(0.5, low=0.0, high=0.9999)
    statistics_weight: float = _setting(1.0, low=0.0)


@dataclasses.dataclass(frozen=True)
class OutputConfig:
    """How often a run writes what, in steps; `evaluate_every` 0 is never."""

    log_every: int = _setting(20, low=1)
    samples_every: int = _setting(500, low=1)
    evaluate_every: int = _setting(0, low=0)
    checkpoint_every: int = _setting(250, low=1)
    keep_checkpoints: int = _setting(2, low=1)


@dataclasses.dataclass(frozen=True)
class Config:
    """All settings of a run."""

    preset: str = "texture"
    seed: int = _setting(0, low=0, high=2**31 - 1)
    video: VideoConfig = dataclasses.field(default_factory=VideoConfig)
    model: ModelConfig = dataclasses.field(default_factory=ModelConfig)
    attention: AttentionConfig = dataclasses.field(default_factory=AttentionConfig)
    inference: InferenceConfig = dataclasses.field(default_factory=InferenceConfig)
    learning: LearningConfig = dataclasses.field(default_factory=LearningConfig)
    output: OutputConfig = dataclasses.field(default_factory=OutputConfig)

    def __post_init__(self):
        _check_section("", self)
        for name in SECTIONS:
            _check_section(f"{name}.", getattr(self, name))


SECTIONS = tuple(
    field.name for field in dataclasses.fields(Config) if dataclasses.is_dataclass(field.type)
)


def override(config: Config, changes: Mapping[str, Any]) -> Config:
    """Returns `config` with some settings replaced.

    Args:
      config: where to start.
      changes: "section.key" -> value; a string is read as JSON where the setting is no string.
    Raises: UserError for an unknown key (naming the nearest one) or a value out of bounds.
    """
    sections: dict[str, dict[str, Any]] = {}
    known = flatten(config)
    for key, value in changes.items():
        if key not in known:
            raise UserError(f"unknown setting {key!r}", nearest_name(key, known))
        section, _, name = key.rpartition(".")
        sections.setdefault(section, {})[name] = _parse(key, value, _field_type(key))
    top = sections.pop("", {})
    for section, values in sections.items():
        top[section] = dataclasses.replace(getattr(config, section), **values)
    return dataclasses.replace(config, **top)


def flatten(config: Config) -> dict[str, Any]:
    """Returns every setting as "section.key" -> value."""
    flat = {"preset": config.preset, "seed": config.seed}
    for section in SECTIONS:
        for name, value in vars(getattr(config, section)).items():
            flat[f"{section}.{name}"] = value
    return flat


def to_json(config: Config) -> dict[str, Any]:
    """Returns nested plain values that `json` can write and `from_json` can read."""
    return dataclasses.asdict(config)


def from_json(values: Mapping[str, Any]) -> Config:
    """Returns the Config that `to_json` wrote; UserError if a key or value does not fit."""
    changes: dict[str, Any] = {}
    for key, value in values.items():
        if isinstance(value, Mapping):
            changes.update({f"{key}.{name}": item for name, item in value.items()})
        else:
            changes[key] = value
    return override(Config(), changes)


def nearest_name(name: str, known) -> str:
    """Returns advice that names the known name most like `name`, or lists them all."""
    tail = name.rpartition(".")[2]
    match = [other for other in known if other.rpartition(".")[2] == tail]
    match += [other for other in known if other.endswith(tail)]
    match += difflib.get_close_matches(name, list(known), n=1)
    return f"did you mean {match[0]!r}?" if match else f"choose one of {', '.join(known)}"


def _field_type(key: str):
    section, _, name = key.rpartition(".")
    owner = typing.get_type_hints(Config)[section] if section else Config
    return typing.get_type_hints(owner)[name]


def _parse(key: str, value: Any, wanted) -> Any:
    """Reads `value` as the type of the setting `key`; strings other than for text are JSON."""
    if wanted is str:
        parsed = str(value) if type(value) is int else value
    elif isinstance(value, str):
        try:
            parsed = json.loads(value.lower() if wanted is bool else value)
        except json.JSONDecodeError:
            raise _wrong_value(key, value, wanted) from None
    else:
        parsed = value
    if wanted is float and isinstance(parsed, int) and not isinstance(parsed, bool):
        parsed = float(parsed)
    if isinstance(wanted, types.GenericAlias) and isinstance(parsed, list | tuple):
        parsed = tuple(parsed)
        if all(type(item) is int for item in parsed):
            return parsed
        raise _wrong_value(key, value, wanted)
    if type(parsed) is not wanted:
        raise _wrong_value(key, value, wanted)
    return parsed


def _wrong_value(key: str, value: Any, wanted) -> UserError:
    kinds = {int: "a whole number", float: "a number", bool: "true or false", str: "a word"}
    wanted_text = kinds.get(wanted, "a list of whole numbers such as [20,20]")
    return UserError(f"{key} is {value!r}", f"give {wanted_text}")


def _check_section(prefix: str, section) -> None:
    for field in dataclasses.fields(section):
        value = getattr(section, field.name)
        for item in value if isinstance(value, tuple) else (value,):
            _check_bounds(f"{prefix}{field.name}", item, field.metadata)


def _check_bounds(key: str, value: Any, bounds: Mapping[str, Any]) -> None:
    choices = bounds.get("choices")
    if choices and value not in choices:
        raise UserError(f"{key} is {value!r}", f"choose one of {', '.join(map(str, choices))}")
    if isinstance(value, float) and not abs(value) < float("inf"):
        raise UserError(f"{key} is {value}", "give a finite number")
    if bounds.get("free") is not None and value == bounds["free"]:
        return
    low, high, above = bounds.get("low"), bounds.get("high"), bounds.get("above")
    if low is not None and value < low:
        raise UserError(f"{key} is {value}", f"give at least {low}")
    if high is not None and value > high:
        raise UserError(f"{key} is {value}", f"give at most {high}")
    if above is not None and value <= above:
        raise UserError(f"{key} is {value}", f"give more than {above:g}")
