"""An explanation as one HTML file that needs nothing else."""

import base64
import hashlib
import html
import json
from pathlib import Path

from axml_tf.inspection.explanation import Explanation

_FOLDER = Path(__file__).parent
_START = """
render(document.getElementById("view"),
  JSON.parse(document.getElementById("data").textContent));
"""


def page(explanation: Explanation) -> str:
    """The page; a browser shows it from a file, without a network.

    What comes from text and labels stands in it as data only. A content
    security policy lets nothing run but the page's own script.
    """
    style = (_FOLDER / "view.css").read_text(encoding="utf-8")
    script = (_FOLDER / "view.js").read_text(encoding="utf-8") + _START
    data = json.dumps(explanation.to_view(), ensure_ascii=True)
    # No end of the script's element can stand in it.
    data = data.replace("<", "\\u003c")
    title = html.escape(explanation.title or "Attention")
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none';
 style-src '{_hash(style)}'; script-src '{_hash(script)}'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{title}</title>
<style>{style}</style>
</head>
<body>
<main id="view"><noscript>This page needs JavaScript.</noscript></main>
<script id="data" type="application/json">{data}</script>
<script type="module">{script}</script>
</body>
</html>
"""


def _hash(content: str) -> str:
    digest = hashlib.sha256(content.encode("utf-8")).digest()
    return f"sha256-{base64.b64encode(digest).decode('ascii')}"
