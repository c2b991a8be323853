import NodeCost
import Testing

@testable import Simulation

/// What must hold in every replay, checked by somebody who only watches the events.
@Suite struct ReplayPropertyTests {
  /// The cluster as the events tell it.
  private struct Watcher {
    let trace: Trace
    let fleet: Fleet
    var groupOfSlot: [Int: Int] = [:]
    var addedSeconds: [Int: Int64] = [:]
    var slotOfPod: [Int: Int] = [:]
    var taken: [Int: (amounts: Amounts, pods: Int64)] = [:]
    var firstPlacements: Set<Int> = []
    var bill: Int64 = 0
    var problems: [String] = []
    var seconds: Int64 = 0

    mutating func note(_ second: Int64, _ event: ReplayEvent) {
      if second < seconds { problems.append("time runs backwards at \(second)") }
      seconds = second
      switch event {
      case .nodeAdded(let slot, let group):
        if groupOfSlot.updateValue(group, forKey: slot) != nil { problems.append("two nodes in slot \(slot)") }
        addedSeconds[slot] = second
      case .nodeRemoved(let slot):
        charge(slot, until: second)
        groupOfSlot[slot] = nil
        taken[slot] = nil
        slotOfPod = slotOfPod.filter { $0.value != slot }
      case .placed(let pod, let slot): place(pod, slot, second)
      case .departed(let pod):
        guard let slot = slotOfPod.removeValue(forKey: pod) else { return problems.append("\(pod) was nowhere") }
        taken[slot]?.amounts -= trace.pods[pod].demand
        taken[slot]?.pods -= 1
        if second != trace.pods[pod].departureSeconds { problems.append("\(pod) left at \(second)") }
      case .unplaceable(let pod):
        if fleet.takes(trace.pods[pod].demand) { problems.append("\(pod) has room somewhere") }
      }
    }

    private mutating func place(_ pod: Int, _ slot: Int, _ second: Int64) {
      if slotOfPod.updateValue(slot, forKey: pod) != nil { problems.append("\(pod) is in two places") }
      if firstPlacements.insert(pod).inserted, second != trace.pods[pod].arrivalSeconds {
        problems.append("\(pod) came at \(second)")
      }
      guard let group = groupOfSlot[slot] else { return problems.append("no node in slot \(slot)") }
      var now = taken[slot] ?? (Amounts(milliCPU: 0, memoryMebibytes: 0), 0)
      now.amounts += trace.pods[pod].demand
      now.pods += 1
      taken[slot] = now
      if !now.amounts.fits(into: fleet.groups[group].allocatable) || now.pods > fleet.groups[group].maximumPods {
        problems.append("slot \(slot) holds too much at \(second)")
      }
    }

    private mutating func charge(_ slot: Int, until second: Int64) {
      guard let group = groupOfSlot[slot], let added = addedSeconds[slot] else { return }
      let seconds = second - max(added, Replay.billedFrom(trace))
      if seconds > 0 { bill += fleet.groups[group].price.nanodollarsPerHour.rawValue * seconds / 3600 }
    }

    mutating func finish() {
      for slot in groupOfSlot.keys { charge(slot, until: trace.lastArrivalSeconds) }
      for (place, pod) in trace.pods.enumerated() where fleet.takes(pod.demand) {
        let shouldRun = pod.departureSeconds > trace.lastArrivalSeconds
        if !firstPlacements.contains(place) { problems.append("\(place) was never placed") }
        if (slotOfPod[place] != nil) != shouldRun { problems.append("\(place) at the end: \(shouldRun)") }
      }
    }
  }

  static func trace(_ random: inout SeededRandom, withGPUs: Bool) -> Trace {
    Trace(
      (0..<250).map { _ in
        let isLarge = random.next(below: 40) == 0
        return TracePod(
          arrivalSeconds: Int64(random.next(below: 20_000)), lifetimeSeconds: Int64(1 + random.next(below: 9_000)),
          demand: Amounts(
            milliCPU: Int64(1 + random.next(below: isLarge ? 40_000 : 3_000)),
            memoryMebibytes: Int64(1 + random.next(below: 12_000)),
            gpus: withGPUs && random.next(below: 3) == 0 ? Int64(1 + random.next(below: 4)) : 0))
      })
  }

  @Test(arguments: [false, true])
  func everyReplayKeepsTheRules(withGPUs: Bool) throws {
    var random = SeededRandom(seed: withGPUs ? 21 : 22)
    var moves = 0
    for round in 0..<2 as Range<UInt64> {
      let trace = Self.trace(&random, withGPUs: withGPUs)
      for scenario in try Scenario.standard(for: trace, prices: PriceBook()) {
        let bound = LowerBound(fleet: scenario.fleet).bill(of: trace, fleet: scenario.fleet)
        for policy in PlacementPolicy.standard {
          var watcher = Watcher(trace: trace, fleet: scenario.fleet)
          let outcome = Replay.run(trace, scenario, policy, seed: round) { watcher.note($0, $1) }
          watcher.finish()
          #expect(watcher.problems == [], "\(policy.name) in \(scenario.name)")
          #expect(outcome.billNanodollars == watcher.bill)
          #expect(bound <= outcome.billNanodollars)
          #expect(bound > 0)
          #expect(outcome.placedPods == watcher.firstPlacements.count)
          #expect(outcome.placedPods + outcome.unplaceablePods == trace.pods.count)
          #expect(scenario.consolidates || outcome.movedPods == 0)
          moves += outcome.movedPods
        }
      }
    }
    #expect(moves > 0)
  }

  @Test func aReplayIsRepeatedExactly() throws {
    var random = SeededRandom(seed: 3)
    let trace = Self.trace(&random, withGPUs: false)
    let scenario = try Scenario.standard(for: trace, prices: PriceBook())[1]
    let policy = PlacementPolicy(.mostAllocated, .marginal)
    #expect(Replay.run(trace, scenario, policy, seed: 4) == Replay.run(trace, scenario, policy, seed: 4))
    #expect(Replay.run(trace, scenario, policy, seed: 4) != Replay.run(trace, scenario, policy, seed: 5))
  }
}
