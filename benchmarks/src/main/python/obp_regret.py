"""Open Bandit Pipeline on the bandit problem of docs/experiments.md: mean regret and time of its loop.

    pip install --no-deps --ignore-requires-python obp==0.5.7 && pip install numpy scikit-learn pandas tqdm pyyaml mypy_extensions
    python benchmarks/src/main/python/obp_regret.py [runs]

Two Bernoulli arms of 0.9 and 0.8, 5,000 rounds: one select_action and one update_params per round, as its API has it;
batch_size says after how many rounds the posterior is renewed. obp imports PyTorch and plotting for other parts than these
policies; where they are not installed, empty stand-ins take their place. mabwiser_regret.py and BanditRegret (Java) print
the same lines.
"""

import importlib.util
import sys
import time
import types
from importlib.metadata import version


class StandIn(types.ModuleType):
    """A module in which every public name is an empty class."""

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return type(name, (), {"__init__": lambda self, *args, **kwargs: None})


PARTS = {
    "torch": ["nn", "nn.functional", "optim", "utils", "utils.data"],
    "pyieoe": ["evaluator"],
    "matplotlib": ["pyplot"],
    "seaborn": [],
}
for package, parts in PARTS.items():
    if importlib.util.find_spec(package) is None:
        for name in [package, *(f"{package}.{part}" for part in parts)]:
            sys.modules[name] = StandIn(name)
            parent, _, child = name.rpartition(".")
            if parent:
                setattr(sys.modules[parent], child, sys.modules[name])

import numpy as np
from obp.policy.contextfree import BernoulliTS, EpsilonGreedy

MEANS = [0.9, 0.8]
ROUNDS = 5000


def regret(policy, seed: int) -> float:
    rng = np.random.default_rng(seed)
    lost = 0.0
    for _ in range(ROUNDS):
        arm = int(policy.select_action()[0])
        lost += MEANS[0] - MEANS[arm]
        policy.update_params(action=arm, reward=float(rng.random() < MEANS[arm]))
    return lost


def main() -> None:
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 40
    print(f"obp {version('obp')}, numpy {version('numpy')}, Python {sys.version.split()[0]}, {runs} runs")
    for name, make in [
        ("thompson, update every 10", lambda seed: BernoulliTS(n_actions=2, batch_size=10, random_state=seed)),
        ("epsilon-greedy, update every 1", lambda seed: EpsilonGreedy(n_actions=2, epsilon=0.1, random_state=seed)),
    ]:
        start = time.perf_counter()
        lost = np.array([regret(make(seed), seed) for seed in range(runs)])
        seconds = time.perf_counter() - start
        print(f"{name}: regret {lost.mean():.1f} ({lost.std(ddof=1) / runs**0.5:.1f}),"
              f" {seconds:.1f} s, {seconds / runs / ROUNDS * 1e6:.1f} us a round")


if __name__ == "__main__":
    main()
