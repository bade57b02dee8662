"""n environments as a `gymnasium.vector.VectorEnv` over one buffer that the library shares with NumPy."""

import copy as copying

import numpy
from gymnasium.spaces import Box
from gymnasium.vector import AutoresetMode, VectorEnv
from gymnasium.vector.utils import batch_space

from reverie import spaces
from reverie.environment import mask_array
from reverie.library import Batch, Closed, Error

_MODES = {
    AutoresetMode.SAME_STEP: "same_step",
    AutoresetMode.NEXT_STEP: "next_step",
    AutoresetMode.DISABLED: "disabled",
}


class VectorEnvironment(VectorEnv):
    """`num_envs` of one of Reverie's environments, seeded as Gymnasium does.

    With `copy=False` observations, rewards and flags are views of the library's buffers, overwritten by the next step.
    A copy of it, or what is pickled, continues exactly as this one would.
    """

    def __init__(
        self, name, num_envs=1, autoreset_mode=AutoresetMode.NEXT_STEP, copy=True, render_mode=None, **options
    ):
        if render_mode not in (None, "rgb_array"):
            raise Error(f"{name} supports render_mode='rgb_array', not {render_mode!r}")
        mode = AutoresetMode(autoreset_mode)
        self._batch = Batch(name, num_envs, _MODES[mode], options)
        description = self._batch.description
        self.num_envs = num_envs
        self.render_mode = render_mode
        self.metadata = {
            "autoreset_mode": mode, "render_modes": ["rgb_array"], "render_fps": description["framesPerSecond"]
        }
        self.single_observation_space = spaces.space(description["observationSpace"])
        self.single_action_space = spaces.space(description["actionSpace"])
        self.observation_space = batch_space(self.single_observation_space, num_envs)
        self.action_space = batch_space(self.single_action_space, num_envs)
        self._name, self._copy, self._mode = name, copy, mode

    def reset(self, *, seed=None, options=None):
        """Starts episodes in all environments, or in those that `options["reset_mask"]` selects.

        Environment i is seeded with `seed + i`.
        """
        options = dict(options or {})
        mask = options.pop("reset_mask", None)
        if options:
            raise Error(f"{self._name} takes its options when it is made, not in reset: {', '.join(options)}")
        if mask is not None:
            shape, kind = getattr(mask, "shape", None), getattr(mask, "dtype", None)
            if shape != (self.num_envs,) or kind != numpy.bool_ or not mask.any():
                raise Error(f"reset_mask must be an array of {self.num_envs} booleans, at least one of them true")
        self._batch.reset(self._seeds(seed), mask)
        return self._observations(), self._infos(numpy.ones(self.num_envs, bool) if mask is None else mask)

    def step(self, actions):
        """Plays one step in each environment."""
        batch = self._batch
        batch.act(actions)
        batch.step()
        results = [batch.rewards, batch.terminated, batch.truncated]
        if self._copy:
            results = [array.copy() for array in results]
        infos = self._infos()
        if self._mode == AutoresetMode.SAME_STEP:
            self._add_final(infos)
        return self._observations(), *results, infos

    def render(self):
        """A picture (height, width, 3) of each environment, if render_mode is rgb_array; otherwise None."""
        draw = self._batch.draw
        return tuple(map(draw, range(self.num_envs))) if self.render_mode == "rgb_array" else None

    def close_extras(self, **_):
        """Frees the memory, once nothing refers to its arrays; the environments can't be used any more."""
        self._batch = Closed(self._name)

    def save(self, index):
        """Returns the whole state of one environment as bytes."""
        return self._batch.save(index)

    def restore(self, state, index):
        """Restores a saved state of one environment, from which it continues exactly."""
        self._batch.restore(state, index)

    def __copy__(self):
        # Two vector environments that share their state would be one.
        return copying.deepcopy(self)

    def _seeds(self, seed):
        if seed is None:
            return None
        if isinstance(seed, (int, numpy.integer)):
            return [int(seed) + index for index in range(self.num_envs)]
        if len(seed) != self.num_envs:
            raise Error(f"expected {self.num_envs} seeds, one per environment, found {len(seed)}")
        return list(seed)

    def _observations(self):
        rows = self._batch.observations
        return spaces.members(self.single_observation_space, rows.copy() if self._copy else rows)

    def _infos(self, who=None):
        masks = self._batch.action_masks
        if masks is None:
            return {}
        flags = mask_array(masks, self.single_action_space.n)
        who = numpy.ones(self.num_envs, bool) if who is None else who
        return {"action_mask": flags, "_action_mask": who.copy()}

    def _add_final(self, infos):
        """Adds the last observations and infos of the episodes that ended, as Gymnasium does."""
        ended = self._batch.terminated | self._batch.truncated
        places = ended.nonzero()[0]
        if not len(places):
            return
        final = numpy.full(self.num_envs, None)
        rows = self._batch.final_observations[places]
        of = self.single_observation_space
        # Rows of a box are already its members.
        last = spaces.members(of, rows) if isinstance(of, Box) else [spaces.member(of, row) for row in rows]
        for place, observation in zip(places.tolist(), last):
            final[place] = observation
        infos["final_obs"], infos["_final_obs"] = final, ended
        infos["final_info"], infos["_final_info"] = {}, ended.copy()
        masks = self._batch.final_action_masks
        if masks is not None:
            flags = mask_array(masks, self.single_action_space.n)
            flags[~ended] = 0
            infos["final_info"] = {"action_mask": flags, "_action_mask": ended.copy()}
