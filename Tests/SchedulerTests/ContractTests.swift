import ClusterModel
import Foundation
import NodeCost
import TestSupport
import Testing
import WireFormat

@testable import Scheduler

/// What kube-scheduler's client demands of an answer, statement by statement
/// (`pkg/scheduler/extender.go`, `k8s.io/kube-scheduler/extender/v1/types.go`, 1.20 and 1.36).
@Suite struct ContractTests {
  private let cluster = (0..<4).map {
    TestNode(name: "node-\($0)", usdPerHour: "0.\($0 + 1)", isCheckpointCapable: $0 < 2)
  }
  private var names: [String] { cluster.map(\.name) }

  @Test(arguments: ["true", "false"])
  func `with names, NodeNames is never null and Nodes always is`(live: String) throws {
    for known in [cluster, []] {
      let answer = try Harness(known).call(.filter, testPod(live: live), names: names).object()
      #expect(answer["NodeNames"] is [String])
      #expect(answer["Nodes"] is NSNull)
    }
    let none = Harness(cluster).call(.filter, testPod(live: "true"), names: ["node-3"])
    #expect(none.text.contains(#""NodeNames":[],"#), "an absent or null list makes the scheduler fall back to Nodes")
    let nothingAsked = Harness(cluster).call(.filter, testPod(), names: [])
    #expect(try nothingAsked.nodeNames().isEmpty)
    #expect(nothingAsked.outcome.result == .ok)
  }

  @Test func `names that were not sent are never answered`() throws {
    let answer = try Harness(cluster).call(.filter, testPod(), names: ["node-2", "node-0"]).nodeNames()
    #expect(answer == ["node-2", "node-0"])
  }

  @Test(arguments: KubernetesFixture.Version.allCases)
  func `full nodes come back byte for byte`(version: KubernetesFixture.Version) throws {
    var nodes = cluster
    for index in nodes.indices {
      nodes[index].version = version
      nodes[index].imageCount = 50
    }
    let body = KubernetesFixture.arguments(pod: testPod(live: "true"), nodes: nodes.map(\.json))
    let answer = Harness().call(.filter, body)
    #expect(answer.text.hasPrefix(#"{"Nodes":{"metadata":{},"items":["# + nodes[0].json + "," + nodes[1].json + "]}"))
    #expect(answer.sliceCount == 1, "neighbours are one slice of the request")
    #expect(try answer.object()["NodeNames"] is NSNull)
  }

  @Test func `white space and odd formatting are echoed too`() throws {
    let node = "{ \"metadata\" : {\n \"name\" : \"a\", \"labels\":{} } , \"x\" : [ 1.50e+2 , \"\\u003c\" ] }"
    let body = "{\"Nodes\":{\"items\" : [ \(node)\n ,\n \(node) ]},\"NodeNames\":null,\"Pod\":\(testPod())}"
    #expect(Harness().call(.filter, body).text.contains("[\(node)\n ,\n \(node)]"))
  }

  @Test func `answers are one JSON value without a newline after it`() throws {
    let harness = Harness(cluster)
    let victims =
      #"{"Pod":\#(testPod()),"NodeNameToVictims":null,"NodeNameToMetaVictims":{"a":{"Pods":[{"UID":"u"}],"NumPDBViolations":0}}}"#
    for answer in [
      harness.call(.filter, testPod(), names: names), harness.call(.filter, testPod(), nodes: cluster),
      harness.call(.prioritize, testPod(), names: names), harness.call(.preempt, victims), harness.call(.filter, "{"),
      harness.call(.preempt, "{"),
    ] {
      #expect(answer.text.last == "}" || answer.text.last == "]")
      _ = try answer.json()
    }
  }

  @Test func `a successful answer has no error`() throws {
    let answer = try Harness(cluster).call(.filter, testPod(), names: names).object()
    #expect(answer["Error"] as? String == "")
  }

  @Test func `an error is answered where it is read, else as a status`() throws {
    let harness = Harness(cluster)
    let filter = harness.call(.filter, "{\"Pod\":5}")
    #expect(filter.outcome.status == 200)
    let message = try #require(try filter.object()["Error"] as? String)
    #expect(
      message
        == "dakr-scheduler cannot read the arguments of filter: Pod: expected an object, found a number '5' (at byte 7)"
    )
    for verb in [ExtenderVerb.prioritize, .preempt] {
      let answer = harness.call(verb, "{\"Pod\":5}")
      #expect(answer.outcome.status == 400)
      #expect(answer.outcome.result == .error)
      #expect(answer.outcome.errorReason == .wrongType)
      #expect(try answer.object()["Error"] as? String == answer.outcome.errorMessage)
    }
  }

  @Test func `scores are integer literals in a bare array`() throws {
    let text = Harness(cluster).call(.prioritize, testPod(), names: names).text
    #expect(
      text
        == #"[{"Host":"node-0","Score":10},{"Host":"node-1","Score":5},{"Host":"node-2","Score":3},{"Host":"node-3","Score":3}]"#
    )
    #expect(Harness(cluster).call(.prioritize, testPod(), names: []).text == "[]")
    #expect(Harness(cluster).call(.prioritize, testPod(), nodes: []).text == "[]")
  }

  @Test func `calls leave no trace in the next answer`() throws {
    let harness = Harness(cluster)
    let first = harness.call(.filter, testPod(live: "true"), names: names).text
    for _ in 0..<50 { _ = harness.call(.filter, testPod("other"), names: names) }
    #expect(harness.call(.filter, testPod(live: "true"), names: names).text == first, "filter is advisory")
  }

  @Test func `one node alone is answered, as for a nominated node`() throws {
    #expect(try Harness(cluster).call(.filter, testPod(), names: ["node-1"]).nodeNames() == ["node-1"])
    #expect(try Harness(cluster).call(.filter, testPod(live: "true"), names: ["node-3"]).nodeNames().isEmpty)
  }

  @Test func `neither list is a clear error`() throws {
    for body in [#"{"Pod":\#(testPod()),"Nodes":null,"NodeNames":null}"#, #"{"Pod":\#(testPod())}"#] {
      let answer = Harness(cluster).call(.filter, body)
      #expect(try (answer.object()["Error"] as? String)?.contains("neither NodeNames nor Nodes") == true)
      #expect(answer.outcome.errorReason == .missingField)
    }
  }

  @Test func `NodeNames counts where both lists are there`() throws {
    let body = #"{"Pod":\#(testPod()),"Nodes":{"items":[\#(cluster[3].json)]},"NodeNames":["node-0"]}"#
    let answer = Harness(cluster).call(.filter, body)
    #expect(try answer.nodeNames() == ["node-0"])
    #expect(try answer.object()["Nodes"] is NSNull)
  }

  @Test func `the largest request of a default kube-scheduler is served`() throws {
    // 781 full nodes at about 16.6 kB: 13 MB, which a limit of 10 MiB refuses.
    let nodes = (0..<781).map { index in
      TestNode(
        name: "ip-10-0-\(index / 256)-\(index % 256).ec2.internal", usdPerHour: "0.\(100 + index)",
        isCheckpointCapable: index % 2 == 0, imageCount: 80)
    }
    let body = Array(KubernetesFixture.arguments(pod: testPod(live: "true"), nodes: nodes.map(\.json)).utf8)
    #expect(body.count > 10 << 20)
    let answer = Harness().call(.filter, body)
    #expect(answer.outcome.nodesExamined == 781)
    #expect(answer.outcome.nodesRejected == 390)
    #expect(try answer.itemNames().count == 391)
    let scores = Harness().call(.prioritize, body)
    #expect(scores.outcome.nodesExamined == 781)
    #expect(scores.outcome.count(of: .annotation) == 781)
  }

  @Test func `verbs are found by the last component of a path`() {
    #expect(ExtenderVerb(pathComponent: "filter") == .filter)
    #expect(ExtenderVerb(pathComponent: "prioritize") == .prioritize)
    #expect(ExtenderVerb(pathComponent: "preempt") == .preempt)
    #expect(ExtenderVerb(pathComponent: "bind") == nil)
    #expect(ExtenderVerb(pathComponent: "Filter") == nil)
  }
}
