import ClusterModel
import Foundation
import NodeCost
import TestSupport
import Testing
import WireFormat

@testable import Scheduler

/// Input that nobody honest sends: a clear error, no crash, and no more time or memory than its own size warrants.
@Suite struct HostileInputTests {
  private let harness = Harness([TestNode(name: "a", isCheckpointCapable: true), TestNode(name: "b")])

  private static let pod = testPod()

  static let table: [(name: String, body: [UInt8], reason: WireFormatError.Kind)] = [
    ("empty", [], .empty), ("white space", Array(" \n\t".utf8), .empty),
    ("not JSON", Array("GET / HTTP/1.1".utf8), .syntax),
    ("XML", Array("<a/>".utf8), .syntax), ("a number", Array("1".utf8), .wrongType),
    ("truncated", Array(#"{"Pod":{"metadata":{"name":"a"#.utf8), .truncated),
    ("two values", Array(#"{"Pod":{},"NodeNames":[]}{}"#.utf8), .syntax),
    ("pod is a list", Array(#"{"Pod":[],"NodeNames":[]}"#.utf8), .wrongType),
    ("no pod", Array(#"{"NodeNames":[]}"#.utf8), .missingField),
    ("pod twice", Array(#"{"Pod":{},"Pod":{},"NodeNames":[]}"#.utf8), .duplicateField),
    (
      "invalid UTF-8",
      Array(#"{"Pod":{"metadata":{"name":""#.utf8) + [0xC3, 0x28] + Array(#""}},"NodeNames":[]}"#.utf8), .invalidUTF8
    ),
    (
      "overlong UTF-8",
      Array(#"{"Pod":{"metadata":{"name":""#.utf8) + [0xC0, 0x80] + Array(#""}},"NodeNames":[]}"#.utf8), .invalidUTF8
    ),
    ("UTF-16", Array("{\"Pod\":{}}".utf16).flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] }, .syntax),
    (
      "control character in a string", Array("{\"Pod\":{\"metadata\":{\"name\":\"a\u{0}b\"}},\"NodeNames\":[]}".utf8),
      .syntax
    ),
    (
      "ten megabyte name",
      Array(#"{"Pod":{"metadata":{"name":"\#(String(repeating: "x", count: 10 << 20))"}},"NodeNames":[]}"#.utf8),
      .tooLarge
    ),
    (
      "ten megabyte node name", Array(#"{"Pod":{},"NodeNames":["\#(String(repeating: "x", count: 10 << 20))"]}"#.utf8),
      .tooLarge
    ),
    ("arrays in arrays", Array(#"{"Pod":\#(String(repeating: "[", count: 2_000_000))"#.utf8), .wrongType),
    ("unknown arrays in arrays", Array(#"{"Other":\#(String(repeating: "[", count: 2_000_000))"#.utf8), .tooDeep),
    ("objects in objects", Array(#"{"Other":\#(String(repeating: #"{"a":"#, count: 500_000))"#.utf8), .tooDeep),
    (
      "deep pod",
      Array(
        #"{"Pod":{"spec":{"affinity":\#(String(repeating: "[", count: 200))\#(String(repeating: "]", count: 200))}},"NodeNames":[]}"#
          .utf8), .tooDeep
    ),
    (
      "a million names", Array(#"{"Pod":{},"NodeNames":[\#(String(repeating: #""n","#, count: 1_000_000))"n"]}"#.utf8),
      .tooLarge
    ),
    (
      "no quantity",
      Array(#"{"Pod":{"spec":{"containers":[{"resources":{"limits":{"cpu":"lots"}}}]}},"NodeNames":[]}"#.utf8),
      .invalidValue
    ),
  ]

  @Test(arguments: ExtenderVerb.allCases)
  func `each of them gets a clear error`(verb: ExtenderVerb) throws {
    for (name, body, reason) in Self.table
    where verb != .preempt || !name.contains("names") && !name.contains("node name") {
      let answer = harness.call(verb, body)
      #expect(answer.outcome.result == .error, "\(name)")
      #expect(answer.outcome.errorReason == reason, "\(name): \(answer.text)")
      #expect(answer.outcome.status == (verb == .filter ? 200 : 400), "\(name)")
      let message = try #require(try answer.object()["Error"] as? String)
      #expect(message.hasPrefix("dakr-scheduler cannot read the arguments of \(verb.rawValue): "), "\(name)")
      #expect(message.utf8.count <= 420, "\(name)")
      #expect(message.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F }, "\(name)")
    }
  }

  @Test func `a pod with absurd amounts is scored without a trap`() throws {
    let absurd = [("cpu", "9223372036854775807E"), ("memory", "-5"), ("nvidia.com/gpu", "1e30"), ("pods", "1")]
    let node = TestNode(name: "a", usdPerHour: "999999")
    let harness = Harness(
      [node],
      reservations: Reservations([
        Reservation(
          nodeName: "a",
          demand: PodDemand(
            requests: ResourceAmounts(milliCPU: .max, memoryBytes: .max, extended: ["nvidia.com/gpu": .max])),
          replacementUID: "x")
      ]))
    for strategy in ScoringStrategy.allCases {
      var configuration = SchedulerConfiguration()
      configuration.scorer = Scorer(
        strategy: strategy, weights: try ScoreWeights(targetAllocated: 1, limitOverProvision: 1))
      let service = ExtenderService(configuration: configuration)
      var strange = harness
      strange.service = service
      #expect(try strange.call(.filter, testPod(requests: absurd), names: ["a"]).nodeNames().isEmpty)
      #expect(try strange.call(.prioritize, testPod(requests: absurd), names: ["a"]).scores().count == 1)
      #expect(try strange.call(.prioritize, testPod(requests: absurd), nodes: [node]).scores().count == 1)
    }
  }

  @Test func `distinct resource names by the thousand cost no more than their number`() throws {
    let lists = (0..<900).map { container in
      let amounts = (0..<4).map { #""example.com/r\#(container)-\#($0)":"1""# }.joined(separator: ",")
      return #"{"resources":{"requests":{\#(amounts)}}}"#
    }
    let body = #"{"Pod":{"spec":{"containers":[\#(lists.joined(separator: ","))]}},"NodeNames":["a"]}"#
    let start = ContinuousClock.now
    #expect(harness.call(.filter, body).outcome.result == .ok)
    #expect(ContinuousClock.now - start < .seconds(20))
  }

  /// Requests that are nearly right, from a fixed seed: changed, doubled, cut and swapped bytes.
  @Test(arguments: ExtenderVerb.allCases)
  func `mutations of sound requests never crash and are always answered with JSON`(verb: ExtenderVerb) throws {
    var random = SeededGenerator(seed: 0x5EED_0000 + UInt64(verb.rawValue.utf8.count))
    let nodes = [TestNode(name: "a", imageCount: 0), TestNode(name: "b", isCheckpointCapable: true, imageCount: 0)]
    let pods = [testPod(live: "true"), testPod(requests: [("cpu", "1"), ("nvidia.com/gpu", "2")])]
    var seeds: [[UInt8]] = []
    for pod in pods {
      if verb == .preempt {
        let victim = KubernetesFixture.pod(.init("v"))
        seeds.append(
          Array(
            #"{"Pod":\#(pod),"NodeNameToVictims":{"a":{"Pods":[\#(victim)],"NumPDBViolations":1}},"NodeNameToMetaVictims":null}"#
              .utf8))
        seeds.append(
          Array(
            #"{"Pod":\#(pod),"NodeNameToVictims":null,"NodeNameToMetaVictims":{"b":{"Pods":[{"UID":"u"}],"NumPDBViolations":0}}}"#
              .utf8))
      } else {
        seeds.append(Array(KubernetesFixture.arguments(pod: pod, names: ["a", "b", "c"]).utf8))
        seeds.append(Array(KubernetesFixture.arguments(pod: pod, nodes: nodes.map(\.json)).utf8))
      }
    }
    let start = ContinuousClock.now
    var errors = 0
    for round in 0..<1_500 {
      var body = seeds[round % seeds.count]
      for _ in 0..<Int.random(in: 1...4, using: &random) { Self.mutate(&body, &random) }
      let answer = harness.call(verb, body)
      errors += answer.outcome.result == .error ? 1 : 0
      #expect(throws: Never.self) { try answer.json() }
    }
    #expect(errors > 300, "most mutations break something")
    #expect(ContinuousClock.now - start < .seconds(120))
  }

  private static func mutate(_ body: inout [UInt8], _ random: inout SeededGenerator) {
    guard !body.isEmpty else { return }
    let place = Int.random(in: 0..<body.count, using: &random)
    let end = min(body.count, place + Int.random(in: 1...64, using: &random))
    switch Int.random(in: 0..<7, using: &random) {
    case 0: body[place] = UInt8.random(in: 0...255, using: &random)
    case 1: body[place] = Array(#"{}[]:,"\0-1eE.tfn "#.utf8).randomElement(using: &random) ?? 0
    case 2: body.removeSubrange(place..<end)
    case 3: body.insert(contentsOf: body[place..<end], at: place)
    case 4: body.removeSubrange(place...)
    case 5: body.swapAt(place, Int.random(in: 0..<body.count, using: &random))
    default: body.replaceSubrange(place..<end, with: Array("null".utf8))
    }
  }
}
