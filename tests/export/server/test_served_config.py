from pathlib import Path

import pytest

from axml_tf.console.errors import UserError
from axml_tf.export.server.served_config import ServedConfig, read_config


def make_versions(folder, *names):
    for name in names:
        (folder / name).mkdir()
        (folder / name / "saved_model.pb").touch()


@pytest.mark.parametrize(
    ("options", "wanted"),
    [
        ({}, [10]),
        ({"num_versions": 2}, [9, 10]),
        ({"num_versions": 7}, [2, 9, 10]),
        ({"num_versions": 0}, [2, 9, 10]),
        ({"versions": (2, 3)}, [2]),
    ],
)
def test_newest_or_named_versions_are_wanted(tmp_path, options, wanted):
    make_versions(tmp_path, "2", "9", "10", "temporary")
    (tmp_path / "11").mkdir()  # On its way.
    assert ServedConfig("axml", tmp_path, **options).wanted() == wanted


def test_no_folder_is_no_version(tmp_path):
    assert ServedConfig("axml", tmp_path / "missing").wanted() == []


def read(folder, text):
    path = folder / "models.config"
    path.write_text(text)
    return read_config(path)


def test_every_policy_and_labels_are_read(tmp_path):
    text = """
    model_config_list {
      config { name: "a" base_path: "/a" }
      config {
        name: "b" base_path: "/b"
        model_version_policy { latest { num_versions: 3 } }
        version_labels { key: "stable" value: 4 }
      }
      config {
        name: "c" base_path: "/c" model_version_policy { all {} }
      }
      config {
        name: "d" base_path: "/d"
        model_version_policy { specific { versions: 5 versions: 7 } }
      }
    }
    """
    assert read(tmp_path, text) == [
        ServedConfig("a", Path("/a"), 1, (), {}),
        ServedConfig("b", Path("/b"), 3, (), {"stable": 4}),
        ServedConfig("c", Path("/c"), 0, (), {}),
        ServedConfig("d", Path("/d"), 1, (5, 7), {}),
    ]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("what is this", "is no ModelServerConfig of TensorFlow Serving"),
        ("", "expected models of different names"),
        (
            'model_config_list { config { name: "a" } }',
            "every model needs a name and base_path",
        ),
        (
            'model_config_list { config { name: "a" base_path: "/a" } '
            'config { name: "a" base_path: "/b" } }',
            "expected models of different names",
        ),
    ],
)
def test_a_malformed_file_is_refused(tmp_path, text, words):
    with pytest.raises(UserError, match=words):
        read(tmp_path, text)


def test_bytes_that_are_no_text_are_refused(tmp_path):
    (tmp_path / "models.config").write_bytes(b"\xff")
    with pytest.raises(UserError, match="is no ModelServerConfig"):
        read_config(tmp_path / "models.config")
