import base64
import hashlib
import json
from html.parser import HTMLParser

import numpy as np
import pytest

from axml_tf.inspection.explanation import Explanation, LabelView
from axml_tf.inspection.page import page

HOSTILE = (
    "</script><script>alert(1)</script> <img src=x onerror=alert(2)> &amp;"
)


class Elements(HTMLParser):
    """Elements of a page: name, attributes, content."""

    def __init__(self, text):
        super().__init__()
        self.found = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.found.append([tag, dict(attrs), ""])

    def handle_endtag(self, tag):
        self.found.append(["", {}, ""])

    def handle_data(self, data):
        if self.found:
            self.found[-1][2] += data

    def named(self, tag):
        return [element for element in self.found if element[0] == tag]


def explanation(text: bytes, title="", label="x"):
    label = LabelView(label, 0.5, np.array([1.0]))
    return Explanation(text, np.array([0]), np.array([1]), (label,), title)


def test_text_title_and_labels_are_data_and_nothing_else():
    text = ("a " + HOSTILE).encode()
    elements = Elements(page(explanation(text, HOSTILE, HOSTILE)))
    assert {tag for tag, *_ in elements.found if tag} == {
        *("html", "head", "meta", "title", "style"),
        *("body", "main", "noscript", "script"),
    }
    data, script = elements.named("script")
    assert data[1]["type"] == "application/json"
    view = json.loads(data[2])
    assert view["gaps"][1] == " " + HOSTILE
    assert view["title"] == view["labels"][0]["name"] == HOSTILE
    assert "alert" not in script[2]


def test_policy_lets_the_pages_own_script_and_style_in_and_no_other():
    elements = Elements(page(explanation(b"a")))
    (policy,) = (
        attributes["content"]
        for _, attributes, _ in elements.named("meta")
        if attributes.get("http-equiv") == "Content-Security-Policy"
    )
    allowed = dict(part.split(maxsplit=1) for part in policy.split(";"))
    assert allowed["default-src"] == "'none'"
    for kind, content in (
        ("script", elements.named("script")[1][2]),
        ("style", elements.named("style")[0][2]),
    ):
        digest = hashlib.sha256(content.encode()).digest()
        sha = f"'sha256-{base64.b64encode(digest).decode()}'"
        assert allowed[f"{kind}-src"] == sha


@pytest.mark.parametrize(
    "text", [b"", b"x", b"\xff", "שלום עולם 😀".encode(), b"word " * 200_000]
)
def test_any_text_has_a_page(text):
    shown = Explanation(text, np.array([], int), np.array([], int), ())
    (data, _) = Elements(page(shown)).named("script")
    assert "".join(json.loads(data[2])["gaps"]) == text.decode(
        "utf-8", "replace"
    )
