"""The page in a real browser: it plays, obeys its controls, and fits narrow windows."""

import re
import time

import numpy as np
import pytest
from PIL import Image
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import Select

from tests.browser import needs_browser, resize, text, wait_for, without_messages
from tests.studio.stand_in import served

# The pixels of the canvas, as the page draws them; read from a copy, so that it stays as it is.
PIXELS = """
const canvas = document.getElementById("canvas");
const copy = new OffscreenCanvas(canvas.width, canvas.height);
const context = copy.getContext("2d", {willReadFrequently: true});
context.drawImage(canvas, 0, 0);
return Array.from(context.getImageData(0, 0, canvas.width, canvas.height).data);
"""

# Counts what the page asks of the server.
COUNT_REQUESTS = """
const send = WebSocket.prototype.send;
window.numSent = 0;
WebSocket.prototype.send = function (...given) {
  window.numSent += 1;
  return send.apply(this, given);
};
"""

pytestmark = needs_browser


@pytest.fixture(scope="module")
def address(export_folder):
    with served(export_folder) as url:
        yield url


@pytest.fixture
def page(browser, address):
    """The page, playing in a window 1280 pixels wide; no errors when the test has ended."""
    resize(browser, 1280)
    with without_messages(browser):
        browser.get(address)
        wait_for(lambda: plays(browser))
        yield browser


def pixels(browser):
    return np.array(browser.execute_script(PIXELS), np.uint8).reshape(-1, 4)


def move(browser, name, value):
    """Moves a slider as a hand would, without letting go of it."""
    browser.execute_script(
        "const slider = document.getElementById(arguments[0]); slider.value = arguments[1];"
        "slider.dispatchEvent(new Event('input', {bubbles: true}));",
        name,
        value,
    )


def plays(browser):
    """Whether the canvas has the model's size and a picture."""
    shown = pixels(browser)
    return len(shown) == 24 * 32 and shown[:, :3].any()


def chosen(browser, name):
    """What a list shows; Selenium's own way of reading it takes many calls."""
    script = "return document.getElementById(arguments[0]).selectedOptions[0].text"
    return browser.execute_script(script, name)


def moves(browser):
    """Whether the picture changes within a third of a second."""
    before = pixels(browser)
    deadline = time.monotonic() + 0.33
    while time.monotonic() < deadline:
        if (pixels(browser) != before).any():
            return True
        time.sleep(0.05)
    return False


def test_the_video_moves_and_pauses(page):
    canvas = page.find_element(By.ID, "canvas")
    first = canvas.screenshot_as_png
    wait_for(lambda: canvas.screenshot_as_png != first)
    page.find_element(By.TAG_NAME, "body").send_keys(Keys.SPACE)
    pause = page.find_element(By.ID, "pause")
    assert pause.get_attribute("aria-label") == "Play"
    assert not moves(page)
    pause.send_keys(Keys.SPACE)  # On the button it is the button's own.
    assert pause.get_attribute("aria-label") == "Pause"
    assert moves(page)


def test_a_paused_page_asks_for_nothing_and_a_playing_one_for_little(page):
    page.execute_script(COUNT_REQUESTS)

    def num_sent():
        return page.execute_script("return window.numSent")

    time.sleep(1.0)
    # Pieces of a fifth of a second, whatever rate the screen is drawn at.
    assert 3 <= num_sent() <= 9
    page.find_element(By.ID, "pause").click()
    before = num_sent()
    time.sleep(0.5)
    assert num_sent() == before


def test_without_noise_the_picture_comes_to_rest(page):
    move(page, "noise", 0)
    assert text(page, "noise-value") == "0.00"
    move(page, "speed", 2)
    assert text(page, "speed-value") == "4\N{MULTIPLICATION SIGN}"
    wait_for(lambda: not moves(page))
    move(page, "noise", 1)
    wait_for(lambda: moves(page))


def test_a_model_with_variety_has_a_slider_for_it_in_place_of_noise(page, varied_folder):
    assert not page.find_element(By.ID, "variety").is_displayed()
    with served(varied_folder) as other:
        page.get(other)
        wait_for(lambda: plays(page))
        assert page.find_element(By.ID, "variety").is_displayed()
        assert not page.find_element(By.ID, "noise").is_displayed()
        assert text(page, "variety-value") == "0.25"
        move(page, "variety", 0)
        assert text(page, "variety-value") == "0.00"
        move(page, "speed", 2)
        wait_for(lambda: not moves(page))
        move(page, "variety", 1)
        wait_for(lambda: moves(page))


def test_the_look_turns_to_a_clips(page):
    move(page, "noise", 0)
    move(page, "speed", 2)
    wait_for(lambda: not moves(page))
    own = pixels(page).astype(int)
    Select(page.find_element(By.ID, "second")).select_by_visible_text("right")
    move(page, "place", 1)
    # As far as another clip's look is from the start's, and then it rests again.
    wait_for(lambda: np.abs(pixels(page).astype(int) - own).max() > 3)
    wait_for(lambda: not moves(page))
    assert text(page, "place-value") == "100%"


def test_seeds_and_clips_begin_other_videos(page):
    page.find_element(By.ID, "pause").click()
    seen = [pixels(page)]

    def another_picture():
        wait_for(lambda: (pixels(page) != seen[-1]).any())
        seen.append(pixels(page))
        assert text(page, "clock") == "0:00"

    seed = page.find_element(By.ID, "seed")
    page.find_element(By.ID, "another").click()
    another_picture()
    assert int(seed.get_attribute("value")) >= 0
    seed.send_keys(Keys.CONTROL, "a")
    seed.send_keys("12", Keys.TAB)
    another_picture()
    clips = Select(page.find_element(By.ID, "clip"))
    assert [option.text for option in clips.options] == [
        "Something new",
        "left",
        "right",
        "a name with <b>signs</b> & spaces",
    ]
    clips.select_by_visible_text("left")
    another_picture()


def test_a_picture_is_made_to_move(page, tmp_path):
    good, bad = tmp_path / "good.png", tmp_path / "bad.png"
    Image.new("RGB", (60, 40), (250, 220, 180)).save(good)
    bad.write_text("no picture")
    upload = page.find_element(By.ID, "picture")
    upload.send_keys(str(bad))
    wait_for(lambda: "is no picture" in text(page, "status"))
    # That the server refuses it is what the browser, too, calls an error.
    (entry,) = page.get_log("browser")
    assert "400" in entry["message"]
    upload.send_keys(str(good))
    wait_for(lambda: "dB" in text(page, "status"))
    assert text(page, "drop-text") == "good.png"
    assert chosen(page, "clip") == "The picture"
    assert moves(page)
    page.find_element(By.ID, "forget").click()
    assert text(page, "drop-text").startswith("Drop a picture here")
    assert chosen(page, "clip") == "Something new"
    assert moves(page)
    upload.send_keys(str(good))
    wait_for(lambda: chosen(page, "clip") == "The picture")
    Select(page.find_element(By.ID, "clip")).select_by_visible_text("left")
    assert text(page, "drop-text").startswith("Drop a picture here")


def test_videos_are_saved(page, tmp_path):
    page.execute_cdp_cmd(
        "Browser.setDownloadBehavior", {"behavior": "allow", "downloadPath": str(tmp_path)}
    )
    Select(page.find_element(By.ID, "seconds")).select_by_value("2")
    for suffix in ("gif", "mp4"):
        page.find_element(By.CSS_SELECTOR, f"[data-save={suffix}]").click()
        wait_for(lambda suffix=suffix: (tmp_path / f"seed_0.{suffix}").exists())
    with Image.open(tmp_path / "seed_0.gif") as gif:
        assert gif.n_frames == 50


@pytest.mark.parametrize("width", [1280, 900, 400, 320])
def test_nothing_stands_over(page, width):
    resize(page, width)
    page.execute_script("document.getElementById('status').textContent = 'w'.repeat(300)")
    assert page.execute_script("return innerWidth") == width
    root = "document.documentElement"
    assert page.execute_script(f"return {root}.scrollWidth <= {root}.clientWidth")
    wide = "return Array.from(document.querySelectorAll('body *')).filter((each) => "
    wide += "each.getBoundingClientRect().right > arguments[0]).map((each) => each.outerHTML)"
    width_inside = page.execute_script(f"return {root}.clientWidth")
    assert page.execute_script(wide, width_inside) == []


def test_everything_that_is_operated_has_a_name(page):
    tree = page.execute_cdp_cmd("Accessibility.getFullAXTree", {})["nodes"]
    roles = {"button", "slider", "combobox", "spinbutton", "radio", "image", "img"}
    found = [node for node in tree if node.get("role", {}).get("value") in roles]
    shown = [node for node in found if not node.get("ignored")]
    assert len(shown) >= 14
    for node in shown:
        if node["role"]["value"] not in ("image", "img"):
            assert re.search(r"\w", node["name"]["value"]), node


def test_a_lost_connection_is_said_and_mended(page, export_folder):
    page.execute_script("window.kept = 1")
    with served(export_folder) as other:
        page.get(other)
        wait_for(lambda: plays(page))
    wait_for(lambda: "connection is lost" in text(page, "status"))
    page.get_log("browser")
