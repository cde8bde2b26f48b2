"""The report in a real browser: what is shown when, the quiz, narrow windows, the keyboard."""

import itertools
import re
import time

import pytest
from scipy.stats import binomtest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import Select

from tests.browser import click, needs_browser, resize, text, wait_for, without_messages
from tests.evaluation import example_report
from tf_dyngen.evaluation import report

NUM_PAIRS = report.NUM_PAIRS
# The colour in the middle of each canvas, all read between two drawings; from copies, so that the
# canvases stay as they are.
COLOURS = """
return [...document.querySelectorAll(arguments[0])].map((canvas) => {
  const context = new OffscreenCanvas(1, 1).getContext("2d", {willReadFrequently: true});
  context.drawImage(canvas, canvas.width / 2, canvas.height / 2, 1, 1, 0, 0, 1, 1);
  return [...context.getImageData(0, 0, 1, 1).data].slice(0, 3);
});
"""

pytestmark = needs_browser


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    path = tmp_path_factory.mktemp("report") / "report.html"
    path.write_text(report.render(example_report.make()), encoding="utf-8")
    return path.as_uri()


@pytest.fixture
def page(browser, address):
    """Opens the page; no messages in the console when the test has ended."""

    def open_page(width=1280, scheme="light", motion="no-preference", visit=""):
        resize(browser, width, height=900)
        features = [
            {"name": "prefers-color-scheme", "value": scheme},
            {"name": "prefers-reduced-motion", "value": motion},
        ]
        browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})
        browser.get("about:blank")
        browser.get(address + visit)
        wait_for(lambda: text(browser, "frame"))
        return browser

    with without_messages(browser):
        yield open_page


def frames(browser, canvases="#compare canvas"):
    """The number of the frame that each canvas shows."""
    colours = browser.execute_script(COLOURS, canvases)
    return [example_report.number_of(max(colour)) for colour in colours]


def outside(browser):
    """What reaches over the right edge of the window, details opened."""
    script = """
    document.querySelectorAll("details").forEach((each) => (each.open = true));
    const inside = document.documentElement.clientWidth;
    const outside = (each) => each.getBoundingClientRect().right > inside;
    const all = [...document.querySelectorAll("body *:not(svg *)")];
    return all.filter(outside).map((each) => each.outerHTML);
    """
    return browser.execute_script(script)


def is_real(colour):
    return min(colour) > example_report.FIRST_LEVEL // 2


def box(browser, selector):
    script = "return document.querySelector(arguments[0]).getBoundingClientRect().toJSON()"
    return browser.execute_script(script, selector)


def test_videos_run_in_step_at_their_rate(page):
    browser = page()
    seen, started = [], time.monotonic()
    while time.monotonic() < started + 2.0:
        real, new = frames(browser)
        assert real == new
        seen.append(real)
    steps = [(b - a) % example_report.NUM_FRAMES for a, b in itertools.pairwise(seen)]
    assert sum(map(bool, steps)) >= 5
    # Never faster than 25 frames a second; a busy machine may be slower.
    assert sum(steps) <= 25 * (time.monotonic() - started) + 2


def test_the_controls_hold_seek_and_slow_down(page):
    browser = page()
    click(browser, "play")
    assert text(browser, "play") == "Play"
    held = frames(browser)
    time.sleep(0.4)
    assert frames(browser) == held
    scrub = browser.find_element(By.ID, "scrub")
    scrub.send_keys(Keys.HOME)
    assert text(browser, "frame") == f"1 of {example_report.NUM_FRAMES}"
    scrub.send_keys(Keys.ARROW_RIGHT, Keys.ARROW_RIGHT)
    assert text(browser, "frame") == f"3 of {example_report.NUM_FRAMES}"
    assert frames(browser) == [2, 2]
    assert scrub.get_attribute("aria-valuetext") == "frame 3 of 100"
    Select(browser.find_element(By.ID, "speed")).select_by_visible_text("a quarter")
    started = time.monotonic()
    click(browser, "play")
    time.sleep(1.0)
    click(browser, "play")
    assert 2 < frames(browser)[0] <= 2 + 25 / 4 * (time.monotonic() - started) + 1


def test_any_new_video_is_put_beside_the_real_one(page):
    browser = page()
    choose = Select(browser.find_element(By.ID, "choose"))
    names = [option.text for option in choose.options]
    assert names == [example_report.RED, example_report.BLUE, "still"]
    for name, channel, length in zip(names, (0, 2, 1), (100, 80, 1), strict=True):
        choose.select_by_visible_text(name)
        wait_for(lambda length=length: text(browser, "frame").endswith(f"of {length}"))
        real, new = browser.execute_script(COLOURS, "#compare canvas")
        assert is_real(real)
        assert new.index(max(new)) == channel
        canvas = browser.find_element(By.ID, "new")
        assert canvas.get_attribute("aria-label") == f"Video: {name}"


def play(browser, wanted, choose):
    """Answers pairs rightly where `wanted` is true; returns on which side the real ones were."""
    sides = []
    for number, right in enumerate(wanted):
        assert text(browser, "quiz-number").startswith(f"Pair {number + 1} of {NUM_PAIRS}")
        first, second = browser.execute_script(COLOURS, "#quiz canvas")
        assert is_real(first) != is_real(second)
        side = 0 if is_real(first) else 1
        sides.append(side)
        choose(side if right else 1 - side)
    return sides


def by_keys(browser, keys):
    return lambda side: browser.switch_to.active_element.send_keys(keys[side])


def test_the_quiz_counts_and_gives_the_interval(page):
    browser = page(visit="#seed=7")
    click(browser, "quiz-begin")
    wait_for(lambda: text(browser, "quiz-number"))
    assert text(browser, "play") == "Play"  # What is above rests.
    sides = play(browser, [True] * 8 + [False] * 2, by_keys(browser, "12"))
    assert {0, 1} == set(sides)
    assert text(browser, "quiz-score") == "8 of 10 right"
    low, high = binomtest(8, 10).proportion_ci(method="wilson")
    assert f"80%, with a 95% interval of {low:.0%} to {high:.0%}" in text(browser, "quiz-interval")
    assert "Guessing gives 50%" in text(browser, "quiz-meaning")
    answers = browser.find_elements(By.CSS_SELECTOR, "#quiz-answers li")
    assert [answer.text.split()[-1] for answer in answers] == ["right"] * 8 + ["wrong"] * 2

    click(browser, "quiz-again")
    arrows = Keys.ARROW_LEFT, Keys.ARROW_RIGHT
    play(browser, [True] * NUM_PAIRS, by_keys(browser, arrows))
    assert text(browser, "quiz-score") == "10 of 10 right"
    assert "more than guessing gives" in text(browser, "quiz-meaning")
    low, high = binomtest(18, 20).proportion_ci(method="wilson")
    assert f"18 of 20, 90%, interval {low:.0%} to {high:.0%}" in text(browser, "quiz-all")

    click(browser, "quiz-other")
    Select(browser.find_element(By.ID, "quiz-source")).select_by_visible_text("still")
    click(browser, "quiz-tells")
    click(browser, "quiz-begin")
    wait_for(lambda: browser.find_element(By.ID, "quiz-number").is_displayed())
    choices = browser.find_elements(By.CSS_SELECTOR, ".choice")
    sides = play(browser, [False], lambda side: choices[side].click())
    assert text(browser, "quiz-said") == "Pair 1: wrong."
    for _ in range(NUM_PAIRS - 1):
        choices[0].click()
    assert "of 10 right" in text(browser, "quiz-score")
    assert text(browser, "quiz-all") == ""


def test_a_seed_repeats_a_quiz_and_chance_does_not(page):
    def sides(visit):
        browser = page(visit=visit)
        click(browser, "quiz-begin")
        wait_for(lambda: text(browser, "quiz-number"))
        found = []
        for _ in range(2):
            found += play(browser, [True] * NUM_PAIRS, by_keys(browser, "12"))
            click(browser, "quiz-again")
            wait_for(lambda: browser.find_element(By.ID, "quiz-number").is_displayed())
        return found

    seeded, drawn = sides("#seed=3"), sides("")
    assert sides("#seed=3") == seeded
    # 20 fair draws are those, or are all the same, once in 300,000 times.
    assert drawn != seeded
    assert {0, 1} == set(drawn)


def test_excerpts_are_short_and_come_round(page):
    browser = page(visit="#seed=1")
    click(browser, "quiz-begin")
    wait_for(lambda: text(browser, "quiz-number"))
    seen = []
    ends = time.monotonic() + 3.0
    while time.monotonic() < ends:
        seen.append(frames(browser, "#quiz canvas"))
    for side in zip(*seen, strict=True):
        assert 3 <= max(side) - min(side) < report.EXCERPT_SECONDS * 25
    click(browser, "quiz-play")
    held = frames(browser, "#quiz canvas")
    time.sleep(0.3)
    assert frames(browser, "#quiz canvas") == held
    click(browser, "quiz-stop")
    assert browser.switch_to.active_element.get_attribute("id") == "quiz-begin"


def test_nothing_moves_by_itself_where_less_motion_is_wanted(page):
    browser = page(motion="reduce")
    assert text(browser, "play") == "Play"
    held = frames(browser)
    click(browser, "quiz-begin")
    wait_for(lambda: text(browser, "quiz-number"))
    assert text(browser, "quiz-play") == "Play"
    pairs = frames(browser, "#quiz canvas")
    time.sleep(0.4)
    assert (frames(browser), frames(browser, "#quiz canvas")) == (held, pairs)
    click(browser, "quiz-play")
    wait_for(lambda: frames(browser, "#quiz canvas") != pairs)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 400])
def test_all_is_large_enough_and_nothing_stands_over(page, width, scheme):
    browser = page(width, scheme)
    click(browser, "quiz-begin")
    wait_for(lambda: text(browser, "quiz-number"))
    for selector in ("#real", "#new", ".choice canvas", ".still img"):
        shown = box(browser, selector)
        assert min(shown["width"], shown["height"]) >= 256, selector
    assert (box(browser, "#real")["top"] == box(browser, "#new")["top"]) == (width == 1280)
    assert outside(browser) == []
    cells = browser.find_elements(By.CSS_SELECTOR, "td > span:last-child")
    example = example_report.make()
    # A column of figures, one of what is wanted and, in the second table, the real one again.
    num_figures = len(next(iter(example.figures.values())))
    assert len(cells) == num_figures * (len(example.figures) + 1 + 2)
    assert all(cell.is_displayed() for cell in cells)
    background = "return getComputedStyle(document.body).backgroundColor"
    brightness = sum(map(int, re.findall(r"\d+", browser.execute_script(background))))
    assert (brightness < 200) == (scheme == "dark")


@pytest.mark.parametrize("width", [320, 700, 1200, 1230])
def test_nothing_stands_over_in_windows_between(page, width):
    assert outside(page(width)) == []


def test_the_farthest_place_is_framed(page):
    browser = page()
    still, place = box(browser, ".still img"), box(browser, ".place")
    scale = still["width"] / example_report.SIZE
    worst = example_report.WORST
    for side, wanted in (("left", worst.left), ("top", worst.top)):
        assert (place[side] - still[side]) / scale == pytest.approx(wanted, abs=0.1)
    assert place["width"] / scale == pytest.approx(worst.side, abs=0.1)
    assert place["height"] / scale == pytest.approx(worst.side, abs=0.1)


def test_everything_is_reached_by_the_keyboard_and_seen_to_be(page):
    browser = page()
    browser.execute_script("document.getElementById('choose').focus()")
    reached = []
    while True:
        browser.switch_to.active_element.send_keys(Keys.TAB)
        active = browser.switch_to.active_element
        name = active.get_attribute("id") or f"{active.tag_name} {active.text}"
        # After the last one comes the page itself or the first one again.
        if active.tag_name == "body" or name == "choose":
            break
        reached.append(name)
        outline = browser.execute_script("return getComputedStyle(arguments[0]).outline", active)
        assert "none" not in outline, name
    wanted = ["play", "scrub", "speed", "quiz-source", "quiz-tells", "quiz-begin"]
    assert [name for name in reached if name in wanted] == wanted
    assert {"summary look", "summary Settings", "summary Versions"} <= set(reached)
    browser.find_element(By.ID, "quiz-begin").send_keys(Keys.ENTER)
    wait_for(lambda: text(browser, "quiz-number"))
    # From the heading the first video is next; Enter chooses it.
    for _ in range(NUM_PAIRS):
        browser.switch_to.active_element.send_keys(Keys.TAB)
        browser.switch_to.active_element.send_keys(Keys.ENTER)
    assert browser.switch_to.active_element.get_attribute("id") == "quiz-score"


def test_everything_that_is_operated_has_a_name(page):
    browser = page()
    click(browser, "quiz-begin")
    wait_for(lambda: text(browser, "quiz-number"))
    tree = browser.execute_cdp_cmd("Accessibility.getFullAXTree", {})["nodes"]
    roles = {"button", "slider", "combobox", "checkbox", "image", "img", "table"}
    found = [node for node in tree if node.get("role", {}).get("value") in roles]
    shown = [node for node in found if not node.get("ignored")]
    assert len(shown) >= 12
    for node in shown:
        assert re.search(r"\w", node["name"]["value"]), node
