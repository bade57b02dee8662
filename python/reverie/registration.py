"""Registers every environment under a name that Gymnasium accepts."""

import gymnasium

from reverie.library import environments


def gymnasium_id(name):
    """`Reverie/MinAtar-Breakout-v0` for `MinAtar/Breakout-v0`."""
    return "Reverie/" + name.replace("/", "-").replace(":", "-")


def register():
    """Registers all environments; calling it again does no harm."""
    for name in environments():
        if gymnasium_id(name) not in gymnasium.registry:
            gymnasium.register(
                gymnasium_id(name),
                "reverie.environment:Environment",
                vector_entry_point="reverie.vector:VectorEnvironment",
                kwargs={"name": name},
            )
