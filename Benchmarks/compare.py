#!/usr/bin/env python3
"""Runs `reverie bench` and the peers' scripts in turn, and prints one table with the ratios.

    make build && python3 Benchmarks/compare.py        (with a Python that has torch and gymnasium)

Each round runs ours, then the peers'; the medians over the rounds are compared."""
import json
import pathlib
import statistics
import subprocess
import sys

here = pathlib.Path(__file__).parent
ours = [str(here.parent / ".build/release/reverie"), "bench", "--json"]
peers = [[sys.executable, str(here / "peers" / name), "--json"] for name in ("torch_steps.py", "environments.py")]
rounds = 3


def results(command):
    output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return {r["name"]: r.get("microseconds", r.get("stepsPerSecond")) for r in json.loads(output)["results"]}


mine, theirs = {}, {}
for _ in range(rounds):
    for name, value in results(ours).items():
        mine.setdefault(name, []).append(value)
    for command in peers:
        for name, value in results(command).items():
            theirs.setdefault(name, []).append(value)

print("| benchmark | Reverie | PyTorch, Gymnasium | times as fast |\n|---|--:|--:|--:|")
for name, values in mine.items():
    own, is_rate = statistics.median(values), " n=" in name
    text = f"{own:,.0f} steps/s" if is_rate else f"{own:,.1f} µs"
    if name not in theirs:
        print(f"| {name} | {text} | – | – |")
        continue
    peer = statistics.median(theirs[name])
    other = f"{peer:,.0f} steps/s" if is_rate else f"{peer:,.1f} µs"
    print(f"| {name} | {text} | {other} | {own / peer if is_rate else peer / own:.1f} |")
