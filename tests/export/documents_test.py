"""What an export says of itself is so, and reads as meant."""

import json

import tensorflow as tf

from tf_dyngen.training.reports import read_metrics


def read(exported, name):
    return (exported.path / "assets.extra" / name).read_text(encoding="utf-8")


def test_metadata_is_the_runs(exported):
    told = json.loads(read(exported, "metadata.json"))
    record = exported.run.record
    assert told["format"] == 1
    assert told["frame"] == {"height": 16, "width": 16, "channels": 3, "frame_rate": 25.0}
    assert told["sizes"] == exported.sizes._asdict()
    assert [(clip["index"], clip["clip_id"], clip["name"]) for clip in told["clips"]] == [
        (index, clip.clip_id, clip.name) for index, clip in enumerate(record.clips)
    ]
    assert told["settings"]["attention"]["parts"] == 2
    assert told["variety"] == {"usual": 0.5, "noise_scale": 2.0}
    assert told["weights"] == "float32"
    assert told["versions"]["tensorflow"] == tf.__version__


def test_metadata_has_the_last_figures_and_no_variety_where_there_is_none(with_looks):
    told = json.loads(read(with_looks, "metadata.json"))
    assert told["sizes"] == {"noise": 6, "state": 6, "appearance": 2}
    assert told["metrics"] == read_metrics(with_looks.workdir)[-1]
    assert "variety" not in told


def test_the_readme_names_every_signature_with_its_shapes(either):
    text = read(either, "README.md")
    for name in either.signatures:
        assert f"| `{name}`: " in text
    assert "`frames` uint8 [B, T, 16, 16, 3]" in text
    assert f"`state` float32 [B, {either.sizes.state}]" in text
    assert "$" not in text
    assert ("## Variety" in text) == (not either.sizes.appearance)


def test_the_model_card_tells_what_was_learned(either):
    text = read(either, "model_card.md")
    assert "- left: 12 frames" in text
    # Nothing in a clip's name is Markdown.
    assert "- up_down: 12 frames" in text
    assert "$" not in text


def test_the_model_card_tells_that_the_clips_are_inside(exported, with_looks):
    # Three clips of 12 frames, 16 * 16 * 3 bytes each: 28 kB.
    assert "are in this export**: 36 frames, 28 kB" in read(exported, "model_card.md")
    assert "are in this export" not in read(with_looks, "model_card.md")


def test_the_model_card_tells_settings_and_figures(with_looks):
    text = read(with_looks, "model_card.md")
    assert "- steps: 10" in text
    assert "`model.appearance_size` is 2, in the preset 0" in text
