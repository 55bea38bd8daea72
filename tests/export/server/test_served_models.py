"""Models by name, without a model in them."""

import asyncio
import logging
from concurrent.futures import ThreadPoolExecutor

import pytest
from tensorflow_serving.apis import model_pb2
from versions_without_models import FolderServable, write_version

from axml_tf.console.errors import UserError
from axml_tf.export.server import model_versions
from axml_tf.export.server.request_errors import RequestError
from axml_tf.export.server.served_config import ServedConfig
from axml_tf.export.server.served_models import Models


@pytest.fixture
def make(monkeypatch):
    """A function of what gives the configuration to the models."""
    monkeypatch.setattr(model_versions, "Servable", FolderServable)
    with ThreadPoolExecutor(1) as executor:
        yield lambda read: Models(read, executor)


def spec(name, version=None, label=""):
    made = model_pb2.ModelSpec(name=name, version_label=label)
    if version is not None:
        made.version.value = version
    return made


def test_models_come_and_go_with_the_configuration(make, tmp_path):
    write_version(tmp_path / "a", 1)
    write_version(tmp_path / "b", 5)
    a = ServedConfig("a", tmp_path / "a", labels={"stable": 1})
    b = ServedConfig("b", tmp_path / "b")
    configs = [a]
    models = make(lambda: configs)
    asyncio.run(models.update())
    servable = models.servable(spec("a"))
    assert (servable.name, servable.version) == ("a", 1)
    assert models.servable(spec("a", 1)) is servable
    assert models.servable(spec("a", label="stable")) is servable
    with pytest.raises(RequestError, match=r"Latest\(b\)"):
        models.servable(spec("b"))
    configs[:] = [a._replace(labels={"canary": 1}), b]
    asyncio.run(models.update())
    # What is loaded stays loaded; the labels are the new ones.
    assert models.servable(spec("a", label="canary")) is servable
    with pytest.raises(RequestError, match="label: stable"):
        models.servable(spec("a", label="stable"))
    assert models.servable(spec("b")).version == 5
    configs[:] = [b]
    asyncio.run(models.update())
    with pytest.raises(RequestError, match=r"Latest\(a\)") as error:
        models.statuses(spec("a"))
    assert error.value.http_status == 404


def test_request_without_a_name_is_refused(make):
    with pytest.raises(RequestError, match="name the model") as error:
        make(lambda: []).servable(spec(""))
    assert error.value.http_status == 400


def test_states_are_of_all_versions_of_one_or_of_a_label(make, tmp_path):
    write_version(tmp_path, 1)
    write_version(tmp_path, 2)
    config = ServedConfig("a", tmp_path, num_versions=0, labels={"old": 1})
    models = make(lambda: [config])
    asyncio.run(models.update())

    def numbers(spec):
        return [status.version for status in models.statuses(spec)]

    assert numbers(spec("a")) == [2, 1]
    assert numbers(spec("a", 2)) == [2]
    assert numbers(spec("a", label="old")) == [1]


def test_models_that_cannot_be_asked_say_why(make, tmp_path):
    write_version(tmp_path / "a", 1)
    configs = [
        ServedConfig("a", tmp_path / "a"),
        ServedConfig("b", tmp_path / "b"),
    ]
    models = make(lambda: configs)
    asyncio.run(models.update())
    (why,) = models.unavailable()
    assert why.startswith(f"{tmp_path}/b holds no exported model")


def test_error_of_an_update_is_logged_and_the_next_one_is_made(make, caplog):
    calls = []

    def read():
        calls.append(len(calls))
        raise [UserError("bad file"), OSError("no file")][len(calls) % 2]

    async def scenario():
        updating = asyncio.create_task(make(read).keep_updating(0.001))
        while len(calls) < 4:
            await asyncio.sleep(0.001)
        updating.cancel()

    with caplog.at_level(logging.ERROR, "axml_serve"):
        asyncio.run(asyncio.wait_for(scenario(), 10))
    assert {record.message for record in caplog.records} == {
        "bad file",
        "no file",
    }
