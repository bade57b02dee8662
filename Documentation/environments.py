#!/usr/bin/env python3
"""Draws a picture of every environment with `reverie trace --frame`, after some random actions, and writes Environments.md.

    Documentation/environments.py [NAME...]       pictures of those whose names contain one of NAME (default all); always the page
"""

import json
import pathlib
import random
import subprocess
import sys
import textwrap

ROOT = pathlib.Path(__file__).resolve().parent.parent
REVERIE = ROOT / ".build/release/reverie"
IMAGES = ROOT / "assets/images/environments"
PAGE = ROOT / "Documentation/Environments.md"

# Chapters: a title, the beginning of the names in it, a passage.
CHAPTERS = [
    ("Classic control", ["CartPole", "MountainCar", "Pendulum", "Acrobot"], "Gymnasium's, with the same episodes under the same seed."),
    ("Toy text", ["FrozenLake", "CliffWalking", "Taxi", "Blackjack"], "Gymnasium's, with the same episodes under the same seed."),
    (
        "MinAtar",
        ["MinAtar/"],
        "The five games of [MinAtar](https://arxiv.org/abs/1903.03176) with sticky actions and ramping difficulty: the same\n"
        "episodes as the originals under the same seed. `-v0` has all six actions, `-v1` only those that matter.",
    ),
    (
        "Arcade",
        ["Arcade/"],
        "Games in the style of Atari's, with our own rules and graphics: 210 × 160 pixels in colour, 60 frames per second.\n"
        "`--option preprocess=nature` presents them as in DQN's paper: 84 × 84 grey pixels, stacks of four frames.\n"
        "[Arcade games](Arcade.md) has more.",
    ),
    (
        "Gridworlds",
        ["GridWorld", "grid:", "Maze"],
        "Maps from text files in `assets/maps`; `GridWorld --option map=FILE` plays one of your own. [Grid worlds](GridWorlds.md)\n"
        "has more.",
    ),
    (
        "Memory",
        ["Memory/"],
        "What is observed doesn't say what to do: it has to be remembered. [Worlds that need memory](Memory.md) has more.",
    ),
]

# The seed and the number of actions after which an environment shows what it is about; the others are drawn after 3.
MOMENTS = {
    "CartPole-v1": (3, 12),
    "MountainCar-v0": (3, 60),
    "MountainCarContinuous-v0": (5, 60),
    "Pendulum-v1": (3, 30),
    "Acrobot-v1": (3, 60),
    "Taxi-v4": (3, 0),
    "Blackjack-v1": (6, 0),
    "Arcade/Pong-v0": (3, 200),
    "Arcade/Breakout-v0": (3, 400),
    "Arcade/Freeway-v0": (3, 120),
    "Arcade/SpaceInvaders-v0": (3, 300),
    "Arcade/Honeybee-v0": (3, 200),
    "Memory/TMaze-v0": (3, 0),
    "Memory/RepeatPrevious-v0": (3, 9),
    "MinAtar/Asterix-v0": (3, 60),
    "MinAtar/Breakout-v0": (9, 14),
    "MinAtar/Freeway-v0": (3, 30),
    "MinAtar/Seaquest-v0": (8, 90),
    "MinAtar/SpaceInvaders-v0": (3, 20),
}

# Environments that look like another one.
TWINS = {"CartPole-v0": "CartPole-v1", "CliffWalkingSlippery-v1": "CliffWalking-v1"}

def environments():
    result = subprocess.run([REVERIE, "list", "environments", "--json"], capture_output=True, check=True)
    return json.loads(result.stdout)["environments"]


def shown(name):
    """The name of the environment whose picture it has."""
    if name.startswith("MinAtar/"):
        return name.removesuffix("-v1").removesuffix("-v0") + "-v0"
    return TWINS.get(name, name)


def picture(name):
    return IMAGES / (shown(name).replace("/", "-").replace(":", "-") + ".png")


def actions(environment, seed, count):
    """Lines of actions, each equally likely."""
    drawn = random.Random(seed)
    space = environment["actionSpace"]
    if space.startswith("Discrete"):
        number = int(space.removeprefix("Discrete(").removesuffix(")"))
        return [str(drawn.randrange(number)) for _ in range(count)]
    return [repr(drawn.uniform(-1, 1)) for _ in range(count)]


def draw(environment):
    name = environment["id"]
    seed, count = MOMENTS.get(name, (3, 3))
    command = [REVERIE, "trace", name, "--seed", str(seed), "--actions", "-", "--frame", picture(name), "--force"]
    text = "".join(f"{line}\n" for line in actions(environment, seed, count))
    subprocess.run(command, input=text, text=True, stdout=subprocess.DEVNULL, check=True)
    print(picture(name).relative_to(ROOT))


def entry(environment):
    """One environment's lines of the page."""
    name = environment["id"]
    lines = [f"### {name}", ""]
    if environment.get("actionSpace"):
        lines += [f'<img src="../{picture(name).relative_to(ROOT)}" width="240" alt="{name}">', ""]
    lines.append(environment["summary"][0].upper() + environment["summary"][1:] + ".")
    if environment.get("rewards"):
        lines += textwrap.wrap(f"Rewards: {environment['rewards']}", 120)
    lines.append("")
    if environment.get("actionSpace"):
        named = ", ".join(f"{index} {text}" for index, text in enumerate(environment["actionNames"]))
        lines.append(f"- Observations: `{environment['observationSpace']}`")
        lines.append(f"- Actions: `{environment['actionSpace']}`" + (f": {named}" if named else ""))
    limit, threshold = environment.get("stepLimit"), environment.get("rewardThreshold")
    if limit:
        lines.append(f"- Episodes are truncated after {limit} steps" + (f"; a mean return of {threshold:g} counts as solved" if threshold else ""))
    own = [option for option in environment["options"] if option["name"] not in ("max_episode_steps", "wrap")]
    for option in own:
        usual = f" (default {option['default']})" if option.get("default") else ""
        lines.append(f"- `--option {option['name']}=`: {option['help']}{usual}")
    return lines + [""]


def page(all):
    lines = [
        "# Environments",
        "",
        "Every environment also takes `--option max_episode_steps=N` (-1 for no limit) and `--wrap` (`reverie list wrappers`).",
        "",
        "`Documentation/environments.py` writes this page from `reverie list environments --json`; each picture is drawn by the\n"
        "environment itself.",
        "",
    ]
    for title, prefixes, passage in CHAPTERS:
        lines += [f"## {title}", "", passage, ""]
        for environment in all:
            if any(environment["id"].startswith(prefix) for prefix in prefixes):
                lines += entry(environment)
    return "\n".join(lines)


def main():
    IMAGES.mkdir(parents=True, exist_ok=True)
    all = environments()
    names = sys.argv[1:]
    for environment in all:
        name = environment["id"]
        if environment.get("actionSpace") and shown(name) == name and (not names or any(part in name for part in names)):
            draw(environment)
    PAGE.write_text(page(all))


main()
