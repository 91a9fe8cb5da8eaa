"""Mean regret of bandit algorithms on two textbook instances, by simulation in numpy (independent of the Java code).

Writes regret.json. All runs of one row are simulated side by side. Thompson draws from the Beta posteriors in each round
and updates them every ten; the index policies update in each round and play every arm once first.
"""

import numpy as np

from common import emit

INSTANCES = {
    "two": ([0.9, 0.8], 5000),
    "ten": ([0.1, 0.05, 0.05, 0.05, 0.02, 0.02, 0.02, 0.01, 0.01, 0.01], 10000),
}
RUNS = 400


def kl(p, q):
    p, q = np.clip(p, 1e-12, 1 - 1e-12), np.clip(q, 1e-12, 1 - 1e-12)
    return p * np.log(p / q) + (1 - p) * np.log((1 - p) / (1 - q))


def kl_index(mean, n, t):
    low, high = mean.copy(), np.ones_like(mean)
    for _ in range(40):
        middle = (low + high) / 2
        inside = n * kl(mean, middle) <= np.log(t)
        low, high = np.where(inside, middle, low), np.where(inside, high, middle)
    return low


def ucb1(mean, n, t):
    return mean + np.sqrt(2 * np.log(t) / n)


def tuned(mean, n, t):
    bound = mean * (1 - mean) + np.sqrt(2 * np.log(t) / n)
    return mean + np.sqrt(np.log(t) / n * np.minimum(0.25, bound))


def index_policy(index, means, rounds, rng):
    arms = len(means)
    wins = np.zeros((RUNS, arms))
    count = np.zeros((RUNS, arms))
    lost = np.zeros(RUNS)
    every = np.arange(RUNS)
    for t in range(rounds):
        if t < arms:
            chosen = np.full(RUNS, t)
        else:
            values = index(wins / count, count, t)
            values += rng.random(values.shape) * 1e-12  # ties at random
            chosen = values.argmax(axis=1)
        won = rng.random(RUNS) < means[chosen]
        wins[every, chosen] += won
        count[every, chosen] += 1
        lost += means.max() - means[chosen]
    return lost


def epsilon(means, rounds, rng):
    arms = len(means)

    def index(mean, n, t):
        random = rng.random((RUNS, 1)) < 0.1
        return np.where(random, rng.random((RUNS, arms)) + 2, mean)

    return index_policy(index, means, rounds, rng)


def thompson(means, rounds, rng, batch=10):
    arms = len(means)
    a, b = np.ones((RUNS, arms)), np.ones((RUNS, arms))
    lost = np.zeros(RUNS)
    for _ in range(rounds // batch):
        draws = rng.beta(a[:, None, :], b[:, None, :], (RUNS, batch, arms))
        chosen = draws.argmax(axis=2)
        won = rng.random((RUNS, batch)) < means[chosen]
        for arm in range(arms):
            a[:, arm] += (won & (chosen == arm)).sum(axis=1)
            b[:, arm] += (~won & (chosen == arm)).sum(axis=1)
        lost += (means.max() - means[chosen]).sum(axis=1)
    return lost


def main():
    result = {}
    for name, (means, rounds) in INSTANCES.items():
        means = np.array(means)
        rng = np.random.default_rng(20261126)
        rows = {
            "thompson": thompson(means, rounds, rng),
            "klUcb": index_policy(kl_index, means, rounds, rng),
            "ucbTuned": index_policy(tuned, means, rounds, rng),
            "ucb1": index_policy(ucb1, means, rounds, rng),
            "epsilonGreedy": epsilon(means, rounds, rng),
        }
        result[name] = {
            row: {"mean": float(lost.mean()), "error": float(lost.std(ddof=1) / RUNS**0.5)} for row, lost in rows.items()
        }
    emit(__file__, result)


if __name__ == "__main__":
    main()
