"""Makes the price catalogue that is built into NodeCost. Needs Python 3.9 and nothing else.

    python3 scripts/build-catalogue            data/prices/*.csv -> Sources/CPriceCatalogue/catalogue.bin
    python3 scripts/build-catalogue --check    the same, but only compares; fails where the file is not up to date
    python3 scripts/build-catalogue --errors   also prints how far the estimate is from the list prices
    python3 scripts/build-catalogue import FOLDER
                                               long price files (aws.csv, azure.csv, gcp.csv ...) -> data/prices
"""
import collections
import os
import shutil
import statistics
import sys

import blob
import estimate
import rules
import tables

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
DATA = os.path.join(ROOT, "data", "prices")
TARGET = os.path.join(ROOT, "Sources", "CPriceCatalogue", "catalogue.bin")


def import_long(folder):
    """Turns long price files into the committed wide ones; the small tables are taken as they are."""
    for provider in tables.PROVIDERS:
        prices = tables.read_long(os.path.join(folder, provider + ".csv"))
        tables.write_wide(os.path.join(DATA, provider + ".csv"), prices)
    shutil.copyfile(os.path.join(folder, "aws_spot_sample.csv"), os.path.join(DATA, "aws_spot_zones.csv"))
    for name in ("shapes.csv", "aws_allocatable.csv"):
        shutil.copyfile(os.path.join(folder, name), os.path.join(DATA, name))


def spot_pairs(provider, prices, zones):
    """Every (spot, on-demand) pair that a provider's tables hold."""
    pairs = [(micro, prices[kind, "on-demand", region]) for (kind, capacity, region), micro in prices.items()
             if capacity == "spot" and (kind, "on-demand", region) in prices]
    if provider == "aws":
        pairs += [(micro, prices[kind, "on-demand", region]) for (kind, region, _), micro in zones.items()
                  if (kind, "on-demand", region) in prices]
    return pairs


def load():
    """Accepted prices by provider, zone prices, shapes; prints what was refused."""
    shapes = tables.read_shapes(DATA)
    accepted = {}
    for provider in tables.PROVIDERS:
        found = tables.read_wide(DATA, provider)
        accepted[provider], refused = rules.accept(provider, found, shapes)
        print(f"{provider}: {len(found)} prices read, {len(accepted[provider])} accepted")
        for reason, count in sorted(refused.items()):
            print(f"  refused {count:5}  {reason}")
    found = tables.read_zone_spot(DATA)
    zones, refused = rules.accept_zones(found, accepted["aws"])
    print(f"aws zones: {len(found)} prices read, {len(zones)} accepted")
    for reason, count in sorted(refused.items()):
        print(f"  refused {count:5}  {reason}")
    return accepted, zones, shapes


def with_zone_medians(prices, zones):
    """A region's spot price where only its zones are known: the median of its zones."""
    by_region = collections.defaultdict(list)
    for (kind, region, _), micro in zones.items():
        by_region[kind, "spot", region].append(micro)
    return prices | {key: statistics.median_low(found) for key, found in by_region.items() if key not in prices}


def fits_of(accepted, zones, shapes):
    """Fits by provider and the pooled one; Azure has no spot table and takes the mean of the others' factors."""
    fits = {provider: estimate.fit(provider, accepted[provider], shapes) for provider in tables.PROVIDERS}
    for provider in ("aws", "gcp"):
        fits[provider]["spot"] = estimate.spot_permille(spot_pairs(provider, accepted[provider], zones))
    fits["azure"]["spot"] = round(statistics.mean((fits["aws"]["spot"], fits["gcp"]["spot"])))
    pooled = estimate.pooled(fits)
    pooled["spot"] = fits["azure"]["spot"]
    return fits, pooled


def catalogue(show_errors):
    """The bytes of the catalogue from the committed tables."""
    accepted, zones, shapes = load()
    fits, pooled = fits_of(accepted, zones, shapes)
    allocatable = tables.read_allocatable(DATA)
    regions, types = [], []
    for number, provider in enumerate(tables.PROVIDERS):
        prices = accepted[provider]
        factors = estimate.region_factors(provider, prices)
        print(f"{provider} fit: {fits[provider]}")
        if show_errors:
            estimate.report_errors(provider, fits[provider], factors, prices, shapes, allocatable)
            estimate.report_other_regions(provider, factors, prices)
        names = sorted({region for _, _, region in prices})
        index = {region: len(regions) + place for place, region in enumerate(names)}
        regions += [(number, region, factors.get(region, 1000)) for region in names]
        types += types_of(number, provider, prices, zones if provider == "aws" else {}, index, factors)
    print(f"any fit: {pooled}")
    return blob.build(regions, types, [flat(fits[provider]) for provider in tables.PROVIDERS] + [flat(pooled)])


def types_of(number, provider, prices, zones, index, factors):
    """The type rows of one provider for blob.build."""
    entries, on_demand, in_zones = (collections.defaultdict(list), collections.defaultdict(dict),
                                    collections.defaultdict(list))
    for (kind, capacity, region), micro in with_zone_medians(prices, zones).items():
        entries[kind].append((index[region], int(capacity == "spot"), micro))
        if capacity == "on-demand":
            on_demand[kind][region] = micro
    for (kind, region, zone), micro in zones.items():
        in_zones[kind].append((index[region], zone, micro))
    return [(number, kind, estimate.reference_price(on_demand[kind], factors), entries[kind], in_zones[kind])
            for kind in sorted(entries)]


def flat(fit):
    return (*fit["nanodollars"], fit["arm64"], fit["amd64"], fit["spot"])


def main(arguments):
    if arguments[:1] == ["import"] and len(arguments) == 2:
        return import_long(arguments[1])
    if set(arguments) - {"--check", "--errors"}:
        raise SystemExit(__doc__)
    data = catalogue("--errors" in arguments)
    if "--check" in arguments:
        with open(TARGET, "rb") as file:
            if file.read() != data:
                raise SystemExit(f"{TARGET} is not what data/prices makes: run python3 scripts/build-catalogue")
        return None
    with open(TARGET, "wb") as file:
        file.write(data)
    print(f"{TARGET}: {len(data)} bytes")
    return None


main(sys.argv[1:])
