"""The steps that generative models learn by, in PyTorch. Each function makes a step from the numbers that it is given;
the step returns its loss."""
import torch
import torch.nn as nn
import torch.nn.functional as F

import common
from torch_layers import (
    Step,
    convolution,
    images,
    learn,
    linear,
    linear_of_image,
    linear_to_image,
    perceptron,
    tensor,
    transposed_convolution,
)


def vae(numbers):
    encoder, mean, log_variance = linear(numbers, 784, 400), linear(numbers, 400, 20), linear(numbers, 400, 20)
    decoder = perceptron(numbers, 20, 400, 784)
    modules = [encoder, mean, log_variance, decoder]
    optimizer = torch.optim.Adam([p for m in modules for p in m.parameters()], 1e-3)
    x = tensor(numbers.uniform(0, 1, 128, 784))

    def step(normal):
        h = F.relu(encoder(x))
        mu, lv = mean(h), log_variance(h)
        y = decoder(mu + torch.exp(0.5 * lv) * normal(128, 20))
        divergence = -0.5 * (1 + lv - mu * mu - lv.exp()).sum()
        return learn(optimizer, (F.binary_cross_entropy_with_logits(y, x, reduction="sum") + divergence) / 128)

    return Step.noisy(step)


def adversarial(generator, discriminator, x, betas=(0.9, 0.999)):
    """A step of each: the discriminator's, then the generator's through the discriminator that it has become."""
    optimizers = [torch.optim.Adam(network.parameters(), 2e-4, betas) for network in (generator, discriminator)]
    of_generator, of_discriminator = optimizers
    one, zero = torch.ones(len(x), 1), torch.zeros(len(x), 1)
    loss = F.binary_cross_entropy_with_logits

    def step(normal):
        fake = generator(normal(len(x), 100))
        judged = loss(discriminator(x), one) + loss(discriminator(fake.detach()), zero)
        learn(of_discriminator, judged)
        fooled = loss(discriminator(fake), one)
        of_generator.zero_grad()
        fooled.backward(inputs=list(generator.parameters()))
        of_generator.step()
        return judged + fooled

    return Step.noisy(step)


def gan(numbers):
    leaky = lambda: nn.LeakyReLU(0.2)
    generator = nn.Sequential(perceptron(numbers, 100, 256, 512, 784, activation=leaky), nn.Tanh())
    discriminator = perceptron(numbers, 784, 512, 256, 1, activation=leaky)
    return adversarial(generator, discriminator, tensor(numbers.uniform(0, 1, 64, 784)))


def dcgan(numbers):
    generator = nn.Sequential(
        linear_to_image(numbers, 100, 7, 7, 128),
        nn.Unflatten(1, (128, 7, 7)),
        nn.BatchNorm2d(128),
        nn.ReLU(),
        transposed_convolution(numbers, 128, 64, 4, stride=2, padding=1),
        nn.BatchNorm2d(64),
        nn.ReLU(),
        transposed_convolution(numbers, 64, 1, 4, stride=2, padding=1),
        nn.Tanh(),
    )
    discriminator = nn.Sequential(
        convolution(numbers, 1, 64, 4, stride=2, padding=1),
        nn.LeakyReLU(0.2),
        convolution(numbers, 64, 128, 4, stride=2, padding=1),
        nn.BatchNorm2d(128),
        nn.LeakyReLU(0.2),
        nn.Flatten(),
        linear_of_image(numbers, 7, 7, 128, 1),
    )
    return adversarial(generator, discriminator, images(numbers.uniform(0, 1, 64, 28, 28, 1)), betas=(0.5, 0.999))


class MaskedConvolution(nn.Conv2d):
    """Sees what is above, and to the left in the same row; in the first layer not the pixel itself."""

    first = False

    def __init__(self, *shape):
        super().__init__(*shape)
        mask, centre = torch.ones_like(self.weight), self.kernel_size[0] // 2
        mask[:, :, centre, centre + (not self.first) :] = 0
        mask[:, :, centre + 1 :] = 0
        self.register_buffer("mask", mask)

    def forward(self, x):
        return F.conv2d(x, self.weight * self.mask, self.bias, padding=self.padding)


class FirstMaskedConvolution(MaskedConvolution):
    first = True


def pixelcnn(numbers):
    layers = [convolution(numbers, 1, 32, 7, padding=3, layer=FirstMaskedConvolution), nn.ReLU()]
    for _ in range(4):
        layers += [convolution(numbers, 32, 32, 3, padding=1, layer=MaskedConvolution), nn.ReLU()]
    network = nn.Sequential(*layers, convolution(numbers, 32, 1, 1))
    optimizer = torch.optim.Adam(network.parameters(), 1e-3)
    x = images(numbers.bits(32, 28, 28, 1))
    return Step(lambda: learn(optimizer, F.binary_cross_entropy_with_logits(network(x), x)))


class Block(nn.Module):
    """A transformer's block: normalised first, causal, with the exact GELU."""

    def __init__(self, numbers, width, heads):
        super().__init__()
        self.heads = heads
        self.norm1, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.projected, self.out = linear(numbers, width, 3 * width), linear(numbers, width, width)
        self.mlp = perceptron(numbers, width, 4 * width, width, activation=nn.GELU)

    def forward(self, x):
        batch, length, width = x.shape
        qkv = self.projected(self.norm1(x)).view(batch, length, 3, self.heads, width // self.heads)
        attended = F.scaled_dot_product_attention(*qkv.permute(2, 0, 3, 1, 4), is_causal=True)
        x = x + self.out(attended.transpose(1, 2).reshape(batch, length, width))
        return x + self.mlp(self.norm2(x))


class GPT(nn.Module):
    def __init__(self, numbers, layers=4, heads=4, width=128, length=64, characters=65):
        super().__init__()
        self.tokens = nn.Embedding.from_pretrained(tensor(numbers.weight(characters, width)), freeze=False)
        self.positions = nn.Parameter(tensor(numbers.weight(length, width)))
        self.blocks = nn.Sequential(*[Block(numbers, width, heads) for _ in range(layers)])
        self.norm, self.head = nn.LayerNorm(width), linear(numbers, width, characters)

    def forward(self, indices):
        return self.head(self.norm(self.blocks(self.tokens(indices) + self.positions)))


def gpt(numbers):
    network = GPT(numbers)
    optimizer = torch.optim.AdamW(network.parameters(), 1e-3)
    text = tensor(numbers.integers(65, 12, 65))
    x, y = text[:, :-1], text[:, 1:].flatten()
    return Step(lambda: learn(optimizer, F.cross_entropy(network(x).flatten(0, 1), y)))


def lstm(numbers):
    layer = nn.LSTM(32, 128, batch_first=True)
    weights = [numbers.weight(512, 32), numbers.weight(512, 128), numbers.bias(512), numbers.bias(512)]
    for parameter, values in zip(layer.parameters(), weights):
        parameter.data = tensor(values)
    head = linear(numbers, 128, 32)
    optimizer = torch.optim.Adam([*layer.parameters(), *head.parameters()], 1e-3)
    x = tensor(numbers.unit(16, 32, 32))
    return Step(lambda: learn(optimizer, F.mse_loss(head(layer(x)[0]), x)))


def rbm(numbers):
    """Contrastive divergence (Hinton 2002); its result is the cross-entropy of the reconstruction."""
    w = tensor(numbers.uniform(-0.05, 0.05, 784, 500))
    visible, hidden = torch.zeros(784), torch.zeros(500)
    v0 = tensor((numbers.uniform(0, 1, 100, 784) < 0.3).astype("float32"))

    def step(draw=lambda p, _: torch.bernoulli(p)):
        """`draw` is given probabilities, and 0 for the hidden units or 1 for the visible ones."""
        with torch.no_grad():
            ph = torch.sigmoid(v0 @ w + hidden)
            pv = torch.sigmoid(draw(ph, 0) @ w.T + visible)
            v = draw(pv, 1)
            ph2 = torch.sigmoid(v @ w + hidden)
            w.add_(v0.T @ ph - v.T @ ph2, alpha=1e-3 / 100)
            visible.add_((v0 - v).mean(0), alpha=1e-3)
            hidden.add_((ph - ph2).mean(0), alpha=1e-3)
            return pv

    noise = common.Noise()

    def draw(p, node):
        return (tensor(noise.uniform(*p.shape, node=node)) < p).to(p.dtype)

    return Step(step, lambda: [F.binary_cross_entropy(step(draw), v0).item() for _ in range(10)])


class UNet(nn.Module):
    """Three levels of 32, 64 and 64 channels, told the time at the lower two."""

    def __init__(self, numbers):
        super().__init__()
        self.time = perceptron(numbers, 32, 64, 64, activation=nn.SiLU)
        self.enter = convolution(numbers, 1, 32, 3, padding=1)
        self.down1 = convolution(numbers, 32, 64, 3, stride=2, padding=1)
        self.down2 = convolution(numbers, 64, 64, 3, stride=2, padding=1)
        self.middle1 = convolution(numbers, 64, 64, 3, padding=1)
        self.middle2 = convolution(numbers, 64, 64, 3, padding=1)
        self.up1 = transposed_convolution(numbers, 64, 64, 4, stride=2, padding=1)
        self.up2 = transposed_convolution(numbers, 128, 32, 4, stride=2, padding=1)
        self.out1 = convolution(numbers, 64, 32, 3, padding=1)
        self.out2 = convolution(numbers, 32, 32, 3, padding=1)
        self.leave = convolution(numbers, 32, 1, 3, padding=1)
        self.norms = nn.ModuleList(nn.GroupNorm(8, channels) for channels in (32, 64, 64, 64, 64))

    def forward(self, x, time):
        time = self.time(time)[:, :, None, None]
        h0 = F.silu(self.norms[0](self.enter(x)))
        h1 = F.silu(self.norms[1](self.down1(h0)) + time)
        h2 = F.silu(self.norms[2](self.down2(h1)) + time)
        m = F.silu(self.norms[3](self.middle1(h2)))
        m = F.silu(self.norms[4](self.middle2(m)) + time)
        u = torch.cat([F.silu(self.up1(m)), h1], 1)
        u = torch.cat([F.silu(self.up2(u)), h0], 1)
        return self.leave(F.silu(self.out2(F.silu(self.out1(u)))))


def ddpm(numbers):
    network = UNet(numbers)
    optimizer = torch.optim.Adam(network.parameters(), 1e-3)
    x, time = images(numbers.unit(32, 28, 28, 1)), tensor(numbers.unit(32, 32))

    def step(normal):
        noise = normal(32, 28, 28, 1).permute(0, 3, 1, 2)
        return learn(optimizer, F.mse_loss(network(0.7 * x + 0.7 * noise, time), noise))

    return Step.noisy(step)
