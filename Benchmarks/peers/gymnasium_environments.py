#!/usr/bin/env python3
"""The environments of `reverie bench`, in Gymnasium: steps per second with random actions.

    pip install gymnasium minatar numpy envpool popgym
    environments.py [NAME...] [--json]

The arcade games are Atari's own, by EnvPool on one thread, with the same preprocessing; repeat-previous is POPGym's. Without
EnvPool or POPGym those rows are left out."""
import gymnasium
import minatar
import numpy

try:
    import envpool
except ImportError:
    envpool = None
try:
    from popgym.envs.repeat_previous import RepeatPrevious
except ImportError:
    RepeatPrevious = None

import common

random = numpy.random.default_rng(0)


def drawn(space, count):
    if hasattr(space, "n"):
        return random.integers(0, space.n, count).tolist()
    return random.uniform(space.low, space.high, (count, *space.shape)).astype(space.dtype)


def single(name):
    return steps(gymnasium.make(name))


def steps(environment):
    environment.reset(seed=0)

    def play(count):
        for action in drawn(environment.action_space, count):
            _, _, terminated, truncated, _ = environment.step(action)
            if terminated or truncated:
                environment.reset()
        return count

    return play


def vector(name, count, mode):
    environment = gymnasium.make_vec(name, num_envs=count, vectorization_mode=mode)
    environment.reset(seed=0)

    def play(steps):
        calls = max(1, steps // count)
        for _ in range(calls):
            environment.step(random.integers(0, 2, count))
        return calls * count

    return play


def atari(name, count):
    """Frame skip 4 with the maximum of two frames, 84 x 84 grey, a stack of 4, no-op and fire starts, clipped rewards."""
    environment = envpool.make(
        name, env_type="gymnasium", num_envs=count, num_threads=1, frame_skip=4, stack_num=4, img_height=84,
        img_width=84, gray_scale=True, noop_max=30, use_fire_reset=True, episodic_life=True, reward_clip=True)
    environment.reset()
    actions = environment.action_space.n

    def play(steps):
        calls = max(1, steps // count)
        for _ in range(calls):
            environment.step(random.integers(0, actions, count))
        return calls * count

    return play


def minatar_game(name):
    """A game of MinAtar's own package: the step, the observation, and the reset where it is over."""
    environment = minatar.Environment(name)
    environment.reset()

    def play(count):
        for action in random.integers(0, 6, count).tolist():
            _, is_over = environment.act(action)
            if is_over:
                environment.reset()
            environment.state()
        return count

    return play


# Gymnasium has a class for many CartPoles at once. A batch of the others is played one after another, so that the row of
# 1024 is played by one, which is faster.
names = [
    "CartPole-v1", "FrozenLake-v1", "MountainCar-v0", "MountainCarContinuous-v0", "Pendulum-v1", "Acrobot-v1",
    "CliffWalking-v1", "Taxi-v4", "Blackjack-v1",
]
makers = {f"{name} n={count}": lambda name=name: single(name) for name in names for count in (1024, 1)}
makers["CartPole-v1 n=1024"] = lambda: vector("CartPole-v1", 1024, "vector_entry_point")
games = {
    "Asterix": "asterix", "Breakout": "breakout", "Freeway": "freeway", "Seaquest": "seaquest",
    "SpaceInvaders": "space_invaders",
}
for name, game in games.items():
    for count in (1024, 1):
        makers[f"MinAtar/{name}-v0 n={count}"] = lambda game=game: minatar_game(game)
if RepeatPrevious:
    for count in (1024, 1):
        makers[f"Memory/RepeatPrevious-v0 n={count}"] = lambda: steps(RepeatPrevious())
if envpool:
    for game in ["Pong", "Breakout", "Freeway", "SpaceInvaders"]:
        makers[f"Arcade/{game}-v0 preprocessed n=8"] = lambda game=game: atari(f"{game}-v5", 8)

arguments = common.parse_arguments("Times environments in Gymnasium.")
jobs = common.chosen(makers, arguments)
rates = {name: common.steps_per_second(make(), arguments.seconds) for name, make in jobs.items()}
common.show([{"name": name, "stepsPerSecond": rate} for name, rate in rates.items()], arguments)
