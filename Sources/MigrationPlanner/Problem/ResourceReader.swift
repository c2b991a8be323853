import ClusterModel

/// Reads amounts of the chosen resources from model values.
struct ResourceReader {
  /// Prefix of the resources that stand for CSI drivers' attach limits, as kube-scheduler calls them.
  static let attachPrefix = "attachable-volumes-csi-"

  private let names: [String]
  private let storage: Int?
  private let firstExtended: Int

  init(_ names: [String]) {
    self.names = names
    storage = names.firstIndex(of: "ephemeral-storage")
    firstExtended = storage == nil ? 3 : 4
  }

  /// What a node can give. A CSI driver without a limit gives without end.
  func amounts(of planned: PlannerNode) -> [Int64] {
    let allocatable = planned.node.allocatable
    var amounts = [allocatable.milliCPU, allocatable.memoryBytes, allocatable.pods]
    if storage != nil { amounts.append(allocatable.ephemeralStorageBytes) }
    for name in names.dropFirst(firstExtended) {
      if name.hasPrefix(Self.attachPrefix) {
        amounts.append(planned.volumeLimits[String(name.dropFirst(Self.attachPrefix.count))] ?? 1 << 20)
      } else {
        amounts.append(allocatable[extended: name])
      }
    }
    return amounts
  }

  /// Calls `body` with the resource's position and the amount of everything that a pod takes.
  func forEachAmount(of planned: PlannerPod, _ body: (Int, Int64) -> Void) {
    let requests = planned.pod.demand.requests
    body(0, requests.milliCPU)
    body(1, requests.memoryBytes)
    body(2, 1)
    if let storage { body(storage, requests.ephemeralStorageBytes) }
    if names.count == firstExtended { return }
    for amount in requests.extended {
      if let position = names[firstExtended...].firstIndex(of: amount.name) { body(position, amount.count) }
    }
    for volume in planned.volumes where !volume.attachDriver.isEmpty {
      if let position = names[firstExtended...].firstIndex(of: Self.attachPrefix + volume.attachDriver) {
        body(position, 1)
      }
    }
  }
}

/// Finds units in which all amounts are small whole numbers.
///
/// The greatest common divisor of all demands keeps them exact (requests are nearly always whole MiB and milli-CPU).
/// Where that is not enough for 30 bits the unit grows, and demands are rounded up and capacities down, so that nothing
/// is ever promised that is not there.
struct UnitScale {
  private var divisors: [Int64]
  private var largest: [Int64]

  init(resources: Int) {
    divisors = [Int64](repeating: 0, count: resources)
    largest = [Int64](repeating: 0, count: resources)
  }

  mutating func notice(capacity amounts: [Int64]) {
    for resource in amounts.indices { largest[resource] = max(largest[resource], amounts[resource]) }
  }

  mutating func notice(demand amount: Int64, _ resource: Int) {
    var left = max(amount, 0)
    var right = divisors[resource]
    if right == 1 || left == 0 { return }
    if right > 0 && left % right == 0 { return }
    while right != 0 { (left, right) = (right, left % right) }
    divisors[resource] = left
  }

  func units() -> [Int64] {
    divisors.indices.map { resource in
      max(divisors[resource], largest[resource] / (1 << 29) + 1, 1)
    }
  }
}

/// How many nodes each mask admits.
struct MaskSummary {
  private var counts: [Int] = []
  private let problem: PlanningProblem

  init(_ problem: PlanningProblem) {
    self.problem = problem
    for mask in 0..<problem.maskCount {
      let words = problem.maskWords[mask * problem.maskWordCount..<(mask + 1) * problem.maskWordCount]
      counts.append(words.reduce(0) { $0 + $1.nonzeroBitCount })
    }
  }

  /// Whether the mask admits nothing but (perhaps) this node.
  func isOnly(_ node: Int, of mask: Int) -> Bool {
    counts[mask] == 0 || counts[mask] == 1 && problem.mask(mask, admits: node)
  }
}
