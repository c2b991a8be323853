package import NodeCost

/// The fleets of the built-in scenarios: AWS, us-east-1. Allocatable amounts and pod limits are those of
/// data/prices/aws_allocatable.csv, GPUs those of data/prices/shapes.csv; prices come from the price book.
extension Fleet {
  /// Fourteen on-demand types from 4 to 32 vCPUs: compute, general and memory families of one generation in four sizes,
  /// and an older and a newer general one.
  package static func onDemand(_ prices: PriceBook) throws(FleetError) -> Fleet {
    let families = MachineType.c6a + MachineType.m6a + MachineType.r6a
    return Fleet(
      name: "on-demand",
      groups: try groups(families + [MachineType.m5, MachineType.m7a], prices))
  }

  /// Six types of 8 vCPUs, on demand and as spot; of one the spot price is listed by zone, of the others it is the
  /// catalogue's usual share of the on-demand price.
  package static func spotMixed(_ prices: PriceBook) throws(FleetError) -> Fleet {
    let types = [
      MachineType.c6a[1], MachineType.m5, MachineType.m5a, MachineType.m6a[1], MachineType.m7a,
      MachineType.r6a[1],
    ]
    var spot: [NodeGroup] = []
    for type in types where type.name != MachineType.m5a.name { spot.append(try group(type, prices, .spot)) }
    for zone in ["use1-az1", "use1-az4", "use1-az6"] {
      spot.append(try group(MachineType.m5a, prices, .spot, zone: zone))
    }
    return Fleet(name: "spot-mixed", groups: try groups(types, prices) + spot)
  }

  /// On-demand GPU nodes with T4 (g4dn), A10G (g5), L4 (g6) and L40S (g6e) in sizes from one to eight GPUs, and large
  /// nodes without.
  package static func gpuOnDemand(_ prices: PriceBook) throws(FleetError) -> Fleet {
    Fleet(name: "gpu on-demand", groups: try groups(MachineType.withGPU + MachineType.largeWithoutGPU, prices))
  }

  /// The same on demand and as spot at the catalogue's usual share of the on-demand price.
  package static func gpuSpotMixed(_ prices: PriceBook) throws(FleetError) -> Fleet {
    var groups: [NodeGroup] = []
    for capacity in [CapacityType.onDemand, .spot] {
      for type in MachineType.withGPU + MachineType.largeWithoutGPU {
        groups.append(try group(type, prices, capacity))
      }
    }
    return Fleet(name: "gpu spot-mixed", groups: groups)
  }

  private static func groups(_ types: [MachineType], _ prices: PriceBook) throws(FleetError) -> [NodeGroup] {
    var groups: [NodeGroup] = []
    for type in types { groups.append(try group(type, prices, .onDemand)) }
    return groups
  }

  private static func group(
    _ type: MachineType, _ prices: PriceBook, _ capacity: CapacityType, zone: String = ""
  ) throws(FleetError) -> NodeGroup {
    let isSpot = capacity == .spot
    let name = type.name + (isSpot ? " spot" : "") + (zone.isEmpty ? "" : " " + zone)
    let facts = NodePricingFacts(
      name: "", provider: .aws, instanceType: type.name, region: "us-east-1", zoneID: zone, capacityType: capacity)
    guard let price = prices.price(of: facts) else { throw FleetError(group: name) }
    return NodeGroup(
      name: name, allocatable: type.allocatable, maximumPods: type.maximumPods, price: price, isSpot: isSpot)
  }
}

extension MachineType {
  /// 2 GiB a vCPU.
  package static let c6a = [
    MachineType("c6a.xlarge", 3920, 6584, 58), MachineType("c6a.2xlarge", 7910, 14162, 58),
    MachineType("c6a.4xlarge", 15890, 27381, 234), MachineType("c6a.8xlarge", 31850, 57691, 234),
  ]
  /// 4 GiB a vCPU.
  package static let m6a = [
    MachineType("m6a.xlarge", 3920, 14162, 58), MachineType("m6a.2xlarge", 7910, 29317, 58),
    MachineType("m6a.4xlarge", 15890, 57691, 234), MachineType("m6a.8xlarge", 31850, 118312, 234),
  ]
  /// 8 GiB a vCPU.
  package static let r6a = [
    MachineType("r6a.xlarge", 3920, 29317, 58), MachineType("r6a.2xlarge", 7910, 59627, 58),
    MachineType("r6a.4xlarge", 15890, 118312, 234), MachineType("r6a.8xlarge", 31850, 239554, 234),
  ]
  /// Older generations and a newer one of 8 vCPUs, 4 GiB each.
  package static let m5 = MachineType("m5.2xlarge", 7910, 29317, 58)
  /// See ``m5``.
  package static let m5a = MachineType("m5a.2xlarge", 7910, 29317, 58)
  /// See ``m5``.
  package static let m7a = MachineType("m7a.2xlarge", 7910, 29317, 58)

  /// From one to eight GPUs.
  package static let withGPU = [
    MachineType("g4dn.xlarge", 3920, 14481, 29, gpus: 1), MachineType("g4dn.4xlarge", 15890, 59946, 29, gpus: 1),
    MachineType("g4dn.12xlarge", 47810, 178933, 234, gpus: 4),
    MachineType("g4dn.metal", 95690, 355262, 737, gpus: 8), MachineType("g5.2xlarge", 7910, 29317, 58, gpus: 1),
    MachineType("g5.4xlarge", 15890, 57691, 234, gpus: 1), MachineType("g5.12xlarge", 47810, 173400, 737, gpus: 4),
    MachineType("g5.48xlarge", 191450, 723299, 345, gpus: 8), MachineType("g6.4xlarge", 15890, 57691, 234, gpus: 1),
    MachineType("g6.12xlarge", 47810, 178933, 234, gpus: 4),
    MachineType("g6e.48xlarge", 191450, 1_449_132, 492, gpus: 8),
  ]

  /// For the pods of a GPU cluster that ask for no GPU, up to 88 vCPUs.
  package static let largeWithoutGPU = [
    MachineType("m6a.4xlarge", 15890, 57691, 234), MachineType("m6a.8xlarge", 31850, 118312, 234),
    MachineType("m6a.12xlarge", 47810, 178933, 234), MachineType("m6a.24xlarge", 95690, 355262, 737),
    MachineType("c6a.12xlarge", 47810, 88002, 234), MachineType("r6a.8xlarge", 31850, 239554, 234),
  ]

  /// All of the above, for checking them against the tables.
  package static var all: [MachineType] {
    c6a + m6a + r6a + [m5, m5a, m7a] + withGPU + largeWithoutGPU
  }
}

extension Scenario {
  /// The scenarios of a trace: on-demand and spot-mixed fleets, with GPUs where the trace asks for some; each way to add
  /// nodes; without and with draining.
  package static func standard(for trace: Trace, prices: PriceBook) throws(FleetError) -> [Scenario] {
    let fleets =
      trace.needsGPUs
      ? [try Fleet.gpuOnDemand(prices), try Fleet.gpuSpotMixed(prices)]
      : [try Fleet.onDemand(prices), try Fleet.spotMixed(prices)]
    return fleets.flatMap { fleet in
      ScaleUp.allCases.flatMap { scaleUp in
        [false, true].map { Scenario(fleet: fleet, scaleUp: scaleUp, consolidates: $0) }
      }
    }
  }
}
