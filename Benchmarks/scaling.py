#!/usr/bin/env python3
"""How a step's time and memory grow with its batch and its width, here and in PyTorch: writes scaling.svg and prints a table.

    make build
    python3 Benchmarks/scaling.py --torch torch/bin/python

with a virtual environment: `pip install torch numpy`. The step is a perceptron's, 64 inputs, two hidden layers and 10
classes, with Adam; both sides' losses are checked before they are timed. One thread each, in turns."""
import argparse
import json
import math
import pathlib
import subprocess
import sys

here = pathlib.Path(__file__).parent
batches, widths = [4**n for n in range(7)], [2**n for n in range(4, 12)]
colours = {"Reverie": "#1b6ca8", "PyTorch": "#c8553d"}


def name(width, batch):
    return f"perceptron step 64-{width}-{width}-10 b{batch} Adam"


def run(command, row):
    command = ["taskset", "-c", str(arguments.core), *command, row, "--json", "--seconds", str(arguments.seconds)]
    output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return next(result for result in json.loads(output)["results"] if result["name"] == row)


def measured(row):
    """Microseconds and bytes of both sides."""
    sides = {
        "Reverie": [str(here.parent / ".build/release/reverie"), "bench"],
        "PyTorch": [arguments.torch, str(here / "peers/torch_steps.py")],
    }
    return {side: run(command, row) for side, command in sides.items()}


class Panel:
    """A plot with logarithmic axes, so many units from the picture's corner."""

    width, height = 330, 230

    def __init__(self, left, top, title, axis, unit, places, results, value):
        self.left, self.top, self.title, self.axis, self.unit = left, top, title, axis, unit
        self.places, self.results, self.value = places, results, value
        values = [value(results[place][side]) for place in places for side in colours]
        self.bottom_decade = math.floor(math.log10(min(values)))
        self.top_decade = math.ceil(math.log10(max(values)))

    def x(self, place):
        return self.left + math.log(place / self.places[0]) / math.log(self.places[-1] / self.places[0]) * self.width

    def y(self, value):
        share = (math.log10(value) - self.bottom_decade) / (self.top_decade - self.bottom_decade)
        return self.top + (1 - share) * self.height

    def lines(self):
        yield f'<text x="{self.left}" y="{self.top - 12}" class="title">{self.title}</text>'
        for decade in range(self.bottom_decade, self.top_decade + 1):
            y = self.y(10**decade)
            yield f'<path class="grid" d="M{self.left} {y:.1f}h{self.width}"/>'
            yield f'<text x="{self.left - 6}" y="{y + 4:.1f}" text-anchor="end">{self.unit(10**decade)}</text>'
        for place in self.places:
            yield f'<text x="{self.x(place):.1f}" y="{self.top + self.height + 18}" text-anchor="middle">{place}</text>'
        middle = self.left + self.width / 2
        yield f'<text x="{middle}" y="{self.top + self.height + 36}" text-anchor="middle">{self.axis}</text>'
        for side, colour in colours.items():
            points = [(self.x(place), self.y(self.value(self.results[place][side]))) for place in self.places]
            path = "L".join(f"{x:.1f} {y:.1f}" for x, y in points)
            yield f'<path d="M{path}" fill="none" stroke="{colour}" stroke-width="2"/>'
            yield from (f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}"/>' for x, y in points)


def time_unit(microseconds):
    return f"{microseconds / 1000:g} ms" if microseconds >= 1000 else f"{microseconds:g} µs"


def drawing(by_batch, by_width):
    """The four panels as SVG."""
    time, memory = (lambda result: result["microseconds"]), (lambda result: result["peakBytes"] / 1e6)
    megabytes = lambda value: f"{value:g} MB"
    columns, rows = (70, 490), (60, 380)
    panels = [
        Panel(columns[0], rows[0], "a step, 256 wide", "batch", time_unit, batches, by_batch, time),
        Panel(columns[1], rows[0], "a step, batch 64", "width", time_unit, widths, by_width, time),
        Panel(columns[0], rows[1], "memory, 256 wide", "batch", megabytes, batches, by_batch, memory),
        Panel(columns[1], rows[1], "memory, batch 64", "width", megabytes, widths, by_width, memory),
    ]
    legend = [
        f'<rect x="{70 + 110 * place}" y="12" width="14" height="14" fill="{colour}"/>'
        f'<text x="{90 + 110 * place}" y="24" class="title">{side}</text>'
        for place, (side, colour) in enumerate(colours.items())
    ]
    style = "text{font:12px sans-serif;fill:#333}.title{font-size:14px}.grid{stroke:#ddd}"
    lines = legend + [line for panel in panels for line in panel.lines()]
    head = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 850 670" width="850" height="670">'
    return "\n".join([head, f"<style>{style}</style>", '<rect width="850" height="670" fill="#fff"/>', *lines, "</svg>\n"])


def table(places, results, what):
    print(f"| {what} | Reverie | PyTorch | times as fast | Reverie MB | PyTorch MB |\n|--:|--:|--:|--:|--:|--:|")
    for place in places:
        own, other = results[place]["Reverie"], results[place]["PyTorch"]
        print(
            f"| {place} | {own['microseconds']:,.1f} µs | {other['microseconds']:,.1f} µs "
            f"| {other['microseconds'] / own['microseconds']:.3g} "
            f"| {own['peakBytes'] / 1e6:.3g} | {other['peakBytes'] / 1e6:.3g} |"
        )
    print()


parser = argparse.ArgumentParser(description="Plots the time and memory of a step by its batch and width.")
parser.add_argument("--torch", default=sys.executable, metavar="PYTHON", help="with torch (this one)")
parser.add_argument("--core", type=int, default=0, help="that everything runs on (0)")
parser.add_argument("--seconds", type=float, default=0.5, help="of each timing (0.5)")
arguments = parser.parse_args()
by_batch = {batch: measured(name(256, batch)) for batch in batches}
by_width = {width: by_batch[64] if width == 256 else measured(name(width, 64)) for width in widths}
table(batches, by_batch, "batch")
table(widths, by_width, "width")
(here / "scaling.svg").write_text(drawing(by_batch, by_width))
