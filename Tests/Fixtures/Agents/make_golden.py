"""Writes dqn.json, reinforce.json and rainbow.json: PyTorch's updates of deep Q-learning, REINFORCE and the parts of
Rainbow on one batch, in float64.

Run it in this folder, with torch installed; the output depends on nothing else.
"""

import json

import torch
import torch.nn.functional as F

torch.set_default_dtype(torch.float64)
generator = torch.Generator().manual_seed(17)


def uniform(*shape, low=-1.0, high=1.0):
    # Rounded to float32, so that both sides start from the same numbers.
    return (torch.rand(shape, generator=generator) * (high - low) + low).float().double()


def values(tensor):
    return [float(f"{value:.9g}") for value in tensor.detach().flatten().tolist()]


def encode(tensors):
    return [{"shape": list(tensor.shape), "values": values(tensor)} for tensor in tensors]


def layers(*sizes):
    pairs = [(uniform(n, m, low=-0.7, high=0.7), uniform(n, low=-0.5, high=0.5)) for m, n in zip(sizes, sizes[1:])]
    return [parameter for pair in pairs for parameter in pair]


def perceptron(x, parameters, activation):
    for layer in range(0, len(parameters), 2):
        x = F.linear(activation(x) if layer else x, parameters[layer], parameters[layer + 1])
    return x


def write(name, content):
    with open(name, "w") as file:
        json.dump(content, file, separators=(",", ":"))
        file.write("\n")


class PaperRMSProp:
    """The form of Mnih et al. (2015) and Graves (2013), with the constant inside the root, which PyTorch lacks."""

    def __init__(self, parameters, rate, centred):
        self.parameters, self.rate, self.centred = parameters, rate, centred
        self.squares = [torch.zeros_like(p) for p in parameters]
        self.averages = [torch.zeros_like(p) for p in parameters]

    def step(self):
        with torch.no_grad():
            for p, square, average in zip(self.parameters, self.squares, self.averages):
                square.mul_(0.95).add_(0.05 * p.grad**2)
                average.mul_(0.95).add_(0.05 * p.grad)
                variance = square - average**2 if self.centred else square
                p -= self.rate * p.grad / (variance + 0.01).sqrt()


optimizers = {
    "adam": lambda p, rate: torch.optim.Adam(p, rate),
    "sgd": lambda p, rate: torch.optim.SGD(p, rate),
    "rmsprop": lambda p, rate: PaperRMSProp(p, rate, False),
    "centredRMSprop": lambda p, rate: PaperRMSProp(p, rate, True),
}

# Deep Q-learning: three updates on one minibatch, with rows 3 and 6 terminal, towards a fixed target network.
sizes = [3, 6, 5, 4]
network, target = layers(*sizes), layers(*sizes)
s, following = uniform(7, 3, low=-2, high=2), uniform(7, 3, low=-2, high=2)
a = torch.tensor([0, 3, 1, 1, 2, 3, 0])
r = torch.tensor([1.0, -0.5, 4.0, 0.25, -3.0, -1.0, 0.0])
continues = torch.tensor([1.0, 1.0, 0.0, 1.0, 1.0, 0.0, 1.0])


def dqn(loss_name, optimizer, rate, clipping, discount):
    parameters = [torch.nn.Parameter(p.clone()) for p in network]
    maker = optimizers[optimizer](parameters, rate)
    y = r + discount * continues * perceptron(following, target, torch.relu).max(-1).values
    losses, means = [], []
    for _ in range(3):
        for p in parameters:
            p.grad = None
        q = perceptron(s, parameters, torch.relu).gather(1, a[:, None])[:, 0]
        loss = F.smooth_l1_loss(q, y) if loss_name == "huber" else F.mse_loss(q, y)
        loss.backward()
        if clipping > 0:
            torch.nn.utils.clip_grad_norm_(parameters, clipping)
        maker.step()
        losses.append(loss.item())
        means.append(q.mean().item())
    return {
        "loss": loss_name, "optimizer": optimizer, "learningRate": rate, "clipping": clipping, "discount": discount,
        "losses": losses, "means": means, "network": encode(parameters),
    }


write("dqn.json", {
    "sizes": sizes, "network": encode(network), "target": encode(target),
    "observations": values(s), "nextObservations": values(following), "actions": a.tolist(), "rewards": values(r),
    "continues": values(continues),
    "cases": [
        dqn("huber", "adam", 0.01, 0.0, 0.9),
        dqn("squared", "sgd", 0.1, 0.5, 0.99),
        dqn("squared", "sgd", 0.02, 0.0, 0.99),
        dqn("huber", "rmsprop", 0.01, 10.0, 0.5),
        dqn("squared", "centredRMSprop", 0.01, 1.0, 1.0),
    ],
})

# REINFORCE: the gradients of one batch of steps.
sizes = [3, 6, 4]
policy = layers(*sizes)
s = uniform(9, 3, low=-2, high=2)
a = torch.tensor([0, 3, 1, 1, 2, 3, 0, 2, 2])
advantages = uniform(9, low=-3, high=5)


def reinforce(whitening, entropy_bonus, clipping):
    parameters = [torch.nn.Parameter(p.clone()) for p in policy]
    weights = advantages
    if whitening:
        weights = (weights - weights.mean()) / (weights.std(correction=0) + 1e-8)
    distribution = torch.distributions.Categorical(logits=perceptron(s, parameters, torch.tanh))
    entropy = distribution.entropy().mean()
    loss = -(distribution.log_prob(a) * weights).mean() - entropy_bonus * entropy
    loss.backward()
    if clipping > 0:
        torch.nn.utils.clip_grad_norm_(parameters, clipping)
    return {
        "whitening": whitening, "entropyBonus": entropy_bonus, "clipping": clipping, "loss": loss.item(),
        "entropy": entropy.item(), "gradients": encode([p.grad for p in parameters]),
    }


write("reinforce.json", {
    "sizes": sizes, "policy": encode(policy), "observations": values(s), "actions": a.tolist(),
    "advantages": values(advantages),
    "cases": [
        reinforce(False, 0.0, 0.0), reinforce(True, 0.0, 0.0), reinforce(False, 0.3, 0.0), reinforce(True, 0.1, 0.05),
    ],
})

# The parts of Rainbow: three updates on one minibatch, with rows 3 and 6 terminal, towards a fixed target network.
# The projection of C51 goes atom by atom, as in algorithm 1 of the paper.
actions, hidden = 4, [6, 5]
s, following = uniform(7, 3, low=-2, high=2), uniform(7, 3, low=-2, high=2)
a = torch.tensor([0, 3, 1, 1, 2, 3, 0])
r = torch.tensor([1.0, -0.5, 4.0, 0.25, -3.0, -1.0, 0.0])
continues = torch.tensor([1.0, 0.9, 0.0, 0.81, 1.0, 0.0, 1.0])
weights = uniform(7, low=0.2, high=1.0)


def project(probabilities, rewards, discounts, low, high):
    atoms = probabilities.shape[1]
    spacing = (high - low) / (atoms - 1)
    result = torch.zeros_like(probabilities)
    for row in range(len(rewards)):
        for atom in range(atoms):
            value = min(max(rewards[row] + discounts[row] * (low + atom * spacing), low), high)
            place = (value - low) / spacing
            lower, upper = int(torch.floor(torch.as_tensor(place))), int(torch.ceil(torch.as_tensor(place)))
            if lower == upper:
                result[row, lower] += probabilities[row, atom]
            else:
                result[row, lower] += probabilities[row, atom] * (upper - place)
                result[row, upper] += probabilities[row, atom] * (place - lower)
    return result


def streams(x, parameters, dueling, atoms):
    if not dueling:
        return perceptron(x, parameters["all"], torch.relu).reshape(-1, actions, atoms)
    features = torch.relu(F.linear(x, *parameters["body"]))
    value = perceptron(features, parameters["value"], torch.relu).reshape(-1, 1, atoms)
    advantage = perceptron(features, parameters["advantage"], torch.relu).reshape(-1, actions, atoms)
    return value + advantage - advantage.mean(1, keepdim=True)


def make(dueling, atoms):
    if not dueling:
        return {"all": layers(3, *hidden, actions * atoms)}
    return {
        "body": layers(3, hidden[0]), "value": layers(*hidden, atoms), "advantage": layers(*hidden, actions * atoms),
    }


def flat(groups):
    return [parameter for group in groups.values() for parameter in group]


def rainbow(distribution, atoms, double, dueling, prioritized, low=-4.0, high=6.0, discount=0.9, rate=0.01):
    start, target = make(dueling, atoms), make(dueling, atoms)
    groups = {name: [torch.nn.Parameter(p.clone()) for p in group] for name, group in start.items()}
    optimizer = torch.optim.Adam(flat(groups), rate)
    support = torch.linspace(low, high, atoms)

    def means(outputs):
        if distribution == "categorical":
            return (outputs.softmax(-1) * support).sum(-1)
        return outputs.mean(-1)

    losses, values_, priorities = [], [], []
    for _ in range(3):
        optimizer.zero_grad()
        with torch.no_grad():
            next_ = streams(following, target, dueling, atoms)
            judge = streams(following, groups, dueling, atoms) if double else next_
            best = next_[torch.arange(7), means(judge).argmax(-1)]
            g = discount * continues
        said = streams(s, groups, dueling, atoms)[torch.arange(7), a]
        if distribution == "categorical":
            m = project(best.softmax(-1), r, g, low, high)
            each = -(m * said.log_softmax(-1)).sum(-1)
            priority = each + torch.xlogy(m, m).sum(-1)
        elif distribution == "quantile":
            targets = r[:, None] + g[:, None] * best
            u = targets[:, None, :] - said[:, :, None]
            tau = ((torch.arange(atoms) + 0.5) / atoms)[None, :, None]
            huber = F.smooth_l1_loss(said[:, :, None].expand_as(u), targets[:, None, :].expand_as(u), reduction="none")
            each = ((tau - (u < 0).double()).abs() * huber).mean(2).sum(1)
            priority = each
        else:
            y = r + g * best[:, 0]
            each = F.smooth_l1_loss(said[:, 0], y, reduction="none")
            priority = (said[:, 0] - y).abs()
        loss = (each * weights if prioritized else each).mean()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
        values_.append(means(said).mean().item())
        priorities.append(values(priority))
    return {
        "distribution": distribution, "atoms": atoms, "double": double, "dueling": dueling, "prioritized": prioritized,
        "minimumValue": low, "maximumValue": high, "discount": discount, "learningRate": rate,
        "start": {name: encode(group) for name, group in start.items()},
        "target": {name: encode(group) for name, group in target.items()},
        "losses": losses, "means": values_, "priorities": priorities,
        "network": {name: encode(group) for name, group in groups.items()},
    }


write("rainbow.json", {
    "hiddenSizes": hidden, "observations": values(s), "nextObservations": values(following), "actions": a.tolist(),
    "rewards": values(r), "continues": values(continues), "weights": values(weights),
    "cases": [
        rainbow("none", 1, True, False, True),
        rainbow("none", 1, False, True, True),
        rainbow("categorical", 5, False, False, False),
        rainbow("categorical", 11, True, True, True),
        rainbow("quantile", 5, False, False, True),
        rainbow("quantile", 8, True, True, False),
    ],
})
