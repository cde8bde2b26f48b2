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
    assert told["sizes"] == {"noise": 6, "state": 6, "appearance": 2}
    assert [(clip["index"], clip["clip_id"], clip["name"]) for clip in told["clips"]] == [
        (index, clip.clip_id, clip.name) for index, clip in enumerate(record.clips)
    ]
    assert told["settings"]["learning"]["steps"] == 10
    assert told["metrics"] == read_metrics(exported.workdir)[-1]
    assert told["weights"] == "float32"
    assert told["versions"]["tensorflow"] == tf.__version__


def test_the_readme_names_every_signature_with_its_shapes(exported):
    text = read(exported, "README.md")
    for name in exported.signatures:
        assert f"| `{name}`: " in text
    assert "`frames` uint8 [B, T, 16, 16, 3]" in text
    assert "`state` float32 [B, 6]" in text
    assert "$" not in text


def test_the_model_card_tells_what_was_learned(exported):
    text = read(exported, "model_card.md")
    assert "- left: 12 frames" in text
    # Nothing in a clip's name is Markdown.
    assert "- up_down: 12 frames" in text
    assert "- steps: 10" in text
    assert "`model.appearance_size` is 2, in the preset 0" in text
    assert "$" not in text
