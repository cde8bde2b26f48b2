"""A run played live: as an export of it, and as `Synthesizer` from its clips."""

import io

import numpy as np
import pytest
from PIL import Image
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import Select
from starlette.testclient import TestClient

from tests.browser import click, needs_browser, resize, text, wait_for, without_messages
from tests.model.small_attention import make_attention, waves
from tests.studio.page_test import pixels
from tests.studio.stand_in import served_player
from tf_dyngen.errors import UserError
from tf_dyngen.studio import server
from tf_dyngen.studio.exported import Export, Memory, Variety
from tf_dyngen.studio.settings import OWN, PRIOR, Look, Start
from tf_dyngen.tasks.live_run import RunPlayer

CLIPS = [waves(24), waves(9, phase=2.0)]
PLAIN = Look(OWN, OWN, 0.0)


@pytest.fixture(scope="module")
def player(tmp_path_factory):
    path = tmp_path_factory.mktemp("run")
    memory = Memory((24, 9), (36, 36))
    variety = Variety(0.5, 2.0)
    run = Export(path, (16, 16), 3, "stretch", 25.0, 0, ("long", "short"), 2**27, variety, memory)
    return RunPlayer(run, make_attention(*CLIPS))


@pytest.fixture(scope="module")
def synthesizer(player):
    return player._synthesizer


def play(player, start, *sizes, noise=1.0):
    stream = player.begin(start)
    return np.concatenate([stream.next(size, noise=noise, look=PLAIN) for size in sizes])


def test_new_video_is_that_of_the_command(player, synthesizer):
    whole = synthesizer.synthesize(num_frames=40, seed=3, variety=0.8)
    found = play(player, Start(3, PRIOR, ""), 7, 33, noise=1.6)
    np.testing.assert_array_equal(found, np.concatenate(list(whole)))


@pytest.mark.parametrize("reverse", [False, True])
def test_a_frame_of_a_clip_comes_first(player, synthesizer, reverse):
    found = play(player, Start(1, 0, "", 7, reverse), 1, 19)
    expected = synthesizer.start_at(7, num_frames=20, seed=1, backwards=reverse)
    np.testing.assert_array_equal(found, np.concatenate(list(expected)))
    np.testing.assert_array_equal(found[0], CLIPS[0][7])
    # Without noise the second clip is played to its end, whichever way time runs.
    whole = play(player, Start(1, 1, "", None, reverse), 9, noise=0.0)
    np.testing.assert_array_equal(whole, CLIPS[1][::-1] if reverse else CLIPS[1])
    np.testing.assert_array_equal(play(player, Start(1, 1, "", 4, reverse), 1)[0], CLIPS[1][4])


def test_a_loop_is_that_of_the_command(player, synthesizer):
    start = Start(2, PRIOR, "")
    loop = np.concatenate(list(player.loop(start, 20, 1.0, 1.0)))
    expected = synthesizer.synthesize(num_frames=20, seed=2, loop=True)
    np.testing.assert_array_equal(loop, np.concatenate(list(expected)))
    slow = np.concatenate(list(player.loop(start, 40, 1.0, 0.5)))
    np.testing.assert_array_equal(slow[::2], loop)
    with pytest.raises(UserError, match="give at least 8"):
        next(player.loop(start, 5, 1.0, 0.25))


def test_a_picture_is_found_in_the_clip(player):
    still = player.look_at(CLIPS[0][5])
    assert still.psnr > 30
    video = player.begin(Start(0, PRIOR, "name"), still).next(3, noise=0.0, look=PLAIN)
    np.testing.assert_array_equal(video, CLIPS[0][5:8])


def test_downloads_of_a_run(player):
    client = TestClient(server.make_app(player, "127.0.0.1"), base_url="http://127.0.0.1:7860")
    model = client.get("/model.json").json()
    assert model["memory"] == {"clip_lengths": [24, 9], "picture_size": [36, 36]}
    query = {"frames": 20, "loop": True, "size": "source", "seed": 2, "still": "0,0,4,16"}
    answer = client.get("/video.gif", params=query)
    with Image.open(io.BytesIO(answer.content)) as gif:
        assert (gif.n_frames, gif.size) == (20, (36, 36))
    answer = client.get("/video.gif", params={**query, "clip": 0, "frame": 3})
    assert "loop with a picture or a frame" in answer.json()["error"]
    answer = client.get("/video.gif", params={"frames": 1, "loop": True})
    assert "a loop of 1 frames" in answer.json()["error"]


def shown(browser):
    """The canvas, [16, 16, 3]; all 0 before the page knows the model."""
    found = pixels(browser)
    return found.reshape(16, 16, 4)[..., :3] if len(found) == 16 * 16 else np.zeros([1])


def where_other(browser, frame):
    """Whether the canvas differs from a frame somewhere, and within the box that is drawn."""
    differs = shown(browser) != frame
    return bool(differs.any()), bool(differs[8:12, 4:12].any())


@needs_browser
def test_the_page_of_a_run(browser, player):
    resize(browser, 1280)
    with served_player(player) as address, without_messages(browser):
        browser.get(address)
        wait_for(lambda: shown(browser).any())
        assert not browser.find_element(By.ID, "needs-run").is_displayed()
        assert not browser.find_element(By.ID, "frame-field").is_displayed()
        click(browser, "pause")
        Select(browser.find_element(By.ID, "clip")).select_by_visible_text("long")
        wait_for(lambda: (shown(browser) == CLIPS[0][0]).all())
        frame = browser.find_element(By.ID, "frame")
        frame.send_keys("99\t")
        assert frame.get_attribute("value") == "23"
        wait_for(lambda: (shown(browser) == CLIPS[0][23]).all())
        click(browser, "reverse")
        wait_for(lambda: (shown(browser) == CLIPS[0][23]).all())
        click(browser, "still")
        canvas = browser.find_element(By.ID, "canvas")
        width = canvas.size["width"]
        mouse = ActionChains(browser, duration=0).move_to_element_with_offset(
            canvas, -width // 4, 0
        )
        mouse.click_and_hold().move_by_offset(width // 2, width // 4).release().perform()
        assert text(browser, "still-text").startswith("8 \N{MULTIPLICATION SIGN} 4 pixels")
        click(browser, "pause")
        wait_for(lambda: where_other(browser, CLIPS[0][23]) == (True, False))
        click(browser, "release")
        wait_for(lambda: where_other(browser, CLIPS[0][23]) == (True, True))
