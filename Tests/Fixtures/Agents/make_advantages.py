"""Writes advantages.json: generalised advantages and lambda-returns of windows of T steps x n environments, in float64.

Run it in this folder, with numpy installed. Both are sums written out from their definitions (Schulman et al. 2016,
equation 16; Sutton and Barto 2018, equation 12.3), and a lambda-return must be the value plus the advantage. Where
stable-baselines3 is installed, its buffer must agree on the window without truncation.

Rows are in the order of time: row t n + e is step t of environment e. `nextValues` are the values of the observations
that the steps led to: of an episode's final observation where it was truncated, of the next row's observation where it
goes on, and of the last observation after the window. After an episode's end either the next row already belongs to
the next episode, or it is a reset, in which no step is played.
"""

import json

import numpy


def numbers(generator, shape, low=-3.0, high=3.0):
    # Rounded to float32, so that both sides start from the same numbers.
    return generator.uniform(low, high, shape).astype(numpy.float32).astype(numpy.float64)


class Window:
    """What the estimators read, each (T, n). `ends` says which rows end an episode, and how."""

    def __init__(self, seed, steps, count, terminated=(), truncated=(), reset=()):
        generator = numpy.random.default_rng(seed)
        self.rewards, self.values = numbers(generator, (steps, count)), numbers(generator, (steps, count))
        self.after, final = numbers(generator, count), numbers(generator, (steps, count))
        self.terminated, self.truncated, self.reset = (
            numpy.zeros((steps, count), bool) for _ in range(3))
        for flags, places in zip((self.terminated, self.truncated, self.reset), (terminated, truncated, reset)):
            for place in places:
                flags[place] = True
        following = numpy.concatenate([self.values[1:], self.after[None]])
        self.next = numpy.where(self.terminated | self.truncated, final, following)

    def length(self, t, e):
        """How many steps follow from step t on, itself included, to the end of the episode or of the window."""
        steps = len(self.rewards)
        last = next((u for u in range(t, steps) if self.terminated[u, e] or self.truncated[u, e]), steps - 1)
        return last - t + 1

    def value_after(self, t, e):
        return 0.0 if self.terminated[t, e] else self.next[t, e]

    def advantage(self, t, e, discount, trace):
        """The sum of (gamma lambda)^l delta_{t+l}."""
        delta = [
            self.rewards[u, e] + discount * self.value_after(u, e) - self.values[u, e]
            for u in range(t, t + self.length(t, e))]
        return sum((discount * trace) ** l * each for l, each in enumerate(delta))

    def lambda_return(self, t, e, discount, trace):
        """The returns of 1, 2, ... steps, of which the last has all the weight that is left."""
        length = self.length(t, e)
        returns = [
            sum(discount**k * self.rewards[t + k, e] for k in range(n)) + discount**n * self.value_after(t + n - 1, e)
            for n in range(1, length + 1)]
        weights = [(1 - trace) * trace ** (n - 1) for n in range(1, length)] + [trace ** (length - 1)]
        return sum(weight * each for weight, each in zip(weights, returns))

    def results(self, discount, trace):
        """Advantages and returns; zeros where no step was played."""
        advantages, returns = numpy.zeros_like(self.rewards), numpy.zeros_like(self.rewards)
        for t, e in numpy.ndindex(self.rewards.shape):
            if not self.reset[t, e]:
                advantages[t, e] = self.advantage(t, e, discount, trace)
                returns[t, e] = self.lambda_return(t, e, discount, trace)
        assert numpy.allclose(advantages + numpy.where(self.reset, 0, self.values), returns, atol=1e-12, rtol=0)
        return advantages, returns

    def encode(self, name, settings):
        cases = []
        for discount, trace in settings:
            advantages, returns = self.results(discount, trace)
            cases.append({
                "discount": discount, "lambda": trace, "advantages": encode(advantages), "returns": encode(returns)})
        flags = {key: getattr(self, key).flatten().tolist() for key in ("terminated", "truncated", "reset")}
        return {
            "name": name, "environments": self.rewards.shape[1], "rewards": encode(self.rewards),
            "values": encode(self.values), "nextValues": encode(self.next)} | flags | {"cases": cases}


def encode(array):
    return [float(f"{value:.9g}") for value in array.flatten()]


def agrees_with_stable_baselines(window, settings):
    """Its buffer knows no truncation (the reward has the final value then) and no resets."""
    try:
        import torch
        from gymnasium.spaces import Box, Discrete
        from stable_baselines3.common.buffers import RolloutBuffer
    except ImportError:
        return print("stable-baselines3 isn't installed: not compared with its buffer")
    steps, count = window.rewards.shape
    for discount, trace in settings:
        buffer = RolloutBuffer(steps, Box(-1, 1, (1,)), Discrete(2), "cpu", trace, discount, count)
        buffer.rewards, buffer.values = window.rewards.copy(), window.values.copy()
        buffer.advantages = numpy.zeros_like(window.rewards)
        buffer.episode_starts = numpy.concatenate([numpy.zeros((1, count)), window.terminated[:-1]])
        buffer.compute_returns_and_advantage(torch.from_numpy(window.after), window.terminated[-1])
        advantages, returns = window.results(discount, trace)
        assert numpy.allclose(buffer.advantages, advantages, atol=1e-6, rtol=0), (discount, trace)
        assert numpy.allclose(buffer.returns, returns, atol=1e-6, rtol=0), (discount, trace)
    print("as stable-baselines3 computes them")


settings = [(0.99, 0.95), (0.9, 0.8), (1.0, 1.0), (0.9, 0.0), (0.5, 1.0)]
terminated = [(1, 0), (4, 1), (7, 2), (3, 2)]
plain = Window(1, 8, 3, terminated)
agrees_with_stable_baselines(plain, settings)
windows = {
    "terminated": plain,
    "truncated": Window(2, 8, 3, [(1, 0), (4, 1)], [(5, 0), (6, 0), (0, 1), (7, 2)]),
    # An end is followed by a reset row, once by the window's end; the first row of an environment may be one.
    "resets": Window(3, 9, 3, [(1, 0), (8, 1), (6, 2)], [(5, 0), (3, 1)], [(2, 0), (6, 0), (4, 1), (7, 2), (0, 2)]),
    "one step": Window(4, 1, 4, [(0, 1)], [(0, 2)], [(0, 3)]),
}
with open("advantages.json", "w") as file:
    json.dump([window.encode(name, settings) for name, window in windows.items()], file, separators=(",", ":"))
    file.write("\n")
