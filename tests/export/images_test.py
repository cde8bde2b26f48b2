"""Images are brought to size in the graph as they are outside of it."""

import numpy as np
import pytest
from PIL import Image
from skimage import data

from tf_dyngen.config import CROP, STRETCH
from tf_dyngen.export.images import bring_to_size
from tf_dyngen.video.resizing import resize_picture


@pytest.mark.parametrize("fit", [STRETCH, CROP])
@pytest.mark.parametrize("size", [(64, 64), (40, 20), (300, 200), (512, 512)])
def test_images_are_those_of_the_library(fit, size):
    picture = Image.fromarray(data.astronaut()[:, :400])
    wanted = resize_picture(picture, size, 3, fit).astype(float)
    found = (bring_to_size(np.asarray(picture)[None], (*size, 3), fit)[0].numpy() + 1.0) * 127.5
    assert found.shape == wanted.shape
    # The cut is to whole pixels in the graph, and to parts of them outside.
    assert np.abs(found - wanted).mean() < (3.0 if fit == CROP else 1.0)


def test_an_image_of_the_models_size_is_itself():
    pixels = data.astronaut()[:32, :48]
    found = bring_to_size(pixels[None], (32, 48, 3), STRETCH)[0].numpy()
    np.testing.assert_allclose((found + 1.0) * 127.5, pixels, atol=1e-3)
