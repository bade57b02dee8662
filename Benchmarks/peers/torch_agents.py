"""The steps that agents learn by, in PyTorch, and their networks' inference. Each function makes a step from the
numbers that it is given; the step returns its loss."""
import copy

import torch
import torch.nn as nn
import torch.nn.functional as F

import common
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


def sac(numbers):
    """An update of soft actor-critic with Stable-Baselines3's settings, on 256 steps: two critics, the actor, the
    temperature and the targets. The loss is the critics'.

    Both critics are one batch of products, as are both targets, which is faster than one after the other; so are the
    fused Adam and one call that moves all targets."""
    start = numbers.generator.bit_generator.state

    def make(fused, transform, compiled=None):
        numbers.generator.bit_generator.state = start
        actor = perceptron(numbers, 3, 256, 256, 2)
        apart = [perceptron(numbers, 4, 256, 256, 1) for _ in range(2)]
        layers = [[critic[index] for critic in apart] for index in (0, 2, 4)]
        critics = [
            nn.Parameter(torch.stack([x.data for x in part])) for pair in layers
            for part in ([x.weight.mT for x in pair], [x.bias[None] for x in pair])]
        targets = [x.detach().clone() for x in critics]
        temperature = nn.Parameter(torch.zeros(()))
        actor_steps = torch.optim.Adam(actor.parameters(), 3e-4, fused=fused)
        critic_steps = torch.optim.Adam(critics, 3e-4, fused=fused)
        temperature_steps = torch.optim.Adam([temperature], 3e-4)
        s, a = tensor(numbers.unit(256, 3)), tensor(numbers.uniform(-1, 1, 256, 1))
        r, s2 = tensor(numbers.unit(256)), tensor(numbers.unit(256, 3))
        goes_on = 1 - tensor(numbers.rare(256))

        def values(layers, s, a):
            x = torch.cat([s, a], 1).expand(2, -1, -1)
            for weight, bias in zip(layers[:4:2], layers[1:4:2]):
                x = F.relu(torch.baddbmm(bias, x, weight))
            return torch.baddbmm(layers[5], x, layers[4]).squeeze(2)

        def act(s, noise):
            means, deviations = actor(s).split(1, 1)
            deviations = deviations.clamp(-20, 2)
            u = means + deviations.exp() * noise
            logs = -0.5 * noise**2 - deviations - 0.9189385332046727
            return u.tanh(), (logs - 2 * (0.6931471805599453 - u - F.softplus(-2 * u))).sum(1)

        @transform
        def critic_loss(noise):
            alpha = temperature.exp().detach()
            with torch.no_grad():
                actions, logs = act(s2, noise)
                y = r + 0.99 * goes_on * (values(targets, s2, actions).amin(0) - alpha * logs)
            loss = 0.5 * ((values(critics, s, a) - y) ** 2).mean(1).sum()
            for x, gradient in zip(critics, torch.autograd.grad(loss, critics)):
                x.grad = gradient
            return loss.detach()

        @transform
        def actor_loss(noise):
            actions, logs = act(s, noise)
            loss = (temperature.exp().detach() * logs - values(critics, s, actions).amin(0)).mean()
            own = list(actor.parameters())
            for x, gradient in zip(own, torch.autograd.grad(loss, own)):
                x.grad = gradient
            temperature.grad = (-logs - -1.0).mean().detach()

        def step(normal):
            loss = critic_loss(normal(256, 1))
            critic_steps.step()
            actor_loss(normal(256, 1))
            actor_steps.step()
            temperature_steps.step()
            with torch.no_grad():
                torch._foreach_lerp_(targets, critics, 0.005)
            return loss

        given = common.Noise()

        def results():
            losses = []
            for _ in range(10):
                own = iter([tensor(given.normal(256, 1, node=node)) for node in range(2)])
                losses.append(step(lambda *_: next(own)).item())
            return losses

        return Step(lambda: step(torch.randn), results, compiled)

    return make(True, lambda function: function, lambda: make(True, torch.compile))
