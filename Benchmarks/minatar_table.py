#!/usr/bin/env python3
"""Prints MinAtar's table from run folders of 5 M frames: the mean return of the episodes that ended in the last 100,000
frames, as they were played in training, beside the figures of Young and Tian's deep Q-network or actor-critic.

    python3 Benchmarks/minatar_table.py RUN...

Their figures are read off the curves that they published (within 2 %): of the deep Q-network with the best learning rate of each
game, and with the default of 2.5e-4, which is also ours; of the actor-critic with its only one. Those of Seaquest belong to the rules of
MinAtar 1.0.10, and are shown only beside runs by these rules (`--option oxygen_flash=true`)."""
import csv
import json
import pathlib
import statistics
import sys
import tomllib

last = 100_000
# By agent: with the best learning rate, and with the default.
papers = {
    "dqn": {
        "Asterix": (16.6, 12), "Breakout": (10.1, 9), "Freeway": (50.1, 49), "Seaquest of 1.0.10": (19.8, 16.5),
        "SpaceInvaders": (43.8, 45),
    },
    "actor-critic": {
        "Asterix": ("–", 18.5), "Breakout": ("–", 17.2), "Freeway": ("–", 47.4), "Seaquest of 1.0.10": ("–", 14.2),
        "SpaceInvaders": ("–", 179),
    },
}

print("| game | seed | frames | return | paper, default learning rate | ratio | paper, best learning rate |")
print("|---|--:|--:|--:|--:|--:|--:|")
rows = []
for folder in map(pathlib.Path, sys.argv[1:]):
    configuration = tomllib.loads((folder / "config.toml").read_text())
    game = configuration["environment"].removeprefix("MinAtar/").removesuffix("-v0")
    if configuration.get("environmentOptions", {}).get("oxygen_flash") == "true":
        game += " of 1.0.10"
    if not (folder / "summary.json").exists():
        sys.exit(f"{folder} isn't finished")
    frames = json.loads((folder / "summary.json").read_text())["steps"]
    with open(folder / "episodes.csv") as file:
        returns = [float(row["return"]) for row in csv.DictReader(file) if int(row["step"]) > frames - last]
    mean = statistics.mean(returns)
    paper = papers.get(configuration["agent"], {})
    best, default = paper.get(game, ("–", "–"))
    share = f"{mean / default:.0%}" if game in paper else "–"
    rows.append((game, configuration["seed"], f"{frames:,}", f"{mean:.1f}", default, share, best))
for row in sorted(rows):
    print(f"| {' | '.join(map(str, row))} |")
