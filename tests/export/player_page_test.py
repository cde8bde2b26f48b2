"""The page in a real browser: it makes the frames that TensorFlow makes, and plays them."""

import base64
import time

import numpy as np
import pytest
from scipy.stats import kstest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from tests.browser import click, needs_browser, text, wait_for, without_messages
from tests.model.small_attention import draw_noise, make_attention, player, waves
from tf_dyngen.export import player_page
from tf_dyngen.export.packed_model import pack
from tf_dyngen.model.attention.moments import gumbel_of

NUM_FRAMES, START = 12, 3
NAME = "</script><b>fire & smoke</b>"
# Calls a function of the page's own code: a part of it is run by the page in a worker.
IN_PAGE = """
const [body, ...rest] = arguments;
const done = rest.pop();
const code = document.getElementById("generator").textContent;
const description = JSON.parse(document.getElementById("description").textContent);
const toText = (bytes) => {
  const flat = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return btoa(Array.from(flat, (byte) => String.fromCharCode(byte)).join(""));
};
const inside = `${code}; return (async () => {${body}})();`;
const run = new Function("description", "toText", "given", inside);
run(description, toText, rest).then(done, (error) => done(`failed: ${error.stack}`));
"""
MAKE = "const arrays = await unpack(bytesOfText(given[0]), description.arrays);"
MAKE += "const generator = new Generator(description, arrays);"
# Frames of noise that is given, from a moment on.
FRAMES = f"""{MAKE}
const noise = new Float32Array(bytesOfText(given[1]).buffer);
const size = generator.noiseSize;
let state = generator.stateBefore(given[2]);
const frames = [], moments = [];
for (let i = 0; i < noise.length; i += size) {{
  state = generator.advance(state, noise.subarray(i, i + size));
  frames.push(toText(generator.pixels(state)));
  moments.push([...state.moments]);
}}
return {{frames, moments}};
"""
# What is made again from the frames of full size.
MEMORY = f"""{MAKE}
const {{banks, descriptors, low}} = generator.memory;
return {{banks: banks.map(toText), low: toText(low), descriptors: toText(descriptors)}};
"""
# Frames of seeds, at a scale of the noise.
SEEDS = f"""{MAKE}
return given[1].map((seed) => {{
  const random = new Random(seed);
  let state = generator.firstState(random);
  return Array.from({{length: 3}}, () => {{
    state = generator.advance(state, generator.drawNoise(random, given[2]));
    return toText(generator.pixels(state));
  }});
}});
"""
PIXELS = """
const canvas = new OffscreenCanvas(16, 16);
const context = canvas.getContext("2d", {willReadFrequently: true});
context.drawImage(document.getElementById("video"), 0, 0, 16, 16);
return [...context.getImageData(0, 0, 16, 16).data];
"""
# One grid, grey, sides that are no multiples, two clips, patches that fade; two grids, colours.
MODELS = {
    "small": lambda: make_attention(
        waves(9, (18, 21), 1), waves(7, (18, 21), 1, phase=2.0), fade=3, retention=0.6
    ),
    "large": lambda: make_attention(waves(14, (96, 100)), fade=1, parts=1, regions=2),
}

pytestmark = [needs_browser, pytest.mark.usefixtures("unoptimized")]


@pytest.fixture(scope="module", params=MODELS)
def generator(request):
    return MODELS[request.param]()


@pytest.fixture(scope="module")
def packed(generator):
    return base64.b64encode(pack(generator, 25.0)[1]).decode()


@pytest.fixture(scope="module")
def address(generator, tmp_path_factory):
    path = tmp_path_factory.mktemp("page") / "page.html"
    path.write_text(player_page.render_page(generator, NAME, 25.0), encoding="utf-8")
    return path.as_uri()


@pytest.fixture
def page(browser, address):
    """The page, open; no messages in the console when the test has ended."""
    with without_messages(browser):
        browser.get(address)
        yield browser


def in_page(browser, body, *given):
    found = browser.execute_async_script(IN_PAGE, body, *given)
    assert not isinstance(found, str), found
    return found


def of_text(letters, dtype=np.uint8):
    return np.frombuffer(base64.b64decode(letters), dtype)


def frames_of(texts, shape):
    """Returns what the page made, [T, H, W, C]; grey is of three equal channels."""
    frames = np.stack([of_text(each) for each in texts]).reshape(-1, *shape[:2], 4)
    assert (frames[..., 3] == 255).all()
    assert shape[2] == 3 or (frames[..., :1] == frames[..., :3]).all()
    return frames[..., : shape[2]]


def test_the_same_noise_makes_the_same_frames(page, generator, packed):
    noise = draw_noise(generator, NUM_FRAMES)
    given = base64.b64encode(noise.numpy().tobytes()).decode()
    made = in_page(page, FRAMES, packed, given, START)
    wanted, states = player(generator)(generator.state_before([START]), noise)
    wanted = wanted.numpy()[0]
    moments = [generator.unpack(states[:, i]).moments[0] for i in range(NUM_FRAMES)]
    np.testing.assert_array_equal(made["moments"], moments)
    found = frames_of(made["frames"], wanted.shape[1:])
    # Sums are rounded in another order: where two patches fit alike to seven digits, another one
    # may be chosen. Here none was; in 60 frames of a fire at 64x64, 0.2% of pixels differed.
    assert (found == wanted).mean() > 0.99
    assert np.abs(np.diff(found.astype(int), axis=0)).mean(axis=(1, 2, 3)).min() > 0.5


def test_what_is_made_again_of_the_frames_is_the_memory(page, generator, packed):
    made, memory = in_page(page, MEMORY, packed), generator.memory
    for bank, grid in zip(made["banks"], generator.layout.grids, strict=True):
        np.testing.assert_array_equal(of_text(bank), memory.bank(grid).numpy().ravel())
    np.testing.assert_array_equal(of_text(made["low"], np.float32), memory.low.numpy().ravel())
    places, depth, number = memory.descriptors.shape
    found = of_text(made["descriptors"], np.float32).reshape(places, number, depth)
    # Sums of 192 to 576 products of numbers up to 1, in float32 there and in float64 here.
    wanted = memory.descriptors.numpy().transpose(0, 2, 1)
    np.testing.assert_allclose(found, wanted, atol=1e-5 * np.abs(wanted).max())


def test_a_seed_names_a_video(page, generator, packed):
    first, second, other = in_page(page, SEEDS, packed, [7, 7, 8], 1.0)
    assert first == second != other


def test_without_noise_the_clip_is_played_on(page, generator, packed):
    layout, memory = generator.layout, generator.memory
    bank = memory.bank(layout.grids[-1]).numpy()
    clip = bank.reshape(-1, *layout.padded, layout.channels)[:, : layout.height, : layout.width]
    (made,) = in_page(page, SEEDS, packed, [5], 0.0)
    found = frames_of(made, (layout.height, layout.width, layout.channels))
    # The first moment is any that has a next one: far from an end of a clip three follow.
    starts = [i for i in range(len(clip) - 3) if (found[0] == clip[i]).all()]
    assert len(starts) == 1
    if generator.settings.fade == 1:
        times = [starts[0]]
        for _ in range(2):
            times.append(memory.after.numpy()[times[-1]])
        np.testing.assert_array_equal(found, clip[times])


def test_random_numbers_are_those_of_the_model(page):
    noise = np.linspace(-9.0, 9.0, 401).astype(np.float32)
    made = in_page(
        page,
        "return {gumbel: given[0].map((each) => gumbelOf(each, description.transition.tail)),"
        "normal: ((random) => Array.from({length: 20000}, () => random.normal()))(new Random(3))};",
        noise.tolist(),
    )
    np.testing.assert_allclose(made["gumbel"], gumbel_of(noise), rtol=2e-4, atol=1e-5)
    # Kolmogorov and Smirnov: one sample in ten million is that far from the distribution.
    assert kstest(made["normal"], "norm").pvalue > 1e-7


def num_shown(browser):
    return browser.execute_script("return player.numShown")


def seed_of(browser):
    return browser.find_element(By.ID, "seed").get_attribute("value")


def test_it_plays_pauses_and_begins_anew(page):
    wait_for(lambda: num_shown(page) > 3)
    shown = page.execute_script(PIXELS)
    wait_for(lambda: page.execute_script(PIXELS) != shown)
    assert text(page, "play") == "Pause"
    page.find_element(By.TAG_NAME, "body").send_keys(Keys.SPACE)
    assert text(page, "play") == "Play"
    still, stopped = num_shown(page), page.execute_script(PIXELS)
    time.sleep(0.3)
    assert (num_shown(page), page.execute_script(PIXELS)) == (still, stopped)
    before = seed_of(page)
    click(page, "another")
    # The first frame of a new seed is shown, and no more of them while it is paused.
    wait_for(lambda: num_shown(page) == 1)
    assert seed_of(page) != before
    click(page, "play")
    wait_for(lambda: num_shown(page) > 3)
    assert text(page, "state") == ""


def test_the_sliders_change_speed_and_noise(page):
    wait_for(lambda: num_shown(page) > 0)
    for name, key, wanted, said in (
        ("speed", Keys.END, 4, "4x"),
        ("speed", Keys.HOME, 0.25, "0.25x"),
        ("variety", Keys.HOME, 0, "0.00"),
        ("variety", Keys.END, 2, "1.00"),
    ):
        page.find_element(By.ID, name).send_keys(key)
        value = "player.speed" if name == "speed" else "player.scale"
        assert page.execute_script(f"return {value}") == wanted
        assert text(page, f"{name}-value") == said


def test_it_says_what_it_plays_and_loads_nothing(page, generator):
    layout = generator.layout
    said = f"{layout.width}x{layout.height}, 25 frames/s"
    assert said in page.find_element(By.TAG_NAME, "body").text
    assert page.find_element(By.TAG_NAME, "h1").text == NAME
    loaded = page.execute_script(
        "return performance.getEntriesByType('resource').map((each) => each.name)"
    )
    assert [name for name in loaded if not name.startswith(("blob:", "data:"))] == []
    assert "://" not in player_page.render_page(generator, NAME, 25.0)


def test_a_broken_page_says_so(browser, generator, tmp_path):
    whole = player_page.render_page(generator, NAME, 25.0)
    path = tmp_path / "broken.html"
    path.write_text(whole.replace('id="model">', 'id="model">AAAA'), encoding="utf-8")
    browser.get(path.as_uri())
    wait_for(lambda: "It cannot play here" in text(browser, "state"))
