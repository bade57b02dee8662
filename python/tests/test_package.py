"""Tests of the package: `python -m unittest discover python/tests`, after `pip install ./python`."""

import copy
import gc
import pickle
import unittest
import warnings

import gymnasium
import numpy
import reverie
from gymnasium.utils.env_checker import check_env
from gymnasium.vector import AutoresetMode
from reverie import library
from reverie.registration import gymnasium_id

NAMES = [name for name in reverie.environments() if name != "GridWorld"]
OF_GYMNASIUM = ["CartPole-v1", "Pendulum-v1", "FrozenLake-v1", "Taxi-v4", "Blackjack-v1"]


def played(world, steps, seed=0):
    """What an environment, or a vector of them, gives for sampled actions; it is reset where an episode ends."""
    world.action_space.seed(seed)
    results = []
    for _ in range(steps):
        result = world.step(world.action_space.sample())
        results.append(tuple(numpy.copy(part) if isinstance(part, numpy.ndarray) else part for part in result[:4]))
        ended = result[2] | result[3]
        if not hasattr(world, "num_envs"):
            if ended:
                results.append(world.reset()[0])
        elif world.metadata["autoreset_mode"] == AutoresetMode.DISABLED and ended.any():
            results.append(world.reset(options={"reset_mask": ended})[0])
    return tuple(results)


def equal(left, right):
    if isinstance(left, tuple):
        return all(map(equal, left, right))
    if isinstance(left, dict):
        return left.keys() == right.keys() and all(equal(left[key], right[key]) for key in left)
    return numpy.array_equal(left, right)


class EnvironmentTests(unittest.TestCase):
    def test_gymnasiums_checker_passes(self):
        for name in NAMES:
            with self.subTest(name), warnings.catch_warnings():
                warnings.simplefilter("ignore")
                check_env(gymnasium.make(gymnasium_id(name), render_mode="rgb_array").unwrapped)

    def test_episodes_are_gymnasiums(self):
        for name in OF_GYMNASIUM:
            ours, theirs = gymnasium.make(gymnasium_id(name)), gymnasium.make(name)
            self.assertEqual(ours.action_space, theirs.action_space)
            self.assertEqual(ours.observation_space, theirs.observation_space)
            theirs.action_space.seed(3)
            self.assertTrue(equal(ours.reset(seed=5)[0], theirs.reset(seed=5)[0]))
            for _ in range(500):
                action = theirs.action_space.sample()
                left, right = ours.step(action), theirs.step(action)
                self.assertTrue(equal(left[:4], right[:4]), f"{name}: {left} and {right}")
                if "action_mask" in right[4]:
                    numpy.testing.assert_array_equal(left[4]["action_mask"], right[4]["action_mask"])
                    self.assertEqual(left[4]["action_mask"].dtype, right[4]["action_mask"].dtype)
                if left[2] or left[3]:
                    self.assertTrue(equal(ours.reset()[0], theirs.reset()[0]))

    def test_pictures(self):
        world = gymnasium.make(gymnasium_id("grid:open"), render_mode="rgb_array")
        world.reset(seed=1)
        first = world.render()
        self.assertEqual((first.dtype, first.shape[2]), (numpy.uint8, 3))
        self.assertGreater(len(numpy.unique(first)), 5)
        while (world.render() == first).all():
            world.step(world.action_space.sample())

    def test_states_are_saved_and_copied(self):
        world = gymnasium.make(gymnasium_id("MinAtar/Asterix-v0")).unwrapped
        world.reset(seed=1)
        for step in range(20):
            world.step(step % 6)
        state, twin = world.save(), copy.deepcopy(world)
        seen = [world.step(step % 6)[0] for step in range(10)]
        self.assertTrue(equal(tuple(seen), tuple(twin.step(step % 6)[0] for step in range(10))))
        world.restore(state)
        self.assertTrue(equal(tuple(seen), tuple(world.step(step % 6)[0] for step in range(10))))
        with self.assertRaisesRegex(reverie.Error, "byte 0 of the saved state"):
            world.restore(b"no state")

    def test_copies_go_on_alone(self):
        for name in NAMES:
            with self.subTest(name):
                world = gymnasium.make(gymnasium_id(name))
                world.reset(seed=1)
                played(world, 15)
                twins = [copy.copy(world.unwrapped), copy.deepcopy(world), pickle.loads(pickle.dumps(world))]
                seen = played(world, 30)
                # The first twin has no wrapper of Gymnasium's.
                for twin in twins[1:]:
                    self.assertTrue(equal(seen, played(twin, 30)))
                self.assertEqual(twins[1].spec, world.spec)
                del world
                gc.collect()
                for twin in twins:
                    twin.reset(seed=2)
                    twin.step(twin.action_space.sample())
                    twin.close()

    def test_a_copy_has_its_own_memory(self):
        world = reverie.Environment("CartPole-v1")
        world.reset(seed=1)
        twin = copy.deepcopy(world)
        before = world.save()
        twin.step(1)
        self.assertEqual(world.save(), before)
        self.assertFalse(numpy.shares_memory(world._batch.observations, twin._batch.observations))
        for make in [copy.copy, copy.deepcopy, pickle.dumps]:
            with self.assertRaisesRegex(TypeError, "can't be copied or pickled"):
                make(world._batch._handle)

    def test_a_copy_made_before_the_first_reset_must_be_reset(self):
        world = reverie.Environment("Acrobot-v1")
        twin = pickle.loads(pickle.dumps(world))
        with self.assertRaisesRegex(reverie.Error, "a step before the first reset"):
            twin.step(0)
        other = reverie.Environment("Acrobot-v1")
        other.reset(seed=0)
        other.restore(world.save())
        with self.assertRaisesRegex(reverie.Error, "a step before the first reset"):
            other.step(0)

    def test_what_is_closed_says_so(self):
        world = reverie.Environment("CartPole-v1", render_mode="rgb_array")
        world.reset(seed=1)
        world.close()
        world.close()
        calls = [world.reset, lambda: world.step(0), world.render, world.save, lambda: world.restore(b"")]
        for call in calls:
            with self.assertRaisesRegex(gymnasium.error.ClosedEnvironmentError, "CartPole-v1 is closed"):
                call()
            with self.assertRaises(reverie.ClosedError):
                call()

    def test_gymnasium_knows_limit_and_threshold(self):
        for name in OF_GYMNASIUM:
            ours, theirs = gymnasium.make(gymnasium_id(name)), gymnasium.make(name)
            for attribute in ["max_episode_steps", "reward_threshold"]:
                registered = gymnasium.spec(gymnasium_id(name)), gymnasium.spec(name)
                for left, right in [(ours.spec, theirs.spec), registered]:
                    self.assertEqual(getattr(left, attribute), getattr(right, attribute), (name, attribute))
        # A limit can be shortened, lengthened and lifted.
        for limit in [10, 300, -1]:
            world = gymnasium.make("Reverie/Pendulum-v1", max_episode_steps=limit)
            world.reset(seed=1)
            ends = [step for step in range(1, 320) if world.step(numpy.zeros(1, numpy.float32))[3]]
            self.assertEqual(ends[:1], [limit] if limit > 0 else [])
        batch = gymnasium.make_vec("Reverie/Pendulum-v1", 2, max_episode_steps=10)
        batch.reset(seed=1)
        self.assertEqual([batch.step(numpy.zeros((2, 1)))[3].all() for _ in range(10)], 9 * [False] + [True])

    def test_actions_are_refused_as_by_gymnasium(self):
        ours, theirs = reverie.Environment("CartPole-v1"), gymnasium.make("CartPole-v1").unwrapped
        ours.reset(seed=1)
        theirs.reset(seed=1)
        good = [0, 1, True, numpy.int8(1), numpy.uint32(1), numpy.array(0)]
        bad = [
            0.9, 1.0, "1", None, 2, -1, 2**70, numpy.float32(1), numpy.bool_(True), numpy.uint64(1),
            numpy.array([1]), [1], 1j,
        ]
        for action in good:
            self.assertTrue(equal(ours.step(action)[0], theirs.step(action)[0]), action)
        before = ours.save()
        for action in bad:
            with self.assertRaises(AssertionError):
                theirs.step(action)
            with self.assertRaises(reverie.Error, msg=repr(action)):
                ours.step(action)
            self.assertEqual(ours.save(), before)

    def test_actions_of_every_kind_reach_their_buffer(self):
        cases = [
            ({"type": "Discrete", "n": 3}, numpy.int64, 1, [2, 0], [0.5, 1]),
            ({"type": "MultiDiscrete", "nvec": [3, 2]}, numpy.int64, 2, [[2, 1], [0, 0]], [1, 0]),
            ({"type": "MultiBinary", "n": [2, 2]}, numpy.uint8, 4, [[[1, 0], [0, 1]], [[1, 1], [0, 0]]],
             [[[1, 0], [0, 2]], [[1, 1], [0, 0]]]),
            ({"type": "Box", "shape": [1, 2]}, numpy.float32, 2, [[[0.5, -1]], [[2, 3]]], [[0.5, -1], [2, 3]]),
        ]
        fields = {numpy.int64: "discrete_actions", numpy.uint8: "binary_actions", numpy.float32: "continuous_actions"}
        for space, kind, count, good, bad in cases:
            other = numpy.zeros((2, 8))
            memory = numpy.full((2, count), 9, kind)
            buffers = library.Buffers(
                observation_size=4, action_count=count, **{fields[kind]: memory.ctypes.data},
                **{name: other.ctypes.data for name in ["observations", "final_observations", "rewards"]},
                **{name: other.ctypes.data for name in ["terminated", "truncated", "is_reset"]},
            )
            batch = library.Batch.__new__(library.Batch)
            batch.count, batch._handle = 2, memory
            observations = {"type": "Box", "shape": [1]}
            batch.description = {
                "id": "Test", "elementType": "float32", "observationSpace": observations, "actionSpace": space}
            batch._lay_out(buffers)
            batch.act(good)
            self.assertEqual(memory.tolist(), numpy.reshape(good, (2, count)).tolist(), space)
            with self.assertRaises(reverie.Error, msg=space):
                batch.act(bad)
            self.assertEqual(memory.tolist(), numpy.reshape(good, (2, count)).tolist(), space)

    def test_numbers_beyond_a_box_are_clipped_as_by_gymnasium(self):
        for name in ["Pendulum-v1", "MountainCarContinuous-v0"]:
            ours, theirs = gymnasium.make(gymnasium_id(name)), gymnasium.make(name)
            self.assertTrue(equal(ours.reset(seed=5)[0], theirs.reset(seed=5)[0]))
            random = numpy.random.default_rng(1)
            for _ in range(900):
                action = random.normal(0, 3, 1).astype(numpy.float32)
                left, right = ours.step(action), theirs.step(action)
                self.assertTrue(equal(left[:4], right[:4]), f"{name}, {action}: {left} and {right}")
                if left[2] or left[3]:
                    self.assertTrue(equal(ours.reset()[0], theirs.reset()[0]))
            for action in ["1", [None], numpy.zeros(2), numpy.float32(1), numpy.array([1j])]:
                with self.assertRaises(reverie.Error, msg=repr(action)):
                    ours.step(action)

    def test_numbers_of_environments_and_seeds_are_whole(self):
        world = reverie.VectorEnvironment("CartPole-v1", 2)
        for seed in [0.5, -1, 1 << 64, "1"]:
            with self.assertRaises((reverie.Error, TypeError)):
                world.reset(seed=[seed, 0])
        world.reset(seed=[numpy.int64(3), None])
        for index in [-1, 2, 1 << 64, 0.0, None]:
            with self.assertRaisesRegex(reverie.Error, "whole number from 0 to 1"):
                world.save(index)
        for count in [-1, 1 << 64, (1 << 64) + 1, 1.5, 0]:
            with self.assertRaises(reverie.Error):
                reverie.VectorEnvironment("CartPole-v1", count)

    def test_what_is_wrong_is_said(self):
        for name, options, sentence in [
            ("CartPol-v1", {}, "did you mean 'CartPole-v1'"),
            ("Taxi-v4", {"is_rany": True}, "did you mean 'is_rainy'"),
            ("Taxi-v4", {"rainy_probability": 3}, "option rainy_probability"),
            ("GridWorld", {}, "the path of a map file"),
        ]:
            with self.assertRaisesRegex(reverie.Error, sentence):
                reverie.Environment(name, **options)
        world = reverie.Environment("CartPole-v1")
        with self.assertRaisesRegex(reverie.Error, "a step before the first reset"):
            world.step(0)
        world.reset(seed=0)
        with self.assertRaisesRegex(reverie.Error, "the action 2 is not in"):
            world.step(2)
        while not world.step(0)[2]:
            pass
        with self.assertRaisesRegex(reverie.Error, "a step after the end"):
            world.step(0)
        with self.assertRaisesRegex(reverie.Error, "takes its options when it is made"):
            world.reset(options={"low": 0})
        with self.assertRaises(reverie.Error):
            reverie.Environment("CartPole-v1", render_mode="human")
        with self.assertRaisesRegex(reverie.Error, "is not in Box"):
            pendulum = reverie.Environment("Pendulum-v1")
            pendulum.reset(seed=0)
            pendulum.step(numpy.array([numpy.nan]))


class VectorTests(unittest.TestCase):
    def test_batches_are_gymnasiums(self):
        for name in OF_GYMNASIUM:
            for mode in AutoresetMode:
                ours = gymnasium.make_vec(gymnasium_id(name), 3, autoreset_mode=mode)
                theirs = gymnasium.make_vec(name, 3, vectorization_mode="sync", vector_kwargs={"autoreset_mode": mode})
                self.compare(ours, theirs, mode)

    def compare(self, ours, theirs, mode):
        self.assertEqual(ours.observation_space, theirs.observation_space)
        self.assertEqual(ours.action_space, theirs.action_space)
        theirs.action_space.seed(3)
        self.assertTrue(equal(ours.reset(seed=5)[0], theirs.reset(seed=5)[0]))
        for _ in range(300):
            actions = theirs.action_space.sample()
            left, right = ours.step(actions), theirs.step(actions)
            self.assertTrue(equal(left[:4], right[:4]))
            ended = left[2] | left[3]
            if mode == AutoresetMode.SAME_STEP and ended.any():
                numpy.testing.assert_array_equal(left[4]["_final_obs"], right[4]["_final_obs"])
                for place in ended.nonzero()[0]:
                    self.assertTrue(equal(left[4]["final_obs"][place], right[4]["final_obs"][place]))
                numpy.testing.assert_array_equal(left[4]["_final_info"], right[4]["_final_info"])
                for key in ["action_mask", "_action_mask"]:
                    if key in right[4]["final_info"]:
                        # Gymnasium's Taxi has arrays of different lengths in its infos.
                        mine, other = (side[4]["final_info"][key][ended] for side in (left, right))
                        numpy.testing.assert_array_equal(mine, other)
                        self.assertEqual(mine.dtype, other.dtype)
                self.assertLessEqual(left[4]["final_info"].keys(), right[4]["final_info"].keys())
            if mode == AutoresetMode.DISABLED and ended.any():
                left, right = (batch.reset(options={"reset_mask": ended.copy()})[0] for batch in (ours, theirs))
                self.assertTrue(equal(left, right))

    def test_buffers_are_shared_and_outlive_the_batch(self):
        batch = reverie.VectorEnvironment("CartPole-v1", 4, copy=False)
        first = batch.reset(seed=0)[0]
        second = batch.step(numpy.ones(4, int))[0]
        self.assertTrue(numpy.shares_memory(first, second))
        batch.close()
        del batch
        gc.collect()
        self.assertEqual(second.shape, (4, 4))
        self.assertTrue(numpy.isfinite(second).all())
        copied = reverie.VectorEnvironment("CartPole-v1", 4)
        self.assertFalse(numpy.shares_memory(copied.reset(seed=0)[0], copied.step(numpy.ones(4, int))[0]))

    def test_copies_go_on_alone(self):
        for mode in AutoresetMode:
            for name in ["CartPole-v1", "Taxi-v4", "MinAtar/Breakout-v0", "Arcade/Pong-v0"]:
                batch = gymnasium.make_vec(gymnasium_id(name), 3, autoreset_mode=mode, max_episode_steps=1000)
                batch.reset(seed=1)
                played(batch, 5)
                twins = [copy.copy(batch), copy.deepcopy(batch), pickle.loads(pickle.dumps(batch))]
                seen = played(batch, 8)
                for twin in twins:
                    self.assertFalse(numpy.shares_memory(twin._batch.observations, batch._batch.observations))
                    self.assertTrue(equal(seen, played(twin, 8)), (mode, name))
                # What was freed twice, or too early, shows under a checker of memory.
                batch.close()
                del batch, twin
                gc.collect()
                for twin in twins:
                    twin.reset(seed=2)
                    twin.step(twin.action_space.sample())

    def test_actions_are_refused_as_by_gymnasium(self):
        ours = reverie.VectorEnvironment("CartPole-v1", 2)
        ours.reset(seed=1)
        for actions in [[0, 1], (1, 0), numpy.array([1, 1], numpy.uint8), [True, False]]:
            ours.step(actions)
        bad = [
            [0.9, 0], numpy.zeros(2), ["1", "0"], 1, [1], [1, 1, 1], [[1, 0]], None, [None, 1], [2, 0],
            numpy.ones(2, bool), numpy.array([1, 0], numpy.uint64), [1 << 63, 0], [1 << 70, 0],
        ]
        for actions in bad:
            with self.assertRaises(reverie.Error, msg=repr(actions)):
                ours.step(actions)

    def test_what_is_closed_says_so(self):
        batch = reverie.VectorEnvironment("CartPole-v1", 2, render_mode="rgb_array")
        batch.reset(seed=1)
        batch.close()
        batch.close()
        for call in [batch.reset, lambda: batch.step([0, 0]), batch.render, lambda: batch.save(0)]:
            with self.assertRaisesRegex(reverie.ClosedError, "CartPole-v1 is closed"):
                call()

    def test_more_than_memory_is_refused(self):
        for kind in [reverie.OutOfMemory, MemoryError, reverie.Error]:
            with self.assertRaisesRegex(kind, "1048576 environments"):
                reverie.VectorEnvironment("Arcade/Pong-v0", 1 << 20)

    def test_what_is_wrong_is_said(self):
        batch = reverie.VectorEnvironment("CartPole-v1", 2)
        for mask in [numpy.zeros(2, bool), numpy.ones(3, bool), numpy.ones(2, int), [True, False]]:
            with self.assertRaisesRegex(reverie.Error, "an array of 2 booleans"):
                batch.reset(options={"reset_mask": mask})
        with self.assertRaisesRegex(reverie.Error, "expected 2 seeds, one per environment, found 3"):
            batch.reset(seed=[1, 2, 3])
        with self.assertRaisesRegex(reverie.Error, "from 0 to"):
            batch.reset(seed=-3)
        with self.assertRaisesRegex(reverie.Error, "from 1 to"):
            reverie.VectorEnvironment("CartPole-v1", 0)


if __name__ == "__main__":
    unittest.main()
