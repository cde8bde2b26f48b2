"""Settings: overrides, bounds, JSON, presets."""

import json

import pytest

from tf_dyngen import config as configs
from tf_dyngen import presets
from tf_dyngen.config import Config
from tf_dyngen.errors import UserError


@pytest.mark.parametrize("name", presets.PRESETS)
def test_presets_go_through_json(name):
    config = presets.load(name)
    assert config.preset == name
    assert configs.from_json(json.loads(json.dumps(configs.to_json(config)))) == config


def test_the_paper_preset_is_the_reference():
    values = configs.flatten(presets.load("texture_paper"))
    expected = {
        "video.num_frames": 60,
        "video.height": 64,
        "video.width": 64,
        "model.state_size": 100,
        "model.noise_size": 100,
        "model.appearance_size": 0,
        "model.transition_hidden": (20, 20),
        "model.emission_width": 1.0,
        "inference.observation_std": 1.0,
        "inference.step_size": 0.03,
        "inference.langevin_steps": 15,
        "learning.bptt_length": 30,
        "learning.learning_rate": 0.002,
        "learning.beta_1": 0.5,
    }
    assert expected.items() <= values.items()


@pytest.mark.parametrize(
    ("key", "text", "value"),
    [
        ("learning.learning_rate", "1e-3", 0.001),
        ("learning.learning_rate", "1", 1.0),
        ("learning.steps", "7", 7),
        ("model.normalization", "True", True),
        ("model.transition_hidden", "[3, 4]", (3, 4)),
        ("model.parameterisation", "paper", "paper"),
    ],
)
def test_overrides_are_read_from_text(key, text, value):
    changed = configs.flatten(configs.override(Config(), {key: text}))
    assert changed[key] == value
    assert type(changed[key]) is type(value)
    untouched = {k: v for k, v in configs.flatten(Config()).items() if k != key}
    assert untouched.items() <= changed.items()


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        ("learning.rate", "1", "learning.learning_rate"),
        ("lerning.steps", "1", "learning.steps"),
        ("nonsense", "1", "choose one of"),
        ("learning.steps", "2.5", "whole number"),
        ("learning.steps", "true", "whole number"),
        ("learning.learning_rate", "fast", "a number"),
        ("learning.learning_rate", "NaN", "finite"),
        ("learning.learning_rate", "0", "more than 0"),
        ("video.height", "4", "at least 8"),
        ("video.channels", "2", "one of 1, 3"),
        ("model.normalization", "maybe", "true or false"),
        ("model.transition_hidden", "20", "list"),
        ("model.transition_hidden", "[0]", "at least 1"),
        ("model.parameterisation", "papr", "paper"),
        ("seed", "-1", "at least 0"),
    ],
)
def test_mistakes_name_the_setting_and_what_fits(key, value, words):
    with pytest.raises(UserError) as error:
        configs.override(Config(), {key: value})
    assert key in str(error.value)
    assert words in str(error.value)


def test_an_unknown_preset_names_the_nearest():
    with pytest.raises(UserError, match="texture_paper"):
        presets.load("texture_papr")
