#!/usr/bin/env python3
"""Times two builds of Reverie against each other: every row of `reverie bench`, in alternation, on one thread.

    python3 Benchmarks/versus.py OLD/.build/release/reverie NEW/.build/release/reverie [NAME...] [--rounds 3]

Prints a Markdown table of medians over the rounds; the ratio is that of speeds, above 1 where the new build is faster.
"""
import argparse
import json
import pathlib
import statistics
import subprocess
import sys

FOLDER = 3  # a binary lies in FOLDER/.build/release


def names(binary):
    """The rows that both builds have, by a run that times each for a moment."""
    return [result["name"] for result in bench(binary, [], seconds=0.01)]


def bench(binary, rows, seconds):
    path = pathlib.Path(binary).resolve()
    command = [path, "bench", *rows, "--threads", "1", "--seconds", str(seconds), "--json"]
    output = subprocess.run(
        command, cwd=path.parents[FOLDER - 1], check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    return json.loads(output.stdout)["results"]


def measure(binary, row):
    """The row's speed: steps a second, or runs a second."""
    result = next(result for result in bench(binary, [row], seconds=0.7) if result["name"] == row)
    return result.get("stepsPerSecond") or 1e6 / result["microseconds"]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("old")
    parser.add_argument("new")
    parser.add_argument("rows", nargs="*")
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_intermixed_args()
    rows = arguments.rows or [name for name in names(arguments.old) if "n=1 " not in name + " "]
    print("| | old, per second | new, per second | new : old |\n|---|--:|--:|--:|", flush=True)
    for row in rows:
        pairs = [(measure(arguments.old, row), measure(arguments.new, row)) for _ in range(arguments.rounds)]
        old, new = (statistics.median(side) for side in zip(*pairs))
        ratio = statistics.median(new / old for old, new in pairs)
        print(f"| {row} | {old:,.0f} | {new:,.0f} | {ratio:.2f} |", flush=True)


if __name__ == "__main__":
    sys.exit(main())
