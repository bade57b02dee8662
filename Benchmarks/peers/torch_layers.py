"""What the steps in PyTorch are made of: layers with the numbers that every side draws alike.

Reverie's images are (batch, height, width, channels) and its convolutions' weights (outputs, height, width, inputs);
what is drawn in these orders is brought to PyTorch's."""
import torch
import torch.nn as nn

import common


class Step:
    """A step to time, and its results: ten losses unless it says otherwise.

    `compiled` makes the step once more, compiled, where that is faster."""

    def __init__(self, step, results=None, compiled=None):
        self.step, self.compiled = step, compiled
        self.results = results or (lambda: [step().item() for _ in range(10)])

    @classmethod
    def noisy(cls, step):
        """A step that is given a function that draws normal numbers: Reverie's for results, PyTorch's when timed."""
        noise = common.Noise()
        return cls(
            lambda: step(torch.randn), lambda: [step(lambda *n: tensor(noise.normal(*n))).item() for _ in range(10)]
        )


def tensor(array):
    """Floats in PyTorch's default type, so that the same step runs in float32 and float64; integers as indices."""
    array = torch.from_numpy(array)
    return array.to(torch.get_default_dtype()) if array.is_floating_point() else array.long()


def images(array, layout=torch.channels_last):
    """Images or a convolution's weight: channels second for PyTorch, and last in memory, which is mostly faster."""
    return tensor(array).permute(0, 3, 1, 2).contiguous(memory_format=layout)


def filled(layer, weight, bias):
    layer.weight.data, layer.bias.data = weight, bias
    return layer


def linear(numbers, inputs, outputs):
    weight, bias = numbers.linear(inputs, outputs)
    return filled(nn.Linear(inputs, outputs), tensor(weight), tensor(bias))


def linear_of_image(numbers, height, width, channels, outputs):
    """An affine layer of flattened images."""
    weight, bias = numbers.linear(height * width * channels, outputs)
    weight = images(weight.reshape(outputs, height, width, channels)).flatten(1)
    return filled(nn.Linear(height * width * channels, outputs), weight, tensor(bias))


def linear_to_image(numbers, inputs, height, width, channels):
    """An affine layer that makes images, flattened."""
    weight, bias = (tensor(x) for x in numbers.linear(inputs, height * width * channels))
    weight = weight.view(height, width, channels, inputs).permute(2, 0, 1, 3).reshape(-1, inputs)
    bias = bias.view(height, width, channels).permute(2, 0, 1).flatten()
    return filled(nn.Linear(inputs, height * width * channels), weight, bias)


def convolution(numbers, inputs, outputs, size, stride=1, padding=0, layer=nn.Conv2d):
    weight, bias = numbers.weight(outputs, size, size, inputs), numbers.bias(outputs)
    return filled(layer(inputs, outputs, size, stride, padding), images(weight), tensor(bias))


def transposed_convolution(numbers, inputs, outputs, size, stride, padding):
    weight, bias = numbers.weight(inputs, size, size, outputs), numbers.bias(outputs)
    return filled(nn.ConvTranspose2d(inputs, outputs, size, stride, padding), images(weight), tensor(bias))


def perceptron(numbers, *sizes, activation=nn.ReLU):
    layers = []
    for inputs, outputs in zip(sizes, sizes[1:]):
        layers += [linear(numbers, inputs, outputs), activation()]
    return nn.Sequential(*layers[:-1])


def learn(optimizer, loss):
    """One step of an optimiser; returns the loss."""
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss
