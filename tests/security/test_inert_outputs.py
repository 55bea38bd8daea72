"""What documents, labels and file names say is shown, and does nothing."""

import json
from html.parser import HTMLParser

import numpy as np
import pytest
import requests
import tensorflow as tf
from boards import launch

from axml_tf.evaluation.report import report_html, report_markdown
from axml_tf.evaluation.report.report_parts import Page, Section, Table
from axml_tf.export.describe import describe
from axml_tf.inspection.explanation import Explanation, LabelView
from axml_tf.inspection.page import page
from axml_tf.inspection.tensorboard_plugin import tag_of
from axml_tf.training.board.attention_summaries import _metadata

HOSTILE = [
    "<script>alert(1)</script>",
    "</script><script>alert(1)</script>",
    "</title></style></svg></table><img src=x onerror=alert(1)>",
    "\"><svg onload=alert(1)>",
    "' onmouseover='alert(1)",
    "javascript:alert(1)",
    "[x](javascript:alert(1))",
    "<!--", "]]>", "&lt;script&gt;", "&#x3c;b>",
    "\u2028\u2029\x00\x1b]0;title\x07",
    "\udcff".encode("utf-8", "surrogateescape").decode("utf-8", "replace"),
]  # fmt: skip
ELEMENTS = {
    *("html", "head", "meta", "title", "style", "body", "main", "h1", "h2"),
    *("p", "nav", "ul", "li", "a", "section", "div", "table", "thead"),
    *("tbody", "tr", "th", "td", "strong", "figure", "figcaption"),
    # Of a picture.
    *("svg", "desc", "g", "path", "line", "text", "circle", "rect", "polyline"),
}


class Elements(HTMLParser):
    def __init__(self, content):
        super().__init__(convert_charrefs=True)
        self.elements, self.text = [], []
        self.feed(content)

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.text.append(data)

    def handle_comment(self, data):
        raise AssertionError(f"a comment: {data}")


def report_page(name):
    table = Table(
        caption=name,
        header=[name, name, "figure"],
        rows=[[name, name, "1.00"]],
        num_names=2,
        best={(0, 1)},
    )
    return Page(name, [name], [Section(name, [name], [table])])


@pytest.mark.parametrize("name", HOSTILE)
def test_report_shows_names_and_runs_nothing(name):
    shown = Elements(report_html.render(report_page(name)))
    assert {tag for tag, _ in shown.elements} <= ELEMENTS
    for _, attributes in shown.elements:
        assert not [key for key in attributes if key.startswith("on")]
        assert not {"src", "srcset", "formaction", "xlink:href"} & set(
            attributes
        )
        assert attributes.get("href", "#").startswith("#")
    policy = [
        attributes["content"]
        for _, attributes in shown.elements
        if attributes.get("http-equiv") == "Content-Security-Policy"
    ]
    assert policy == ["default-src 'none'; style-src 'unsafe-inline'"]
    plain = name.replace("\x00", "\N{REPLACEMENT CHARACTER}")
    assert any(plain in text or name in text for text in shown.text)


@pytest.mark.parametrize("name", HOSTILE)
def test_report_in_markdown_holds_no_markup(name):
    text = report_markdown.render(report_page(name))
    for place, mark in enumerate(text):
        if mark in "<[":
            assert text[place - 1] == "\\"


@pytest.mark.parametrize("name", HOSTILE)
def test_page_of_attention_holds_names_as_data(name):
    text = f"a {name}".encode() + b"\xff\xfe"
    label = LabelView(name, 0.5, np.array([1.0]))
    shown = Explanation(text, np.array([0]), np.array([1]), (label,), name)
    found = Elements(page(shown))
    assert [tag for tag, _ in found.elements].count("script") == 2
    assert {tag for tag, _ in found.elements} <= {
        *("html", "head", "meta", "title", "style", "body", "main"),
        *("noscript", "script"),
    }
    for _, attributes in found.elements:
        assert not [key for key in attributes if key.startswith("on")]
    policy = next(
        attributes["content"]
        for _, attributes in found.elements
        if attributes.get("http-equiv") == "Content-Security-Policy"
    )
    assert "default-src 'none'" in policy and "unsafe" not in policy


def test_answer_in_a_terminal_steers_it_not():
    text = b"fish \x1b[2J\x07 quota\x1b]0;x\x07"
    answer = {
        "starts": np.array([0, 5, 11]),
        "ends": np.array([4, 9, 16]),
        "labels": np.array([b"fi\x1b[31msh\r\nx"], object),
        "probabilities": np.array([0.5]),
        "attention": np.array([[0.2, 0.5, 0.3]]),
    }
    for color in (False, True):
        shown = describe(text, answer, 1, color)
        plain = shown.replace("\x1b[1;33m", "").replace("\x1b[0m", "")
        assert plain.replace("\n", "").isprintable()
        assert len(shown.splitlines()) == 2


@pytest.fixture(scope="module")
def board(tmp_path_factory):
    """A TensorBoard of a run that somebody else has written."""
    folder = tmp_path_factory.mktemp("board")
    run = folder / "<img src=x onerror=alert(1)>"
    with tf.summary.create_file_writer(str(run)).as_default():
        for name in HOSTILE[:6]:
            view = json.dumps({"title": name})
            tf.summary.write(tag_of(name, 1), view, 1, _metadata())
        for tag in ("attention/x/nan", "attention/x/-1", "other", "attention/"):
            tf.summary.write(tag, "{}", 1, _metadata())
    return launch(folder)


def test_board_answers_with_data_of_hostile_runs_and_documents(board):
    place = f"{board}data/plugin/axml_attention/"
    answer = requests.get(f"{place}documents", timeout=60)
    ((run, documents),) = answer.json().items()
    assert run == "<img src=x onerror=alert(1)>"
    assert documents == {name: [1] for name in HOSTILE[:6]}
    for name in HOSTILE[:6]:
        views = requests.get(
            f"{place}views",
            {"run": run, "document": name, "steps": "1"},
            timeout=60,
        )
        assert views.json() == {"1": {"title": name}}
        # A browser that is sent there shows text, and runs none of it.
        assert views.headers["Content-Type"].startswith("application/json")
        assert views.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("steps", ["9" * 5000, "1," * 2000, "-1", "1e9"])
def test_board_survives_steps_that_are_none(board, steps):
    answer = requests.get(
        f"{board}data/plugin/axml_attention/views",
        {"run": "x", "document": "y", "steps": steps},
        timeout=60,
    )
    assert answer.status_code == 200
    assert answer.json() == {}
