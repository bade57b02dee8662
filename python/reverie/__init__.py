"""Reverie's environments for Gymnasium.

Importing the package registers every environment under ``Reverie/``, with ``/`` and ``:`` in its id as ``-``::

    import gymnasium, reverie

    environment = gymnasium.make("Reverie/MinAtar-Breakout-v0", render_mode="rgb_array")
    batch = gymnasium.make_vec("Reverie/CartPole-v1", num_envs=1024)
    batch = reverie.VectorEnvironment("MinAtar/Breakout-v0", 1024, copy=False)
"""

from reverie.environment import Environment
from reverie.library import ClosedError, Error, OutOfMemory, environments, version
from reverie.registration import register
from reverie.vector import VectorEnvironment

__version__ = version()
__all__ = [
    "ClosedError", "Environment", "Error", "OutOfMemory", "VectorEnvironment", "environments", "register"
]

register()
