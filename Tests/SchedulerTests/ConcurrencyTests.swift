import NodeCost
import TestSupport
import Testing

@testable import Scheduler

@Suite struct ConcurrencyTests {
  @Test func `answers do not depend on what other threads ask`() async {
    let nodes = (0..<40).map { index in
      TestNode(name: "node-\(index)", usdPerHour: "0.\(10 + index)", isCheckpointCapable: index % 3 == 0)
    }
    let harness = Harness(nodes)
    let bodies = ["true", "false"].flatMap { live in
      [
        KubernetesFixture.arguments(pod: testPod(live: live), names: nodes.map(\.name)),
        KubernetesFixture.arguments(pod: testPod(live: live), nodes: nodes.map(\.json)), "{\"Pod\":7}",
      ]
    }
    let expected = bodies.map { [harness.call(.filter, $0).text, harness.call(.prioritize, $0).text] }
    let mismatches = await withTaskGroup(of: Int.self) { group in
      for task in 0..<8 {
        group.addTask {
          var mismatches = 0
          for round in 0..<60 {
            let place = (task + round) % bodies.count
            if harness.call(.filter, bodies[place]).text != expected[place][0] { mismatches += 1 }
            if harness.call(.prioritize, bodies[place]).text != expected[place][1] { mismatches += 1 }
          }
          return mismatches
        }
      }
      return await group.reduce(0, +)
    }
    #expect(mismatches == 0)
  }
}
