package import NodeCost

/// Everything about a replay but the policy.
package struct Scenario: Hashable, Sendable {
  /// What the cluster consists of.
  package let fleet: Fleet
  /// What is added when a pod fits nowhere.
  package let scaleUp: ScaleUp
  /// Whether little-used nodes are drained.
  package let consolidates: Bool

  /// A scenario.
  package init(fleet: Fleet, scaleUp: ScaleUp, consolidates: Bool) {
    self.fleet = fleet
    self.scaleUp = scaleUp
    self.consolidates = consolidates
  }

  /// "on-demand, random", "spot-mixed, cheapest, consolidated".
  package var name: String { "\(fleet.name), \(scaleUp.rawValue)" + (consolidates ? ", consolidated" : "") }
}

/// What a replay came to.
package struct ReplayOutcome: Hashable, Sendable {
  /// The bill of all nodes after the warm-up, in nanodollars.
  package var billNanodollars: Int64 = 0
  /// Pods that were placed, each counted once.
  package var placedPods = 0
  /// Pods that fit on no node of the fleet.
  package var unplaceablePods = 0
  /// Nodes that were added.
  package var addedNodes = 0
  /// The most nodes at a time.
  package var peakNodes = 0
  /// Pods that were moved by draining.
  package var movedPods = 0

  /// Nothing has happened yet.
  package init() {}
}

/// What happens in a replay, for whoever wants to check it.
package enum ReplayEvent: Hashable, Sendable {
  /// A node of a group appeared in a slot.
  case nodeAdded(slot: Int, group: Int)
  /// The node in a slot went away.
  case nodeRemoved(slot: Int)
  /// A pod, by its place in the trace, was put on the node in a slot; where it was on another, it moved.
  case placed(pod: Int, slot: Int)
  /// A pod ended.
  case departed(pod: Int)
  /// A pod fits on no group of the fleet.
  case unplaceable(pod: Int)
}

/// Replays a trace in one scenario under one policy. Pure and deterministic: equal arguments give equal outcomes.
package struct Replay {
  /// The part of the trace, in percent of the time of its last arrival, that fills the cluster and is not billed.
  package static let warmUpPercent: Int64 = 30
  /// A node without pods goes away after this time: cluster-autoscaler's --scale-down-unneeded-time.
  package static let emptyNodeSeconds: Int64 = 600

  let pods: [TracePod]
  let fleet: Fleet
  let endSeconds: Int64
  let billedFromSeconds: Int64
  var pool: NodePool
  var chooser: NodeChooser
  var autoscaler: Autoscaler
  var outcome = ReplayOutcome()
  var slotOfPod: [Int]
  /// Pods by their departure.
  private let departures: [Int]
  private var nextDeparture = 0
  private var nextArrival = 0
  /// Empty nodes in the order in which their time is up.
  private var emptied: [(dueSeconds: Int64, slot: Int, generation: Int)] = []
  private var nextEmptied = 0
  private var nextDrainSeconds: Int64
  let observer: ((Int64, ReplayEvent) -> Void)?

  private init(
    _ trace: Trace, _ scenario: Scenario, _ policy: PlacementPolicy, seed: UInt64,
    observer: ((Int64, ReplayEvent) -> Void)?
  ) {
    pods = trace.pods
    fleet = scenario.fleet
    endSeconds = trace.lastArrivalSeconds
    billedFromSeconds = Self.billedFrom(trace)
    pool = NodePool(fleet: fleet, keepsCosts: policy.strategy != nil)
    chooser = NodeChooser(policy: policy, seed: seed)
    autoscaler = Autoscaler(fleet: fleet, scaleUp: scenario.scaleUp, seed: seed)
    slotOfPod = Array(repeating: -1, count: pods.count)
    departures = trace.placesByDeparture
    nextDrainSeconds = scenario.consolidates ? Self.drainIntervalSeconds : Int64.max
    self.observer = observer
  }

  /// The first second that is billed.
  package static func billedFrom(_ trace: Trace) -> Int64 { trace.lastArrivalSeconds * warmUpPercent / 100 }

  /// Replays `trace` up to its last arrival. `observer` is told everything that happens, with its second.
  package static func run(
    _ trace: Trace, _ scenario: Scenario, _ policy: PlacementPolicy, seed: UInt64,
    observer: ((Int64, ReplayEvent) -> Void)? = nil
  ) -> ReplayOutcome {
    var replay = Replay(trace, scenario, policy, seed: seed, observer: observer)
    replay.run()
    return replay.outcome
  }

  /// In one second, pods depart first, then empty nodes go, then nodes are drained, then pods arrive.
  private mutating func run() {
    while true {
      let departure = nextDeparture < departures.count ? pods[departures[nextDeparture]].departureSeconds : Int64.max
      let removal = nextEmptied < emptied.count ? emptied[nextEmptied].dueSeconds : Int64.max
      let arrival = nextArrival < pods.count ? pods[nextArrival].arrivalSeconds : Int64.max
      let now = min(min(departure, removal), min(nextDrainSeconds, arrival))
      guard now <= endSeconds else { break }
      if now == departure {
        depart(departures[nextDeparture], now)
        nextDeparture += 1
      } else if now == removal {
        let entry = emptied[nextEmptied]
        nextEmptied += 1
        if pool.generation[entry.slot] == entry.generation { _ = removeNode(entry.slot, now) }
      } else if now == nextDrainSeconds {
        drainLittleUsedNodes(now)
        nextDrainSeconds += Self.drainIntervalSeconds
      } else {
        if place(nextArrival, now) { outcome.placedPods += 1 }
        nextArrival += 1
      }
    }
    for slot in 0..<pool.slotCount where pool.isNode(slot) { bill(slot, until: endSeconds) }
  }

  /// Puts a pod where the scheduler wants it, on a new node where it fits nowhere; false where no group takes it.
  mutating func place(_ pod: Int, _ now: Int64) -> Bool {
    let demand = pods[pod].demand
    guard let slot = chooser.choose(for: demand, in: pool) ?? addNode(for: demand, now) else {
      outcome.unplaceablePods += 1
      observer?(now, .unplaceable(pod: pod))
      return false
    }
    pool.place(Int32(truncatingIfNeeded: pod), demand, on: slot)
    slotOfPod[pod] = slot
    observer?(now, .placed(pod: pod, slot: slot))
    return true
  }

  private mutating func depart(_ pod: Int, _ now: Int64) {
    let slot = slotOfPod[pod]
    guard slot >= 0 else { return }
    slotOfPod[pod] = -1
    observer?(now, .departed(pod: pod))
    if pool.release(Int32(truncatingIfNeeded: pod), pods[pod].demand, from: slot) {
      emptied.append((now + Self.emptyNodeSeconds, slot, pool.generation[slot]))
    }
  }

  private mutating func addNode(for demand: Amounts, _ now: Int64) -> Int? {
    guard let group = autoscaler.group(for: demand, atSeconds: now) else { return nil }
    let slot = pool.add(group: group, atSeconds: now)
    outcome.addedNodes += 1
    outcome.peakNodes = max(outcome.peakNodes, pool.nodeCount)
    observer?(now, .nodeAdded(slot: slot, group: group))
    return slot
  }

  /// Removes a node and returns the pods that were on it, which are then on none.
  mutating func removeNode(_ slot: Int, _ now: Int64) -> [Int32] {
    bill(slot, until: now)
    observer?(now, .nodeRemoved(slot: slot))
    let evicted = pool.remove(slot)
    for pod in evicted { slotOfPod[Int(pod)] = -1 }
    return evicted
  }

  private mutating func bill(_ slot: Int, until now: Int64) {
    let seconds = now - max(pool.addedSeconds[slot], billedFromSeconds)
    guard seconds > 0 else { return }
    outcome.billNanodollars += fleet.groups[pool.group[slot]].price.nanodollarsPerHour.cost(ofSeconds: seconds)
  }
}

extension Trace {
  /// The places of the pods by departure, then by place.
  var placesByDeparture: [Int] {
    pods.indices.sorted { left, right in
      (pods[left].departureSeconds, left) < (pods[right].departureSeconds, right)
    }
  }
}

extension NanodollarsPerHour {
  /// What a time costs in nanodollars, rounded down. Hours and the rest apart, so that the product stays inside `Int64`.
  package func cost(ofSeconds seconds: Int64) -> Int64 {
    rawValue * (seconds / 3600) + rawValue * (seconds % 3600) / 3600
  }
}
