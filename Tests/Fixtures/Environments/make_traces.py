"""Writes traces.txt: episodes, batches and samples of Gymnasium 1.4. Run it with gymnasium and NumPy 2.

A block begins with a line `# kind name ...`. Observations of single precision are written as the hexadecimal bits
of their elements, integers as they are.

    # trace ID SEED name=value...      `reset O`, then `ACTION REWARD TERMINATED TRUNCATED O` per step
    # vector ID MODE COUNT SEED        `reset O...`, then `A... | R... | T... | U... | O... | F...`, F the final ones
    # model ID name=value...           for each state a hash of Gymnasium's P: FNV-1a over 64-bit words, for each
                                       outcome action, probability, next state, reward, end
    # masks ID                         for each state, the valid actions
    # sines SEED                       `X SIN COS` of NumPy in single precision
    # map SIZE P SEED                  the rows of a random lake
    # space TEXT SEED                  one sample per line
"""

import pathlib

import gymnasium as gym
import numpy as np
from gymnasium import spaces
from gymnasium.envs.toy_text.frozen_lake import generate_random_map
from gymnasium.vector import AutoresetMode, SyncVectorEnv

lines = []


def text(observation):
    array = np.asarray(observation)
    if array.dtype == np.float32:
        return " ".join(f"{bits:08x}" for bits in array.view(np.uint32).ravel())
    return " ".join(str(int(number)) for number in array.ravel())


def drawn(env, actions, _):
    """A random action."""
    space = env.action_space
    if hasattr(space, "n"):
        return int(actions.integers(space.n))
    return actions.uniform(space.low, space.high).astype(np.float32)


def trace(name, seed, steps, choose=drawn, options=None, **arguments):
    env = gym.make(name, **arguments)
    words = [f"{key}={str(value).lower()}" for key, value in (arguments | (options or {})).items()]
    lines.append(" ".join(["# trace", name, str(seed), *words]))
    actions = np.random.default_rng(1000 + seed)
    observation = env.reset(seed=seed, options=options)[0]
    lines.append("reset " + text(observation))
    for _ in range(steps):
        action = choose(env, actions, observation)
        observation, reward, terminated, truncated, _ = env.step(action)
        number = np.asarray(action).item()
        lines.append(f"{number} {float(reward)} {int(terminated)} {int(truncated)} {text(observation)}")
        if terminated or truncated:
            observation = env.reset(options=options)[0]
            lines.append("reset " + text(observation))


def pushed(observation):
    """The direction in which a car in the valley moves."""
    return 1 if observation[1] >= 0 else -1


def swung(observation):
    """The direction in which the acrobot's second joint moves."""
    return 1 if observation[5] > 0 else -1


plans = {}


def planned(env, actions, observation):
    """Mostly the optimal action of a finite environment, by value iteration on its model."""
    if actions.random() < 0.2:
        return int(actions.integers(env.action_space.n))
    outcomes = env.unwrapped.P
    if env.spec.id not in plans:
        values = np.zeros(len(outcomes))
        for _ in range(60):
            values = np.array([max(worth(outcomes[state][a], values) for a in outcomes[state]) for state in outcomes])
        plans[env.spec.id] = values
    return max(outcomes[observation], key=lambda action: worth(outcomes[observation][action], plans[env.spec.id]))


def worth(outcomes, values):
    return sum(p * (reward + (not end) * values[following]) for p, following, reward, end in outcomes)


def model(name, **arguments):
    env = gym.make(name, **arguments).unwrapped
    words = [f"{key}={str(value).lower()}" for key, value in arguments.items()]
    lines.append(" ".join(["# model", name, *words]))
    for state in range(env.observation_space.n):
        hashed = 0xCBF29CE484222325
        for action in range(env.action_space.n):
            for probability, following, reward, terminated in env.P[state][action]:
                bits = [np.float64(number).view(np.uint64) for number in (probability, reward)]
                for word in [action, bits[0], following, bits[1], terminated]:
                    hashed = (hashed ^ int(word)) * 0x100000001B3 % 2**64
        lines.append(f"{hashed:016x}")


def masks(name):
    env = gym.make(name).unwrapped
    lines.append(f"# masks {name}")
    for state in range(env.observation_space.n):
        lines.append("".join(str(int(flag)) for flag in env.action_mask(state)))


def sines(seed, count):
    lines.append(f"# sines {seed}")
    numbers = np.random.default_rng(seed).uniform(-10, 10, count).astype(np.float32)
    numbers[: count // 2] /= 20
    for number, sine, cosine in zip(numbers, np.sin(numbers), np.cos(numbers)):
        lines.append(f"{text(number)} {text(sine)} {text(cosine)}")


def vector(name, mode, count, seed, steps):
    env = SyncVectorEnv([lambda: gym.make(name, max_episode_steps=12)] * count, autoreset_mode=mode)
    lines.append(f"# vector {name} {mode.name} {count} {seed}")
    actions = np.random.default_rng(seed)
    lines.append("reset " + text(env.reset(seed=seed)[0]))
    for _ in range(steps):
        chosen = actions.integers(env.single_action_space.n, size=count)
        observations, rewards, terminated, truncated, infos = env.step(chosen)
        final = [
            infos["final_obs"][i] if "final_obs" in infos and infos["_final_obs"][i] else observations[i]
            for i in range(count)
        ]
        lines.append(" | ".join([
            text(chosen), " ".join(str(float(r)) for r in rewards), text(terminated), text(truncated),
            text(observations), text(np.asarray(final)),
        ]))


def space(text_form, space, seed, count):
    lines.append(f"# space {text_form} {seed}")
    space.seed(seed)
    for _ in range(count):
        sample = space.sample()
        if isinstance(sample, dict):
            sample = tuple(sample.values())
        parts = sample if isinstance(sample, tuple) else (sample,)
        lines.append(" ".join(str(float(x)) for part in parts for x in np.asarray(part).ravel()))


for seed in [0, 7, 123456789012]:
    trace("CartPole-v1", seed, 200)
trace("CartPole-v1", 3, 60, sutton_barto_reward=True)
trace("CartPole-v1", 4, 60, max_episode_steps=9)
trace("CartPole-v0", 5, 40)
for seed in [0, 7, 123456789012]:
    for name in ["FrozenLake-v1", "FrozenLake8x8-v1"]:
        for slippery in [True, False]:
            trace(name, seed, 200, is_slippery=slippery)
trace("FrozenLake-v1", 11, 150, success_rate=0.7)
valley = [("MountainCar-v0", lambda sign: sign + 1), ("MountainCarContinuous-v0", lambda sign: np.float32([sign]))]
for name, action in valley:
    trace(name, 0, 100)
    trace(name, 7, 250, lambda env, actions, observation: action(pushed(observation)))
    trace(name, 123456789012, 130, lambda env, actions, observation: action(pushed(observation)), goal_velocity=0.02)
    trace(name, 3, 50, options={"low": -1.2, "high": -1.1})
    trace(name, 4, 50, options={"low": 0.3, "high": 0.42}, max_episode_steps=9)
for seed in [0, 7, 123456789012]:
    trace("Pendulum-v1", seed, 210 if seed == 0 else 60)
trace("Pendulum-v1", 3, 60, g=9.81)
trace("Pendulum-v1", 4, 60, options={"x_init": 40.0, "y_init": 8.0})
trace("Pendulum-v1", 5, 60, lambda env, actions, observation: np.float32([2 if observation[2] >= 0 else -2]))
for seed in [0, 7]:
    trace("Acrobot-v1", seed, 60)
    trace("Acrobot-v1", seed, 120 if seed == 0 else 60, lambda env, actions, observation: swung(observation) + 1)
trace("Acrobot-v1", 3, 60, options={"low": -3.0, "high": 3.0}, max_episode_steps=5)
for seed in [0, 7, 123456789012]:
    trace("CliffWalking-v1", seed, 60, planned)
    trace("CliffWalkingSlippery-v1", seed, 60)
    trace("Taxi-v4", seed, 60, planned)
    trace("Taxi-v4", seed, 60, planned, is_rainy=True)
    trace("Taxi-v4", seed, 100, planned, is_rainy=True, fickle_passenger=True)
    trace("Blackjack-v1", seed, 100)
trace("Taxi-v4", 1, 210)
trace("CliffWalking-v1", 3, 60, planned, is_slippery=True)
trace("Taxi-v4", 5, 100, is_rainy=True, rainy_probability=0.3)
trace("Taxi-v4", 6, 200, planned, fickle_passenger=True, fickle_probability=0.9)
trace("Blackjack-v1", 8, 100, sab=False, natural=True)
trace("Blackjack-v1", 9, 100, sab=False)
for name in ["FrozenLake-v1", "CliffWalking-v1", "CliffWalkingSlippery-v1", "Taxi-v4"]:
    model(name)
model("Taxi-v4", is_rainy=True)
model("Taxi-v4", is_rainy=True, rainy_probability=0.3)
masks("Taxi-v4")
sines(5, 200)
for mode in [AutoresetMode.NEXT_STEP, AutoresetMode.SAME_STEP]:
    vector("CartPole-v1", mode, 3, 5, 60)
    vector("FrozenLake-v1", mode, 3, 5, 60)
    vector("Taxi-v4", mode, 2, 1, 40)
for size, p, seed in [(4, 0.8, 0), (8, 0.8, 3), (8, 0.6, 4), (11, 0.9, 5)]:
    lines.append(f"# map {size} {p} {seed}")
    lines.extend(generate_random_map(size, p, seed))
space("discrete", spaces.Discrete(6), 3, 8)
space("multiDiscrete", spaces.MultiDiscrete([2, 3, 4]), 1, 5)
space("multiBinary", spaces.MultiBinary([2, 3]), 2, 5)
space("box", spaces.Box(-1, 1, (2,), np.float32), 1, 4)
space("uint8", spaces.Box(0, 255, (5,), np.uint8), 4, 4)
parts = [spaces.Discrete(5), spaces.Box(-2, 3, (2,), np.float32), spaces.MultiDiscrete([7, 2])]
space("tuple", spaces.Tuple(parts), 1, 4)
space("dictionary", spaces.Dict({"c": parts[0], "a": parts[1], "b": parts[2]}), 9, 4)

pathlib.Path(__file__).with_name("traces.txt").write_text("\n".join(lines) + "\n")
