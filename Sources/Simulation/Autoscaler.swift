import NodeCost

/// How the autoscaler chooses what to add when a pod fits nowhere. One node is added for one pod and is there at once.
package enum ScaleUp: String, CaseIterable, Sendable {
  /// Any group on which the pod fits: cluster-autoscaler's default expander.
  case random
  /// The group with the lowest price of those on which the pod fits.
  case cheapest
}

/// Adds nodes. A pod without GPUs gets a node with GPUs only where nothing else takes it.
struct Autoscaler {
  /// In this part of all hours, in permille, no spot capacity is to be had: a fleet that prefers spot becomes mixed by
  /// that.
  static let spotShortagePermille: UInt64 = 300

  private let fleet: Fleet
  private let scaleUp: ScaleUp
  private let seed: UInt64
  private var random: SeededRandom
  private var eligible: [Int] = []

  init(fleet: Fleet, scaleUp: ScaleUp, seed: UInt64) {
    self.fleet = fleet
    self.scaleUp = scaleUp
    self.seed = seed
    random = SeededRandom(seed: seed ^ 0x5CA1_E0A7)
  }

  /// Whether spot capacity is short in an hour. It is the same hour for every policy with the same seed.
  static func isSpotShort(seed: UInt64, atSeconds now: Int64) -> Bool {
    let hour = UInt64(max(now, 0) / 3600)
    return SeededRandom.value(seed: seed, place: hour) % 1000 < spotShortagePermille
  }

  /// The place in the fleet of the group to add a node of; nil where the pod fits on none.
  mutating func group(for demand: Amounts, atSeconds now: Int64) -> Int? {
    let groups = fleet.groups
    eligible.removeAll(keepingCapacity: true)
    for place in groups.indices where groups[place].takes(demand) { eligible.append(place) }
    keep { demand.gpus > 0 || groups[$0].allocatable.gpus == 0 }
    if Self.isSpotShort(seed: seed, atSeconds: now) { keep { !groups[$0].isSpot } }
    guard let first = eligible.first else { return nil }
    guard scaleUp == .cheapest else { return eligible[random.next(below: eligible.count)] }
    return eligible.reduce(first) { cheapest, place in
      groups[place].price.nanodollarsPerHour < groups[cheapest].price.nanodollarsPerHour ? place : cheapest
    }
  }

  /// Narrows the choice, unless nothing would be left.
  private mutating func keep(_ isWanted: (Int) -> Bool) {
    let wanted = eligible.filter(isWanted)
    if !wanted.isEmpty { eligible = wanted }
  }
}
