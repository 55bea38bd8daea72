"""A library that is missing is one clear line."""

import sys

import pytest

from axml_tf.baselines import extras
from axml_tf.console.errors import UserError


def test_module_is_imported():
    import json.decoder

    assert extras.load("json.decoder") is json.decoder


@pytest.mark.parametrize("module", ["json", "json.decoder"])
def test_library_that_is_missing_is_a_user_error(module, monkeypatch):
    # None in place of a module makes its import fail.
    monkeypatch.setitem(sys.modules, "json", None)
    monkeypatch.delitem(sys.modules, "json.decoder", raising=False)
    with pytest.raises(
        UserError,
        match=r"needs json, which cannot be imported.*"
        r"`pip install 'axml_tf\[baselines\]'`\.$",
    ):
        extras.load(module)
