"""What a seed means for a search and for shuffled folds, for io.mlops4j.pipeline.search: a second implementation of the
generator of Steele, Lea and Flood, "Fast splittable pseudorandom number generators" (OOPSLA 2014,
https://doi.org/10.1145/2660193.2660195), and of how points are drawn from it. Standard library only.

    python oracles/seeds.py

Writes oracles/seeds.json.
"""

import json
from pathlib import Path

MASK = (1 << 64) - 1


def mixed(z, first, second, shift, a, b, last):
    z = ((z ^ (z >> shift)) * first) & MASK
    z = ((z ^ (z >> a)) * second) & MASK
    return z ^ (z >> b) if last else z


class Splittable:
    def __init__(self, seed, gamma=0x9E3779B97F4A7C15):
        self.seed = seed & MASK
        self.gamma = gamma

    def next_seed(self):
        self.seed = (self.seed + self.gamma) & MASK
        return self.seed

    def next_long(self):
        return mixed(self.next_seed(), 0xBF58476D1CE4E5B9, 0x94D049BB133111EB, 30, 27, 31, True)

    def next_int(self):
        return mixed(self.next_seed(), 0x62A9D9ED799705F5, 0xCB24D0A5C88C35B3, 33, 28, 0, False) >> 32

    def split(self):
        seed = self.next_long()
        z = mixed(self.next_seed(), 0xFF51AFD7ED558CCD, 0xC4CEB9FE1A85EC53, 33, 33, 33, True) | 1
        return Splittable(seed, z ^ 0xAAAAAAAAAAAAAAAA if bin(z ^ (z >> 1)).count("1") < 24 else z)

    def next_double(self):
        return (self.next_long() >> 11) * 2.0**-53

    def below(self, bound):
        r = self.next_int()
        if bound & (bound - 1) == 0:
            return r & (bound - 1)
        # A draw of 31 bits is refused if it lies in the last, incomplete stretch of bound values.
        whole = (1 << 31) // bound * bound
        r >>= 1
        while r >= whole:
            r = self.next_int() >> 1
        return r % bound


def permutation(n, random):
    order = [0] * n
    for i in range(n):
        j = random.below(i + 1)
        order[i] = order[j]
        order[j] = i
    return order


def points(seed, trials, parameters, stratified):
    random = Splittable(seed)
    columns = []
    for _ in range(parameters):
        own = random.split()
        part = permutation(trials, own)
        drawn = [own.next_double() for _ in range(trials)]
        columns.append([(p + u) / trials for p, u in zip(part, drawn)] if stratified else drawn)
    return [list(point) for point in zip(*columns)]


CASES = [(0, 3, 1), (42, 7, 3), (-1, 16, 2), (20261126, 40, 5)]

points_of = [
    {"seed": s, "random": points(s, trials, parameters, False), "latin": points(s, trials, parameters, True)}
    for s, trials, parameters in CASES
]
permutations = [{"seed": s, "order": permutation(n, Splittable(s))} for s, n in [(0, 10), (42, 33), (7, 64)]]


def lines(cases):
    return ",\n".join("    " + json.dumps(case) for case in cases)


text = f"""{{
  "generator": "oracles/seeds.py",
  "points": [
{lines(points_of)}
  ],
  "permutations": [
{lines(permutations)}
  ]
}}
"""
Path(__file__).resolve().with_suffix(".json").write_text(text, encoding="utf-8")
