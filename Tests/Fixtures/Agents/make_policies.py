"""Writes policies.json: PyTorch's log probabilities, entropies and divergences of the distributions that policies have,
in float64, at the edges too.

Run it in this folder, with torch installed; the output depends on nothing else.
"""

import json

import torch
from torch.nn.functional import softplus
from torch.distributions import (
    AffineTransform, Bernoulli, Categorical, Independent, Normal, TanhTransform, TransformedDistribution, kl_divergence)

torch.set_default_dtype(torch.float64)
generator = torch.Generator().manual_seed(23)


def uniform(*shape, low=-2.0, high=2.0):
    # Rounded to float32, so that both sides start from the same numbers.
    return (torch.rand(shape, generator=generator) * (high - low) + low).float().double()


def values(tensor):
    return [float(f"{value:.9g}") for value in tensor.detach().flatten().tolist()]


def divergence(p, q):
    if isinstance(p, Bernoulli):
        # PyTorch's is infinite where a probability rounds to 1.
        no, yes = (softplus(q.logits) - softplus(p.logits)), (softplus(-q.logits) - softplus(-p.logits))
        return p.logits.sigmoid() * yes + (-p.logits).sigmoid() * no
    if not isinstance(p, Categorical):
        return kl_divergence(p, q)
    # Choices that neither takes add nothing, where PyTorch's sum is infinite.
    terms = torch.where(p.probs > 0, p.probs * (p.logits - q.logits), torch.zeros(()))
    return terms.sum(-1)


def case(name, first, second, actions, distributions, valid=None, entropies=None, **more):
    """A case of T rows: `distributions(parameters)` returns what is summed over for each row."""
    own, other = distributions(first), distributions(second)
    result = {
        "name": name, "rows": len(first), "parameters": values(first), "others": values(second),
        "actions": values(actions),
        "logProbabilities": values(sum(d.log_prob(actions[:, i]) for i, d in enumerate(own))),
        "divergences": values(sum(divergence(a, b) for a, b in zip(own, other))), **more,
    }
    result["entropies"] = values(sum(d.entropy() for d in own))
    if valid is not None:
        result["valid"] = values(valid)
    return result


def categorical(*counts):
    def make(parameters):
        return [Categorical(logits=part) for part in parameters.split(counts, dim=1)]
    return make


def masked(valid):
    # The other choices don't exist: a distribution over fewer choices, of which PyTorch knows the probabilities.
    def make(parameters):
        probabilities = torch.where(valid > 0, parameters, torch.tensor(-torch.inf)).softmax(-1)
        return [Categorical(probs=probabilities)]
    return make


def gaussian(parameters):
    means, logs = parameters.chunk(2, dim=1)
    return [Normal(means[:, i], logs[:, i].exp()) for i in range(means.shape[1])]


rows = 12
logits = [torch.cat([uniform(rows - 2, 5), uniform(2, 5) * 30]) for _ in range(2)]
choices = torch.arange(rows)[:, None] % 5
cases = [case("categorical", *logits, choices, categorical(5), counts=[5])]

several = [uniform(rows, 9) for _ in range(2)]
picks = torch.stack([torch.arange(rows) % 2, torch.arange(rows) % 3, torch.arange(rows) % 4], dim=1)
cases.append(case("categorical", *several, picks, categorical(2, 3, 4), counts=[2, 3, 4]))

# One valid choice, two, all but one, all.
valid = torch.tensor([[float(action in [row % 5, *allowed]) for action in range(5)]
                      for row, allowed in enumerate([[], [], [1], [4], [0, 1, 2], [1, 2, 3], range(5), [], [2], [3], [0], [2]])])
cases.append(case("categorical", *logits, choices, masked(valid), valid=valid, counts=[5]))

bits = torch.stack([torch.arange(rows) % 2, torch.arange(rows) // 2 % 2, torch.arange(rows) // 4 % 2], dim=1).double()
for scale in (1, 20):
    both = [uniform(rows, 3) * scale for _ in range(2)]
    cases.append(case("bernoulli", *both, bits, lambda p: [Bernoulli(logits=p[:, i]) for i in range(3)]))

# Deviations from 10⁻⁴ to 10⁴.
for logs in ((-2.0, 0.5), (-9.2, -9.1), (9.0, 9.2)):
    both = [torch.cat([uniform(rows, 2), uniform(rows, 2, low=logs[0], high=logs[1])], dim=1) for _ in range(2)]
    both[1][:, :2] = (both[0][:, :2] + uniform(rows, 2) * both[0][:, 2:].exp()).float().double()
    numbers = (both[0][:, :2] + uniform(rows, 2) * both[0][:, 2:].exp()).float().double()
    cases.append(case("gaussian", *both, numbers, gaussian))

# Squashed ones, their actions unsquashed; up to 0.999 of the bounds, beyond which PyTorch loses its digits.
low, high = torch.tensor([-2.0, 0.0]), torch.tensor([2.0, 0.5])
both = [torch.cat([uniform(rows, 2), uniform(rows, 2, low=-2, high=0.5)], dim=1) for _ in range(2)]
unsquashed = uniform(rows, 2, low=-3.5, high=3.5)
squashed = [TanhTransform(), AffineTransform((low + high) / 2, (high - low) / 2)]
means, logs = both[0].chunk(2, dim=1)
distribution = Independent(TransformedDistribution(Normal(means, logs.exp()), squashed), 1)
actions = (low + high) / 2 + (high - low) / 2 * unsquashed.tanh()
row = case("squashed", *both, unsquashed, gaussian, low=low.tolist(), high=high.tolist())
row["logProbabilities"] = values(distribution.log_prob(actions))
cases.append(row)

with open("policies.json", "w") as file:
    json.dump(cases, file, separators=(",", ":"))
    file.write("\n")
