"""What TensorFlow Serving is started with, read by its own protos."""

import re
from pathlib import Path

import pytest
import yaml
from google.protobuf import text_format

from axml_tf.export.server import metrics
from axml_tf.export.server.batching_parameters import (
    BatchingParameters,
    read_batching,
)

FOLDER = Path(__file__).parents[2] / "export/serving"


def parse(name, message):
    return text_format.Parse((FOLDER / name).read_text("utf-8"), message)


def flags_of(arguments) -> dict[str, str]:
    return dict(
        argument.removeprefix("--").split("=", 1) for argument in arguments
    )


@pytest.fixture
def compose():
    text = (FOLDER / "docker-compose.yaml").read_text("utf-8")
    return yaml.safe_load(text)["services"]["serving"]


@pytest.fixture
def pod():
    text = (FOLDER / "kubernetes.yaml").read_text("utf-8")
    deployment, service = yaml.safe_load_all(text)
    assert service["kind"] == "Service"
    template = deployment["spec"]["template"]
    assert service["spec"]["selector"] == template["metadata"]["labels"]
    return template["spec"]


def test_models_config_names_versions_stable_and_canary():
    from tensorflow_serving.config import model_server_config_pb2

    config = parse("models.config", model_server_config_pb2.ModelServerConfig())
    (model,) = config.model_config_list.config
    assert model.model_platform == "tensorflow"
    # Nothing but the first export is needed for the first start.
    assert dict(model.version_labels) == {"stable": 1, "canary": 1}
    assert model.model_version_policy.latest.num_versions == 2


def test_batching_parameters_are_read_as_they_are():
    # The message is not among those of tensorflow-serving-api.
    parameters = read_batching(FOLDER / "batching_parameters.txt")
    assert parameters == BatchingParameters(
        max_batch_size=16,
        batch_timeout_micros=2000,
        num_batch_threads=2,
        max_enqueued_batches=64,
    )


def test_monitoring_is_at_the_usual_path():
    # Nor is this one.
    text = (FOLDER / "monitoring.config").read_text("utf-8")
    assert f'path: "{metrics.PATH}"' in text


def test_both_deployments_start_the_same_server(compose, pod):
    (container,) = pod["containers"]
    assert compose["entrypoint"] == container["command"]
    flags = flags_of(compose["command"])
    assert flags == flags_of(container["args"])
    for name in (
        *("model_config_file", "batching_parameters_file"),
        "monitoring_config_file",
    ):
        folder, _, file = flags[name].rpartition("/")
        assert folder == "/config"
        assert (FOLDER / file).is_file()
    image = re.sub(r"\$\{\w+:-(.+)\}", r"\1", compose["image"])
    assert image == container["image"]


def test_container_is_not_root_and_writes_nothing(compose, pod):
    (container,) = pod["containers"]
    assert compose["user"].split(":")[0] != "0"
    assert compose["read_only"]
    assert all(volume.endswith(":ro") for volume in compose["volumes"])
    assert all(port.startswith("127.0.0.1:") for port in compose["ports"])
    assert pod["securityContext"]["runAsNonRoot"]
    assert container["securityContext"]["readOnlyRootFilesystem"]
    assert all(mount["readOnly"] for mount in container["volumeMounts"])
    for probe in ("startupProbe", "readinessProbe", "livenessProbe"):
        assert probe in container
    assert "healthcheck" in compose
