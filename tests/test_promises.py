"""Every test that BUILD.md names as a proof exists."""

import re
from pathlib import Path

import axml_tf

ROOT = Path(axml_tf.__file__).parents[1]


def test_proofs_of_the_promises_exist():
    text = (ROOT / "BUILD.md").read_text(encoding="utf-8")
    section = text.split("## What is promised")[1].split("\n## ")[0]
    named = set(re.findall(r"`(test_\w+)`", section))
    assert len(named) > 40
    defined = set()
    for path in (ROOT / "tests").rglob("test_*.py"):
        content = path.read_text(encoding="utf-8")
        defined |= set(re.findall(r"^def (test_\w+)", content, re.M))
    assert named <= defined
    files = re.findall(r"`(tests/\S+\.py)`", section)
    assert files and all((ROOT / name).is_file() for name in files)
