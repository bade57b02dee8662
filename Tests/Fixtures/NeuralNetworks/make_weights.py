"""Writes what PyTorch saves of two networks, sequential.safetensors and custom.safetensors, and weights.json: their
results, and how a greedy agent that acts by the first fares in Gymnasium's CartPole-v1.

Run it in this folder, with torch, safetensors, numpy and gymnasium 1.4; the output depends on nothing else.
"""

import json

import gymnasium
import torch
from safetensors.torch import save_file
from torch import nn

torch.manual_seed(5)


class Critic(nn.Module):
    """A network with names of its own, and more in it than a perceptron."""

    def __init__(self):
        super().__init__()
        self.body = nn.ModuleDict({"first": nn.Linear(3, 5), "second": nn.Linear(5, 4)})
        self.head = nn.Linear(4, 1)
        self.register_buffer("scale", torch.tensor([2.0, 3.0]))

    def forward(self, x):
        return self.head(torch.tanh(self.body["second"](torch.tanh(self.body["first"](x)))))


def result(network, inputs):
    x = torch.randn(6, inputs)
    with torch.no_grad():
        return {"inputs": x.flatten().tolist(), "outputs": network(x).flatten().tolist()}


def greedy_returns(network, seeds):
    environment = gymnasium.make("CartPole-v1")
    returns = []
    for seed in seeds:
        observation, _ = environment.reset(seed=seed)
        total, over = 0.0, False
        while not over:
            with torch.no_grad():
                action = network(torch.from_numpy(observation)).argmax().item()
            observation, reward, terminated, truncated, _ = environment.step(action)
            total, over = total + float(reward), terminated or truncated
        returns.append(total)
    return returns


def teach(network):
    """Towards the side that the pole falls to: enough for episodes of many steps, all of other lengths."""
    optimizer = torch.optim.Adam(network.parameters(), lr=1e-2)
    for _ in range(30):
        x = torch.randn(256, 4) * torch.tensor([1.0, 1.0, 0.1, 1.0])
        loss = nn.functional.cross_entropy(network(x), (x[:, 3] > 0).long())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()


sequential = nn.Sequential(nn.Linear(4, 16), nn.ReLU(), nn.Linear(16, 16), nn.ReLU(), nn.Linear(16, 2))
teach(sequential)
custom = Critic()
save_file(sequential.state_dict(), "sequential.safetensors")
save_file(custom.state_dict(), "custom.safetensors")
content = {
    "sequential": result(sequential, 4),
    "custom": result(custom, 3),
    "returns": greedy_returns(sequential, range(20)),
}
with open("weights.json", "w") as file:
    json.dump(content, file, separators=(",", ":"))
    file.write("\n")
