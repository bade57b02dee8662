"""Writes dqn.json and reinforce.json: PyTorch's updates of deep Q-learning and REINFORCE on one batch, in float64.

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
    """The form of Mnih et al. (2015) and Graves (2013), with the constant below the root, which PyTorch lacks."""

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

# Deep Q-learning: three updates on one batch, its third and sixth row terminal, towards a target network that stays.
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
