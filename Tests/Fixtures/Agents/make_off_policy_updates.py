"""Writes off_policy_updates.json: PyTorch's updates of DDPG, TD3 and SAC, three in a row on one batch, in float64.

Run it in this folder, with torch installed; the output depends on nothing else.

The order of the steps and the losses are Stable-Baselines3's (Raffin et al. 2021): the critics learn first, the actor's
loss is that of the critics that have just learned, the temperature's loss is that of the actor before its step, and
targets follow last. Only noise that depends on the state is sampled apart for s and s', not once for both.

A case has the initial parameters by path, as PyTorch shapes them (weights are (outputs, inputs)), the batch, the noise
of each update in the order of its use, and of each update what it reports. The gradients, after clipping, are those of
the first step that each optimiser takes.
"""

import json

import torch
import torch.nn.functional as F
from torch.distributions import Normal

torch.set_default_dtype(torch.float64)
inputs, width, rows, rate, tau, discount = 3, 5, 12, 0.01, 0.1, 0.95


class Numbers:
    """Random numbers, rounded to float32, so that both sides start from the same."""

    def __init__(self, seed):
        self.generator = torch.Generator().manual_seed(seed)

    def uniform(self, *shape, low=-1.0, high=1.0):
        return (torch.rand(shape, generator=self.generator) * (high - low) + low).float().double()

    def normal(self, *shape):
        return torch.randn(shape, generator=self.generator).float().double()

    def perceptron(self, path, *sizes):
        parameters = {}
        for index, (m, n) in enumerate(zip(sizes, sizes[1:])):
            parameters[f"{path}.{index}.weight"] = self.uniform(n, m, low=-0.7, high=0.7)
            parameters[f"{path}.{index}.bias"] = self.uniform(n, low=-0.5, high=0.5)
        return parameters


def affine(parameters, path, x):
    return F.linear(x, parameters[f"{path}.weight"], parameters[f"{path}.bias"])


def hidden(parameters, path, x):
    for index in range(2):
        x = torch.tanh(affine(parameters, f"{path}.{index}", x))
    return x


def stay_away(distances):
    """No row is so near an edge that float32 may fall on its other side."""
    assert distances.min() > 1e-4, distances.min()


class Case:
    def __init__(
        self, seed, name, algorithm, kind, critics=2, delay=1, target_noise=0.0, noise_limit=0.0, clipping=0.0,
        tuned=True, temperature=0.3, choices=None
    ):
        self.name, self.algorithm, self.kind, self.critics, self.delay = name, algorithm, kind, critics, delay
        self.target_noise, self.noise_limit, self.clipping = target_noise, noise_limit, clipping
        self.tuned, self.temperature, self.choices = tuned, temperature, choices
        numbers = Numbers(seed)
        self.low, self.high = [-2.0, -1.0], [3.0, 1.0]
        self.count = 1 if choices else len(self.low)
        outputs = {"deterministic": 2, "gaussian": 4, "stateDependent": 2, "choices": choices}[kind]
        self.actor = numbers.perceptron("actor", inputs, width, width, outputs)
        if kind == "stateDependent":
            self.actor["actor.logDeviations"] = numbers.uniform(width, 2, low=-1.5, high=-0.5)
        self.critic = {}
        for index in range(critics):
            sizes = (inputs, width, width, choices) if choices else (inputs + 2, width, width, 1)
            self.critic |= numbers.perceptron(f"critic{index}", *sizes)
        self.start = dict(self.actor) | dict(self.critic)
        low, high = torch.tensor(self.low), torch.tensor(self.high)
        actions = (
            torch.randint(choices, (rows,), generator=numbers.generator) if choices
            else (low + (high - low) * numbers.uniform(rows, 2, low=0)).float().double())
        self.batch = {
            "observations": numbers.uniform(rows, inputs, low=-2, high=2), "actions": actions,
            "rewards": numbers.uniform(rows, low=-3, high=3),
            "nextObservations": numbers.uniform(rows, inputs, low=-2, high=2), "continues": torch.ones(rows)}
        self.batch["continues"][2], self.batch["continues"][7] = 0, 0.875
        self.scaled = None if choices else (actions - (low + high) / 2) / ((high - low) / 2)
        shape = (width, 2) if kind == "stateDependent" else (rows, 2)
        per_update = {"deterministic": 1 if target_noise else 0, "choices": 0}.get(kind, 2)
        self.noise = [[numbers.normal(*shape) for _ in range(per_update)] for _ in range(3)]

    def policy(self, parameters, x, noise=None):
        """Actions in -1...1 and their log probabilities; of choices all log probabilities."""
        latents = hidden(parameters, "actor", x)
        outputs = affine(parameters, "actor.2", latents)
        if self.kind == "deterministic":
            return torch.tanh(outputs), None
        if self.kind == "choices":
            return None, outputs.log_softmax(-1)
        if self.kind == "gaussian":
            normal = Normal(outputs[:, :2], outputs[:, 2:].clamp(-20, 2).exp())
            u = normal.mean + normal.stddev * noise
        else:
            deviations = parameters["actor.logDeviations"].exp()
            normal = Normal(outputs.clamp(-2, 2), (latents**2 @ deviations**2 + 1e-6).sqrt())
            u = normal.mean + latents @ (deviations * noise)
        # log(1 - tanh(u)^2), in a form that loses no digits.
        slope = 2 * (torch.log(torch.tensor(2.0)) - u - F.softplus(-2 * u))
        return torch.tanh(u), (normal.log_prob(u) - slope).sum(-1)

    def values(self, parameters, x, actions, count=None):
        x = x if actions is None else torch.cat([x, actions], -1)
        every = [
            affine(parameters, f"critic{index}.2", hidden(parameters, f"critic{index}", x))
            for index in range(count or self.critics)]
        if len(every) > 1:
            stay_away(abs(every[0] - every[1]))
        return every if self.choices else [q[:, 0] for q in every]

    def next_values(self, target_actor, target_critic, actor, alpha, noise):
        x = self.batch["nextObservations"]
        if self.kind == "deterministic":
            actions, _ = self.policy(target_actor, x)
            if self.target_noise:
                e = (self.target_noise * noise[0]).clamp(-self.noise_limit, self.noise_limit)
                actions = (actions + e).clamp(-1, 1)
            return torch.stack(self.values(target_critic, x, actions)).min(0).values
        actions, logs = self.policy(actor, x, noise[0] if noise else None)
        lowest = torch.stack(self.values(target_critic, x, actions)).min(0).values
        return (logs.exp() * (lowest - alpha * logs)).sum(-1) if self.choices else lowest - alpha * logs

    def actor_loss(self, actor, critic, alpha, noise):
        x = self.batch["observations"]
        if self.kind == "deterministic":
            return -self.values(critic, x, self.policy(actor, x)[0], count=1)[0].mean(), None
        actions, logs = self.policy(actor, x, noise[1] if noise else None)
        lowest = torch.stack(self.values(critic, x, actions)).min(0).values
        if self.choices:
            return (logs.exp() * (alpha * logs - lowest)).sum(-1).mean(), -(logs.exp() * logs).sum(-1).mean()
        return (alpha * logs - lowest).mean(), -logs.mean()

    def run(self):
        actor = {path: torch.nn.Parameter(p.clone()) for path, p in self.actor.items()}
        critic = {path: torch.nn.Parameter(p.clone()) for path, p in self.critic.items()}
        target_actor = {path: p.clone() for path, p in self.actor.items()}
        target_critic = {path: p.clone() for path, p in self.critic.items()}
        log_alpha = torch.nn.Parameter(torch.tensor(self.temperature).float().log().float().double())
        target_entropy = 0.98 * torch.log(torch.tensor(float(self.choices))) if self.choices else -2.0
        actor_steps = torch.optim.Adam(actor.values(), rate)
        critic_steps = torch.optim.Adam(critic.values(), rate)
        alpha_steps = torch.optim.Adam([log_alpha], rate)
        updates, snapshots, gradients = [], [], {}

        def step(optimizer, loss, parameters):
            optimizer.zero_grad()
            loss.backward(inputs=list(parameters.values()))
            if self.clipping:
                torch.nn.utils.clip_grad_norm_(parameters.values(), self.clipping)
            for path, p in parameters.items():
                gradients.setdefault(path, p.grad.clone())
            optimizer.step()

        for update, noise in enumerate(self.noise):
            batch = self.batch
            alpha = log_alpha.detach().exp() if self.tuned else self.temperature
            with torch.no_grad():
                following = self.next_values(target_actor, target_critic, actor, alpha, noise)
                targets = batch["rewards"] + discount * batch["continues"] * following
            values = self.values(critic, batch["observations"], self.scaled)
            if self.choices:
                values = [q.gather(1, batch["actions"][:, None])[:, 0] for q in values]
            weight = 0.5 if self.algorithm == "sac" else 1
            critic_loss = weight * sum(F.mse_loss(q, targets) for q in values)
            report = {"criticLoss": critic_loss, "actionValue": values[0].mean()}
            step(critic_steps, critic_loss, critic)
            if (update + 1) % self.delay == 0:
                actor_loss, entropy = self.actor_loss(actor, critic, alpha, noise)
                report["actorLoss"] = actor_loss
                if entropy is not None:
                    report["entropy"] = entropy
                step(actor_steps, actor_loss, actor)
                if entropy is not None and self.tuned:
                    step(alpha_steps, log_alpha * (entropy.detach() - target_entropy), {"logTemperature": log_alpha})
                for target, source in ((target_actor, actor), (target_critic, critic)):
                    for path in target:
                        target[path] = (1 - tau) * target[path] + tau * source[path].detach()
            updates.append({name: numbers(value)[0] for name, value in report.items()})
            parameters = dict(actor) | dict(critic)
            parameters |= {f"target.{path}": p for path, p in (target_critic | (
                target_actor if self.kind == "deterministic" else {})).items()}
            if self.algorithm == "sac" and self.tuned:
                parameters["logTemperature"] = log_alpha
            snapshots.append(encode(parameters))
        return {
            "name": self.name, "algorithm": self.algorithm, "kind": self.kind, "critics": self.critics,
            "delay": self.delay, "targetNoise": self.target_noise, "noiseLimit": self.noise_limit,
            "clipping": self.clipping, "tuned": self.tuned, "temperature": self.temperature, "choices": self.choices,
            "low": self.low, "high": self.high, "batch": encode(self.batch), "start": encode(self.start),
            "noise": [[numbers(e) for e in one] for one in self.noise], "updates": updates,
            "gradients": encode(gradients), "afterFirst": snapshots[0], "afterThird": snapshots[2]}


def numbers(tensor):
    return [float(f"{value:.9g}") for value in tensor.detach().double().flatten().tolist()]


def encode(tensors):
    return {name: numbers(tensor) for name, tensor in tensors.items()}


cases = [
    Case(1, "ddpg", "ddpg", "deterministic", critics=1),
    Case(2, "ddpg, clipped", "ddpg", "deterministic", critics=1, clipping=0.5),
    Case(3, "td3", "td3", "deterministic", delay=2, target_noise=0.2, noise_limit=0.25),
    Case(4, "sac", "sac", "gaussian"),
    Case(5, "sac, constant", "sac", "gaussian", tuned=False),
    Case(6, "sac, gSDE", "sac", "stateDependent"),
    Case(7, "sac, choices", "sac", "choices", choices=3),
]
written = [case.run() for case in cases]
assert "NaN" not in json.dumps(written)
with open("off_policy_updates.json", "w") as file:
    json.dump(
        {"inputs": inputs, "width": width, "rows": rows, "learningRate": rate, "targetRate": tau,
         "discount": discount, "cases": written}, file, separators=(",", ":"))
    file.write("\n")
