#!/usr/bin/env python3
"""Runs `reverie bench` and the peers' scripts, and prints three tables: the times of one thread with the ratios, what
more threads gain, and memory with the first calls.

    make build
    python3 Benchmarks/compare.py --torch torch/bin/python --jax jax/bin/python [NAME...]

with two virtual environments: `pip install torch gymnasium numpy`, and `pip install jax optax gymnax six numpy`. A
round times one row by ours and then by each peer, so that a ratio's two sides are taken within seconds; times and
ratios are medians over the rounds."""
import argparse
import json
import math
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile

here = pathlib.Path(__file__).parent
ours = str(here.parent / ".build/release/reverie")

# How many times as fast as PyTorch or Gymnasium, and as JAX, a row is to be: the project's bars, as ratios.
bars = {
    "infer MLP 4-128-128-2 b1": (11.0, 8.4),
    "DQN step MLP 4-128-128-2 b64 Adam": (5.05, 1.49),
    "DQN step MLP 4-256-256-2 b64 Adam": (2.63, 1.28),
    "DQN step MinAtar conv16-fc128 b32 RMSProp": (2.68, 1.50),
    "DQN step Nature CNN 84x84x4 b32 Adam": (1.58, 1.36),
    "infer Nature CNN b1": (1.53, None),
    "REINFORCE step MLP 4-128-2 T500": (4.81, None),
    "PPO update MLP 4-64-64-2 T2048 b64 x10 Adam": (2.5, 1.5),
    "VAE step 784-400-20 b128 Adam": (1.44, None),
    "GAN step MLP 784 b64 Adam": (1.43, None),
    "DCGAN step 28x28 b64 Adam": (1.15, None),
    "PixelCNN step 28x28 32ch x5 b32 Adam": (1.36, None),
    "GPT step L4 H4 D128 T64 b12 AdamW": (1.27, None),
    "LSTM step 32-128 T32 b16 Adam": (1.23, None),
    "RBM CD-1 784-500 b100": (1.33, None),
    "DDPM step 28x28 UNet 32/64/64 b32 Adam": (1.36, None),
    "matrix product 256^3": (1.02, None),
    "matrix product 1024^3": (1.03, None),
    "CartPole-v1 n=1024": (3.51, 2.44),
    "FrozenLake-v1 n=1024": (181, None),
    "MountainCar-v0 n=1024": (295, None),
    "Acrobot-v1 n=1024": (95.8, None),
    "MinAtar/Asterix-v0 n=1024": (13.9, None),
    "MinAtar/Breakout-v0 n=1024": (10.2, None),
    "MinAtar/Freeway-v0 n=1024": (29.1, None),
    "MinAtar/Seaquest-v0 n=1024": (16.5, None),
    "MinAtar/SpaceInvaders-v0 n=1024": (96.2, None),
    "Arcade/Breakout-v0 preprocessed n=8": (10.5, None),
}


class Side:
    """What times rows: a command and its arguments, for training steps and for environments; and on how many cores."""

    def __init__(self, name, steps, environments, threads=1):
        self.name, self.steps, self.environments, self.threads = name, steps, environments, threads
        self.reasons = {}  # by row, why there is no figure

    def measure(self, row):
        """The result of a row; None where there is none, and a reason."""
        command = self.environments if is_rate(row) else self.steps
        if None in command:
            self.reasons[row] = "no interpreter was given"
        if row in self.reasons:
            return None
        try:
            result = run([*command, row, *self.options()], self.threads).get(row)
        except subprocess.CalledProcessError as error:
            lines = error.stderr.strip().splitlines() or ["it failed"]
            self.reasons[row] = lines[0 if lines[0].startswith("reverie:") else -1]
            return None
        if result is None:
            self.reasons[row] = f"{pathlib.Path(command[1]).name} doesn't have it"
        return result

    def options(self):
        return ["--threads", str(self.threads)] if self.threads > 1 else []


def run(command, threads=1, seconds=None):
    """A command's results by name, on so many of the cores."""
    command = [*pinned(threads), *command, "--json", "--seconds", str(seconds or arguments.seconds)]
    output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return {result["name"]: result for result in json.loads(output)["results"]}


def pinned(threads):
    return ["taskset", "-c", ",".join(cores[:threads])]


def is_rate(row):
    return " n=" in row


def value(result):
    return result.get("microseconds") or result["stepsPerSecond"]


def text(row, number):
    return f"{number:,.0f} steps/s" if is_rate(row) else f"{number:,.1f} µs"


class Measurement:
    """The results of a row, a list of rounds for each side: as many as there were rounds, or none."""

    def __init__(self, row):
        self.row = row
        taken = [*sides, *threaded]
        if is_rate(row):
            taken = [*sides, threaded[0]] if row.endswith("n=1024") else sides
        rounds = [[side.measure(row) for side in taken] for _ in range(arguments.rounds)]
        self.results = {side: [] if None in results else results for side, results in zip(taken, zip(*rounds))}

    def median(self, side, key):
        """Over the rounds; None where the side doesn't tell."""
        numbers = [result[key] for result in self.results[side] if key in result]
        return statistics.median(numbers) if numbers else None

    def time(self, side):
        """The cell of a side's times or rates."""
        numbers = [value(result) for result in self.results[side]]
        return text(self.row, statistics.median(numbers)) if numbers else "–"

    def ratio(self, side, other):
        """How many times as fast a side is as the other; None where one is missing."""
        pairs = [(value(mine), value(theirs)) for mine, theirs in zip(self.results[side], self.results[other])]
        ratios = [mine / theirs if is_rate(self.row) else theirs / mine for mine, theirs in pairs]
        return statistics.median(ratios) if ratios else None

    def floor(self):
        """The time of the floating-point operations alone, and which part of ours that is."""
        flops, own = self.median(torch, "flops"), self.median(reverie, "microseconds")
        if not (flops and own and peak):
            return "–"
        microseconds = flops / peak * 1e6
        return f"{text(self.row, microseconds)} ({microseconds / own:.0%})"

    def speeds(self):
        """The row of the first table."""
        cells = [self.row, self.time(reverie), self.floor()]
        for peer, bar in zip(peers, bars.get(self.row, (None, None))):
            ratio = shown(self.ratio(reverie, peer))
            cells += [self.time(peer), f"{ratio} ({shown(bar)})" if bar and ratio != "–" else ratio]
        return cells

    def speedups(self):
        """The row of the second table."""
        cells = [self.row]
        for one, several in zip((reverie, torch), threaded):
            if several not in self.results:
                continue
            cells += [self.time(several), shown(self.ratio(several, one))]
        return cells

    def beginnings(self):
        """The row of the third table."""
        memory = [shown(self.median(side, "peakBytes"), 1e-6, " MB") for side in (reverie, torch)]
        return [self.row, *memory, *(shown(self.median(side, "firstCallSeconds"), 1e3, " ms") for side in sides)]


def shown(number, scale=1, unit=""):
    """Three digits, or as many as come before the point."""
    if number is None:
        return "–"
    decimals = max(0, 2 - math.floor(math.log10(number * scale)))
    return f"{number * scale:,.{decimals}f}{unit}"


def print_table(headings, rows):
    print("| " + " | ".join(headings) + " |")
    print("|---|" + "--:|" * (len(headings) - 1))
    for cells in rows:
        print("| " + " | ".join(cells) + " |", flush=True)


def measured_peak():
    """The floating-point operations a second that the core can do; None without clang."""
    source = str(here / "peak.c")
    options = ["-O3", "-march=native", "-mprefer-vector-width=512", "-ffp-contract=fast"]
    if not shutil.which("clang"):
        return None
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["clang", *options, source, "-o", folder + "/peak"], check=True)
        command = [*pinned(1), folder + "/peak"]
        return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


parser = argparse.ArgumentParser(description="Compares `reverie bench` with PyTorch, Gymnasium, JAX and gymnax.")
parser.add_argument("names", nargs="*", help="only rows whose name contains one of these")
parser.add_argument("--torch", default=sys.executable, metavar="PYTHON", help="with torch and gymnasium (this one)")
parser.add_argument("--jax", metavar="PYTHON", help="with jax, optax, gymnax and six")
parser.add_argument("--cores", default="0,1", help="of the second table; everything else runs on the first (0,1)")
parser.add_argument("--rounds", type=int, default=3, help="of each row (3)")
parser.add_argument("--seconds", type=float, default=1.0, help="of each timing (1)")
arguments = parser.parse_args()
cores = arguments.cores.split(",")


def peer(name, interpreter, steps, environments, threads=1):
    return Side(name, *([interpreter, str(here / "peers" / script)] for script in (steps, environments)), threads)


reverie = Side("Reverie", [ours, "bench"], [ours, "bench"])
torch = peer("PyTorch, Gymnasium", arguments.torch, "torch_steps.py", "gymnasium_environments.py")
jax = peer("JAX, gymnax", arguments.jax, "jax_steps.py", "gymnax_environments.py")
sides = [reverie, torch, jax]
peers = [torch, jax]
threaded = [
    Side(f"{side.name}, {len(cores)} threads", side.steps, side.environments, len(cores)) for side in (reverie, torch)
]
peak = measured_peak()

measurements = []


def measured():
    """The rows of the first table, as they come."""
    for row in run([ours, "bench", *arguments.names], seconds=0.001):
        measurements.append(Measurement(row))
        yield measurements[-1].speeds()


times = [heading for peer in peers for heading in (peer.name, "times as fast (bar)")]
print_table(["benchmark", "Reverie", "floor (reached)", *times], measured())
if peak:
    print(f"\nThe floor is the products' floating-point operations at {peak / 1e9:.0f} GFLOP/s, what the core can do.")
steps = [measurement for measurement in measurements if not is_rate(measurement.row)]
if steps:
    print()
    gains = [heading for side in threaded for heading in (side.name, "speed-up")]
    print_table(["benchmark", *gains], (step.speedups() for step in steps))
    print()
    first = [f"first call, {name}" for name in ("Reverie", "PyTorch", "JAX")]
    print_table(["benchmark", "memory, Reverie", "memory, PyTorch", *first], (step.beginnings() for step in steps))
batches = [measurement for measurement in measurements if threaded[0] in measurement.results and is_rate(measurement.row)]
if batches:
    print()
    print_table(["environment", threaded[0].name, "speed-up"], (batch.speedups() for batch in batches))
for side in [*sides, *threaded]:
    for reason in dict.fromkeys(side.reasons.values()):
        left = ", ".join(row for row, why in side.reasons.items() if why == reason)
        print(f"\nNo figure of {side.name} for {left}: {reason.rstrip('.')}.")
