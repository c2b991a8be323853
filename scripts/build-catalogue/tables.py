"""The committed price tables: reading, writing, and turning long files into wide ones.

A wide table has one line per (instance type, capacity type) and one column per region; an empty cell means that the
source states no price. Prices stay decimal text in files and integer microdollars in memory, so nothing is rounded.
"""
import csv
import decimal
import os

PROVIDERS = ("aws", "azure", "gcp")
MICRO = decimal.Decimal(1_000_000)


def microdollars(text):
    """Integer microdollars of a decimal text; refuses what does not fit exactly."""
    value = decimal.Decimal(text) * MICRO
    if value != value.to_integral_value():
        raise SystemExit(f"{text}: more than six decimals; the catalogue keeps whole microdollars")
    return int(value)


def dollars(micro):
    """Decimal text of integer microdollars without trailing zeros."""
    whole, rest = divmod(micro, 1_000_000)
    return f"{whole}.{rest:06d}".rstrip("0").rstrip(".")


def read_long(path):
    """A file of provider,region,instance_type,capacity_type,usd_per_hour as {(type, capacity, region): micro}."""
    prices = {}
    with open(path, newline="") as file:
        for row in csv.DictReader(file):
            key = (row["instance_type"], row["capacity_type"], row["region"])
            if key in prices:
                raise SystemExit(f"{path}: two prices for {key}")
            prices[key] = microdollars(row["usd_per_hour"])
    return prices


def write_wide(path, prices):
    """Writes {(type, capacity, region): micro} as a wide table, sorted, so that diffs are small."""
    regions = sorted({region for _, _, region in prices})
    lines = sorted({(kind, capacity) for kind, capacity, _ in prices})
    with open(path, "w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["instance_type", "capacity_type"] + regions)
        for kind, capacity in lines:
            cells = [prices.get((kind, capacity, region)) for region in regions]
            writer.writerow([kind, capacity] + ["" if cell is None else dollars(cell) for cell in cells])


def read_wide(folder, provider):
    """A provider's wide table as {(type, capacity, region): micro}."""
    prices = {}
    with open(os.path.join(folder, provider + ".csv"), newline="") as file:
        reader = csv.reader(file)
        regions = next(reader)[2:]
        for row in reader:
            for region, cell in zip(regions, row[2:], strict=True):
                if cell:
                    prices[row[0], row[1], region] = microdollars(cell)
    return prices


def read_zone_spot(folder):
    """The AWS spot prices per availability-zone id as {(type, region, zone): micro}."""
    prices = {}
    with open(os.path.join(folder, "aws_spot_zones.csv"), newline="") as file:
        for row in csv.DictReader(file):
            prices[row["instance_type"], row["region"], row["zone"]] = microdollars(row["usd_per_hour"])
    return prices


def read_shapes(folder):
    """Shapes as {(provider, type): (vcpu, memory GiB, gpu, architecture)}."""
    shapes = {}
    with open(os.path.join(folder, "shapes.csv"), newline="") as file:
        for row in csv.DictReader(file):
            shapes[row["provider"], row["instance_type"]] = (
                float(row["vcpu"]), float(row["memory_gib"]), int(row["gpu"]), row["arch"])
    return shapes


def read_allocatable(folder):
    """What a pod can get on AWS types: {type: (milli CPU, MiB)}."""
    found = {}
    with open(os.path.join(folder, "aws_allocatable.csv"), newline="") as file:
        for row in csv.DictReader(file):
            found[row["instance_type"]] = (int(row["allocatable_cpu_m"]), int(row["allocatable_memory_mib"]))
    return found
