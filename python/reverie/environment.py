"""One environment as a `gymnasium.Env`."""

import copy

import gymnasium
import numpy

from reverie import spaces
from reverie.library import Batch, Closed, Error


def mask_array(bits, count):
    """Converts masks (...) of bits to (..., count) zeros and ones, as in Gymnasium."""
    return (bits[..., None] >> numpy.arange(count, dtype=numpy.uint64) & numpy.uint64(1)).astype(numpy.int8)


class Environment(gymnasium.Env):
    """One of Reverie's environments; `reverie list environments ID` shows its `options`.

    Episodes are truncated by its own time limit; a step after the end raises an error. A copy, or what is pickled,
    continues exactly as this one would.
    """

    metadata = {"render_modes": ["rgb_array"], "render_fps": 30}

    def __init__(self, name, render_mode=None, **options):
        if render_mode not in (None, "rgb_array"):
            raise Error(f"{name} supports render_mode='rgb_array', not {render_mode!r}")
        self._name = name
        self._batch = Batch(name, 1, "disabled", options)
        description = self._batch.description
        self.observation_space = spaces.space(description["observationSpace"])
        self.action_space = spaces.space(description["actionSpace"])
        self.metadata = {**self.metadata, "render_fps": description["framesPerSecond"]}
        self.render_mode = render_mode

    def reset(self, *, seed=None, options=None):
        """Starts an episode; an environment takes its options when it is made, not here."""
        if options:
            raise Error(f"{self._name} takes its options when it is made, not in reset: {', '.join(options)}")
        super().reset(seed=seed)
        self._batch.reset([seed])
        return self._observation(), self._info()

    def step(self, action):
        """Plays a step."""
        batch = self._batch
        batch.act([action] if isinstance(action, (int, float)) else numpy.asarray(action)[None])
        batch.step()
        return (
            self._observation(),
            float(batch.rewards[0]),
            bool(batch.terminated[0]),
            bool(batch.truncated[0]),
            self._info(),
        )

    def render(self):
        """A picture (height, width, 3) of the state, if render_mode is rgb_array; otherwise None."""
        draw = self._batch.draw
        return draw() if self.render_mode == "rgb_array" else None

    def close(self):
        """Frees the environment's memory, once nothing refers to its arrays; it can't be used any more."""
        self._batch = Closed(self._name)

    def save(self):
        """Returns the whole state as bytes."""
        return self._batch.save()

    def restore(self, state):
        """Restores a saved state, from which the environment continues exactly."""
        self._batch.restore(state)

    def __copy__(self):
        # Two environments that share their state would be one.
        return copy.deepcopy(self)

    def _observation(self):
        return spaces.member(self.observation_space, self._batch.observations[0])

    def _info(self):
        masks = self._batch.action_masks
        return {} if masks is None else {"action_mask": mask_array(masks, self.action_space.n)[0]}


class RegisteredEnvironment(Environment):
    """An environment as `gymnasium.make` makes it, which truncates episodes itself, by its wrapper `TimeLimit`."""

    def __init__(self, name, render_mode=None, **options):
        # The library's own wrappers may need its limit.
        limit = {} if "wrap" in options else {"max_episode_steps": -1}
        super().__init__(name, render_mode, **{**limit, **options})
