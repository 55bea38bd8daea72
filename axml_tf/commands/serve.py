"""Serves exported models by TensorFlow Serving's own API.

    axml-serve --model_base_path=OUTPUT/axml

gRPC (PredictionService, ModelService) and REST (/v1/models/axml:predict, ...)
as the real server has them: the same clients and addresses work with both. It
is for development, tests and small installations; for more there is
TensorFlow Serving, and `export/serving/` has the files to start it with.

Needs the extra [serving].
"""

import asyncio
import functools
import logging
import sys
from pathlib import Path

from absl import flags

from axml_tf.console import errors
from axml_tf.console.errors import UserError
from axml_tf.export.server.limits import Limits


def main(argv: list[str]) -> None:
    """Serves what the flags name."""
    values = flags.FLAGS
    try:
        from axml_tf.export.server import batching, batching_file, lifetime
        from axml_tf.export.server import served_models as models
    except ModuleNotFoundError as error:
        raise UserError(
            f"{error.name} is missing: pip install 'axml_tf[serving]'."
        ) from error
    if bool(values.model_base_path) == bool(values.model_config_file):
        raise UserError("Give either --model_base_path or --model_config_file.")
    logging.basicConfig(
        stream=sys.stderr, format="%(asctime)s %(levelname)s %(message)s"
    )
    logging.getLogger("axml_serve").setLevel(logging.INFO)
    if values.model_config_file:
        read = functools.partial(models.read_config, values.model_config_file)
    else:
        config = models.ModelConfig(
            values.model_name, Path(values.model_base_path)
        )

        def read():
            return [config]

    def started(grpc_port: int, rest_port: int) -> None:
        print(
            f"Serving on {values.host}: gRPC port {grpc_port}, REST port "
            f"{rest_port}. Ctrl-C ends it.",
            flush=True,
        )

    parameters = None
    if values.batching and values.batching_parameters_file:
        parameters = batching_file.read_batching(
            values.batching_parameters_file
        )
    elif values.batching:
        parameters = batching.BatchingParameters()
    asyncio.run(
        lifetime.serve(
            read,
            values.host,
            values.grpc_port,
            values.rest_port,
            parameters,
            parameters.num_batch_threads if parameters else values.num_threads,
            Limits(**{name: values[name].value for name in Limits._fields}),
            values.file_system_poll_wait_seconds,
            started,
        )
    )


def run() -> None:
    """Runs this module as a command."""
    flags.DEFINE_string(
        "model_base_path", None, "Folder of all exported versions."
    )
    flags.DEFINE_string("model_name", "axml", "Name of the model in requests.")
    flags.DEFINE_string(
        "model_config_file",
        None,
        "Models to serve instead, as TensorFlow Serving takes them.",
    )
    flags.DEFINE_string(
        "host",
        "127.0.0.1",
        "Address to listen on. Others than this machine's own let everybody "
        "in: there are no passwords.",
    )
    flags.DEFINE_integer("grpc_port", 8500, "0: any that is free; -1: none.")
    flags.DEFINE_integer("rest_port", 8501, "0: any that is free; -1: none.")
    flags.DEFINE_bool("batching", False, "Put concurrent requests together.")
    flags.DEFINE_string(
        "batching_parameters_file",
        None,
        "When a batch goes, as TensorFlow Serving takes it; with --batching.",
    )
    flags.DEFINE_integer(
        "num_threads",
        4,
        "Requests worked on at once, without --batching.",
        lower_bound=1,
    )
    flags.DEFINE_float(
        "file_system_poll_wait_seconds",
        1.0,
        "Seconds between looks for new versions.",
        lower_bound=0.05,
    )
    _define_limits()
    errors.run(main)


def _define_limits() -> None:
    counts = {
        "max_request_bytes": "Bytes of a request, at most.",
        "max_request_rows": "Texts, or other rows, of a request, at most.",
        "max_requests": (
            "Requests under way or waiting, at most; others are turned away."
        ),
        "max_connections": (
            "Connections of each port, at most; others are turned away."
        ),
    }
    times = {
        "read_timeout_seconds": (
            "Seconds that the body of a request may take to come."
        ),
        "idle_timeout_seconds": (
            "Seconds that a connection may be open without a request."
        ),
        "request_timeout_seconds": (
            "Seconds until a request is answered, or given up."
        ),
    }
    defaults = Limits()._asdict()
    for name, text in counts.items():
        flags.DEFINE_integer(name, defaults[name], text, lower_bound=1)
    for name, text in times.items():
        flags.DEFINE_float(name, defaults[name], text, lower_bound=0.001)
