"""Expected numbers for the analysis of experiments, by scipy, statsmodels and numpy.

    python experiments.py [output file]

Each section says which library call gives the number. Published numbers (R multtest, gbstats, confseq) are
written into the Java tests with their source; here is what can be computed again.
"""

from math import exp, log, sqrt

import numpy as np
import statsmodels.api as sm
from scipy import stats
from scipy.integrate import quad
from scipy.special import gammaln
from statsmodels.stats.meta_analysis import combine_effects
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.power import normal_sample_size_one_tail, zt_ind_solve_power
from statsmodels.stats.proportion import confint_proportions_2indep, proportions_ztest

from common import emit


def welch() -> list:
    """scipy.stats.ttest_ind(second, first, equal_var=False)."""
    rng = np.random.default_rng(1)
    cases = []
    for n, m, shift, scale in [(12, 9, 0.4, 1.0), (40, 60, 0.0, 3.0), (5, 200, -1.0, 0.2), (2, 2, 1.0, 1.0)]:
        a = rng.normal(10, 1, n).round(4)
        b = rng.normal(10 + shift, scale, m).round(4)
        test = stats.ttest_ind(b, a, equal_var=False)
        interval = test.confidence_interval(0.95)
        cases.append({"first": a.tolist(), "second": b.tolist(), "difference": float(b.mean() - a.mean()),
                      "df": float(test.df), "p": float(test.pvalue),
                      "low": float(interval.low), "high": float(interval.high)})
    return cases


def proportions() -> list:
    """statsmodels proportions_ztest (pooled) and confint_proportions_2indep(method="wald")."""
    cases = []
    for s, n, t, m in [(200, 1000, 240, 1000), (14, 28, 16, 30), (5, 400, 9, 380), (90, 100, 70, 100)]:
        pooled = proportions_ztest([t, s], [m, n])[1]
        low, high = confint_proportions_2indep(t, m, s, n, method="wald", compare="diff")
        cases.append({"counts": [s, n, t, m], "pooledP": float(pooled), "low": float(low), "high": float(high)})
    return cases


def corrections() -> list:
    """statsmodels multipletests."""
    rng = np.random.default_rng(7)
    bh1995 = [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719,
              0.6528, 0.7590, 1.0]  # Benjamini and Hochberg (1995), section 3.1
    sets = [bh1995, [0.01, 0.02, 0.03, 0.04, 0.05], [0.04], [0.5, 0.5, 0.5], [0.0, 1.0, 0.025, 0.025],
            (rng.uniform(size=30) ** 3).round(6).tolist()]
    names = {"BONFERRONI": "bonferroni", "HOLM": "holm", "HOCHBERG": "simes-hochberg",
             "BENJAMINI_HOCHBERG": "fdr_bh", "BENJAMINI_YEKUTIELI": "fdr_by"}
    return [{"raw": raw, **{name: multipletests(raw, method=method)[1].tolist() for name, method in names.items()}}
            for raw in sets]


def mixtures() -> list:
    """The evidence is the likelihood ratio averaged over a normal prior of the drift, by quadrature."""
    cases = []
    for rho, n, z in [(0.05, 100, 2.0), (0.05, 5000, 3.5), (0.1, 40, -1.0), (0.01, 2000, 0.0), (0.3, 900, 4.2)]:
        v, s, spread = n, z * sqrt(n), rho
        term = lambda x: exp(x * s - x * x * v / 2 + stats.norm.logpdf(x, 0, spread))
        peak = s / (v + 1 / spread**2)
        width = 12 / sqrt(v + 1 / spread**2)
        both = quad(term, peak - width, peak + width, epsabs=0, epsrel=1e-12)[0]
        low = max(0.0, peak - width)
        one = 2 * quad(term, low, max(peak, 0) + width, epsabs=0, epsrel=1e-12)[0]
        cases.append({"rho": rho, "n": n, "z": z, "logTwoSided": log(both), "logOneSided": log(one)})
    return cases


def sample_ratio() -> list:
    """scipy.stats.chisquare; the evidence by gammaln from the Dirichlet-multinomial's definition."""
    cases = []
    for counts, shares in [([821588, 815482], [0.5, 0.5]), ([4750, 5250], [0.5, 0.5]), ([9900, 10100], [0.5, 0.5]),
                           ([600, 200, 200], [0.5, 0.25, 0.25]), ([95100, 4900], [0.95, 0.05]), ([0, 3], [0.5, 0.5])]:
        n, p = np.array(counts), np.array(shares)
        a = 1000 * p
        log_marginal = gammaln(a.sum()) - gammaln(a.sum() + n.sum()) + (gammaln(a + n) - gammaln(a)).sum()
        chi = stats.chisquare(n, n.sum() * p)
        cases.append({"counts": counts, "shares": shares, "p": float(chi.pvalue),
                      "logEvidence": float(log_marginal - (n * np.log(p)).sum())})
    return cases


def units(seed: int, n: int, lift: float) -> np.ndarray:
    """Rows y, x, y before, x before of correlated units."""
    rng = np.random.default_rng(seed)
    taste = rng.gamma(2, 1, n)
    before = rng.poisson(3 * taste) + 1.0
    now = rng.poisson(3 * taste) + 1.0
    spent_before = (before * taste * rng.uniform(0.5, 1.5, n)).round(3)
    spent = (now * taste * (1 + lift) * rng.uniform(0.5, 1.5, n)).round(3)
    return np.column_stack([spent, now, spent_before, before])


def jacobian(f, x: np.ndarray) -> np.ndarray:
    """Central differences, to check the derivatives that the library wrote by hand."""
    steps = 1e-6 * np.maximum(1, np.abs(x))
    return np.array([(f(x + h * e) - f(x - h * e)) / (2 * h) for h, e in zip(steps, np.eye(len(x)))])


def delta(f, samples: list[np.ndarray]) -> tuple[float, float]:
    """Value and standard error of f of all arms' means, by a numerical delta method."""
    mean = np.concatenate([s.mean(axis=0) for s in samples])
    blocks = [np.cov(s.T, ddof=1).reshape(s.shape[1], -1) / len(s) for s in samples]
    cov = np.zeros((len(mean), len(mean)))
    at = 0
    for block in blocks:
        k = len(block)
        cov[at:at + k, at:at + k] = block
        at += k
    g = jacobian(f, mean)
    return float(f(mean)), float(sqrt(g @ cov @ g))


def effects() -> dict:
    a, b = units(11, 70, 0.0), units(12, 60, 0.1)
    na, nb = len(a), len(b)
    arm = np.r_[np.zeros(na), np.ones(nb)]
    every = np.r_[a, b]
    result = {"control": a.tolist(), "treatment": b.tolist()}
    # A mean: Welch by scipy; its lift by the numerical delta method.
    test = stats.ttest_ind(b[:, 0], a[:, 0], equal_var=False)
    result["mean"] = {"value": float(b[:, 0].mean() - a[:, 0].mean()), "p": float(test.pvalue),
                      "low": float(test.confidence_interval().low), "high": float(test.confidence_interval().high)}
    value, error = delta(lambda m: m[1] / m[0] - 1, [a[:, :1], b[:, :1]])
    result["lift"] = {"value": value, "se": error}
    # A ratio: per arm, least squares of events' values on a constant, weighted by the denominator, with errors
    # clustered by unit (statsmodels cov_type="cluster") is the delta method; here one row per unit.
    ratio_errors = []
    for rows in (a, b):
        fit = sm.WLS(rows[:, 0] / rows[:, 1], np.ones(len(rows)), weights=rows[:, 1]).fit(
            cov_type="cluster", cov_kwds={"groups": np.arange(len(rows))})
        ratio_errors.append(float(fit.bse[0]))
    ra, rb = a[:, 0].sum() / a[:, 1].sum(), b[:, 0].sum() / b[:, 1].sum()
    result["ratio"] = {"control": float(ra), "treatment": float(rb), "se": float(np.hypot(*ratio_errors))}
    value, error = delta(lambda m: (m[2] / m[3]) / (m[0] / m[1]) - 1, [a[:, :2], b[:, :2]])
    result["ratioLift"] = {"value": value, "se": error}
    # CUPED: the coefficient of the arm in y ~ arm + before (statsmodels OLS) is the adjusted difference; its
    # error is Welch's (scipy) on y - theta before, with the slope of that fit.
    fit = sm.OLS(every[:, 0], np.column_stack([np.ones(na + nb), arm, every[:, 2]])).fit()
    theta = float(fit.params[2])
    test = stats.ttest_ind(b[:, 0] - theta * b[:, 2], a[:, 0] - theta * a[:, 2], equal_var=False)
    result["cuped"] = {"value": float(fit.params[1]), "p": float(test.pvalue),
                       "low": float(test.confidence_interval().low), "high": float(test.confidence_interval().high)}
    value, error = delta(lambda m: ((m[2] - theta * m[3]) - (m[0] - theta * m[1])) / m[0], [a[:, [0, 2]], b[:, [0, 2]]])
    result["cupedLift"] = {"value": value, "se": error}
    # A ratio with CUPED: theta from the linearised rows, then the numerical delta method.
    lin = lambda r, y, x: (r[:, y] - r[:, y].sum() / r[:, x].sum() * r[:, x]) / r[:, x].mean()
    cov = [np.cov(lin(r, 0, 1), lin(r, 2, 3), ddof=1) * (len(r) - 1) for r in (a, b)]
    slope = float((cov[0][0, 1] + cov[1][0, 1]) / (cov[0][1, 1] + cov[1][1, 1]))
    value, error = delta(lambda m: (m[4] / m[5] - slope * m[6] / m[7]) - (m[0] / m[1] - slope * m[2] / m[3]), [a, b])
    result["cupedRatio"] = {"value": value, "se": error}
    value, error = delta(lambda m: ((m[4] / m[5] - slope * m[6] / m[7]) - (m[0] / m[1] - slope * m[2] / m[3]))
                         / (m[0] / m[1]), [a, b])
    result["cupedRatioLift"] = {"value": value, "se": error}
    return result


def clusters() -> dict:
    """A quantile of clustered values: the point by numpy, the error by a bootstrap of units (20,000 draws)."""
    rng = np.random.default_rng(21)
    rows = [rng.lognormal(rng.normal(3, 0.4), 0.5, rng.integers(1, 12)).round(2) for _ in range(120)]
    result = {"units": [r.tolist() for r in rows]}
    for share in (0.5, 0.9):
        draws = []
        for _ in range(20_000):
            pick = rng.integers(0, len(rows), len(rows))
            draws.append(np.quantile(np.concatenate([rows[i] for i in pick]), share))
        result[f"q{int(share * 100)}"] = {"value": float(np.quantile(np.concatenate(rows), share)),
                                          "bootstrapSe": float(np.std(draws, ddof=1))}
    return result


def beliefs() -> list:
    """P(B > A) and the expected losses of Beta posteriors by quadrature."""
    cases = []
    for a, b, c, d in [(21, 81, 31, 71), (101, 901, 121, 881), (1, 1, 1, 1), (5, 200, 5000, 200000), (300, 700, 280, 720)]:
        cuts = np.unique(np.r_[0, stats.beta.ppf([1e-12, .01, .5, .99, 1 - 1e-12], a, b),
                               stats.beta.ppf([1e-12, .01, .5, .99, 1 - 1e-12], c, d), 1])
        area = lambda f: sum(quad(f, lo, hi, epsabs=1e-15, epsrel=1e-11)[0] for lo, hi in zip(cuts[:-1], cuts[1:]))
        better = area(lambda x: stats.beta.pdf(x, c, d) * stats.beta.cdf(x, a, b))
        shipping = area(lambda x: stats.beta.sf(x, a, b) * stats.beta.cdf(x, c, d))  # E max(A - B, 0)
        staying = area(lambda x: stats.beta.cdf(x, a, b) * stats.beta.sf(x, c, d))
        cases.append({"control": [a, b], "treatment": [c, d], "better": better, "shipping": shipping, "staying": staying})
    return cases


def heterogeneity() -> list:
    """statsmodels combine_effects: Q and I²."""
    cases = []
    for effects_, variances in [([0.1, 0.3, -0.2], [0.01, 0.02, 0.015]), ([1, 1.1], [0.5, 0.4]), ([2, 5, 9, 4], [1, 1, 2, 3])]:
        fit = combine_effects(np.array(effects_, float), np.array(variances))
        cases.append({"effects": effects_, "variances": variances, "q": float(fit.q),
                      "p": float(stats.chi2.sf(fit.q, len(effects_) - 1))})
    return cases


def power() -> list:
    """statsmodels: zt_ind_solve_power for equal variances, normal_sample_size_one_tail for shares."""
    cases = []
    for mean, sd, lift, share, level, chance in [(10, 4, 0.05, 0.5, 0.05, 0.8), (10, 4, 0.05, 0.2, 0.01, 0.9), (3, 9, 0.1, 0.5, 0.05, 0.8)]:
        first = zt_ind_solve_power(effect_size=mean * lift / sd, alpha=level, power=chance, ratio=share / (1 - share))
        cases.append({"mean": mean, "sd": sd, "lift": lift, "share": share, "alpha": level, "power": chance,
                      "units": float(first / (1 - share))})
    for p, lift in [(0.05, 0.1), (0.2, -0.05)]:
        q = p * (1 + lift)
        spread = sqrt(p * (1 - p) + q * (1 - q))
        n = normal_sample_size_one_tail(abs(q - p), 0.8, 0.025, spread, spread)
        cases.append({"baseline": p, "lift": lift, "units": float(2 * n)})
    return cases


def shares(p: np.ndarray) -> np.ndarray:
    """Three decimals, none zero, sum 1."""
    rounded = np.maximum(p, 0.02).round(3)
    rounded[0] = round(1 - rounded[1:].sum(), 3)
    return rounded if rounded[0] > 0.01 else np.array([0.2, 0.3, 0.5])


def off_policy() -> dict:
    """IPS and DR: least squares on a constant; SNIPS: weighted by w; errors clustered by unit (statsmodels)."""
    rng = np.random.default_rng(33)
    rows = []
    for unit in range(80):
        taste = rng.normal(0, 0.5)
        for _ in range(rng.integers(1, 6)):
            logged = shares(rng.dirichlet([3, 2, 2]))
            arm = int(rng.choice(3, p=logged))
            policy = shares(rng.dirichlet([1, 2, 3]))
            model = (np.array([0.4, 0.6, 0.9]) + rng.normal(0, 0.1, 3)).round(3)
            reward = round([0.5, 0.7, 1.0][arm] + taste + rng.normal(0, 0.3), 3)
            rows.append([unit, logged.tolist(), arm, reward, policy.tolist(), model.tolist()])
    groups = np.array([r[0] for r in rows])
    w = np.array([r[4][r[2]] / r[1][r[2]] for r in rows])
    r = np.array([x[3] for x in rows])
    direct = np.array([np.dot(x[4], x[5]) for x in rows])
    q = np.array([x[5][x[2]] for x in rows])

    def mean(y, weights=None):
        fit = sm.WLS(y, np.ones(len(y)), weights=np.ones(len(y)) if weights is None else weights).fit(
            cov_type="cluster", cov_kwds={"groups": groups})
        # statsmodels multiplies by G/(G-1) (N-1)/(N-1): one regressor, so only the first factor is left.
        return {"value": float(fit.params[0]), "se": float(fit.bse[0])}

    return {"rows": rows, "ips": mean(w * r), "snips": mean(r, w), "dr": mean(direct + w * (r - q)),
            "switchDr": mean(direct + np.where(w <= 2, w, 0) * (r - q)), "switchAbove": 2,
            "current": mean(r), "gainDr": mean(direct + w * (r - q) - r),
            "meanWeight": mean(w), "maxWeight": float(w.max()), "ess": float(w.sum() ** 2 / (w**2).sum())}


def main() -> None:
    emit(__file__, {
        "welch": welch(), "proportions": proportions(), "corrections": corrections(), "mixtures": mixtures(),
        "sampleRatio": sample_ratio(), "effects": effects(), "clusters": clusters(), "beliefs": beliefs(),
        "heterogeneity": heterogeneity(), "power": power(), "offPolicy": off_policy()}, "statsmodels")


if __name__ == "__main__":
    main()
