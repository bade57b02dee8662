#!/usr/bin/env python3
"""Times whole trainings with PPO on a batch of CartPoles, ours and JAX in turn, the same settings and steps, learning
included; and how many of a training's floating-point operations each makes per second.

    make build && python3 Benchmarks/policies.py --jax jax/bin/python [--environments N] [--cores 0,1]

Networks of 4-64-64 with tanh, one each for the policy and the value, windows of 128 steps, 4 epochs of 4 minibatches.
JAX's time leaves out compiling and a first run; ours is that of the command. Both print the mean return at the end."""
import argparse
import json
import pathlib
import statistics
import subprocess
import sys
import tempfile

here = pathlib.Path(__file__).parent
reverie = here.parent / ".build/release/reverie"

parser = argparse.ArgumentParser()
parser.add_argument("--jax", default=sys.executable, metavar="PYTHON", help="with jax (this one)")
parser.add_argument("--environments", type=int, default=1024)
parser.add_argument("--window", type=int, default=128, help="steps of an environment (128)")
parser.add_argument("--windows", type=int, default=16)
parser.add_argument("--rounds", type=int, default=3)
parser.add_argument("--cores", default="0,1", help="of both sides (0,1)")
parser.add_argument("--shuffle", choices=("rows", "environments"), default="environments",
                    help="what JAX shuffles into minibatches (environments, which is faster)")
arguments = parser.parse_args()
rows = arguments.environments * arguments.window
settings = {
    "windowSteps": arguments.window, "minibatchSize": rows // 4, "epochs": 4, "learningRate": 2e-3, "discount": 0.99,
    "lambda": 0.95, "clip": 0.2, "hiddenSizes": "[64, 64]",
}


def output(*command):
    pinned = ["taskset", "-c", arguments.cores, *(str(part) for part in command)]
    text = subprocess.run(pinned, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True).stdout
    return json.loads(text)


def ours(seed):
    sets = [part for name, value in settings.items() for part in ("--set", f"{name}={value}")]
    with tempfile.TemporaryDirectory() as folder:
        return output(
            reverie, "train", "ppo", "CartPole-v1", "--preset", "none", "--environments", arguments.environments,
            "--steps", rows * arguments.windows, "--seed", seed, "--threads", len(arguments.cores.split(",")), *sets,
            "--run", folder + "/run", "--json")


def peer(seed):
    return output(
        arguments.jax, here / "peers/jax_ppo.py", "--environments", arguments.environments, "--window",
        arguments.window, "--windows", arguments.windows, "--shuffle", arguments.shuffle, "--seed", seed, "--json")


# Products of a row: forward for both networks; backward twice that, less the gradient of the observations.
forward = 2 * (2 * (4 * 64 + 64 * 64) + 64 * (2 + 1))
backward = 2 * forward - 2 * 2 * 4 * 64
flops = forward + 4 * (forward + backward)

names, results = ("Reverie", "JAX"), []
for seed in range(arguments.rounds):
    results.append((ours(seed), peer(seed)))
    for name, result in zip(names, results[-1]):
        assert result["steps"] == rows * arguments.windows, f"{name}: {result['steps']} steps"
        rate = result["steps"] / result["seconds"]
        print(f"{name}: {rate:,.0f} steps/s, mean return {result['meanReturn']:.0f}", file=sys.stderr)
print(f"| | steps/s | GFLOP/s | mean return at step {rows * arguments.windows:,} |\n|---|--:|--:|--:|")
for side, name in enumerate(names):
    rate = statistics.median(pair[side]["steps"] / pair[side]["seconds"] for pair in results)
    returns = ", ".join(f"{pair[side]['meanReturn']:.0f}" for pair in results)
    print(f"| {name} | {rate:,.0f} | {rate * flops / 1e9:.0f} | {returns} |")
ratio = statistics.median(theirs["seconds"] / mine["seconds"] for mine, theirs in results)
print(f"\n{ratio:.2f} times as fast.")
