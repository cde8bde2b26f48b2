"""report.html: what is in it, and what a real browser makes of it."""

import math
import re
import shutil
import time

import numpy as np
import pytest

from tf_dyngen.evaluation import charts, report
from tf_dyngen.evaluation.flow import measure_flow
from tf_dyngen.evaluation.metrics import Estimate, Fidelity
from tf_dyngen.simulation.textures import catalogue

CHROMIUM, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")
NASTY = '<b>&"fire"</b>_$x$'


@pytest.fixture(scope="module")
def made():
    frames = catalogue.simulate("fire", 0, 32, 50)
    noise = np.random.default_rng(0).integers(0, 256, (50, 32, 32, 1), np.uint8)
    row = {name: Estimate(1.0, 0.1) for name in Fidelity._fields}
    flow = measure_flow(frames[:4] / 255.0)
    sections = [
        report.Section("Rhythm", "low", charts.draw_spectra({NASTY: np.ones(30)}, 25.0)),
        report.Section("Flow", "fast", charts.draw_flow({"real": flow, NASTY: flow})),
        report.Section("Drift", "none", charts.draw_drift(np.ones((9, 5)), 60)),
        report.Section("Training", "up", charts.draw_training({"a": [{"step": 1, "psnr": 30.0}]})),
        report.Section(
            "Fidelity", "up", charts.draw_fidelity([{"step": 1, **Fidelity(*[1.0] * 5)._asdict()}])
        ),
    ]
    return report.Report(
        title=f"Evaluation of {NASTY}",
        subtitle="sub",
        headlines=[NASTY],
        notes=["note"],
        videos={NASTY: frames, "noise": noise},
        frame_rate=25.0,
        verdicts={NASTY: "good."},
        figures={NASTY: row, "long name " * 5: {**row, "frechet_distance": Estimate(math.nan)}},
        real=row,
        charts=sections,
        settings={"model.state_size": 40},
        versions={"python": "3"},
    )


@pytest.fixture(scope="module")
def page(made, tmp_path_factory):
    path = tmp_path_factory.mktemp("report") / "report.html"
    path.write_text(report.render(made), encoding="utf-8")
    return path


def test_the_page_stands_alone_and_names_are_text(page):
    text = page.read_text()
    assert "<b>" not in text
    assert "&lt;b&gt;" in text
    # Neither scripts, styles, pictures nor videos come from elsewhere.
    links = re.findall(r'(?:src|href)="([^"]*)"', text)
    assert all(link.startswith(("data:", "#")) for link in links)
    assert text.count("data:video/mp4;base64,") == 2


def test_large_videos_are_shortened(made):
    noise = np.random.default_rng(0).integers(0, 256, (300, 160, 160, 3), np.uint8)
    large = made._replace(videos={"one": noise, "two": noise})
    assert len(report.render(large).encode()) < report.LARGEST_FILE


def test_json_has_null_for_what_is_no_number():
    text = report.to_json({"a": Estimate(1.0, math.nan), "b": np.array([np.inf]), "c": (1, "x")})
    expected = '{"a": {"mean": 1.0, "standard_error": null}, "b": [null], "c": [1, "x"]}'
    assert re.sub(r"\s+", "", text) == re.sub(r"\s+", "", expected)


@pytest.fixture(scope="module")
def browser():
    webdriver = pytest.importorskip("selenium.webdriver", reason="selenium is not installed")
    if not CHROMIUM or not DRIVER:
        pytest.skip("chromium and chromedriver are not installed")
    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM
    for flag in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(options=options, service=webdriver.ChromeService(DRIVER))
    yield driver
    driver.quit()


def set_window(browser, width, scheme):
    size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 500}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    features = [{"name": "prefers-color-scheme", "value": scheme}]
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})


def times(browser):
    script = "return [...document.querySelectorAll('video')].map((v) => [v.currentTime, v.loop])"
    return browser.execute_script(script)


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (400, "dark")])
def test_in_chromium(browser, page, width, scheme):
    set_window(browser, width, scheme)
    browser.get(page.as_uri())
    seen = set()
    ends = time.monotonic() + 10
    while time.monotonic() < ends and len(seen) < 3:
        seen.add(tuple(now for now, _ in times(browser)))
        time.sleep(0.3)
    # Both videos move on, and all of them are set to start again at their ends.
    assert all(len({moment[video] for moment in seen}) >= 3 for video in range(2))
    assert all(loops for _, loops in times(browser))
    wide = "return document.documentElement.scrollWidth <= window.innerWidth"
    assert browser.execute_script(wide)
    dark = "return getComputedStyle(document.body).backgroundColor"
    brightness = sum(map(int, re.findall(r"\d+", browser.execute_script(dark))))
    assert (brightness < 200) == (scheme == "dark")
    browser.find_element("id", "pause").click()
    assert browser.execute_script(
        "return [...document.querySelectorAll('video')].every((v) => v.paused)"
    )
    assert browser.get_log("browser") == []
