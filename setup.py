"""Packaging of tf_dyngen; `requirements.lock` holds the exact versions."""

import pathlib
import re

import setuptools
from setuptools.command import build_py

ROOT = pathlib.Path(__file__).parent
INIT = (ROOT / "tf_dyngen" / "__init__.py").read_text(encoding="utf-8")
# In a wheel, a top-level `datasets` would overwrite the Hugging Face package of that name.
DATA_SETS = "tf_dyngen.data_sets"
BUILDERS = [DATA_SETS, *(f"{DATA_SETS}.{name}" for name in setuptools.find_packages("datasets"))]


class BuildWithoutTests(build_py.build_py):
    """Leaves out the tests that lie beside the builders of data sets."""

    def find_package_modules(self, package, package_dir):
        """Returns (package, module, file) of what is installed."""
        found = super().find_package_modules(package, package_dir)
        return [module for module in found if not module[1].endswith("_test")]


setuptools.setup(
    name="tf_dyngen",
    version=re.search(r'__version__ = "(.+)"', INIT)[1],
    description="Dynamic generator model: learn moving textures and actions from video",
    long_description=(ROOT / "README.md").read_text(encoding="utf-8"),
    long_description_content_type="text/markdown",
    author="The tf_dyngen authors",
    license="MIT",
    license_files=["LICENSE"],
    keywords=["dynamic textures", "video synthesis", "generative models", "TensorFlow", "Keras"],
    classifiers=[
        "Development Status :: 4 - Beta",
        "Environment :: Console",
        "Intended Audience :: Developers",
        "Intended Audience :: Science/Research",
        "Operating System :: MacOS",
        "Operating System :: POSIX :: Linux",
        "Programming Language :: Python :: 3",
        "Programming Language :: Python :: 3.11",
        "Programming Language :: Python :: 3.12",
        "Programming Language :: Python :: 3.13",
        "Topic :: Multimedia :: Video",
        "Topic :: Scientific/Engineering :: Artificial Intelligence",
        "Topic :: Scientific/Engineering :: Image Processing",
        "Typing :: Typed",
    ],
    python_requires=">=3.11,<3.14",
    packages=[
        *setuptools.find_packages(include=["launch", "tf_dyngen", "tf_dyngen.*"]),
        *BUILDERS,
    ],
    package_dir={DATA_SETS: "datasets"},
    cmdclass={"build_py": BuildWithoutTests},
    entry_points={"console_scripts": ["dyngen = launch.dyngen:dispatch"]},
    package_data={
        "tf_dyngen": ["py.typed"],
        **{name: ["*.bib", "*.md", "*.tsv", "*.txt"] for name in BUILDERS[1:]},
        "tf_dyngen.evaluation": ["report_page/*"],
        "tf_dyngen.export": ["player_page/*", "templates/*.md"],
        "tf_dyngen.studio": ["page/*"],
        "tf_dyngen.tasks": ["batch_page/*"],
    },
    install_requires=[
        "absl-py>=2.1,<3",
        "av>=14.2,<19",
        "filelock>=4,<5",
        "grpcio>=1.70,<2",
        "imageio>=2.36,<3",
        "imageio-ffmpeg>=0.5,<1",
        "importlib_resources>=6",  # TFDS imports it without declaring it
        "jinja2>=3.1,<4",
        "keras>=3.15,<3.16",
        "markupsafe>=3,<4",
        "matplotlib>=3.10,<4",
        "numpy>=2.0,<3",
        "pillow>=11,<13",
        "psutil>=6,<8",
        "requests>=2.32,<3",
        "scikit-image>=0.25,<1",
        "scipy>=1.14,<2",
        "tenacity>=9,<10",
        "tensorboard>=2.19,<3",  # tf.summary needs it; TensorFlow does not declare it
        "tensorflow>=2.21,<2.22",
        "tensorflow-datasets>=4.9.9,<4.10",
        "tensorflow-serving-api>=2.19,<3",
        "tqdm>=4.66,<5",
    ],
    extras_require={
        # To prepare data sets: the `tfds` command does not start without either.
        "data": [
            "apache-beam>=2.65,<3",
            "mlcroissant>=1,<2",
        ],
        # The live page.
        "studio": [
            "anyio>=4.16,<5",
            "starlette>=1.10,<2",
            "uvicorn>=0.54,<1",
            "websockets>=17,<18",
        ],
        "dev": [
            "dill>=0.3",  # tfds.testing imports it without declaring it
            "httpx2>=2,<3",  # starlette's TestClient needs it
            "pre-commit>=4,<5",
            "pyright[nodejs]>=1.1.400,<2",
            "pytest>=8,<10",
            "pytest-xdist>=3.6,<4",
            "ruff>=0.9,<1",
            "selenium>=4.50,<5",
        ],
    },
)
