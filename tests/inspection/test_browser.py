"""The pages in a real browser, which reads the shaded words back."""

import json
import shutil

import numpy as np
import pytest
from boards import launch
from selenium import webdriver
from selenium.common.exceptions import StaleElementReferenceException
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import Select, WebDriverWait
from summary_files import summaries

from axml_tf.inspection.explanation import Explanation, LabelView
from axml_tf.inspection.page import page

BROWSER = shutil.which("chromium") or shutil.which("google-chrome")
DRIVER = shutil.which("chromedriver")

pytestmark = pytest.mark.skipif(
    not (BROWSER and DRIVER),
    reason="no Chromium with its chromedriver is installed",
)


@pytest.fixture(scope="module")
def browser():
    options = webdriver.ChromeOptions()
    options.binary_location = BROWSER
    for option in ("headless=new", "no-sandbox", "disable-gpu"):
        options.add_argument(f"--{option}")
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(options, Service(DRIVER))
    driver.set_window_size(1200, 900)
    yield driver
    driver.quit()


@pytest.fixture
def open_page(browser, tmp_path):
    def open_page(explanation):
        path = tmp_path / "page.html"
        path.write_text(page(explanation), encoding="utf-8")
        browser.get(path.as_uri())
        return browser

    return open_page


def explained(text: str, attentions: dict[str, list[float]], title=""):
    """Words are what stands between spaces."""
    data, starts, ends, at = text.encode(), [], [], 0
    for word in data.split(b" "):
        if word:
            starts.append(at)
            ends.append(at + len(word))
        at += len(word) + 1
    labels = tuple(
        LabelView(name, 0.5, np.array(shares))
        for name, shares in attentions.items()
    )
    return Explanation(data, np.array(starts), np.array(ends), labels, title)


def shares_of(driver):
    """Words and the share that stands in each one's title."""
    return [
        (word.text, float(word.get_attribute("title").split(",")[0]))
        for word in driver.find_elements(By.CSS_SELECTOR, ".word")
    ]


def shades_of(driver):
    """How much of the full colour each word has."""
    return driver.execute_script(
        "return [...document.querySelectorAll('.word')].map((word) =>"
        "  Number(getComputedStyle(word).getPropertyValue('--share')))"
    )


def choose(driver, label):
    (input_,) = (
        row.find_element(By.TAG_NAME, "input")
        for row in driver.find_elements(By.CSS_SELECTOR, ".label")
        if row.find_element(By.CSS_SELECTOR, ".name").text.startswith(label)
    )
    input_.click()


def test_a_label_is_switched_and_its_shades_are_read_back(open_page):
    driver = open_page(
        explained(
            "The  fish quota", {"sea": [0.1, 0.6, 0.3], "law": [0, 0.2, 0.8]}
        )
    )
    assert driver.find_element(By.CSS_SELECTOR, ".text").text == (
        "The  fish quota"
    )
    assert shares_of(driver) == [("The", 0.1), ("fish", 0.6), ("quota", 0.3)]
    assert shades_of(driver) == pytest.approx([1 / 6, 1, 1 / 2], abs=1e-3)
    choose(driver, "law")
    assert shares_of(driver) == [("The", 0.0), ("fish", 0.2), ("quota", 0.8)]
    assert shades_of(driver) == pytest.approx([0, 1 / 4, 1], abs=1e-3)
    most = driver.find_element(By.CSS_SELECTOR, ".top li").text
    assert most == "quota 0.8000"
    # What it looks like, and not what it is called.
    colours = [
        word.value_of_css_property("background-color")
        for word in driver.find_elements(By.CSS_SELECTOR, ".word")
    ]
    assert len(set(colours)) == 3


def test_keys_alone_switch_labels_and_show_weights(open_page):
    driver = open_page(explained("a b", {"x": [0.3, 0.7], "y": [0.9, 0.1]}))
    body = driver.find_element(By.TAG_NAME, "body")
    body.send_keys(Keys.TAB)
    driver.switch_to.active_element.send_keys(Keys.ARROW_DOWN)
    assert shares_of(driver) == [("a", 0.9), ("b", 0.1)]
    # Past the two words of the list, to the box.
    for _ in range(3):
        driver.switch_to.active_element.send_keys(Keys.TAB)
    driver.switch_to.active_element.send_keys(Keys.SPACE)
    weight = driver.execute_script(
        "return getComputedStyle(document.querySelector('.word'), '::after')"
        ".content"
    )
    assert "attr(data-weight)" in weight or "0.90" in weight


HOSTILE = "<img src=x onerror=document.title='owned'> &lt;b> </script><script>"
TEXTS = {
    "markup": HOSTILE,
    "emoji": "\N{PILE OF POO}\U0001f468\u200d\U0001f469 family e\u0301",
    "right to left": "\u05e9\u05dc\u05d5\u05dd \u05e2\u05d5\u05dc\u05dd",
    "one character": "x",
    "a megabyte": "word " * 200_000,
    "nothing": "",
}


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_any_text_is_shown_as_it_is_and_runs_nothing(open_page, text):
    words = text.split()[:500]
    shown = explained(
        " ".join(words), {HOSTILE: [1 / max(len(words), 1)] * len(words)}
    )
    shown = Explanation(
        text.encode(), shown.starts, shown.ends, shown.labels, HOSTILE
    )
    driver = open_page(shown)
    content = driver.execute_script(
        "return document.querySelector('.text').textContent"
    )
    assert content == (text if text.strip() else "")
    assert driver.find_element(By.TAG_NAME, "h1").text == HOSTILE
    assert driver.title == HOSTILE
    assert not driver.find_elements(By.TAG_NAME, "img")
    assert [word for word, _ in shares_of(driver)[:50]] == words[:50]
    assert not [
        entry["message"]
        for entry in driver.get_log("browser")
        if entry["level"] == "SEVERE"
    ]


def test_right_to_left_text_runs_from_the_right(open_page):
    driver = open_page(explained(TEXTS["right to left"], {"x": [0.5, 0.5]}))
    first, second = driver.find_elements(By.CSS_SELECTOR, ".word")
    assert first.location["x"] > second.location["x"]


def test_long_texts_with_many_labels_are_switched(open_page):
    rng = np.random.default_rng(0)
    shares = {f"l{i}": rng.dirichlet(np.ones(500)).tolist() for i in range(20)}
    driver = open_page(explained("word " * 500, shares))
    assert len(shares_of(driver)) == 500
    choose(driver, "l19")
    found = [share for _, share in shares_of(driver)]
    np.testing.assert_allclose(found, shares["l19"], atol=1e-4)


def test_tensorboard_switches_document_label_and_step(browser, trained_run):
    folder = trained_run.model_dir / "tensorboard"
    views = {}
    for value in summaries(folder):
        if value.metadata.plugin_data.plugin_name == "axml_attention":
            view = json.loads(value.tensor.string_val[0])
            step = int(value.tag.rpartition("/")[2])
            views[view["title"], step] = view
    names = sorted({name for name, _ in views})
    steps = sorted({step for _, step in views})
    browser.get(f"{launch(folder)}#axml_attention")
    # What is read may be drawn anew meanwhile.
    wait = WebDriverWait(
        browser, 60, ignored_exceptions=[StaleElementReferenceException]
    )
    frame = wait.until(
        lambda driver: driver.find_elements(By.CSS_SELECTOR, "iframe")
    )
    browser.switch_to.frame(frame[0])
    wait.until(lambda driver: driver.find_elements(By.CSS_SELECTOR, ".word"))

    def assert_shown(name, step, label):
        wait.until(
            lambda driver: (
                driver.find_element(By.TAG_NAME, "h1").text == name
                and driver.find_element(By.TAG_NAME, "output").text.startswith(
                    f"{step} "
                )
            )
        )
        view = views[name, step]
        (attention,) = (
            x["attention"] for x in view["labels"] if x["name"] == label
        )
        expected = list(zip(view["words"], attention, strict=True))
        found = shares_of(browser)
        assert [word for word, _ in found] == [word for word, _ in expected]
        np.testing.assert_allclose(
            [share for _, share in found],
            [share for _, share in expected],
            atol=1e-4,
        )

    # It begins with the last step.
    first = views[names[0], steps[-1]]["labels"]
    assert_shown(names[0], steps[-1], first[0]["name"])
    # A true label is one of every step, and stays chosen.
    choose(browser, first[1]["name"])
    assert_shown(names[0], steps[-1], first[1]["name"])
    choose(browser, first[0]["name"])
    slider = browser.find_element(By.CSS_SELECTOR, "input[type=range]")
    slider.send_keys(Keys.HOME)
    assert_shown(names[0], steps[0], first[0]["name"])
    slider.send_keys(Keys.ARROW_RIGHT)
    assert_shown(names[0], steps[1], first[0]["name"])
    _, documents = browser.find_elements(By.TAG_NAME, "select")
    Select(documents).select_by_visible_text(names[3])
    assert_shown(
        names[3], steps[1], views[names[3], steps[1]]["labels"][0]["name"]
    )
