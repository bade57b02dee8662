#!/usr/bin/env python3
"""Runs `reverie bench` and the peers' scripts on one core, and prints one table with the ratios.

    make build
    python3 Benchmarks/compare.py --torch torch/bin/python --jax jax/bin/python [NAME...]

with two virtual environments: `pip install torch gymnasium numpy`, and `pip install jax optax gymnax six numpy`. A
round times one row by ours and then by each peer, so that a ratio's two sides are taken within seconds; times and
ratios are medians over the rounds."""
import argparse
import json
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
    "DQN step MLP 4-128-128-2 b64 Adam": (5.1, 1.5),
    "DQN step MLP 4-256-256-2 b64 Adam": (2.6, 1.3),
    "REINFORCE step MLP 4-128-2 T500": (4.8, None),
    "VAE step 784-400-20 b128 Adam": (1.4, None),
    "CartPole-v1 n=1024": (3.5, 2.4),
}


class Peer:
    """One column: an interpreter, and its scripts for training steps and for environments."""

    def __init__(self, name, interpreter, steps, environments):
        self.name, self.interpreter, self.steps, self.environments = name, interpreter, steps, environments
        self.reasons = {}  # by row, why there is no figure

    def measure(self, row):
        """The result of a row; None where there is none, and a reason."""
        script = self.environments if is_rate(row) else self.steps
        if self.interpreter is None:
            self.reasons[row] = "no interpreter was given"
        if row in self.reasons:
            return None
        try:
            result = run([self.interpreter, str(here / "peers" / script), row]).get(row)
        except subprocess.CalledProcessError as error:
            self.reasons[row] = f"{script}: {(error.stderr.strip() or 'it failed').splitlines()[-1]}"
            return None
        if result is None:
            self.reasons[row] = f"{script} doesn't have it"
        return result


def run(command, seconds=None):
    """A command's results by name, on the core."""
    command = [*on_core, *command, "--json", "--seconds", str(seconds or arguments.seconds)]
    output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return {result["name"]: result for result in json.loads(output)["results"]}


def is_rate(row):
    return " n=" in row


def value(result):
    return result.get("microseconds") or result["stepsPerSecond"]


def text(row, number):
    return f"{number:,.0f} steps/s" if is_rate(row) else f"{number:,.1f} µs"


def measured(row):
    """The cells of a row: ours, the floor, then each peer's figure and ratio."""
    own, theirs = [], [[] for _ in peers]
    for _ in range(arguments.rounds):
        own.append(value(run([ours, "bench", row])[row]))
        for results, peer in zip(theirs, peers):
            results += filter(None, [peer.measure(row)])
    flops = next((results[0]["flops"] for results in theirs if results and "flops" in results[0]), None)
    cells = [row, text(row, statistics.median(own)), text(row, flops / peak * 1e6) if flops and peak else "–"]
    for results, bar in zip(theirs, bars.get(row, (None, None))):
        numbers = [value(result) for result in results]
        cells += compared(row, own, numbers, bar) if len(numbers) == arguments.rounds else ["–", "–"]
    return cells


def compared(row, own, theirs, bar):
    """A peer's figure, and how many times as fast ours is, with the bar."""
    ratios = [mine / other if is_rate(row) else other / mine for mine, other in zip(own, theirs)]
    ratio = f"{statistics.median(ratios):.1f}"
    return [text(row, statistics.median(theirs)), f"{ratio} ({bar})" if bar else ratio]


def measured_peak():
    """The floating-point operations a second that the core can do; None without clang."""
    source = str(here / "peak.c")
    options = ["-O3", "-march=native", "-mprefer-vector-width=512", "-ffp-contract=fast"]
    if not shutil.which("clang"):
        return None
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["clang", *options, source, "-o", folder + "/peak"], check=True)
        return float(subprocess.run([*on_core, folder + "/peak"], check=True, capture_output=True, text=True).stdout)


parser = argparse.ArgumentParser(description="Compares `reverie bench` with PyTorch, Gymnasium, JAX and gymnax.")
parser.add_argument("names", nargs="*", help="only rows whose name contains one of these")
parser.add_argument("--torch", default=sys.executable, metavar="PYTHON", help="with torch and gymnasium (this one)")
parser.add_argument("--jax", metavar="PYTHON", help="with jax, optax, gymnax and six")
parser.add_argument("--core", type=int, default=0, help="that everything runs on (0)")
parser.add_argument("--rounds", type=int, default=3, help="of each row (3)")
parser.add_argument("--seconds", type=float, default=1.0, help="of each timing (1)")
arguments = parser.parse_args()
on_core = ["taskset", "-c", str(arguments.core)]
peers = [
    Peer("PyTorch, Gymnasium", arguments.torch, "torch_steps.py", "gymnasium_environments.py"),
    Peer("JAX, gymnax", arguments.jax, "jax_steps.py", "gymnax_environments.py"),
]
peak = measured_peak()
rows = list(run([ours, "bench", *arguments.names], seconds=0.001))

print("| benchmark | Reverie | floor |" + "".join(f" {peer.name} | times as fast (bar) |" for peer in peers))
print("|---|--:|--:|" + "--:|--:|" * len(peers))
for row in rows:
    print("| " + " | ".join(measured(row)) + " |", flush=True)
if peak:
    print(f"\nThe floor is the products' floating-point operations at {peak / 1e9:.0f} GFLOP/s, what the core can do.")
for peer in peers:
    for reason in dict.fromkeys(peer.reasons.values()):
        left = ", ".join(row for row, why in peer.reasons.items() if why == reason)
        print(f"\nNo figure of {peer.name} for {left}: {reason}.")
