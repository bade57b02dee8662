"""The library behind the package: reverie.h through ctypes, with its buffers as NumPy arrays, without copies."""

import ctypes
import json
import operator
import os
import pathlib
from ctypes import POINTER, byref, c_char_p, c_int, c_size_t, c_uint8, c_void_p

import numpy
from gymnasium.error import ClosedEnvironmentError


class Error(Exception):
    """An error of the library, in a sentence."""


class OutOfMemory(Error, MemoryError):
    """What was asked for would take more memory than there is; nothing was allocated."""


class ClosedError(Error, ClosedEnvironmentError):
    """The environment is closed."""


class Buffers(ctypes.Structure):
    """`reverie_buffers`."""

    _fields_ = [
        ("observations", c_void_p),
        ("final_observations", c_void_p),
        ("discrete_actions", c_void_p),
        ("continuous_actions", c_void_p),
        ("rewards", c_void_p),
        ("terminated", c_void_p),
        ("truncated", c_void_p),
        ("is_reset", c_void_p),
        ("action_masks", c_void_p),
        ("final_action_masks", c_void_p),
        ("observation_size", c_size_t),
        ("action_count", c_size_t),
        ("frame_width", c_size_t),
        ("frame_height", c_size_t),
        ("binary_actions", c_void_p),
    ]


_SIGNATURES = {
    "reverie_version": (c_char_p, []),
    "reverie_error": (c_char_p, []),
    "reverie_error_code": (c_int, []),
    "reverie_set_assets": (None, [c_char_p]),
    "reverie_list": (c_void_p, []),
    "reverie_catalog": (c_void_p, []),
    "reverie_make": (c_void_p, [c_char_p, c_size_t, c_int, POINTER(c_char_p), c_size_t]),
    "reverie_close": (None, [c_void_p]),
    "reverie_get_buffers": (Buffers, [c_void_p]),
    "reverie_describe": (c_void_p, [c_void_p]),
    "reverie_reset": (c_int, [c_void_p, c_void_p, c_void_p, c_void_p]),
    "reverie_step": (c_int, [c_void_p]),
    "reverie_draw": (c_int, [c_void_p, c_size_t, c_void_p]),
    "reverie_save": (c_void_p, [c_void_p, c_size_t, POINTER(c_size_t)]),
    "reverie_restore": (c_int, [c_void_p, c_size_t, c_char_p, c_size_t]),
    "reverie_free": (None, [c_void_p]),
}


def _load():
    package = pathlib.Path(__file__).resolve().parent
    places = [package / "libReverie.so", package.parent.parent / ".build/release/libReverie.so"]
    if "REVERIE_LIBRARY" in os.environ:
        places = [pathlib.Path(os.environ["REVERIE_LIBRARY"])]
    path = next((place for place in places if place.exists()), None)
    if path is None:
        tried = ", ".join(map(str, places))
        raise ImportError(
            f"Reverie's library is missing (tried {tried}): run 'make build' in the repository, then install again"
        )
    library = ctypes.CDLL(str(path))
    for name, (result, arguments) in _SIGNATURES.items():
        function = getattr(library, name)
        function.restype, function.argtypes = result, arguments
    if "REVERIE_ASSETS" not in os.environ:
        folders = (package / "assets", package.parent.parent / "assets")
        assets = next((folder for folder in folders if folder.is_dir()), None)
        if assets:
            library.reverie_set_assets(str(assets).encode())
    return library


_library = _load()


_NO_MEMORY = 2


def _fail():
    kind = OutOfMemory if _library.reverie_error_code() == _NO_MEMORY else Error
    raise kind(_library.reverie_error().decode())


def _whole(value, what, end):
    """A whole number from 0 to `end` - 1; ctypes would cut others down to size."""
    try:
        number = operator.index(value)
    except TypeError:
        number = -1
    if not 0 <= number < end:
        raise Error(f"{what} must be a whole number from 0 to {end - 1}, not {value!r}")
    return number


def _text(pointer):
    try:
        return ctypes.string_at(pointer).decode()
    finally:
        _library.reverie_free(pointer)


def version():
    """The library's version."""
    return _library.reverie_version().decode()


def environments():
    """The ids of all environments."""
    return json.loads(_text(_library.reverie_list()))


def catalog():
    """All environments as dictionaries: id, summary, stepLimit and rewardThreshold."""
    return json.loads(_text(_library.reverie_catalog()))


def option(name, value):
    """An option as the library reads it."""
    if isinstance(value, (bool, numpy.bool_)):
        value = "true" if value else "false"
    return f"{name}={value}"


class _Handle:
    """Owns a batch; every array over its buffers keeps it alive."""

    def __init__(self, pointer):
        self.pointer = pointer

    def __reduce_ex__(self, protocol):
        raise TypeError("the memory of a batch can't be copied or pickled; copy the environment")

    def __del__(self, close=_library.reverie_close):
        close(self.pointer)


class Closed:
    """What stands in the place of a batch that is closed."""

    def __init__(self, name):
        self._name = name

    def __getattr__(self, attribute):
        raise ClosedError(f"{self._name} is closed; make it again")

    def __reduce__(self):
        return Closed, (self._name,)


def _revived(name, count, mode, options, states):
    batch = Batch(name, count, mode, options)
    for index, state in enumerate(states):
        batch.restore(state, index)
    return batch


class Batch:
    """n environments and their buffers as arrays: `observations` (n, ...), `final_observations` (n, ...), `actions` (n)
    or (n, ...), `rewards` (n), `terminated`, `truncated`, `is_reset` (n), `action_masks` and `final_action_masks` (n) or
    None.

    Each step and reset overwrites the arrays. A copy, or what is pickled, is a new batch in the same state.
    """

    MODES = ["same_step", "next_step", "disabled"]

    def __init__(self, name, count, mode, options):
        self._made_of = (name, count, mode, options)
        count = _whole(count, "the number of environments", 1 << 63)
        texts = [option(key, value).encode() for key, value in options.items()]
        pointer = _library.reverie_make(
            name.encode(), count, self.MODES.index(mode), (c_char_p * len(texts))(*texts), len(texts)
        )
        if not pointer:
            _fail()
        self._handle = _Handle(pointer)
        self._step = _library.reverie_step
        self._pointer = c_void_p(pointer)
        self.count = count
        self.description = json.loads(_text(_library.reverie_describe(pointer)))
        self._lay_out(_library.reverie_get_buffers(pointer))

    def _lay_out(self, buffers):
        element = numpy.dtype(self.description["elementType"])
        width = buffers.observation_size // element.itemsize
        shape = self._shape(self.description["observationSpace"], width)
        self.observations = self._array(buffers.observations, element, width).reshape(shape)
        self.final_observations = self._array(buffers.final_observations, element, width).reshape(shape)
        kinds = {
            numpy.int64: buffers.discrete_actions,
            numpy.float32: buffers.continuous_actions,
            numpy.uint8: buffers.binary_actions,
        }
        kind = next((kind for kind, address in kinds.items() if address), None)
        if kind is None:
            raise Error(f"{self.description['id']}: actions of its action space are not supported from Python")
        actions = self._array(kinds[kind], kind, buffers.action_count)
        self.actions = actions.reshape(self.count, *self._action_shape(self.description["actionSpace"]))
        self.rewards = self._array(buffers.rewards, numpy.float64, 1)[:, 0]
        self.terminated = self._array(buffers.terminated, numpy.bool_, 1)[:, 0]
        self.truncated = self._array(buffers.truncated, numpy.bool_, 1)[:, 0]
        self.is_reset = self._array(buffers.is_reset, numpy.bool_, 1)[:, 0]
        self.action_masks = self._masks(buffers.action_masks)
        self.final_action_masks = self._masks(buffers.final_action_masks)
        self._picture = (buffers.frame_height, buffers.frame_width, 3)

    def _shape(self, space, width):
        return (self.count, *space["shape"]) if space["type"] == "Box" else (self.count, width)

    @staticmethod
    def _action_shape(space):
        shapes = {"Discrete": [], "MultiDiscrete": [len(space.get("nvec", []))], "MultiBinary": space.get("n")}
        return shapes.get(space["type"], space.get("shape"))

    def _masks(self, address):
        return self._array(address, numpy.uint64, 1)[:, 0] if address else None

    def _array(self, address, element, width):
        """(n, width) elements at an address, which stay valid as long as the array."""

        class Memory(c_uint8 * (self.count * width * numpy.dtype(element).itemsize)):
            pass

        memory = Memory.from_address(address)
        memory.handle = self._handle
        return numpy.frombuffer(memory, element).reshape(self.count, width)

    def reset(self, seeds=None, mask=None):
        """Starts an episode in the environments that `mask` selects, or in all; `seeds` has a seed or None for each."""
        numbers = given = None
        if seeds is not None:
            whole = [0 if seed is None else _whole(seed, "a seed", 1 << 64) for seed in seeds]
            numbers = numpy.array(whole, numpy.uint64)
            given = numpy.array([seed is not None for seed in seeds], numpy.uint8)
        chosen = None if mask is None else numpy.ascontiguousarray(mask, numpy.uint8)
        pointers = [None if array is None else array.ctypes.data for array in (numbers, given, chosen)]
        if _library.reverie_reset(self._pointer, *pointers):
            _fail()

    def act(self, actions):
        """Writes the next actions: an array of the shape of `actions`.

        Discrete ones are integers, as Gymnasium demands, and bits 0 or 1. Numbers beyond the bounds of a box are the
        environment's affair.
        """
        array = numpy.asarray(actions)
        is_box = self.actions.dtype.kind == "f"
        are_bits = self.actions.dtype == numpy.uint8
        if is_box:
            is_good = array.dtype.kind in "fiu"
        elif are_bits:
            is_good = array.dtype.kind in "iub" and bool(((array == 0) | (array == 1)).all())
        else:
            # To Gymnasium, Python's bool is an integer and NumPy's is not, nor are numbers that may not fit.
            is_plain = not isinstance(actions, (numpy.ndarray, numpy.generic))
            is_good = array.dtype.kind in ("iub" if is_plain else "iu") and numpy.can_cast(array.dtype, numpy.int64)
        if not is_good or array.shape != self.actions.shape:
            numbers = "numbers" if is_box else "zeros and ones" if are_bits else "integers"
            found = f"{array.dtype} of shape {array.shape}" + (f": {actions!r}" if array.size <= 4 else "")
            raise Error(
                f"{self.description['id']}: expected {numbers} of shape {self.actions.shape} as actions, found {found}"
            )
        self.actions[...] = array

    def step(self):
        """Plays one step with `actions`."""
        if self._step(self._pointer):
            _fail()

    def draw(self, index=0):
        """Draws a new picture (height, width, 3) of one environment."""
        picture = numpy.empty(self._picture, numpy.uint8)
        if _library.reverie_draw(self._pointer, self._place(index), picture.ctypes.data):
            _fail()
        return picture

    def save(self, index=0):
        """Returns the whole state of one environment."""
        size = c_size_t()
        pointer = _library.reverie_save(self._pointer, self._place(index), byref(size))
        if not pointer:
            _fail()
        try:
            return ctypes.string_at(pointer, size.value)
        finally:
            _library.reverie_free(pointer)

    def restore(self, state, index=0):
        """Restores a saved state of one environment."""
        state = bytes(state)
        if _library.reverie_restore(self._pointer, self._place(index), state, len(state)):
            _fail()

    def _place(self, index):
        return _whole(index, "the number of an environment", self.count)

    def __reduce__(self):
        return _revived, (*self._made_of, [self.save(index) for index in range(self.count)])

    def __copy__(self):
        return _revived(*self.__reduce__()[1])
