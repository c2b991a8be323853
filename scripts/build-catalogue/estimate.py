"""The fit behind estimated prices: price = (a x vCPU + b x GiB + c x GPU) x region x architecture x spot.

The coefficients minimise the sum of absolute *relative* errors (iteratively reweighted least squares), so that neither
the few huge types nor the many tiny ones decide alone. Every factor is a median of ratios.
"""
import collections
import statistics

REFERENCE_REGION = {"aws": "us-east-1", "azure": "eastus", "gcp": "us-central1"}
# Licence-bound memory monsters cost a multiple per vCPU and are no guide to an unknown node.
LEFT_OUT = {"aws": ("u-", "u7"), "azure": ("Standard_M",), "gcp": ("m1-", "m2-", "m3-", "m4-", "x4-")}


def solve(matrix, vector):
    """Gaussian elimination with partial pivoting."""
    size = len(vector)
    rows = [row[:] + [value] for row, value in zip(matrix, vector)]
    for column in range(size):
        pivot = max(range(column, size), key=lambda index: abs(rows[index][column]))
        rows[column], rows[pivot] = rows[pivot], rows[column]
        for index in range(size):
            if index != column:
                factor = rows[index][column] / rows[column][column]
                for k in range(column, size + 1):
                    rows[index][k] -= factor * rows[column][k]
    return [rows[index][size] / rows[index][index] for index in range(size)]


def least_relative_error(samples):
    """Coefficients for (vcpu, GiB, gpu) from [((vcpu, GiB, gpu), price)]."""
    weights = [1.0] * len(samples)
    coefficients = [0.0, 0.0, 0.0]
    for _ in range(60):
        matrix = [[0.0] * 3 for _ in range(3)]
        vector = [0.0] * 3
        for (shape, price), weight in zip(samples, weights):
            for i in range(3):
                vector[i] += weight * shape[i] / price
                for j in range(3):
                    matrix[i][j] += weight * shape[i] * shape[j] / price**2
        coefficients = solve(matrix, vector)
        weights = [1 / max(abs(value(coefficients, shape) / price - 1), 0.02) for shape, price in samples]
    return coefficients


def value(coefficients, shape):
    return sum(a * x for a, x in zip(coefficients, shape))


def region_factors(provider, prices):
    """For each region the median ratio of its on-demand prices to the reference region's, in permille."""
    reference = REFERENCE_REGION[provider]
    ratios = collections.defaultdict(list)
    for (kind, capacity, region), micro in prices.items():
        base = prices.get((kind, "on-demand", reference))
        if capacity == "on-demand" and base:
            ratios[region].append(micro / base)
    return {region: round(1000 * statistics.median(found)) for region, found in ratios.items()}


def reference_price(prices_of_kind, factors):
    """What a type would cost in the reference region: the median over its regions of price / region factor."""
    found = [micro * 1000 / factors[region] for region, micro in prices_of_kind.items() if region in factors]
    return round(statistics.median(found)) if found else 0


def fit(provider, prices, shapes):
    """The fit of one provider in its reference region: nanodollars per vCPU, GiB, GPU; architecture factors."""
    samples, architectures = [], []
    for (kind, capacity, region), micro in sorted(prices.items()):
        shape = shapes.get((provider, kind))
        if capacity != "on-demand" or region != REFERENCE_REGION[provider] or not shape or not shape[0]:
            continue
        if not kind.startswith(LEFT_OUT[provider]):
            samples.append((shape[:3], micro / 1e6))
            architectures.append(shape[3])
    coefficients = least_relative_error(samples)
    arm = [price / value(coefficients, shape) for (shape, price), architecture in zip(samples, architectures)
           if architecture == "arm64" and shape[2] == 0]
    amd = [price / value(coefficients, shape) for (shape, price), architecture in zip(samples, architectures)
           if architecture == "amd64" and shape[2] == 0]
    return {
        "nanodollars": [round(a * 1e9) for a in coefficients],
        "arm64": round(1000 * statistics.median(arm)),
        "amd64": round(1000 * statistics.median(amd)),
    }


def pooled(fits):
    """The fit for a node of no known provider: the mean of the providers' fits."""
    return {
        "nanodollars": [round(statistics.mean(one["nanodollars"][i] for one in fits.values())) for i in range(3)],
        "arm64": round(statistics.mean(one["arm64"] for one in fits.values())),
        "amd64": round(statistics.mean(one["amd64"] for one in fits.values())),
    }


def spot_permille(pairs):
    """Median of spot / on-demand in permille."""
    return round(1000 * statistics.median(spot / on_demand for spot, on_demand in pairs))


def estimated(one_fit, shape):
    """A fit's on-demand price in dollars for (vcpu, GiB, gpu, architecture) in the reference region."""
    factor = one_fit.get(shape[3], 1000) if shape[2] == 0 else 1000
    return value(one_fit["nanodollars"], shape) * factor / 1000 / 1e9


def report_errors(provider, one_fit, factors, prices, shapes, allocatable):
    """Prints quantiles of |estimate / price - 1| over every priced (type, region) with a known shape."""
    groups = collections.defaultdict(list)
    for (kind, capacity, region), micro in prices.items():
        shape = shapes.get((provider, kind))
        if capacity != "on-demand" or not shape or not shape[0]:
            continue
        factor = factors.get(region, 1000) / 1000
        group = "gpu" if shape[2] else "memory monsters" if kind.startswith(LEFT_OUT[provider]) else "cpu"
        groups[group].append(abs(estimated(one_fit, shape) * factor * 1e6 / micro - 1))
        if provider == "aws" and kind in allocatable and group == "cpu":
            milli, mebibytes = allocatable[kind]
            seen = (whole_cores(milli), installed_gibibytes(mebibytes), 0, shape[3])
            groups["cpu, from allocatable"].append(abs(estimated(one_fit, seen) * factor * 1e6 / micro - 1))
    for group, errors in sorted(groups.items()):
        print_quantiles(provider, group, errors)


def print_quantiles(provider, group, errors):
    errors = sorted(errors)
    half, quarter, tenth = (errors[int(q * (len(errors) - 1))] for q in (0.5, 0.75, 0.9))
    print(f"  {provider:5} {group:22} {len(errors):6} prices   "
          f"error p50 {half:.1%}  p75 {quarter:.1%}  p90 {tenth:.1%}")


def report_other_regions(provider, factors, prices):
    """Prints how far off a listed type's price is where it is computed from the type's other regions."""
    by_type = collections.defaultdict(dict)
    for (kind, capacity, region), micro in prices.items():
        if capacity == "on-demand":
            by_type[kind][region] = micro
    errors = []
    for found in by_type.values():
        if len(found) < 2:
            continue
        for region, micro in found.items():
            others = {name: price for name, price in found.items() if name != region}
            errors.append(abs(reference_price(others, factors) * factors[region] / 1000 / micro - 1))
    print_quantiles(provider, "type known elsewhere", errors)


def whole_cores(milli_cpu):
    """vCPUs of a machine that offers so much: kubelet and system reserve a fraction of the last core."""
    return max(-(-milli_cpu // 1000), 1)


def installed_gibibytes(allocatable_mebibytes):
    """Memory of a machine that offers so much: about 0.75 GiB and a twelfth is reserved (see docs/prices.md)."""
    return allocatable_mebibytes / 1024 * 1.09 + 0.75
