"""A child of Reverie: plays environments of Gymnasium for the parent process.

It inherits these files:
  3  a socket for commands and answers
  4  memory shared with the parent and its other children
  5  a pipe to which nobody writes, and which closes when the parent ends

At the start, a line of JSON goes each way twice: what to make and what was made, then the layout of the memory and an
acknowledgement. After that a command is a byte: s(tep), r(eset the selected ones), f(rame size), d(raw). So is an
answer: '.', or '!' followed by a line of JSON that says what is wrong; a frame size is a line of JSON. When the socket
closes, the child ends.
"""

import sys

# For a script from standard input Python puts the current folder first on its path, where a json.py, which nobody has
# asked for, would be run in place of Python's. Modules of one's own are found by PYTHONPATH.
sys.path[:] = [place for place in sys.path if place]

import fcntl
import json
import mmap
import os
import select
import signal
import socket
import traceback

COMMANDS, MEMORY, LIFELINE = 3, 4, 5
MOST_ACTIONS = 1 << 16


def tie_to_parent():
    """Lets the kernel kill this process when the parent ends, even while foreign code hangs. Unlike a parent-death
    signal, which Linux ties to the thread that started the child, a pipe stands for the whole process."""
    fcntl.fcntl(LIFELINE, fcntl.F_SETOWN, os.getpid())
    fcntl.fcntl(LIFELINE, fcntl.F_SETSIG, signal.SIGKILL)
    fcntl.fcntl(LIFELINE, fcntl.F_SETFL, fcntl.fcntl(LIFELINE, fcntl.F_GETFL) | os.O_ASYNC)
    # The parent may already have ended.
    poll = select.poll()
    poll.register(LIFELINE, 0)
    if poll.poll(0):
        os._exit(1)
    for number in (COMMANDS, MEMORY, LIFELINE):
        os.set_inheritable(number, False)


class Fault(Exception):
    """A message to the parent, sent as it is."""

    def __init__(self, **message):
        super().__init__(str(message))
        self.message = message


def broken(row, call, expected, found):
    return Fault(kind="broken", row=row, call=call, expected=expected, found=found)


def raised(error):
    """An error as one line: its type, its message and where it was raised."""
    frames = traceback.extract_tb(error.__traceback__)
    place = f" ({frames[-1].filename}, line {frames[-1].lineno})" if frames else ""
    return " ".join(f"{type(error).__name__}: {error}".split()) + place


class Link:
    """The socket to the parent."""

    # Polling this often takes less time than waking up, so a parent that continues at once is answered at once.
    PATIENCE = 16

    def __init__(self):
        self.socket = socket.socket(fileno=COMMANDS)
        self.poll = select.poll()
        self.poll.register(COMMANDS, select.POLLIN)

    def line(self):
        data = bytearray()
        while not data.endswith(b"\n"):
            piece = self.socket.recv(1 << 16)
            if not piece:
                os._exit(0)
            data += piece
        return json.loads(data)

    def send(self, message):
        self.socket.sendall(json.dumps(message).encode() + b"\n")

    def command(self):
        for _ in range(self.PATIENCE):
            if self.poll.poll(0):
                break
        return self.socket.recv(1)


# Spaces: their JSON, and how members become rows of numbers.


def unmapped(role, space, reason):
    text = repr(space)
    return Fault(kind="space", role=role, space=text if len(text) <= 200 else text[:199] + "…", reason=reason)


class Mapping:
    """The observation space: its JSON, the element type of rows, and functions that write rows."""

    INTEGERS = range(-(2**31), 2**31)
    # Actions are integers of 64 bits.
    LONG_INTEGERS = range(-(2**63), 2**63)
    MOST_NUMBERS = 1 << 24

    def __init__(self, space, role):
        self.role, self.whole = role, space
        self.notes = []
        self.json = self.describe(space)
        kinds = {leaf["element"] for leaf in self.leaves(self.json)}
        self.element = kinds.pop() if len(kinds) == 1 else "float32" if "float32" in kinds else "int32"
        self.type = np.dtype(self.element)
        self.width = sum(self.size(leaf) for leaf in self.leaves(self.json))
        if self.width > self.MOST_NUMBERS:
            raise unmapped(role, space, f"it has more than {self.MOST_NUMBERS} numbers")

    @staticmethod
    def leaves(json):
        if "parts" not in json:
            return [json]
        return [leaf for part in json["parts"] for leaf in Mapping.leaves(part)]

    @staticmethod
    def size(leaf):
        return int(np.prod(leaf["shape"], dtype=np.int64))

    @property
    def text(self):
        """The space as Gymnasium writes it, where that says more than the JSON does."""
        return repr(self.whole) if any(any(leaf.get("start", [])) for leaf in self.leaves(self.json)) else None

    def describe(self, space):
        kind = type(space).__name__
        if isinstance(space, spaces.Discrete):
            if int(space.n) not in self.INTEGERS:
                raise unmapped(self.role, space, "it has more than 2147483647 members")
            start = self.start(space, int(space.start), int(space.n))
            return {"kind": "discrete", "count": int(space.n), "start": [start], "shape": [], "element": "int32"}
        if isinstance(space, spaces.MultiDiscrete):
            if int(space.nvec.max()) not in self.INTEGERS:
                raise unmapped(self.role, space, "one of its numbers has more than 2147483647 values")
            counts = [int(n) for n in space.nvec.ravel()]
            starts = [self.start(space, int(start), n) for start, n in zip(space.start.ravel(), counts)]
            shape = [len(counts)]
            return {"kind": "multiDiscrete", "counts": counts, "start": starts, "shape": shape, "element": "int32"}
        if isinstance(space, spaces.MultiBinary):
            shape = list(np.atleast_1d(space.shape))
            return {"kind": "multiBinary", "shape": [int(n) for n in shape], "element": "uint8"}
        if isinstance(space, spaces.Box):
            return self.describe_box(space)
        if isinstance(space, spaces.Tuple):
            return {"kind": "tuple", "parts": [self.describe(part) for part in self.some(space, space.spaces)]}
        if isinstance(space, spaces.Dict):
            if not all(isinstance(name, str) for name in space.spaces):
                raise unmapped(self.role, space, "not all of its keys are strings")
            names = sorted(self.some(space, space.spaces))
            return {"kind": "dictionary", "names": names, "parts": [self.describe(space.spaces[n]) for n in names]}
        reason = {
            "Text": "texts have no fixed number of elements",
            "Graph": "graphs have no fixed number of nodes and edges",
            "Sequence": "sequences have no fixed length",
            "OneOf": "its members have different numbers of elements",
        }.get(kind, f"{kind} spaces are not supported")
        raise unmapped(self.role, space, f"{reason}; wrap the environment so that it gives a Box")

    def start(self, space, start, count):
        """The first number of a range, which recordings hold as it is."""
        bits = 64 if self.role == "action space" else 32
        integers = self.LONG_INTEGERS if bits == 64 else self.INTEGERS
        if start not in integers or start + count - 1 not in integers:
            raise unmapped(self.role, space, f"its numbers don't fit into {bits} bits")
        return start

    def some(self, space, parts):
        if not parts:
            raise unmapped(self.role, space, "it has no parts")
        return parts

    def describe_box(self, space):
        low, high = np.asarray(space.low), np.asarray(space.high)
        kind, size = space.dtype.kind, space.dtype.itemsize
        if 0 in space.shape:
            raise unmapped(self.role, space, "it has no elements")
        if kind == "f":
            element = "float32"
            if size > 4:
                self.notes.append(f"{self.role}: float{8 * size} is rounded to float32")
        elif space.dtype == np.uint8 or kind == "b":
            element = "uint8"
        elif kind in "iu":
            element = "int32"
            if int(low.min()) not in self.INTEGERS or int(high.max()) not in self.INTEGERS:
                raise unmapped(self.role, space, f"its {space.dtype} numbers may not fit into 32 bits")
        else:
            raise unmapped(self.role, space, f"numbers of type {space.dtype} are not supported")
        bounds = {"low": self.bound(low, element), "high": self.bound(high, element)}
        return {"kind": "box", "shape": list(space.shape), "element": element, **bounds}

    @staticmethod
    def bound(values, element):
        """One number if all are equal, otherwise a list; infinities, which JSON lacks, are strings."""
        # A bound beyond float32's range becomes an infinity, which means the same.
        with np.errstate(over="ignore"):
            values = values.ravel().astype(np.float32 if element == "float32" else np.int64)
        values = values[:1] if (values == values[0]).all() else values
        numbers = [v if np.isfinite(v) else str(v) for v in values.tolist()]
        return numbers[0] if len(numbers) == 1 else numbers

    def writer(self, row):
        """A function that writes a member into a row of the shared memory."""
        write, rest = self.part_writer(self.whole, self.json, row)
        assert len(rest) == 0
        return write

    def part_writer(self, space, json, row):
        if "parts" not in json:
            size = self.size(json)
            return self.leaf_writer(space, json, row[:size]), row[size:]
        writers = []
        keys = json.get("names", range(len(json["parts"])))
        for key, part in zip(keys, json["parts"]):
            write, row = self.part_writer(space.spaces[key], part, row)
            writers.append((key, write))
        container, count = (dict, len(writers)) if "names" in json else (tuple, len(writers))

        def write_parts(value):
            if not isinstance(value, container) or len(value) != count:
                raise ValueError(f"a {container.__name__} of {count}", describe(value))
            for key, write in writers:
                if container is dict and key not in value:
                    raise ValueError(f"an entry '{key}'", f"entries {', '.join(map(str, value))}")
                write(value[key])

        return write_parts, row

    def leaf_writer(self, space, json, row):
        if json["kind"] == "discrete":
            return self.number_writer(int(space.start), json["count"], row)
        shape = tuple(space.shape)
        row = row.reshape(shape)
        start = space.start if json["kind"] == "multiDiscrete" and np.any(space.start) else None
        counts = {"multiDiscrete": getattr(space, "nvec", None), "multiBinary": 2}.get(json["kind"])
        # Gymnasium samples members of a MultiBinary as signed integers.
        casting = "unsafe" if json["kind"] == "multiBinary" else "same_kind"

        def write_array(value):
            array = np.asarray(value)
            if array.shape != shape:
                raise ValueError(f"an array of shape {shape}", describe(value))
            if start is not None:
                array = array - start
            try:
                np.copyto(row, array, casting=casting)
            except TypeError:
                raise ValueError(f"numbers of type {space.dtype}", describe(value)) from None
            may_lose = array.dtype.itemsize > row.itemsize or row.dtype.kind == "f"
            if array.dtype.kind in "iu" and may_lose and (array != row).any():
                raise ValueError(f"numbers that fit into {row.dtype}", describe(value))
            if counts is not None and ((row < 0) | (row >= counts)).any():
                raise ValueError(f"a member of {space}", describe(value))

        return write_array

    def number_writer(self, start, count, row):
        numbers = memoryview(row)

        def write_number(value):
            number = int(value) - start
            if not 0 <= number < count:
                raise ValueError(f"a number from {start} to {start + count - 1}", describe(value))
            numbers[0] = number

        return write_number


def describe(value):
    if value is None or isinstance(value, (bool, int, float, str)):
        return repr(value)[:80]
    if hasattr(value, "shape") and hasattr(value, "dtype"):
        text = f"{value.dtype} of shape {tuple(value.shape)}"
        return f"{text}: {value}" if value.size <= 4 else text
    if isinstance(value, (tuple, list, dict)):
        return f"a {type(value).__name__} of {len(value)}"
    return f"a {type(value).__name__}"


def describe_actions(space):
    """The action space's mapping: its JSON and its notes."""
    role = "action space"
    if isinstance(space, spaces.Discrete):
        if int(space.n) > MOST_ACTIONS:
            raise unmapped(role, space, f"it has more than {MOST_ACTIONS} members")
    elif isinstance(space, spaces.MultiDiscrete):
        if int(space.nvec.max()) > MOST_ACTIONS:
            raise unmapped(role, space, f"one of its numbers has more than {MOST_ACTIONS} values")
    elif not isinstance(space, spaces.MultiBinary) and not (isinstance(space, spaces.Box) and space.dtype.kind == "f"):
        raise unmapped(role, space, "actions must be Discrete, MultiDiscrete, MultiBinary or a box of floats")
    return Mapping(space, role)


# Making environments.


def missing(what, advice):
    return Fault(kind="missing", what=what, advice=advice)


def pip(*packages):
    return f"install it with: {sys.executable} -m pip install {' '.join(packages)}"


def import_gymnasium():
    global gymnasium, np, spaces
    try:
        import gymnasium
        import numpy as np
        from gymnasium import spaces
    except ImportError as error:
        if getattr(error, "name", None) not in ("gymnasium", "numpy"):
            raise
        raise missing(f"the Python package {error.name}, which {sys.executable} doesn't have", pip("gymnasium"))


class Maker:
    """Makes environments, all in the same way."""

    def __init__(self, order):
        self.id, self.keywords, self.atari = order["id"], order["keywords"], order["atari"]
        self.step_limit = order["stepLimit"]
        self.no_picture = None
        self.draws = "render_mode" not in self.keywords

    def first(self):
        if self.id.startswith("ALE/"):
            try:
                import ale_py
            except ImportError:
                raise missing("the Python package ale-py", pip("ale-py"))
            if hasattr(gymnasium, "register_envs"):
                gymnasium.register_envs(ale_py)
        try:
            return self.drawing() if self.draws else self.make()
        except gymnasium.error.DependencyNotInstalled as error:
            raise missing("a Python package that is not installed", " ".join(str(error).split()))
        except gymnasium.error.UnregisteredEnv as error:
            advice = "" if ":" in self.id else f"; if a Python module registers it, name that too: gym:MODULE:{self.id}"
            raise Fault(kind="make", reason=" ".join(str(error).split()) + advice)
        except Exception as error:
            raise Fault(kind="make", reason=raised(error))

    def drawing(self):
        """An environment that draws when asked, if it can."""
        try:
            environment = self.make(render_mode="rgb_array")
        except (gymnasium.error.UnregisteredEnv, gymnasium.error.DependencyNotInstalled):
            raise
        except Exception as error:
            self.draws = False
            environment = self.make()
            self.no_picture = raised(error)
            return environment
        if "rgb_array" in (environment.metadata.get("render_modes") or []):
            return environment
        environment.close()
        self.draws = False
        return self.make()

    def next(self):
        try:
            return self.make(render_mode="rgb_array") if self.draws else self.make()
        except Exception as error:
            raise Fault(kind="make", reason=raised(error))

    def make(self, **more):
        keywords = {**self.keywords, **more}
        if not self.atari:
            if self.step_limit is not None:
                keywords["max_episode_steps"] = self.step_limit
            return gymnasium.make(self.id, **keywords)
        return self.make_atari({"frameskip": 1, **keywords})

    def make_atari(self, keywords):
        from gymnasium import wrappers

        class StackLast(gymnasium.ObservationWrapper):
            """Moves stacked frames to the last axis, as channels."""

            def __init__(self, environment):
                super().__init__(environment)
                inner = environment.observation_space
                shape = (*inner.shape[1:], inner.shape[0])
                self.observation_space = spaces.Box(0, 255, shape, np.uint8)

            def observation(self, observation):
                return np.moveaxis(observation, 0, -1)

        environment = wrappers.AtariPreprocessing(gymnasium.make(self.id, **keywords))
        environment = StackLast(wrappers.FrameStackObservation(environment, 4, padding_type="reset"))
        if self.step_limit is not None and self.step_limit > 0:
            environment = wrappers.TimeLimit(environment, self.step_limit)
        return environment


# Playing.


class Player:
    """Environments `first ..< first + count` of the batch."""

    SAME_STEP, NEXT_STEP, DISABLED = "sameStep", "nextStep", "disabled"
    LARGEST_FRAME = 1 << 26
    # Frames per second at which anybody watches.
    SLOWEST, FASTEST = 0.01, 10000

    def __init__(self, order):
        self.first, self.count, self.autoreset = order["first"], order["count"], order["autoreset"]
        maker = Maker(order)
        self.environments = [maker.first()]
        one = self.environments[0]
        self.observations = Mapping(one.observation_space, "observation space")
        self.actions = describe_actions(one.action_space)
        self.environments += [maker.next() for _ in range(1, self.count)]
        self.maker, self.stack = maker, 4 if order["atari"] else 1
        self.ended = [False] * self.count
        self.started = [False] * self.count
        self.frame = None

    def description(self):
        one = self.environments[0]
        rate, limit = one.metadata.get("render_fps"), getattr(getattr(one, "spec", None), "max_episode_steps", None)
        notes = self.observations.notes + self.actions.notes
        if rate is not None and not (isinstance(rate, (int, float)) and self.SLOWEST <= rate <= self.FASTEST):
            notes = [*notes, f"render_fps: {describe(rate)} is no number from {self.SLOWEST} to {self.FASTEST}, so 30"]
            rate = None
        return {
            "observationSpace": self.observations.json,
            "element": self.observations.element,
            "actionSpace": self.actions.json,
            "observationText": self.observations.text,
            "actionText": self.actions.text,
            "framesPerSecond": 30.0 if rate is None else float(rate),
            "stackedFrames": self.stack,
            "stepLimit": limit if isinstance(limit, int) and 0 < limit < 2**62 else None,
            "notes": notes,
        }

    def map(self, layout):
        """Maps this child's rows of each array in the shared memory."""
        self.memory = mmap.mmap(MEMORY, layout["size"])
        self.frame_offset = layout["size"]
        bytes_ = memoryview(self.memory)

        def numbers(name, code, size):
            start = layout[name] + size * self.first
            return bytes_[start : start + size * self.count].cast(code)

        def rows(name, type_, width):
            all_ = np.frombuffer(self.memory, type_, (self.first + self.count) * width, layout[name])
            return all_.reshape(-1, width)[self.first :]

        width = self.observations.width
        self.current = rows("observations", self.observations.type, width)
        self.final = rows("finalObservations", self.observations.type, width)
        self.write_current = [self.observations.writer(row) for row in self.current]
        self.write_final = [self.observations.writer(row) for row in self.final]
        self.rewards = numbers("rewards", "d", 8)
        self.terminated = numbers("terminated", "B", 1)
        self.truncated = numbers("truncated", "B", 1)
        self.was_reset = numbers("isResetStep", "B", 1)
        self.masks = numbers("masks", "Q", 8)
        self.final_masks = numbers("finalMasks", "Q", 8)
        self.has_mask = numbers("hasMask", "B", 1)
        self.chosen = numbers("chosen", "B", 1)
        self.has_seed = numbers("hasSeed", "B", 1)
        self.seeds = numbers("seeds", "Q", 8)
        start = layout["drawing"]
        self.drawing = bytes_[start : start + 24].cast("q")
        start = layout["playing"] + 8 * layout["child"]
        self.playing = bytes_[start : start + 8].cast("q")
        self.action_of = self.action_reader(layout, numbers, rows)

    def action_reader(self, layout, numbers, rows):
        space = self.environments[0].action_space
        if isinstance(space, spaces.Discrete):
            actions, start = numbers("actions", "q", 8), int(space.start)
            self.action_count = int(space.n)
            return actions.__getitem__ if start == 0 else lambda row: actions[row] + start
        kinds = {spaces.MultiDiscrete: np.int64, spaces.MultiBinary: np.uint8}
        kind = next((kinds[one] for one in kinds if isinstance(space, one)), np.float32)
        actions = rows("actions", kind, self.actions.width)
        shape, type_ = space.shape, space.dtype
        self.action_count = 0
        if isinstance(space, spaces.MultiDiscrete) and np.any(space.start):
            start = space.start
            return lambda row: (actions[row].reshape(shape) + start).astype(type_)
        # A new array each time, because environments may keep it.
        return lambda row: actions[row].reshape(shape).astype(type_)

    def step(self):
        autoreset, ended = self.autoreset, self.ended
        for row, environment in enumerate(self.environments):
            self.playing[0] = self.first + row
            if autoreset == self.NEXT_STEP:
                self.was_reset[row] = ended[row]
                if ended[row]:
                    self.begin(row, None)
                    continue
            result = self.call(row, "step", environment.step, self.action_of(row))
            if not isinstance(result, tuple) or len(result) != 5:
                what = "observation, reward, terminated, truncated and info"
                raise broken(self.first + row, "step", what, describe(result))
            observation, reward, terminated, truncated, info = result
            terminated, truncated = bool(terminated), bool(truncated)
            try:
                self.rewards[row] = reward
            except (TypeError, ValueError):
                self.rewards[row] = self.number(row, reward)
            self.terminated[row], self.truncated[row] = terminated, truncated
            ended[row] = terminated or truncated
            if autoreset == self.SAME_STEP:
                self.write(row, "step", self.write_final[row], observation)
                if ended[row]:
                    self.keep_mask(row, info, self.final_masks)
                    self.begin(row, None, clears=False)
                    continue
                self.current[row] = self.final[row]
            else:
                self.write(row, "step", self.write_current[row], observation)
            if "action_mask" in info or self.has_mask[row]:
                self.keep_mask(row, info, self.masks)

    def reset(self):
        for row in range(self.count):
            if self.chosen[row]:
                self.playing[0] = self.first + row
                self.begin(row, self.seeds[row] if self.has_seed[row] else None)
                self.was_reset[row] = False

    def begin(self, row, seed, clears=True):
        result = self.call(row, "reset", self.environments[row].reset, seed=seed)
        if not isinstance(result, tuple) or len(result) != 2 or not isinstance(result[1], dict):
            raise broken(self.first + row, "reset", "an observation and an info", describe(result))
        observation, info = result
        self.write(row, "reset", self.write_current[row], observation)
        self.ended[row], self.started[row] = False, True
        if clears:
            self.rewards[row], self.terminated[row], self.truncated[row] = 0.0, False, False
        if "action_mask" in info:
            self.has_mask[row] = 0 < self.action_count <= 64
        self.keep_mask(row, info, self.masks)

    def call(self, row, name, function, *arguments, **keywords):
        try:
            return function(*arguments, **keywords)
        except Exception as error:
            raise Fault(kind="raised", row=self.first + row, call=name, error=raised(error))

    def number(self, row, reward):
        try:
            return float(reward)
        except (TypeError, ValueError):
            raise broken(self.first + row, "step", "a number as the reward", describe(reward))

    def write(self, row, call, write, observation):
        try:
            write(observation)
        except (ValueError, TypeError, OverflowError) as error:
            if len(error.args) == 2:
                expected, found = error.args
            else:
                expected, found = f"a member of its {self.observations.role}", describe(observation)
            raise broken(self.first + row, call, f"{expected} as the observation", found)

    def keep_mask(self, row, info, masks):
        """Writes the action mask of an info; all actions are valid if only others have come with one."""
        if not 0 < self.action_count <= 64:
            return
        if "action_mask" not in info:
            masks[row] = (1 << self.action_count) - 1
            return
        flags = np.asarray(info["action_mask"])
        if flags.shape != (self.action_count,):
            expected = f"an action mask of {self.action_count} flags"
            raise broken(self.first + row, "step", expected, describe(info["action_mask"]))
        masks[row] = int.from_bytes(np.packbits(flags != 0, bitorder="little").tobytes(), "little")

    # Frames.

    def picture(self, row):
        """The picture of one environment; None if it has none."""
        self.playing[0] = self.first + row
        environment = self.environments[row]
        if not self.maker.draws and environment.render_mode != "rgb_array":
            return None
        if not self.started[row]:
            # Nothing can be drawn before a reset; the parent resets it again in any case.
            self.call(row, "reset", environment.reset)
        try:
            picture = environment.render()
        except gymnasium.error.DependencyNotInstalled as error:
            raise missing("a Python package to draw it", " ".join(str(error).split()))
        except Exception as error:
            raise Fault(kind="raised", row=self.first + row, call="render", error=raised(error))
        good = isinstance(picture, np.ndarray) and picture.dtype == np.uint8 and picture.ndim == 3
        if not good or picture.shape[2] != 3 or not 0 < picture.size <= 3 * self.LARGEST_FRAME:
            expected = "an array of uint8 and of shape (height, width, 3)"
            raise broken(self.first + row, "render", expected, describe(picture))
        return picture

    def frame_size(self, link):
        picture = self.picture(0)
        size = None if picture is None else list(picture.shape[:2])
        link.send({"frame": size, "reason": self.maker.no_picture or "it has no render mode rgb_array"})

    def draw(self):
        row, height, width = self.drawing
        row -= self.first
        if self.frame is None:
            memory = mmap.mmap(MEMORY, 3 * height * width, offset=self.frame_offset)
            self.frame = np.frombuffer(memory, np.uint8).reshape(height, width, 3)
        picture = self.picture(row)
        if picture is None or picture.shape != self.frame.shape:
            expected = f"a picture of shape {self.frame.shape}, as before"
            raise broken(self.first + row, "render", expected, describe(picture))
        self.frame[...] = picture

    def close(self):
        for environment in self.environments:
            try:
                environment.close()
            except Exception:
                pass


def answer(link, player, command):
    if command == b"s":
        player.step()
    elif command == b"r":
        player.reset()
    elif command == b"d":
        player.draw()
    elif command == b"f":
        player.frame_size(link)
        return
    link.socket.send(b".")


def main():
    tie_to_parent()
    os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")
    link = Link()
    try:
        order = link.line()
        import_gymnasium()
        player = Player(order)
        link.send(player.description())
        player.map(link.line())
        link.send({"mapped": True})
    except Fault as fault:
        link.send({"fault": fault.message})
        os._exit(1)
    while command := link.command():
        try:
            answer(link, player, command)
        except Fault as fault:
            link.socket.send(b"!")
            link.send({"fault": fault.message})
        except Exception as error:
            link.socket.send(b"!")
            link.send({"fault": {"kind": "raised", "row": player.playing[0], "call": "a call", "error": raised(error)}})
    player.close()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)


main()
