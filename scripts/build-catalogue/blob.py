"""The catalogue's binary form: everything little-endian, every section 4-byte aligned, read in place.

Sources/NodeCost/Catalogue/CatalogueLayout.swift states the same layout; tests compare each price with the tables.

header   8 magic "DZPRICE1", then u32: total bytes, regions, types, entries, zone entries, region slots, type slots,
         and u32 offsets of: strings, region records, region slots, type records, type slots, entry keys,
         entry prices, zone records, fits
region   12 bytes: u32 name, u16 on-demand factor permille, u8 provider, u8 zero, u32 zero
type     20 bytes: u32 name, u32 first entry, u32 first zone record, u8 provider, 3 zero, u32 microdollars in the
         provider's reference region (0: unknown); one sentinel record follows the last
entry    key u16 = region index << 1 | spot, ascending within a type; price u32 microdollars
zone     12 bytes: u32 zone name, u32 region index, u32 microdollars
fit      32 bytes: i64 nanodollars per vCPU, per GiB, per GPU hour; u16 arm64, amd64, spot permille, u16 zero
         one for each provider in order, then one for any provider
name     u32 = offset in strings << 8 | length
"""
import struct

MAGIC = b"DZPRICE1"


def fnv1a(provider, name):
    """FNV-1a, 32 bit, over the provider's number and the name's bytes."""
    value = 0x811C9DC5
    for byte in bytes([provider]) + name.encode():
        value = (value ^ byte) * 0x01000193 & 0xFFFFFFFF
    return value


class Strings:
    """A pool in which equal names share their bytes."""

    def __init__(self):
        self.bytes = bytearray()
        self.places = {}

    def name(self, text):
        data = text.encode()
        if len(data) > 255:
            raise SystemExit(f"name too long: {text}")
        if text not in self.places:
            self.places[text] = len(self.bytes)
            self.bytes += data
        return self.places[text] << 8 | len(data)


def slots(keys):
    """Open addressing with linear probing at half load at most: u16 index + 1, 0 for empty."""
    size = 1
    while size < 2 * len(keys):
        size *= 2
    table = [0] * size
    for index, (provider, name) in enumerate(keys):
        place = fnv1a(provider, name) & (size - 1)
        while table[place]:
            place = (place + 1) & (size - 1)
        table[place] = index + 1
    return table


def build(regions, types, fits):
    """The bytes of a catalogue.

    regions: [(provider, name, factor permille)]; types: [(provider, name, reference microdollars,
    [(region index, spot, micro)], [(region index, zone, micro)])]; fits: [(vcpu, GiB, gpu, arm64, amd64, spot)].
    """
    strings = Strings()
    region_records = b"".join(
        struct.pack("<IHBxI", strings.name(name), factor, provider, 0) for provider, name, factor in regions)
    type_records, keys, prices, zones = b"", [], [], b""
    zone_count = 0
    for provider, name, reference, entries, zone_entries in types:
        type_records += struct.pack("<IIIBxxxI", strings.name(name), len(keys), zone_count, provider, reference)
        for region, spot, micro in sorted(entries):
            keys.append(region << 1 | spot)
            prices.append(micro)
        for region, zone, micro in sorted(zone_entries):
            zones += struct.pack("<III", strings.name(zone), region, micro)
            zone_count += 1
    type_records += struct.pack("<IIIBxxxI", 0, len(keys), zone_count, 0, 0)
    region_slots = slots([(provider, name) for provider, name, _ in regions])
    type_slots = slots([(one[0], one[1]) for one in types])
    sections = [
        bytes(strings.bytes), region_records, pack("H", region_slots), type_records, pack("H", type_slots),
        pack("H", keys), pack("I", prices), zones,
        b"".join(struct.pack("<qqqHHHxx", *fit) for fit in fits),
    ]
    header_bytes = len(MAGIC) + 4 * (7 + len(sections))
    offsets, body = [], b""
    for section in sections:
        offsets.append(header_bytes + len(body))
        body += section + b"\0" * (-len(section) % 4)
    counts = [header_bytes + len(body), len(regions), len(types), len(keys), zone_count,
              len(region_slots), len(type_slots)]
    return MAGIC + pack("I", counts) + pack("I", offsets) + body


def pack(kind, values):
    return struct.pack(f"<{len(values)}{kind}", *values)
