"""TensorBoard's page of attention over a training run.

TensorBoard finds it by the entry point in setup.py. Its own text plugin strips
every colour, see https://github.com/tensorflow/tensorboard/issues/1740.
"""

import json
import re
from pathlib import Path
from typing import Any

from tensorboard import plugin_util
from tensorboard.backend import http_util
from tensorboard.data import provider
from tensorboard.plugins import base_plugin
from werkzeug import wrappers

PLUGIN_NAME = "axml_attention"

_FOLDER = Path(__file__).parent
_FILES = {
    "tensorboard.js": "text/javascript",
    "view.js": "text/javascript",
    "view.css": "text/css",
}
# Samples of a tag, of which the last counts.
_DOWNSAMPLE = 10
# Steps are int64.
_STEP = re.compile(r"[0-9]{1,18}")


def tag_of(document_id: str, step: int) -> str:
    """Tag of the summary of a document at a step.

    Each step has a tag of its own: of one tag TensorBoard keeps ten samples,
    drawn at random.
    """
    return f"attention/{document_id}/{step}"


class AttentionPlugin(base_plugin.TBPlugin):
    """Serves what `training/board/attention_summaries.py` has written.

    `documents` gives, by run and document, the steps; `views` gives the
    document's views at all of them, as `view.js` shows them.
    """

    plugin_name = PLUGIN_NAME

    def __init__(self, context: base_plugin.TBContext) -> None:
        self._data = context.data_provider

    def get_plugin_apps(self) -> dict[str, Any]:
        """Routes below data/plugin/axml_attention."""
        return {
            f"/{name}": wrappers.Request.application(answer)
            for name, answer in {
                "documents": self._serve_documents,
                "views": self._serve_views,
                **dict.fromkeys(_FILES, self._serve_file),
            }.items()
        }

    def is_active(self) -> bool:
        """TensorBoard itself looks whether there are summaries."""
        return False

    def frontend_metadata(self) -> base_plugin.FrontendMetadata:
        """An ES module, as it stands: there is nothing to build."""
        return base_plugin.FrontendMetadata(
            es_module_path="/tensorboard.js", tab_name="Attention"
        )

    def _serve_documents(self, request: wrappers.Request) -> wrappers.Response:
        runs = self._data.list_tensors(
            plugin_util.context(request.environ),
            experiment_id=plugin_util.experiment_id(request.environ),
            plugin_name=PLUGIN_NAME,
        )
        answer = {run: _steps_of_documents(tags) for run, tags in runs.items()}
        return http_util.Respond(request, answer, "application/json")

    def _serve_views(self, request: wrappers.Request) -> wrappers.Response:
        run = request.args.get("run", "")
        document = request.args.get("document", "")
        steps = _integers(request.args.get("steps", ""))
        found = self._data.read_tensors(
            plugin_util.context(request.environ),
            experiment_id=plugin_util.experiment_id(request.environ),
            plugin_name=PLUGIN_NAME,
            run_tag_filter=provider.RunTagFilter(
                [run], [tag_of(document, step) for step in steps]
            ),
            downsample=_DOWNSAMPLE,
        ).get(run, {})
        answer = {
            step: json.loads(found[tag_of(document, step)][-1].numpy.item())
            for step in steps
            if found.get(tag_of(document, step))
        }
        return http_util.Respond(request, answer, "application/json")

    def _serve_file(self, request: wrappers.Request) -> wrappers.Response:
        name = request.path.rpartition("/")[2]
        content = (_FOLDER / name).read_bytes()
        return http_util.Respond(request, content, _FILES[name])


def _steps_of_documents(tags: dict[str, Any]) -> dict[str, list[int]]:
    steps: dict[str, list[int]] = {}
    for tag in tags:
        name, _, step = tag.removeprefix("attention/").rpartition("/")
        for number in _integers(step):
            steps.setdefault(name, []).append(number)
    return {name: sorted(steps[name]) for name in sorted(steps)}


def _integers(text: str) -> list[int]:
    return [int(part) for part in text.split(",") if _STEP.fullmatch(part)]
