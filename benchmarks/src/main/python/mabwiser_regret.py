"""MABWiser on the bandit problem of docs/experiments.md: mean regret and time of a whole process.

    pip install mabwiser==VERSION && python benchmarks/src/main/python/mabwiser_regret.py [runs]

Two Bernoulli arms of 0.9 and 0.8, 5,000 rounds. One partial_fit per batch; a decision per round is one predict, as its API
has it. Rewards and choices come from seeded generators. BanditRegret (Java) prints the same lines for this library.
"""

import sys
import time
from importlib.metadata import version

import numpy as np
from mabwiser.mab import MAB, LearningPolicy

MEANS = [0.9, 0.8]
ROUNDS = 5000


def regret(policy, batch: int, seed: int) -> float:
    rng = np.random.default_rng(seed)
    mab = MAB(arms=[0, 1], learning_policy=policy, seed=seed)
    mab.fit(decisions=[0, 1], rewards=[int(rng.random() < m) for m in MEANS])
    lost = MEANS[0] - MEANS[1]
    decisions, rewards = [], []
    for _ in range(ROUNDS - 2):
        arm = mab.predict()
        lost += MEANS[0] - MEANS[arm]
        decisions.append(arm)
        rewards.append(int(rng.random() < MEANS[arm]))
        if len(decisions) == batch:
            mab.partial_fit(decisions=decisions, rewards=rewards)
            decisions, rewards = [], []
    return lost


def main() -> None:
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 40
    print(f"mabwiser {version('mabwiser')}, numpy {version('numpy')}, Python {sys.version.split()[0]}, {runs} runs")
    for name, policy, batch in [
        ("thompson", LearningPolicy.ThompsonSampling(), 10),
        ("ucb1", LearningPolicy.UCB1(alpha=1), 1),
        ("epsilon-greedy", LearningPolicy.EpsilonGreedy(epsilon=0.1), 1),
    ]:
        start = time.perf_counter()
        lost = np.array([regret(policy, batch, seed) for seed in range(runs)])
        seconds = time.perf_counter() - start
        print(f"{name}, update every {batch}: regret {lost.mean():.1f} ({lost.std(ddof=1) / runs**0.5:.1f}),"
              f" {seconds:.1f} s, {seconds / runs / ROUNDS * 1e6:.1f} us a round")


if __name__ == "__main__":
    main()
