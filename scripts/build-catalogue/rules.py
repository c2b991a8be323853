"""Which prices cannot be true. Each rule is counted, so that a new data drop that trips one is seen."""
import collections
import statistics

# Google documents Spot discounts of up to 91 %; rows at or beyond that bound are the documented bound filled in, not a
# market price (f1-micro, g1-small at exactly 0.09), or stale on-demand rows (m1, m3).
GCP_SPOT_FLOOR_PERCENT = 10
# A spot list price that equals on-demand (all of m2) says that no spot price was known.
GCP_SPOT_CEILING_PERCENT = 99
# No region of a provider prices a type at a quarter or four times of what its other regions ask.
REGION_SPREAD = 4
# The cheapest vCPU of any on-demand type on sale is about 1,400 microdollars an hour (t4g.nano, ap-south-1).
MINIMUM_MICRODOLLARS_PER_VCPU = 700
# The dearest instance on sale is about 624 dollars an hour.
MAXIMUM_MICRODOLLARS = 2_000_000_000


def accept(provider, prices, shapes):
    """Splits {(type, capacity, region): micro} into the accepted ones and a count of refusals by rule."""
    by_type = collections.defaultdict(list)
    for (kind, capacity, _), micro in prices.items():
        if capacity == "on-demand":
            by_type[kind].append(micro)
    medians = {kind: statistics.median(found) for kind, found in by_type.items() if len(found) >= 3}
    kept, refused = {}, collections.Counter()
    for (kind, capacity, region), micro in prices.items():
        reason = refusal(provider, kind, capacity, micro, prices.get((kind, "on-demand", region)),
                         medians.get(kind), shapes.get((provider, kind)))
        if reason:
            refused[reason] += 1
        else:
            kept[kind, capacity, region] = micro
    return kept, refused


def refusal(provider, kind, capacity, micro, on_demand, median, shape):
    """The rule that a price breaks, or None."""
    if micro <= 0:
        return "not above zero"
    if micro > MAXIMUM_MICRODOLLARS:
        return "above 2000 USD an hour"
    if capacity == "on-demand":
        if shape and shape[0] and micro < shape[0] * MINIMUM_MICRODOLLARS_PER_VCPU:
            return "on-demand below 0.0007 USD per vCPU"
        if median and (micro * REGION_SPREAD < median or micro > median * REGION_SPREAD):
            return "on-demand 4 times off the median of the type's regions"
        return None
    if on_demand and provider == "gcp":
        if micro * 100 >= on_demand * GCP_SPOT_CEILING_PERCENT:
            return "spot not below on-demand"
        if micro * 100 < on_demand * GCP_SPOT_FLOOR_PERCENT:
            return "spot below a tenth of on-demand"
    return None


def accept_zones(zones, aws):
    """The same for zone spot prices, where one zone may truly cost as much as on-demand, but never much more."""
    kept, refused = {}, collections.Counter()
    for (kind, region, zone), micro in zones.items():
        on_demand = aws.get((kind, "on-demand", region))
        if micro <= 0:
            refused["not above zero"] += 1
        elif on_demand and micro * 10 > on_demand * 11:
            refused["zone spot above 1.1 times on-demand"] += 1
        else:
            kept[kind, region, zone] = micro
    return kept, refused
