"""The page's routes, asked of a real TensorBoard."""

import json

import pytest
import requests
import tensorflow as tf
from boards import launch
from summary_files import summaries


@pytest.fixture(scope="module")
def folder(trained_run):
    return trained_run.model_dir / "tensorboard"


@pytest.fixture(scope="module")
def url(folder):
    return launch(folder)


def get(url, path, **query):
    answer = requests.get(
        f"{url}data/plugin/axml_attention/{path}", query, timeout=60
    )
    assert answer.status_code == 200
    return answer


def written(folder):
    """Views by document and step, as they stand in the file."""
    views = {}
    for value in summaries(folder):
        if value.metadata.plugin_data.plugin_name == "axml_attention":
            view = json.loads(tf.make_ndarray(value.tensor).item())
            step = value.tag.rpartition("/")[2]
            views.setdefault(view["title"], {})[step] = view
    return views


def test_installing_the_package_installs_the_page(url):
    listing = requests.get(f"{url}data/plugins_listing", timeout=60).json()
    entry = listing["axml_attention"]
    assert entry["enabled"] and entry["tab_name"] == "Attention"
    module = entry["loading_mechanism"]["module_path"]
    script = requests.get(url.rstrip("/") + module, timeout=60)
    assert script.headers["Content-Type"].startswith("text/javascript")
    assert b"export async function render" in script.content


def test_every_document_has_every_step(url, folder):
    expected = written(folder)
    assert len(expected) == 5
    assert {len(steps) for steps in expected.values()} == {4}
    (documents,) = get(url, "documents").json().values()
    assert documents == {
        name: sorted(map(int, steps)) for name, steps in expected.items()
    }


def test_views_are_what_was_written(url, folder):
    for name, views in written(folder).items():
        steps = ",".join(views)
        answer = get(url, "views", run=".", document=name, steps=steps)
        assert answer.json() == views


@pytest.mark.parametrize(
    "query",
    [
        {},
        {"run": "no run", "document": "d", "steps": "1"},
        {"run": ".", "document": "no document", "steps": "1"},
        {"run": ".", "document": "d", "steps": "one,,-3,\u00b2"},
    ],
)
def test_what_is_not_there_is_an_empty_answer(url, query):
    assert get(url, "views", **query).json() == {}


@pytest.mark.parametrize("name", ["view.js", "view.css", "tensorboard.js"])
def test_the_pages_own_files_are_served_and_no_others(url, name):
    assert get(url, name).content
    base = f"{url}data/plugin/axml_attention/"
    for other in ("explanation.py", "../page.py", "view.js/../page.py"):
        assert requests.get(base + other, timeout=60).status_code == 404
