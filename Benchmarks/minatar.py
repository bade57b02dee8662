#!/usr/bin/env python3
"""Times `reverie train dqn MinAtar/…` and MinAtar's own PyTorch example in turn, the same settings and frames, one thread.

    make build && python3 Benchmarks/minatar.py --example PATH/TO/MinAtar/examples/dqn.py
                                                (with a Python that has torch and minatar)

Both must have made as many updates; that an update is PyTorch's is tested (Tests/AgentsTests/DQNUpdateTests.swift), and that
the games are MinAtar's (Torture/traces.py)."""
import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile

here = pathlib.Path(__file__).parent
reverie = here.parent / ".build/release/reverie"
one_thread = {**os.environ, "OMP_NUM_THREADS": "1"}
games = {
    "asterix": "Asterix", "breakout": "Breakout", "freeway": "Freeway", "seaquest": "Seaquest",
    "space_invaders": "SpaceInvaders",
}

parser = argparse.ArgumentParser()
parser.add_argument("--example", required=True, type=pathlib.Path, help="examples/dqn.py of MinAtar's repository")
parser.add_argument("--game", choices=games, default="breakout")
parser.add_argument("--frames", type=int, default=25_000)
parser.add_argument("--rounds", type=int, default=3)
arguments = parser.parse_args()


def output(*command):
    text = subprocess.run(
        [str(part) for part in command], check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        env=one_thread).stdout
    return json.loads(text.strip().splitlines()[-1])


def ours():
    with tempfile.TemporaryDirectory() as folder:
        return output(
            reverie, "train", "dqn", f"MinAtar/{games[arguments.game]}-v0", "--steps", arguments.frames, "--threads", 1,
            "--run", folder + "/run", "--json")


def peer():
    return output(
        sys.executable, here / "peers/minatar_dqn.py", arguments.example.resolve(), arguments.game, arguments.frames)


pairs = []
for _ in range(arguments.rounds):
    pairs.append((ours(), peer()))
    mine, theirs = pairs[-1]
    print(f"{mine['seconds']:.2f} s, {theirs['seconds']:.2f} s", file=sys.stderr)
    # Theirs learns from the frame on at which the replay is full enough, ours from the one after.
    if abs(mine["updates"] - theirs["updates"]) > 1:
        sys.exit(f"{mine['updates']} updates beside {theirs['updates']}: not the same work")
mine, theirs = (statistics.median(pair[side]["seconds"] for pair in pairs) for side in (0, 1))
print(f"| {arguments.game}, {arguments.frames:,} frames | {mine:.2f} s | {theirs:.2f} s | {theirs / mine:.1f} |")
