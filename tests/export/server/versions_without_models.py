"""Folders of versions, and a servable that loads one without a model."""

import os

from axml_tf.console.errors import UserError


class FolderServable:
    """In place of `Servable`: a folder whose file is not `damaged`."""

    def __init__(self, path, name, version):
        content = (path / "saved_model.pb").read_text()
        if content == "damaged":
            raise UserError(f"{path} cannot be loaded (it is damaged).")
        self.name, self.version, self.content = name, version, content


def write_version(folder, number, content="whole", seconds=0):
    """Writes a version, as if changed so many seconds after 1970."""
    path = folder / str(number)
    path.mkdir(parents=True, exist_ok=True)
    (path / "saved_model.pb").write_text(content)
    for changed in (path / "saved_model.pb", path):
        os.utime(changed, (seconds, seconds))
