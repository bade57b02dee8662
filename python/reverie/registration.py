"""Registers every environment under a name that Gymnasium accepts."""

import gymnasium

from reverie.library import catalog


def gymnasium_id(name):
    """`Reverie/MinAtar-Breakout-v0` for `MinAtar/Breakout-v0`."""
    return "Reverie/" + name.replace("/", "-").replace(":", "-")


def register():
    """Registers all environments; calling it again does no harm."""
    for entry in catalog():
        if gymnasium_id(entry["id"]) not in gymnasium.registry:
            gymnasium.register(
                gymnasium_id(entry["id"]),
                "reverie.environment:RegisteredEnvironment",
                reward_threshold=entry["rewardThreshold"],
                max_episode_steps=entry["stepLimit"],
                vector_entry_point="reverie.vector:VectorEnvironment",
                kwargs={"name": entry["id"]},
            )
