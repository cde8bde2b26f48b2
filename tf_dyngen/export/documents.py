"""What an export says of itself: README.md, model_card.md and metadata.json in assets.extra."""

import dataclasses
import importlib.resources
import json
import string
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

from tf_dyngen import config as configs
from tf_dyngen import presets
from tf_dyngen.export.computations import NOISE_SCALE_OF_VARIETY, ServedModel
from tf_dyngen.export.requests import MOST_NOISE_SCALE
from tf_dyngen.export.signatures import Field, Signature
from tf_dyngen.model.attention.generator import AttentionGenerator
from tf_dyngen.training.restore import TrainedRun
from tf_dyngen.training.run_record import package_versions
from tf_dyngen.video.clips import ClipRecord

# Beside the model, where TensorFlow Serving leaves files alone.
FOLDER = "assets.extra"
METADATA = "metadata.json"
FORMAT = 1
MOST_NAMES = 20
FIGURES = {"step": "steps", "seconds": "seconds of training", "psnr": "PSNR, dB"}

ROUNDED_PIXELS = """Several rows in a batch, other processors and threads that add in another
order may round another way: a pixel here and there differs by one level of 255."""
ROUNDED_CHOICES = """Other processors may round another way: where two patches fit
alike, another one is shown."""


class Exported(NamedTuple):
    """What was exported: a run, how it is served, the clips it knows, its last logged figures."""

    run: TrainedRun
    model: ServedModel
    signatures: list[Signature]
    clips: list[ClipRecord]
    metrics: list[dict]


def write_documents(folder: Path, exported: Exported) -> None:
    """Writes the three documents of a version into its folder."""
    extra = folder / FOLDER
    extra.mkdir(exist_ok=True)
    metadata = json.dumps(describe(exported), indent=2) + "\n"
    (extra / METADATA).write_text(metadata, encoding="utf-8")
    (extra / "README.md").write_text(_readme(exported), encoding="utf-8")
    (extra / "model_card.md").write_text(_model_card(exported), encoding="utf-8")


def describe(exported: Exported) -> dict[str, Any]:
    """Returns what programs need to know of an export, as plain values."""
    run, model = exported.run, exported.model
    height, width, channels = model.frame_shape
    record = run.record
    return {
        "format": FORMAT,
        "frame": {
            "height": height,
            "width": width,
            "channels": channels,
            "frame_rate": record.clips[0].frame_rate,
        },
        "sizes": model.sizes._asdict(),
        "limits": {**model.limits._asdict(), "noise_scale": MOST_NOISE_SCALE},
        "signatures": {
            signature.name: {
                "meaning": signature.meaning,
                "inputs": _describe_fields(signature.inputs),
                "outputs": _describe_fields(signature.outputs),
            }
            for signature in exported.signatures
        },
        "clips": [
            {"index": index, **dataclasses.asdict(clip)}
            for index, clip in enumerate(exported.clips)
        ],
        **_variety(model),
        "training": {"num_clips": len(record.clips), "steps": run.step},
        "settings": configs.to_json(record.config),
        "metrics": exported.metrics[-1] if exported.metrics else {},
        "weights": model.weights.dtype.name,
        "versions": package_versions(),
    }


def _variety(model: ServedModel) -> dict[str, Any]:
    """Returns how variety is set where the model has it: its usual value, its noise at 1."""
    if not model.has_variety:
        return {}
    usual = 1.0 / NOISE_SCALE_OF_VARIETY
    return {"variety": {"usual": usual, "noise_scale": NOISE_SCALE_OF_VARIETY}}


def _describe_fields(fields: Iterable[Field]) -> dict[str, Any]:
    return {
        field.name: {
            "dtype": field.dtype.name,
            "shape": list(field.shape),
            "meaning": field.meaning,
        }
        for field in fields
    }


def _readme(exported: Exported) -> str:
    model = exported.model
    height, width, channels = model.frame_shape
    return _fill(
        "README.md",
        height=height,
        width=width,
        channels=channels,
        frame_rate=f"{exported.run.record.clips[0].frame_rate:g}",
        signatures="\n".join(_signature_rows(exported.signatures)),
        rows=model.limits.rows,
        pixel_values=f"{model.limits.pixel_values:,}",
        inferred_frames=f"{model.limits.inferred_frames:,}",
        rounding=ROUNDED_CHOICES if model.has_variety else ROUNDED_PIXELS,
        attention=_fill("attention.md") if model.has_variety else "",
    )


def _fill(template: str, **values: object) -> str:
    text = (
        importlib.resources.files("tf_dyngen.export")
        .joinpath("templates", template)
        .read_text("utf-8")
    )
    return string.Template(text).substitute(values)


def _signature_rows(signatures: Iterable[Signature]) -> Iterable[str]:
    for signature in signatures:
        takes, gives = (
            "<br>".join(_field_text(field) for field in fields)
            for fields in (signature.inputs, signature.outputs)
        )
        yield f"| `{signature.name}`: {signature.meaning} | {takes} | {gives} |"


def _field_text(field: Field) -> str:
    sides = ", ".join(map(str, field.axes))
    return f"`{field.name}` {field.dtype.name} [{sides}]: {field.meaning}"


def _model_card(exported: Exported) -> str:
    record = exported.run.record
    names = [f"{_plain(clip.name)}: {clip.num_frames} frames" for clip in record.clips]
    more = len(names) - MOST_NAMES
    metrics = exported.metrics[-1] if exported.metrics else {}
    figures = [f"{text}: {metrics[key]:.4g}" for key, text in FIGURES.items() if key in metrics]
    return _fill(
        "model_card.md",
        clips=_listed(names[:MOST_NAMES] + ([f"and {more} more"] if more > 0 else [])),
        figures=_listed(figures or ["none were logged"]),
        preset=record.config.preset,
        seed=record.config.seed,
        weights=exported.model.weights.dtype.name,
        remembers=_remembers(exported),
        changes=_changed_settings(exported),
        versions=_listed(f"{name} {version}" for name, version in package_versions().items()),
    )


def _remembers(exported: Exported) -> str:
    """Returns what an attention model holds of its clips."""
    generator = exported.run.generator
    if not isinstance(generator, AttentionGenerator):
        return ""
    number = generator.memory.num_frames
    height, width, channels = exported.model.frame_shape
    kilobytes = number * height * width * channels / 1e3
    size = f"{kilobytes / 1e3:.1f} MB" if kilobytes >= 1e3 else f"{kilobytes:.0f} kB"
    return _fill("remembers.md", number=f"{number:,}", size=size)


def _listed(lines: Iterable[str]) -> str:
    return "\n".join(f"- {line}" for line in lines)


def _changed_settings(exported: Exported) -> str:
    config = exported.run.record.config
    usual = configs.flatten(presets.load(config.preset))
    found = configs.flatten(config)
    changed = [
        f"`{key}` is {value}, in the preset {usual[key]}"
        for key, value in found.items()
        if value != usual[key]
    ]
    return f"Settings of its own:\n\n{_listed(changed)}" if changed else "All as in the preset."


def _plain(name: str) -> str:
    """Returns a clip's name without what Markdown would read as its own."""
    return "".join(letter if letter.isalnum() or letter in " ._-" else "_" for letter in name)
