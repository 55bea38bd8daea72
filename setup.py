"""Packaging of axml_tf."""

import pathlib
import re

from setuptools import find_packages, setup

_ROOT = pathlib.Path(__file__).parent
_VERSION = re.search(
    r'__version__ = "(.+)"', (_ROOT / "axml_tf/console/version.py").read_text()
)[1]

_BESIDE = ["data_prep", "data_prep.*", "export", "export.*"]

# Module of axml_tf.commands, by what follows "axml-".
_PROGRAMS = {
    "baseline": "baseline",
    "check-parity": "check_parity",
    "check-token-ids": "check_token_ids",
    "client": "client",
    "consensus": "consensus",
    "debian-packages": "debian_packages",
    "evaluate": "evaluate",
    "export": "export",
    "features": "features",
    "generated-corpus": "generated_corpus",
    "inspect": "inspect_attention",
    "measure-labels": "measure_labels",
    "predict": "predict",
    "predict-text": "predict_text",
    "prepare": "prepare",
    "report": "report",
    "serve": "serve",
    "train": "train",
}

# The embedded server, its client, and warm-up requests in an export.
_SERVING = [
    "aiohttp>=3.14,<4",
    "grpcio>=1.66,<2",
    "prometheus_client>=0.20,<1",
    "requests>=2.31,<3",
    "tensorflow-serving-api>=2.20,<2.22",
]

# The systems to compare with that are not neural.
_BASELINES = [
    "joblib>=1.3,<2",
    "omikuji>=0.5.2,<0.6",
    "scikit-learn>=1.5,<2",
]

setup(
    name="axml_tf",
    version=_VERSION,
    description=(
        "AttentionXML in TensorFlow: extreme multi-label text "
        "classification, from raw text to a served answer"
    ),
    long_description=(_ROOT / "README.md").read_text(encoding="utf-8"),
    long_description_content_type="text/markdown",
    license="Apache-2.0",
    # data_prep and export stand beside axml_tf in the sources and below it
    # when installed: their own names are anybody's.
    packages=[
        *find_packages(include=["axml_tf", "axml_tf.*"]),
        *(f"axml_tf.{name}" for name in find_packages(include=_BESIDE)),
    ],
    package_dir={
        "axml_tf.data_prep": "data_prep",
        "axml_tf.export": "export",
    },
    package_data={
        "axml_tf": ["configs/*.flags", "py.typed"],
        "axml_tf.evaluation.report": ["*.css"],
        "axml_tf.export": ["serving/*"],
        "axml_tf.inspection": ["*.css", "*.js"],
    },
    python_requires=">=3.10",
    install_requires=[
        "absl-py>=2.1,<3",
        "keras>=3.10,<4",
        "numpy>=1.26,<3",
        "pillow>=11,<14",
        "scipy>=1.11,<2",
        "tensorboard>=2.20,<2.22",
        # Both are built against one another: their minor versions go
        # together.
        "tensorflow>=2.20,<2.22",
        "tensorflow-text>=2.20,<2.22",
        "tqdm>=4.66,<5",
    ],
    extras_require={
        "serving": _SERVING,
        "baselines": _BASELINES,
        # tests/fuzz/coverage_guided.py.
        "fuzz": [*_SERVING, "atheris>=3,<4"],
        "test": [
            *_SERVING,
            *_BASELINES,
            "build>=1.2,<2",
            "hypothesis>=6.130,<7",
            "mypy>=2,<3",
            "pytest>=8,<10",
            "pytest-xdist>=3.6,<4",
            "pyyaml>=6,<7",
            "ruff>=0.14,<1",
            "selenium>=4.25,<5",
            # tests/test_packaging.py builds without an isolated environment.
            "setuptools>=68",
            "types-PyYAML>=6",
            "wheel>=0.43",
        ],
    },
    entry_points={
        "console_scripts": [
            f"axml-{name} = axml_tf.commands.{module}:run"
            for name, module in _PROGRAMS.items()
        ],
        # TensorBoard's page of attention.
        "tensorboard_plugins": [
            "axml_attention"
            " = axml_tf.inspection.tensorboard_plugin:AttentionPlugin",
        ],
    },
)
