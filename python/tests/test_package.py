"""Tests of the package: `python -m unittest discover python/tests`, after `pip install ./python`."""

import copy
import gc
import unittest
import warnings

import gymnasium
import numpy
import reverie
from gymnasium.utils.env_checker import check_env
from gymnasium.vector import AutoresetMode
from reverie.registration import gymnasium_id

NAMES = [name for name in reverie.environments() if name != "GridWorld"]
OF_GYMNASIUM = ["CartPole-v1", "Pendulum-v1", "FrozenLake-v1", "Taxi-v4", "Blackjack-v1"]


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
        played = [world.step(step % 6)[0] for step in range(10)]
        self.assertTrue(equal(tuple(played), tuple(twin.step(step % 6)[0] for step in range(10))))
        world.restore(state)
        self.assertTrue(equal(tuple(played), tuple(world.step(step % 6)[0] for step in range(10))))
        with self.assertRaisesRegex(reverie.Error, "byte 0 of the saved state"):
            world.restore(b"no state")

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
