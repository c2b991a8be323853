/// An amount of an extended resource (`nvidia.com/gpu`, `hugepages-2Mi`, …) in whole units.
package struct ExtendedAmount: Hashable, Sendable {
  /// The resource's full name.
  package var name: String
  /// Whole units; bytes for `hugepages-*`.
  package var count: Int64

  package init(name: String, count: Int64) {
    self.name = name
    self.count = count
  }
}

/// Amounts of the resources that a node offers or a pod asks for.
///
/// All values are whole units that fit 64 bits; sums saturate in place of trapping, since both ends come from objects
/// that anybody with access to the API may have written.
package struct ResourceAmounts: Hashable, Sendable {
  /// CPU in thousandths of a core.
  package var milliCPU: Int64 = 0
  /// Memory in bytes.
  package var memoryBytes: Int64 = 0
  /// Ephemeral storage in bytes.
  package var ephemeralStorageBytes: Int64 = 0
  /// Number of pods (a node's allocatable; 1 for a pod).
  package var pods: Int64 = 0
  /// Everything else, sorted by name, without duplicates.
  package private(set) var extended: [ExtendedAmount] = []

  package static let zero = ResourceAmounts()

  package init(
    milliCPU: Int64 = 0, memoryBytes: Int64 = 0, ephemeralStorageBytes: Int64 = 0, pods: Int64 = 0,
    extended: [String: Int64] = [:]
  ) {
    self.milliCPU = milliCPU
    self.memoryBytes = memoryBytes
    self.ephemeralStorageBytes = ephemeralStorageBytes
    self.pods = pods
    for (name, count) in extended { self[extended: name] = count }
  }

  /// The amount of one extended resource; 0 where it is not listed.
  package subscript(extended name: String) -> Int64 {
    get {
      for amount in extended where amount.name == name { return amount.count }
      return 0
    }
    set {
      if let index = extended.firstIndex(where: { $0.name >= name }) {
        if extended[index].name == name {
          extended[index].count = newValue
        } else {
          extended.insert(ExtendedAmount(name: name, count: newValue), at: index)
        }
      } else {
        extended.append(ExtendedAmount(name: name, count: newValue))
      }
    }
  }

  /// Replaces all extended amounts by a list in any order; of equal names the last one counts.
  package mutating func setExtended(_ unsorted: [ExtendedAmount]) {
    guard unsorted.count > 1 else {
      extended = unsorted
      return
    }
    // The standard library's sort is stable, which "the last one counts" relies on.
    extended = []
    extended.reserveCapacity(unsorted.count)
    for amount in unsorted.sorted(by: { $0.name < $1.name }) {
      if extended.last?.name == amount.name { extended.removeLast() }
      extended.append(amount)
    }
  }

  /// The number of graphics processors, over all vendors' device plug-ins.
  package var gpus: Int64 {
    var sum: Int64 = 0
    for amount in extended where Self.isGPU(amount.name) { sum = sum.addingSaturating(amount.count) }
    return sum
  }

  /// Whether an extended resource's name stands for whole graphics processors.
  ///
  /// `nvidia.com/gpu` and `amd.com/gpu` are the vendors' device plug-ins' names, `gpu.intel.com/i915` and `…/xe` Intel's;
  /// MIG slices are `nvidia.com/mig-*`.
  package static func isGPU(_ resourceName: String) -> Bool {
    switch resourceName {
    case "nvidia.com/gpu", "amd.com/gpu", "gpu.intel.com/i915", "gpu.intel.com/xe", "habana.ai/gaudi": true
    default: resourceName.hasPrefix("nvidia.com/mig-")
    }
  }

  /// Adds `other`, saturating.
  package mutating func add(_ other: ResourceAmounts) {
    combine(other) { $0.addingSaturating($1) }
  }

  /// Subtracts `other`, saturating; results may be negative.
  package mutating func subtract(_ other: ResourceAmounts) {
    combine(other) { $0.subtractingSaturating($1) }
  }

  /// Takes the larger of the two amounts of each resource.
  package mutating func formMaximum(_ other: ResourceAmounts) {
    combine(other, max)
  }

  private mutating func combine(_ other: ResourceAmounts, _ operation: (Int64, Int64) -> Int64) {
    milliCPU = operation(milliCPU, other.milliCPU)
    memoryBytes = operation(memoryBytes, other.memoryBytes)
    ephemeralStorageBytes = operation(ephemeralStorageBytes, other.ephemeralStorageBytes)
    pods = operation(pods, other.pods)
    if !other.extended.isEmpty { combineExtended(other.extended, operation) }
  }

  /// Merges two sorted lists, in time proportional to both: pods come from anybody, with any number of names.
  private mutating func combineExtended(_ other: [ExtendedAmount], _ operation: (Int64, Int64) -> Int64) {
    var merged: [ExtendedAmount] = []
    merged.reserveCapacity(extended.count + other.count)
    var index = 0
    for amount in other {
      while index < extended.count, extended[index].name < amount.name {
        merged.append(extended[index])
        index += 1
      }
      var own: Int64 = 0
      if index < extended.count, extended[index].name == amount.name {
        own = extended[index].count
        index += 1
      }
      merged.append(ExtendedAmount(name: amount.name, count: operation(own, amount.count)))
    }
    merged.append(contentsOf: extended[index...])
    extended = merged
  }
}

extension Int64 {
  /// The sum, capped to what 64 bits hold.
  package func addingSaturating(_ other: Int64) -> Int64 {
    let (sum, overflow) = addingReportingOverflow(other)
    return overflow ? (other > 0 ? .max : .min) : sum
  }

  /// The difference, capped to what 64 bits hold.
  package func subtractingSaturating(_ other: Int64) -> Int64 {
    let (difference, overflow) = subtractingReportingOverflow(other)
    return overflow ? (other > 0 ? .min : .max) : difference
  }
}
