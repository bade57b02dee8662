#!/usr/bin/env python3
"""Kills children of the bridge to Gymnasium at random moments, from their start on, and then the parent; and plays
environments that break every rule they can.

When a child is killed, the parent must say which environment's process it was and end by itself in time. A hostile
environment must be played or reported, in time and with an exit code of its own. No process may be left behind.

    make python
    Torture/bridge.py [KILLS]        KILLS kills of each kind and KILLS hostile environments (default 50, and all)
"""
import functools
import os
import pathlib
import random
import signal
import subprocess
import sys
import tempfile
import time

root = pathlib.Path(__file__).resolve().parent.parent
reverie = root / ".build/release/reverie"
python = root / ".build/python/bin/python3"
kills = int(sys.argv[1]) if len(sys.argv) > 1 else 50
random.seed(int(os.environ.get("SEED", "1")))
LIMIT = 60


def children(parent):
    """The parent's children that play environments."""
    found = []
    for status in pathlib.Path("/proc").glob("[0-9]*/status"):
        try:
            fields = dict(line.split(":\t", 1) for line in status.read_text().splitlines() if ":\t" in line)
            command = (status.parent / "cmdline").read_bytes()
        except (OSError, ProcessLookupError):
            continue
        if int(fields["PPid"]) == parent and b"gym:" in command and not fields["State"].startswith("Z"):
            found.append(int(status.parent.name))
    return found


def is_there(process):
    try:
        return not pathlib.Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] in "ZX"
    except OSError:
        return False


def wait_until(condition, what):
    end = time.monotonic() + LIMIT
    while not condition():
        if time.monotonic() > end:
            sys.exit(f"not within {LIMIT} s: {what}")
        time.sleep(0.005)


def play(folder):
    command = [
        reverie, "train", "random", "gym:CartPole-v1", "--steps", "1000000000", "--environments", "4",
        "--preset", "none", "--option", "children=2", "--run", f"{folder}/run", "--force",
    ]
    return subprocess.Popen(
        command, env={**os.environ, "REVERIE_PYTHON": str(python)}, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)


def kill_child(folder, number):
    parent = play(folder)
    wait_until(lambda: len(children(parent.pid)) == 2 or parent.poll() is not None, "two children")
    processes = children(parent.pid)
    time.sleep(random.uniform(0, 2))
    victim = random.choice(processes)
    os.kill(victim, signal.SIGKILL)
    try:
        _, errors = parent.communicate(timeout=LIMIT)
    except subprocess.TimeoutExpired:
        sys.exit(f"kill {number}: the parent continued for {LIMIT} s after {victim} was killed")
    lines = [line for line in errors.decode().splitlines() if line.startswith("reverie: ")]
    report = lines[-1] if lines else errors.decode()
    if parent.returncode != 74 or "was killed by signal 9 (Killed)" not in report or "environment" not in report:
        sys.exit(f"kill {number}: exit code {parent.returncode}, and: {report}")
    wait_until(lambda: not any(map(is_there, processes)), f"the end of {processes}")
    return report


def kill_parent(folder):
    parent = play(folder)
    # Also while the second child is being started.
    wait_until(lambda: len(children(parent.pid)) >= random.choice([1, 2]), "children")
    time.sleep(random.choice([0, random.uniform(0, 2)]))
    processes = children(parent.pid)
    parent.kill()
    parent.communicate()
    wait_until(lambda: not any(map(is_there, processes)), f"the end of {processes} after their parent's")


FIXTURES = root / "Tests/Fixtures/GymnasiumBridge"
# Played, a return that is no number, a fault in the environment, an environment that can't be used, no picture.
CODES = {0, 1, 64, 69, 74}


@functools.cache
def hostile_kinds():
    command = [python, "-c", "import hostile; print(*hostile.kinds(), sep='\\n')"]
    return subprocess.run(command, cwd=FIXTURES, check=True, capture_output=True, text=True).stdout.split()


def play_hostile(folder, kind, words):
    """Plays a hostile environment by a command, which must end by itself."""
    name = kind.replace(":", "-")
    files = {"RUN": f"{folder}/{name}-run", "ROLLOUTS": f"{folder}/{name}.npz", "FILM": f"{folder}/{name}.gif"}
    words = [files.get(word, word) for word in words.split()]
    options = ["--option", f"kind={kind}", "--option", "timeout=2", "--option", "start-timeout=20"]
    options += ["--option", "children=1"]
    environment = {**os.environ, "REVERIE_PYTHON": str(python), "PYTHONPATH": str(FIXTURES)}
    parent = subprocess.Popen(
        [reverie, *words, *options], env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, cwd=folder)
    try:
        _, errors = parent.communicate(timeout=LIMIT)
    except subprocess.TimeoutExpired:
        sys.exit(f"{kind}: '{' '.join(words)}' continued for {LIMIT} s")
    report = errors.decode(errors="replace")
    if parent.returncode not in CODES or (parent.returncode != 0 and "reverie: " not in report):
        sys.exit(f"{kind}: '{' '.join(words)}' ended with exit code {parent.returncode}, and: {report[-2000:]}")
    return parent.returncode


def play_all_hostile(folder, count):
    kinds = hostile_kinds()
    chosen = kinds if count >= len(kinds) else random.sample(kinds, count)
    commands = [
        "train random gym:hostile:Hostile-v0 --preset none --steps 60 --run RUN --force",
        "record gym:hostile:Hostile-v0 --episodes 2 --to ROLLOUTS --video FILM",
    ]
    codes = [play_hostile(folder, kind, command) for kind in chosen for command in commands]
    learned = "train q-learning gym:hostile:Hostile-v0 --preset none --steps 60 --run RUN --force"
    codes += [play_hostile(folder, kind, learned) for kind in chosen if "space" in kind]
    played = sum(code == 0 for code in codes)
    count = f"{len(chosen)} of {len(kinds)} hostile environments"
    print(f"{count}: {played} commands played them, {len(codes) - played} said why not")


with tempfile.TemporaryDirectory() as folder:
    reports = [kill_child(folder, number) for number in range(1, kills + 1)]
    print(f"{kills} children killed, each reported, such as: {reports[-1]}")
    for _ in range(kills):
        kill_parent(folder)
    print(f"{kills} parents killed, no child left behind")
    play_all_hostile(folder, kills if kills < 50 else 1 << 20)
