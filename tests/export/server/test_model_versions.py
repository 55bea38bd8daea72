"""Versions that come and go, without a model in them."""

import asyncio
import shutil
from concurrent.futures import ThreadPoolExecutor

import pytest
from versions_without_models import FolderServable, write_version

from axml_tf.export.server import model_versions
from axml_tf.export.server.model_versions import ModelVersions, State
from axml_tf.export.server.request_errors import RequestError
from axml_tf.export.server.served_config import ServedConfig


@pytest.fixture
def make(monkeypatch, tmp_path):
    """A function of a config's options to the model of the folder."""
    monkeypatch.setattr(model_versions, "Servable", FolderServable)
    with ThreadPoolExecutor(1) as executor:
        yield lambda **options: ModelVersions(
            ServedConfig("axml", tmp_path, **options), executor
        )


def update(model):
    asyncio.run(model.update())


def states(model):
    return {x.version: State.Name(x.state) for x in model.statuses(None)}


def test_newest_version_takes_the_place_of_the_one_before(make, tmp_path):
    model = make()
    update(model)
    assert not model.is_available
    assert model.reason() == (
        f"{tmp_path} holds no exported model. Make one with axml-export."
    )
    write_version(tmp_path, 1)
    update(model)
    assert model.is_available
    assert model.servable(None, "").version == 1
    write_version(tmp_path, 2)
    update(model)
    assert model.servable(None, "").version == 2
    with pytest.raises(RequestError, match=r"Specific\(axml, 1\)") as error:
        model.servable(1, "")
    assert error.value.http_status == 404
    assert states(model) == {2: "AVAILABLE", 1: "END"}
    assert list(states(model)) == [2, 1]  # Newest first.


def test_damaged_version_changes_nothing_until_its_files_change(make, tmp_path):
    model = make()
    write_version(tmp_path, 1)
    write_version(tmp_path, 2, "damaged", seconds=100)
    # Both are wanted while the second is not there as it should be.
    write_version(tmp_path, 2, "damaged", seconds=100)
    model.config = model.config._replace(num_versions=2)
    update(model)
    assert model.servable(None, "").version == 1
    assert states(model) == {2: "END", 1: "AVAILABLE"}
    (status,) = model.statuses(2)
    assert status.status.error_message.endswith("loaded (it is damaged).")
    # Not tried again: it was changed no later.
    write_version(tmp_path, 2, seconds=100)
    update(model)
    assert states(model)[2] == "END"
    write_version(tmp_path, 2, seconds=200)
    update(model)
    assert model.servable(None, "").version == 2
    (status,) = model.statuses(2)
    assert (status.state, status.status.error_message) == (State.AVAILABLE, "")


def test_last_version_stays_where_the_next_cannot_be_loaded(make, tmp_path):
    model = make()
    write_version(tmp_path, 1)
    update(model)
    write_version(tmp_path, 2, "damaged")
    update(model)
    assert model.servable(None, "").version == 1
    shutil.rmtree(tmp_path / "1")
    shutil.rmtree(tmp_path / "2")
    update(model)
    assert model.servable(None, "").version == 1


def test_reason_is_why_each_version_cannot_be_loaded(make, tmp_path):
    model = make(num_versions=0)
    write_version(tmp_path, 1, "damaged")
    write_version(tmp_path, 2, "damaged")
    update(model)
    assert model.reason() == (
        f"{tmp_path}/1 cannot be loaded (it is damaged).; "
        f"{tmp_path}/2 cannot be loaded (it is damaged)."
    )


def test_labels_name_versions(make, tmp_path):
    model = make(num_versions=2, labels={"stable": 1, "canary": 3})
    write_version(tmp_path, 1)
    write_version(tmp_path, 2)
    update(model)
    assert model.servable(None, "stable").version == 1
    with pytest.raises(RequestError, match=r"Specific\(axml, 3\)"):
        model.servable(None, "canary")
    with pytest.raises(RequestError, match="label: beta") as error:
        model.servable(None, "beta")
    assert error.value.http_status == 400


def test_version_that_never_was_has_no_state(make, tmp_path):
    model = make()
    with pytest.raises(RequestError, match=r"Latest\(axml\)"):
        model.servable(None, "")
    with pytest.raises(
        RequestError, match="not find version 7 of model axml"
    ) as error:
        model.statuses(7)
    assert error.value.http_status == 404
    assert model.statuses(None) == []
