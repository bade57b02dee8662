"""Copies the built library and the maps into the package."""

import pathlib
import shutil

from setuptools import Distribution, setup
from setuptools.command.build_py import build_py

ROOT = pathlib.Path(__file__).resolve().parent.parent
LIBRARY = ROOT / ".build/release/libReverie.so"


class BuildWithLibrary(build_py):
    def run(self):
        super().run()
        if not LIBRARY.exists():
            raise SystemExit(f"{LIBRARY} is missing: run 'make build' in {ROOT} first")
        package = pathlib.Path(self.build_lib) / "reverie"
        if not self.editable_mode:
            shutil.copy2(LIBRARY, package / LIBRARY.name)
            shutil.copytree(ROOT / "assets/maps", package / "assets/maps", dirs_exist_ok=True)


class BinaryDistribution(Distribution):
    def has_ext_modules(self):
        return True


setup(cmdclass={"build_py": BuildWithLibrary}, distclass=BinaryDistribution)
