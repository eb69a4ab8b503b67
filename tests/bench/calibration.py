"""python -m tests.bench.calibration [--seeds N]

Simulates panels whose truth is known, and prints for each world how often the raw and
the calibrated mean choose the best 15 of 60 cases, and what the 90 % bounds cover.
"""

import argparse
import json
import time

from tests.reviews.test_calibration import WORLDS, simulate


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.calibration")
    parser.add_argument("--seeds", type=int, default=200)
    seeds = parser.parse_args().seeds
    for name, (how, better_by) in WORLDS.items():
        began = time.process_time()
        raw, calibrated, covered = simulate(how, seeds)
        found = {
            "world": name,
            "raw": round(raw, 3),
            "calibrated": round(calibrated, 3),
            "gain": round(calibrated - raw, 3),
            "wanted": better_by,
            "covered": round(covered, 3),
            "cpu_s": round(time.process_time() - began, 1),
        }
        print(json.dumps(found), flush=True)


if __name__ == "__main__":
    main()
