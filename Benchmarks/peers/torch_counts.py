"""What a step in PyTorch needs at least: floating-point operations, and memory."""
import gc
import itertools

import torch
from torch.profiler import ProfilerActivity, profile
from torch.utils.flop_counter import FlopCounterMode

aten = torch.ops.aten


def flops(step):
    """The floating-point operations of a step's products and convolutions that its results depend on, nothing else.

    PyTorch's counter by other formulas: a convolution's taps that lie in the padding, or whose weights are all masked,
    aren't counted, nor attention's products of what is masked, nor a recurrence's product with its first zeros."""
    with FlopCounterMode(display=False, custom_mapping=formulas) as counter:
        step()
    return counter.get_total_flops()


def inside(image, positions, kernel, stride, padding):
    """For each tap along an axis of an image, at how many of a convolution's positions it lies inside."""
    return [sum(0 <= o * stride - padding + tap < image for o in range(positions)) for tap in range(kernel)]


def convolution_flops(x, y, weight, strides, paddings, transposed):
    image, positions = (y, x) if transposed else (x, y)
    axes = zip(image.shape[2:], positions.shape[2:], weight.shape[2:], strides, paddings)
    rows, columns = (torch.tensor(inside(*axis)) for axis in axes)
    used = (weight != 0).any(0).any(0)
    return 2 * len(x) * weight.shape[0] * weight.shape[1] * (rows[:, None] * columns * used).sum().item()


def forward(x, weight, bias, strides, paddings, dilations, transposed, *_, out_val):
    return convolution_flops(x, out_val, weight, strides, paddings, transposed)


def backward(gradient, x, weight, biases, strides, paddings, dilations, transposed, extra, groups, wanted, out_val):
    """As much for the gradient of x as for the weight's, where they are wanted."""
    return sum(wanted[:2]) * convolution_flops(x, gradient, weight, strides, paddings, transposed)


forward._get_raw = backward._get_raw = True


def attention(products):
    """So many products of queries, keys and values (batch, heads, time, numbers), at the times up to one's own."""

    def formula(*shapes, **_):
        batch, heads, time, numbers = shapes[0]
        return products * batch * heads * time * (time + 1) * numbers

    return formula


def recurrence(products):
    """An LSTM's products of x (time, batch, numbers), and so many of each state that another step follows."""

    def formula(x, _, weight, *shapes, **__):
        time, batch, numbers = x
        gates, hidden = weight
        return 2 * batch * gates * (time * numbers + products * (time - 1) * hidden)

    return formula


formulas = {
    aten.convolution: forward,
    aten.convolution_backward: backward,
    aten._scaled_dot_product_flash_attention_for_cpu: attention(2),
    aten._scaled_dot_product_flash_attention_for_cpu_backward: attention(4),
    aten.mkldnn_rnn_layer: recurrence(1),
    aten.mkldnn_rnn_layer_backward: recurrence(2),
}


def peak_bytes(step):
    """The most bytes of tensors alive at one time during a step: parameters, gradients, the optimiser's state, the
    batch, and whatever PyTorch allocates in between. Libraries' own buffers and code aren't in it.

    The profiler tells each change; they are followed back from the end of a second step, for the profiler doesn't know
    the sizes of what was there before the first."""
    with profile(activities=[ProfilerActivity.CPU], profile_memory=True) as profiled:
        step()
        step()
    memory = [event for event in profiled.profiler.kineto_results.events() if event.name() == "[memory]"]
    changes = [-event.nbytes() for event in sorted(memory, key=lambda event: -event.start_ns())]
    return max(itertools.accumulate(changes, initial=alive()))


def alive():
    """The bytes of all tensors."""
    gc.collect()
    tensors = [thing for thing in gc.get_objects() if issubclass(type(thing), torch.Tensor)]
    tensors += [tensor.grad for tensor in tensors if tensor.is_leaf and tensor.grad is not None]
    storages = (tensor.untyped_storage() for tensor in tensors)
    return sum({storage.data_ptr(): storage.nbytes() for storage in storages}.values())
