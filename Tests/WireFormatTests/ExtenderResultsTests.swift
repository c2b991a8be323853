import ClusterModel
import TestSupport
import Testing

@testable import WireFormat

private let rejections = [
  RejectionText("cannot be helped", isUnresolvable: true), RejectionText("is full", isUnresolvable: false),
]

extension ResponseWriter {
  /// The whole answer, slices of `request` included.
  fileprivate consuming func collected(_ request: [UInt8]) -> CollectingSink {
    var sink = CollectingSink(request: request)
    finish(into: &sink)
    return sink
  }
}

private func filterAnswer(_ text: String, verdicts: [UInt8]) throws -> CollectingSink {
  let body = Array(text.utf8)
  let arguments = try ExtenderArguments.read(
    unsafe body.span.bytes, names: NameTable([]), nodeLabels: KeyFilter([]))
  var writer = ResponseWriter()
  ExtenderResults.writeFilter(
    arguments, verdicts: verdicts, rejections: rejections, body: unsafe body.span.bytes, into: &writer)
  return writer.collected(body)
}

@Suite struct ExtenderResultsTests {
  @Test func `names are answered with names`() throws {
    let text = KubernetesFixture.arguments(pod: "{}", names: ["a", "b", "c", "d"])
    #expect(
      try filterAnswer(text, verdicts: [0, 0, 1, 2]).text
        == #"{"Nodes":null,"NodeNames":["a","b"],"FailedNodes":{"c":"cannot be helped","d":"is full"},"#
        + #""FailedAndUnresolvableNodes":{"c":"cannot be helped"},"Error":""}"#)
    #expect(
      try filterAnswer(text, verdicts: [1, 1, 1, 1]).text.hasPrefix(
        #"{"Nodes":null,"NodeNames":[],"FailedNodes":{"a":"#))
  }

  @Test func `full nodes are echoed, neighbours in one slice`() throws {
    var specs = (0..<6).map { KubernetesFixture.NodeSpec("node-\($0)") }
    for index in specs.indices { specs[index].imageCount = 50 }
    let nodes = specs.map(KubernetesFixture.node)
    let text = KubernetesFixture.arguments(pod: "{}", nodes: nodes)
    let all = try filterAnswer(text, verdicts: [0, 0, 0, 0, 0, 0])
    #expect(all.sliceCount == 1)
    #expect(
      all.text == #"{"Nodes":{"metadata":{},"items":[\#(nodes.joined(separator: ","))]},"NodeNames":null,"#
        + #""FailedNodes":{},"FailedAndUnresolvableNodes":{},"Error":""}"#)
    let some = try filterAnswer(text, verdicts: [0, 1, 0, 0, 2, 0])
    #expect(some.sliceCount == 3)
    #expect(
      some.text
        == #"{"Nodes":{"metadata":{},"items":[\#([nodes[0], nodes[2], nodes[3], nodes[5]].joined(separator: ","))]},"#
        + #""NodeNames":null,"FailedNodes":{"node-1":"cannot be helped","node-4":"is full"},"#
        + #""FailedAndUnresolvableNodes":{"node-1":"cannot be helped"},"Error":""}"#)
  }

  @Test func `scores are integer literals and every host is there`() throws {
    let text = KubernetesFixture.arguments(pod: "{}", names: ["a", "b"])
    let body = Array(text.utf8)
    let arguments = try ExtenderArguments.read(
      unsafe body.span.bytes, names: NameTable([]), nodeLabels: KeyFilter([]))
    var writer = ResponseWriter()
    ExtenderResults.writeScores(arguments.candidates, scores: [10, 0], body: unsafe body.span.bytes, into: &writer)
    #expect(writer.collected(body).text == #"[{"Host":"a","Score":10},{"Host":"b","Score":0}]"#)
    var empty = ResponseWriter()
    ExtenderResults.writeScores([], scores: [], body: unsafe body.span.bytes, into: &empty)
    #expect(empty.collected(body).text == "[]")
  }

  @Test func `preemption is answered in the meta form without null`() throws {
    let text =
      #"{"Pod":{},"NodeNameToVictims":null,"NodeNameToMetaVictims":{"a":{"Pods":[{"UID":"u1"},{"UID":"u2"}],"NumPDBViolations":3},"b":{"Pods":null},"c":{"Pods":[]}}}"#
    let body = Array(text.utf8)
    let arguments = try PreemptionArguments.read(unsafe body.span.bytes, names: NameTable([]))
    var writer = ResponseWriter()
    ExtenderResults.writePreemption(
      arguments.candidates, isOffered: [true, true, false], body: unsafe body.span.bytes, into: &writer)
    #expect(
      writer.collected(body).text
        == #"{"NodeNameToMetaVictims":{"a":{"Pods":[{"UID":"u1"},{"UID":"u2"}],"NumPDBViolations":3},"b":{"Pods":[],"NumPDBViolations":0}}}"#
    )
  }

  @Test func `errors are escaped`() {
    var writer = ResponseWriter()
    ExtenderResults.writeError("a \"b\" \\ \n\u{1}é", into: &writer)
    #expect(writer.collected([]).text == #"{"Error":"a \"b\" \\ \n\u0001é"}"#)
  }
}
