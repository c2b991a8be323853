import NodeCost
import Testing

@testable import Simulation

@Suite struct LowerBoundTests {
  static func group(_ usd: String, _ milliCPU: Int64, _ memory: Int64, gpus: Int64 = 0) throws -> NodeGroup {
    NodeGroup(
      name: "\(milliCPU)", allocatable: Amounts(milliCPU: milliCPU, memoryMebibytes: memory, gpus: gpus),
      maximumPods: 100,
      price: NodePrice(nanodollarsPerHour: try #require(NanodollarsPerHour(usdText: usd)), source: .catalogue))
  }

  static func isClose(_ left: Double, _ right: Double) -> Bool { abs(left - right) <= 0.000_002 * abs(right) }

  @Test func oneGroupIsBoughtForItsScarcestResource() throws {
    let bound = LowerBound(fleet: Fleet(name: "", groups: [try Self.group("1", 1000, 1000)]))
    #expect(Self.isClose(bound.hourlyCost(of: Amounts(milliCPU: 500, memoryMebibytes: 250)), 0.5e9))
    #expect(Self.isClose(bound.hourlyCost(of: Amounts(milliCPU: 500, memoryMebibytes: 3000)), 3e9))
    #expect(bound.hourlyCost(of: Amounts(milliCPU: 0, memoryMebibytes: 0)) == 0)
  }

  @Test func twoGroupsAreMixed() throws {
    // 1000m and 1000 MiB for 1, 1000m and 4000 MiB for 2. Demand of 2000m and 5000 MiB: one of each, 3. With 8000 MiB two
    // of the second, 4. With 1000 MiB two of the first, 2.
    let bound = LowerBound(
      fleet: Fleet(name: "", groups: [try Self.group("1", 1000, 1000), try Self.group("2", 1000, 4000)]))
    for (memory, cost) in [(5000, 3e9), (8000, 4e9), (1000, 2e9), (16_000, 8e9)] as [(Int64, Double)] {
      #expect(Self.isClose(bound.hourlyCost(of: Amounts(milliCPU: 2000, memoryMebibytes: memory)), cost))
    }
  }

  @Test func gpusAreBoughtWithWhatComesWithThem() throws {
    let bound = LowerBound(
      fleet: Fleet(
        name: "", groups: [try Self.group("1", 1000, 1000), try Self.group("3", 2000, 2000, gpus: 1)]))
    // Two GPU nodes bring 4000m; 1000m more cost 1.
    #expect(Self.isClose(bound.hourlyCost(of: Amounts(milliCPU: 5000, memoryMebibytes: 10, gpus: 2)), 7e9))
    #expect(Self.isClose(bound.hourlyCost(of: Amounts(milliCPU: 100, memoryMebibytes: 10, gpus: 2)), 6e9))
  }

  @Test func noMixOfNodesIsCheaperThanTheBound() throws {
    var random = SeededRandom(seed: 5)
    for _ in 0..<300 {
      let groups = try (0..<(1 + random.next(below: 6))).map { _ in
        try Self.group(
          "\(1 + random.next(below: 9))", Int64(100 + random.next(below: 4000)), Int64(100 + random.next(below: 9000)),
          gpus: Int64(random.next(below: 3)))
      }
      let bound = LowerBound(fleet: Fleet(name: "", groups: groups))
      for _ in 0..<10 {
        // Any number of any nodes can serve at most what they offer.
        var offer = Amounts(milliCPU: 0, memoryMebibytes: 0)
        var cost = 0.0
        for group in groups {
          for _ in 0..<random.next(below: 4) {
            offer += group.allocatable
            cost += Double(group.price.nanodollarsPerHour.rawValue)
          }
        }
        #expect(bound.hourlyCost(of: offer) <= cost)
      }
    }
  }

  @Test func theBillIsTheSumOverTime() throws {
    let fleet = Fleet(name: "", groups: [try Self.group("3.6", 1000, 1000)])
    // Billed from second 30 to 100, at 0.001 a second of a whole node: 0.5 from 30 to 60, 0.25 from 80 to 100, and a pod
    // that fits nowhere.
    let trace = Trace([
      TracePod(arrivalSeconds: 0, lifetimeSeconds: 60, demand: Amounts(milliCPU: 500, memoryMebibytes: 1)),
      TracePod(arrivalSeconds: 80, lifetimeSeconds: 900, demand: Amounts(milliCPU: 250, memoryMebibytes: 1)),
      TracePod(arrivalSeconds: 85, lifetimeSeconds: 900, demand: Amounts(milliCPU: 2500, memoryMebibytes: 1)),
      TracePod(arrivalSeconds: 100, lifetimeSeconds: 900, demand: Amounts(milliCPU: 500, memoryMebibytes: 1)),
    ])
    let bill = LowerBound(fleet: fleet).bill(of: trace, fleet: fleet)
    #expect(Self.isClose(Double(bill), (0.5 * 30 + 0.25 * 20) * 1e6))
  }
}
