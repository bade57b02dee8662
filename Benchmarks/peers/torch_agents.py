"""The steps that agents learn by, in PyTorch, and their networks' inference. Each function makes a step from the
numbers that it is given; the step returns its loss."""
import copy

import torch
import torch.nn as nn
import torch.nn.functional as F

from torch_layers import Step, convolution, images, learn, linear, linear_of_image, perceptron, tensor

channels_first = torch.contiguous_format


def mlp(*sizes):
    return lambda numbers: perceptron(numbers, *sizes)


def minatar(numbers):
    """The network of MinAtar's authors (Young and Tian 2019), for four channels. It alone is faster, by a tenth, on
    images with the channels first."""
    return nn.Sequential(
        convolution(numbers, 4, 16, 3).to(memory_format=channels_first),
        nn.ReLU(),
        nn.Flatten(),
        linear_of_image(numbers, 8, 8, 16, 128),
        nn.ReLU(),
        linear(numbers, 128, 6),
    )


def nature(numbers):
    """The network of Mnih et al. (2015)."""
    return nn.Sequential(
        convolution(numbers, 4, 32, 8, stride=4),
        nn.ReLU(),
        convolution(numbers, 32, 64, 4, stride=2),
        nn.ReLU(),
        convolution(numbers, 64, 64, 3),
        nn.ReLU(),
        nn.Flatten(),
        linear_of_image(numbers, 7, 7, 64, 512),
        nn.ReLU(),
        linear(numbers, 512, 6),
    )


def adam(parameters):
    return torch.optim.Adam(parameters, 1e-3)


def centred_rmsprop(parameters):
    return torch.optim.RMSprop(parameters, 2.5e-4, 0.95, 0.01, centered=True)


def states(numbers, *shape, layout=torch.channels_last):
    """Vectors, or images."""
    array = numbers.unit(*shape)
    return images(array, layout) if len(shape) == 4 else tensor(array)


def inference(make_network, *shape):
    def make(numbers):
        network = make_network(numbers)
        inputs = [states(numbers, 1, *shape) for _ in range(10)]

        def step():
            with torch.no_grad():
                return network(inputs[0]).argmax(1)

        return Step(step, lambda: [value for x in inputs for value in network(x).flatten().tolist()])

    return make


def dqn(make_network, shape, actions, batch, make_optimizer=adam, layout=torch.channels_last):
    def make(numbers):
        network = make_network(numbers)
        target = copy.deepcopy(network)
        optimizer = make_optimizer(network.parameters())
        s = states(numbers, batch, *shape, layout=layout)
        a, r = tensor(numbers.integers(actions, batch))[:, None], tensor(numbers.unit(batch))
        s2, ends = states(numbers, batch, *shape, layout=layout), tensor(numbers.rare(batch))

        def step():
            with torch.no_grad():
                y = r + 0.99 * (1 - ends) * target(s2).max(1).values
            return learn(optimizer, F.smooth_l1_loss(network(s).gather(1, a).squeeze(1), y))

        return Step(step)

    return make


def reinforce(numbers):
    network = perceptron(numbers, 4, 128, 2)
    optimizer = torch.optim.Adam(network.parameters(), 1e-2)
    s, a = tensor(numbers.unit(500, 4)), tensor(numbers.integers(2, 500))[:, None]
    g = tensor(numbers.uniform(0, 1, 500))

    def step():
        chosen = F.log_softmax(network(s), 1).gather(1, a).squeeze(1)
        return learn(optimizer, -(chosen * g).mean())

    return Step(step)


def ppo(numbers):
    """A whole update of PPO: ten epochs over 2,048 steps in minibatches of 64, each epoch in an order of its own. The
    losses are Stable-Baselines3's, without an entropy bonus; the gradients are clipped by the joint norm of both
    networks.

    Results are the losses of the first ten minibatches. The fused Adam is the fastest of PyTorch's where nothing is
    compiled; the compiled form is faster with the plain one, whose operations join the others."""
    start = numbers.generator.bit_generator.state

    def make(fused, transform, compiled=None):
        numbers.generator.bit_generator.state = start
        policy = perceptron(numbers, 4, 64, 64, 2, activation=nn.Tanh)
        value = perceptron(numbers, 4, 64, 64, 1, activation=nn.Tanh)
        parameters = [*policy.parameters(), *value.parameters()]
        optimizer = torch.optim.Adam(parameters, 3e-4, eps=1e-5, fused=fused)
        data = [
            tensor(numbers.unit(2048, 4)), tensor(numbers.integers(2, 2048))[:, None],
            tensor(numbers.uniform(-0.9, -0.5, 2048)), tensor(numbers.unit(2048)), tensor(numbers.unit(2048))]
        first_order = tensor(numbers.order(2048))

        @transform
        def learn_from(s, a, old, advantages, returns):
            ratios = (F.log_softmax(policy(s), 1).gather(1, a).squeeze(1) - old).exp()
            advantages = (advantages - advantages.mean()) / (advantages.std() + 1e-8)
            policy_loss = -torch.min(ratios * advantages, ratios.clamp(0.8, 1.2) * advantages).mean()
            loss = policy_loss + 0.5 * F.mse_loss(value(s).squeeze(1), returns)
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(parameters, 0.5)
            optimizer.step()
            return loss

        def epoch(order):
            return [learn_from(*batch) for batch in zip(*(x[order].split(64) for x in data))]

        def step():
            for _ in range(10):
                epoch(torch.randperm(2048))

        return Step(step, lambda: [loss.item() for loss in epoch(first_order)[:10]], compiled)

    return make(True, lambda function: function, lambda: make(False, torch.compile))
