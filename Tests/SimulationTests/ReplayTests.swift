import NodeCost
import Testing

@testable import Simulation

/// Small replays whose course is known beforehand.
@Suite struct ReplayTests {
  static func fleet(_ offers: [(usd: String, milliCPU: Int64)]) throws -> Fleet {
    Fleet(
      name: "test",
      groups: try offers.map { try LowerBoundTests.group($0.usd, $0.milliCPU, 10 * $0.milliCPU) })
  }

  static func pod(_ arrival: Int64, _ lifetime: Int64, _ milliCPU: Int64) -> TracePod {
    TracePod(
      arrivalSeconds: arrival, lifetimeSeconds: lifetime,
      demand: Amounts(milliCPU: milliCPU, memoryMebibytes: 10 * milliCPU))
  }

  static func run(
    _ pods: [TracePod], _ fleet: Fleet, _ policy: PlacementPolicy = PlacementPolicy(.defaults),
    scaleUp: ScaleUp = .cheapest, consolidates: Bool = false
  ) -> (outcome: ReplayOutcome, events: [(second: Int64, event: ReplayEvent)]) {
    var events: [(second: Int64, event: ReplayEvent)] = []
    let outcome = Replay.run(
      Trace(pods), Scenario(fleet: fleet, scaleUp: scaleUp, consolidates: consolidates), policy, seed: 1
    ) { events.append(($0, $1)) }
    return (outcome, events)
  }

  @Test func anEmptyNodeGoesAfterTenMinutes() throws {
    // Billed from 3,000 on: the first node until 2,000 + 600 is not, the second from 9,000 to 10,000 is.
    let (outcome, events) = Self.run(
      [Self.pod(0, 2_000, 500), Self.pod(9_000, 5_000, 500), Self.pod(10_000, 1, 100)], try Self.fleet([("3.6", 1000)]))
    #expect(outcome.addedNodes == 2 && outcome.peakNodes == 1 && outcome.placedPods == 3)
    #expect(events.contains { $0.second == 2_600 && $0.event == .nodeRemoved(slot: 0) })
    #expect(outcome.billNanodollars == 1_000 * 1_000_000)
  }

  @Test func anEmptyNodeThatIsUsedAgainStays() throws {
    let (outcome, _) = Self.run(
      [Self.pod(0, 3_000, 500), Self.pod(3_599, 50, 500), Self.pod(10_000, 1, 100)], try Self.fleet([("3.6", 1000)]))
    // Empty from 3,000 on, used from 3,599 to 3,649 and gone 600 s later; a new one for the last pod.
    #expect(outcome.addedNodes == 2)
    #expect(outcome.billNanodollars == (3_649 + 600 - 3_000) * 1_000_000)
  }

  @Test func theCheapestGroupThatFitsIsAdded() throws {
    let fleet = try Self.fleet([("2", 4000), ("1", 1000), ("5", 8000)])
    let (_, events) = Self.run(
      [Self.pod(0, 99, 500), Self.pod(0, 99, 3000), Self.pod(0, 99, 8000), Self.pod(0, 99, 9000)], fleet)
    let added = events.compactMap { if case .nodeAdded(_, let group) = $0.event { group } else { nil } }
    #expect(added == [1, 0, 2])
    #expect(events.contains { $0.event == .unplaceable(pod: 3) })
  }

  @Test func profilesSpreadOrPack() throws {
    // Two nodes come up for the first two pods; the third pod fits on both, the fuller one is node 0.
    let pods = [Self.pod(0, 9_999, 600), Self.pod(1, 9_999, 500), Self.pod(2, 9_999, 300)]
    let fleet = try Self.fleet([("1", 1000)])
    func lastSlot(_ profile: PlacementPolicy.Profile) -> ReplayEvent? {
      Self.run(pods, fleet, PlacementPolicy(profile)).events.last?.event
    }
    #expect(lastSlot(.defaults) == .placed(pod: 2, slot: 1))
    #expect(lastSlot(.mostAllocated) == .placed(pod: 2, slot: 0))
    #expect(lastSlot(.mostAllocatedOnly) == .placed(pod: 2, slot: 0))
  }

  @Test func priceDecidesBetweenNodesThatAreEquallyFull() throws {
    // Two nodes of one size, the second at half the price, equally full: the extender's ten points against five.
    let fleet = try Self.fleet([("2", 1001), ("1", 1000)])
    let pods = [Self.pod(0, 9_999, 1001), Self.pod(1, 9_999, 600), Self.pod(2, 1, 1), Self.pod(6_000, 9_999, 300)]
    for seed in 0..<8 as Range<UInt64> {
      var pods = pods
      pods[0].lifetimeSeconds = 5_900
      pods[2] = TracePod(arrivalSeconds: 5_950, lifetimeSeconds: 99, demand: pods[1].demand)
      var last: ReplayEvent?
      _ = Replay.run(
        Trace(pods), Scenario(fleet: fleet, scaleUp: .cheapest, consolidates: false),
        PlacementPolicy(.mostAllocated, .unit), seed: seed
      ) { _, event in last = event }
      #expect(last == .placed(pod: 3, slot: 1))
    }
  }

  @Test func littleUsedNodesAreDrainedWhenTheirPodsFitElsewhere() throws {
    // Node 0 keeps 800 of 1000; node 1 falls to 100 when pod 1 ends at 700 and is drained at the next look, 1,200.
    let pods = [
      Self.pod(0, 99_999, 800), Self.pod(1, 699, 900), Self.pod(2, 99_999, 100), Self.pod(5_000, 1, 10),
    ]
    let fleet = try Self.fleet([("3.6", 1000)])
    let (outcome, events) = Self.run(pods, fleet, PlacementPolicy(.mostAllocated), consolidates: true)
    #expect(outcome.movedPods == 1)
    #expect(events.contains { $0.second == 1_200 && $0.event == .nodeRemoved(slot: 1) })
    #expect(outcome.billNanodollars == 3_500 * 1_000_000)
    #expect(Self.run(pods, fleet, PlacementPolicy(.mostAllocated)).outcome.movedPods == 0)
  }

  @Test func podsWithoutGPUsGetGPUNodesOnlyWhenNothingElseTakesThem() throws {
    let fleet = Fleet(
      name: "",
      groups: [try LowerBoundTests.group("1", 4000, 4000, gpus: 1), try LowerBoundTests.group("2", 1000, 1000)])
    var autoscaler = Autoscaler(fleet: fleet, scaleUp: .cheapest, seed: 0)
    #expect(autoscaler.group(for: Amounts(milliCPU: 500, memoryMebibytes: 1), atSeconds: 0) == 1)
    #expect(autoscaler.group(for: Amounts(milliCPU: 2000, memoryMebibytes: 1), atSeconds: 0) == 0)
    #expect(autoscaler.group(for: Amounts(milliCPU: 1, memoryMebibytes: 1, gpus: 1), atSeconds: 0) == 0)
    #expect(autoscaler.group(for: Amounts(milliCPU: 1, memoryMebibytes: 1, gpus: 2), atSeconds: 0) == nil)
  }

  @Test func spotIsShortInSomeHoursAndThenNotBought() throws {
    let price = try LowerBoundTests.group("1", 1000, 1000).price
    let groups = [false, true].map { isSpot in
      NodeGroup(
        name: "", allocatable: Amounts(milliCPU: 1000, memoryMebibytes: 1000), maximumPods: 9,
        price: isSpot ? NodePrice(nanodollarsPerHour: NanodollarsPerHour(rawValue: 1), source: .catalogue) : price,
        isSpot: isSpot)
    }
    var autoscaler = Autoscaler(fleet: Fleet(name: "", groups: groups), scaleUp: .cheapest, seed: 7)
    var short = 0
    for hour in 0..<1000 as Range<Int64> {
      let isShort = Autoscaler.isSpotShort(seed: 7, atSeconds: hour * 3600 + 17)
      #expect(isShort == Autoscaler.isSpotShort(seed: 7, atSeconds: hour * 3600))
      if isShort { short += 1 }
      #expect(autoscaler.group(for: .small, atSeconds: hour * 3600) == (isShort ? 0 : 1))
    }
    #expect((250...350).contains(short))
  }

  @Test func timeCostsWhatItCosts() {
    #expect(NanodollarsPerHour(rawValue: 3_600).cost(ofSeconds: 1) == 1)
    #expect(NanodollarsPerHour(rawValue: 3_599).cost(ofSeconds: 1) == 0)
    #expect(NanodollarsPerHour(rawValue: 1_000_000_000_000).cost(ofSeconds: 1_000_000_000) == 277_777_777_777_777_777)
  }
}
