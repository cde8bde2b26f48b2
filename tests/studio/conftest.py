"""Exported models that the tests of the page share."""

import pytest

from tests.studio.stand_in import save_stand_in
from tf_dyngen.studio.exported import open_export
from tf_dyngen.studio.player import Player


@pytest.fixture(scope="session")
def export_folder(tmp_path_factory):
    """Of a model with an appearance vector, 24x32 RGB."""
    return save_stand_in(tmp_path_factory.mktemp("exported"))


@pytest.fixture(scope="session")
def grey_folder(tmp_path_factory):
    """Of a model without an appearance vector, 16x16 grey."""
    folder = tmp_path_factory.mktemp("grey")
    return save_stand_in(folder, size=(16, 16), channels=1, appearance_size=0)


@pytest.fixture(scope="session")
def varied_folder(tmp_path_factory):
    """Of a model that has variety, at which the noise's factor is thrice as large; 24x32 RGB."""
    variety = {"usual": 0.25, "noise_scale": 3.0}
    folder = tmp_path_factory.mktemp("varied")
    return save_stand_in(folder, appearance_size=0, variety=variety)


@pytest.fixture(scope="session")
def player(export_folder):
    return Player(open_export(export_folder))


@pytest.fixture(scope="session")
def grey_player(grey_folder):
    return Player(open_export(grey_folder))


@pytest.fixture(scope="session")
def varied_player(varied_folder):
    return Player(open_export(varied_folder))
