import ClusterModel
import NodeCost
import Testing
import WireFormat

@testable import Scheduler

/// Full nodes that are known from earlier requests.
@Suite struct CarriedNodesTests {
  private static func nodes(capable: Bool, version: String) -> [TestNode] {
    ["one", "two"].map {
      TestNode(name: $0, usdPerHour: "0.1", isCheckpointCapable: capable, resourceVersion: version)
    }
  }

  @Test func `the same nodes get the same answer, byte for byte`() throws {
    let harness = Harness()
    let nodes = Self.nodes(capable: true, version: "1")
    for verb in [ExtenderVerb.filter, .prioritize] {
      let first = harness.call(verb, testPod(live: "true"), nodes: nodes)
      let second = harness.call(verb, testPod(live: "true"), nodes: nodes)
      #expect(first.text == second.text)
    }
  }

  @Test func `a changed node is read again`() throws {
    let harness = Harness()
    let pod = testPod(live: "true")
    #expect(try harness.call(.filter, pod, nodes: Self.nodes(capable: true, version: "1")).itemNames().count == 2)
    #expect(try harness.call(.filter, pod, nodes: Self.nodes(capable: false, version: "2")).itemNames().isEmpty)
    #expect(try harness.call(.filter, pod, nodes: Self.nodes(capable: true, version: "3")).itemNames().count == 2)
  }

  /// What identifies a node's content is its resource version: the API server never gives two contents the same one.
  @Test func `a node of a known version is not read again`() throws {
    let harness = Harness()
    let pod = testPod(live: "true")
    _ = harness.call(.filter, pod, nodes: Self.nodes(capable: true, version: "1"))
    #expect(try harness.call(.filter, pod, nodes: Self.nodes(capable: false, version: "1")).itemNames().count == 2)
  }

  @Test func `nodes without a version are read every time`() throws {
    let harness = Harness()
    let pod = testPod(live: "true")
    #expect(try harness.call(.filter, pod, nodes: Self.nodes(capable: true, version: "")).itemNames().count == 2)
    #expect(try harness.call(.filter, pod, nodes: Self.nodes(capable: false, version: "")).itemNames().isEmpty)
  }

  @Test func `a known node with broken text is refused all the same`() throws {
    let harness = Harness()
    let nodes = Self.nodes(capable: true, version: "1")
    let body = Array(KubernetesFixtureText.arguments(nodes).utf8)
    #expect(harness.call(.filter, body).outcome.result == .ok)
    // One byte of the last node's status.
    var broken = body
    let colon = try #require(broken.lastIndex(of: UInt8(ascii: ":")))
    broken[colon] = UInt8(ascii: ";")
    #expect(harness.call(.filter, broken).outcome.result == .error)
  }

  @Test func `prices follow the price book`() throws {
    var harness = Harness()
    let nodes = ["cheap", "dear"].map { TestNode(name: $0, usdPerHour: nil) }
    func file(_ cheap: String, _ dear: String) throws -> PriceBook {
      let text = "node,usd_per_hour\ncheap,\(cheap)\ndear,\(dear)\n"
      return PriceBook(catalogue: nil, priceFile: try PriceFile(parsing: Array(text.utf8), mode: .replace))
    }
    for (cheap, dear, expected) in [("1", "2", [10, 5]), ("4", "1", [3, 10])] {
      harness.view = SchedulingView.make(
        snapshot: .empty, prices: try file(cheap, dear), nodesSynced: false, podsSynced: false)
      for _ in 0..<2 {
        let scores = try harness.call(.prioritize, testPod(), nodes: nodes).scores()
        #expect([scores["cheap"], scores["dear"]] == expected)
      }
    }
  }

  @Test func `the latest of a name is kept, and no more than the limit`() {
    let cache = CarriedNodeCache()
    let book = PriceBook(catalogue: nil)
    cache.add(
      [NewNode(identity: "u/1/a", node: Node(name: "a")), NewNode(identity: "u/2/a", node: Node(name: "a"))],
      book: book)
    #expect(cache.load(book).known.nodes.count == 1)
    let many = (0..<CarriedNodeCache.maximumNodes + 10).map {
      NewNode(identity: "u/1/n\($0)", node: Node(name: "n\($0)"))
    }
    cache.add(many, book: book)
    #expect(cache.load(book).known.nodes.count == CarriedNodeCache.maximumNodes)
    #expect(cache.load(book).prices.count == CarriedNodeCache.maximumNodes)
  }
}

private enum KubernetesFixtureText {
  static func arguments(_ nodes: [TestNode]) -> String {
    #"{"Pod":\#(testPod(live: "true")),"Nodes":{"items":[\#(nodes.map(\.json).joined(separator: ","))]}}"#
  }
}
