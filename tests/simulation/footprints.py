"""`python -m tests.simulation.footprints SEED…` prints the footprint of each world, one a line; what was found, on stderr."""

from __future__ import annotations

import shutil
import sys

from tests.simulation.memory import fast_folder
from tests.simulation.test_simulation import lived


def main(seeds: list[str]) -> None:
    folder = fast_folder()
    try:
        for seed in seeds:
            findings, footprint = lived(int(seed), folder)
            print(footprint)
            print("\n".join(findings), file=sys.stderr, end="")
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main(sys.argv[1:])
