"""Writes maze.txt: a maze by Wilson's algorithm, with NumPy's random numbers in the order that MazeCarver documents.

    python3 make_maze.py

It has 4 x 4 rooms, a tenth of the remaining walls opened, and seed 7.
"""
import numpy as np

ROWS, COLUMNS, LOOPS, SEED = 4, 4, 0.1, 7
MOVES = [(0, -1), (1, 0), (0, 1), (-1, 0)]

random = np.random.Generator(np.random.PCG64(SEED))
wall = np.ones((2 * ROWS + 1, 2 * COLUMNS + 1), bool)
rooms = [(row, column) for row in range(ROWS) for column in range(COLUMNS)]
tree = {rooms[-1]}
wall[2 * ROWS - 1, 2 * COLUMNS - 1] = False


def there(room, move):
    return (room[0] + move[0], room[1] + move[1])


def between(room, move):
    return (2 * room[0] + 1 + move[0], 2 * room[1] + 1 + move[1])


for start in rooms:
    exits, room = {}, start
    while room not in tree:
        ways = [move for move in MOVES if there(room, move) in rooms]
        exits[room] = ways[random.integers(len(ways))]
        room = there(room, exits[room])
    room = start
    while room not in tree:
        tree.add(room)
        wall[2 * room[0] + 1, 2 * room[1] + 1] = False
        wall[between(room, exits[room])] = False
        room = there(room, exits[room])
for room in rooms:
    for move in [(0, 1), (1, 0)]:
        if there(room, move) in rooms and wall[between(room, move)] and random.random() < LOOPS:
            wall[between(room, move)] = False

with open(__file__.replace("make_maze.py", "maze.txt"), "w") as file:
    for row in wall:
        file.write("".join("#" if cell else "." for cell in row) + "\n")
