import ClusterModel
import TestSupport
import Testing

@testable import WireFormat

private func readPreemption(_ text: String) throws(WireFormatError) -> PreemptionArguments {
  let bytes = Array(text.utf8)
  return try PreemptionArguments.read(unsafe bytes.span.bytes, names: NameTable(["a", "b"]))
}

private func uids(_ candidate: PreemptionCandidate, in text: String) -> [String] {
  let bytes = Array(text.utf8)
  return candidate.victimUIDs.map { String(decoding: bytes[$0], as: UTF8.self) }
}

@Suite struct PreemptionArgumentsTests {
  private let pod = KubernetesFixture.pod(.init("p"))

  @Test func `full victims are reduced to their UIDs`() throws {
    let victims = ["v1", "v2"].map { KubernetesFixture.pod(.init($0)) }.joined(separator: ",")
    let text =
      #"{"Pod":\#(pod),"NodeNameToVictims":{"b":{"Pods":[\#(victims)],"NumPDBViolations":2}},"NodeNameToMetaVictims":null}"#
    let read = try readPreemption(text)
    let candidate = try #require(read.candidates.first)
    #expect(read.candidates.count == 1)
    #expect(candidate.index == 1)
    #expect(candidate.disruptionBudgetViolations == 2)
    #expect(candidate.isComplete)
    #expect(uids(candidate, in: text) == [#""uid-of-v1""#, #""uid-of-v2""#])
    #expect(read.pod.name == "p")
  }

  @Test func `the meta form is read`() throws {
    let text =
      #"{"Pod":\#(pod),"NodeNameToVictims":null,"NodeNameToMetaVictims":{"a":{"Pods":[{"UID":"u1"}],"NumPDBViolations":0},"z":{"Pods":null,"NumPDBViolations":9223372036854775807}}}"#
    let read = try readPreemption(text)
    #expect(read.candidates.map(\.index) == [0, nil])
    #expect(read.candidates.map { uids($0, in: text) } == [[#""u1""#], []])
    #expect(read.candidates.map(\.disruptionBudgetViolations) == [0, .max])
    #expect(read.candidates.map(\.isComplete) == [true, true])
  }

  @Test func `null entries are left out and null victims spoil their node`() throws {
    let text = #"{"Pod":\#(pod),"NodeNameToMetaVictims":{"a":null,"b":{"Pods":[{"UID":"u"},null]},"c":{"Pods":[{}]}}}"#
    let read = try readPreemption(text)
    #expect(read.candidates.map(\.isComplete) == [false, false])
    #expect(try readPreemption(#"{"Pod":{},"NodeNameToVictims":null,"NodeNameToMetaVictims":null}"#).candidates.isEmpty)
    #expect(try readPreemption(#"{"Pod":{},"NodeNameToVictims":{}}"#).candidates.isEmpty)
  }

  @Test(arguments: [
    #"{"NodeNameToMetaVictims":{}}"#, #"{"Pod":{},"NodeNameToMetaVictims":[]}"#,
    #"{"Pod":{},"NodeNameToMetaVictims":{"a":{"Pods":{}}}}"#,
    #"{"Pod":{},"NodeNameToMetaVictims":{"a":{"NumPDBViolations":1.5}}}"#,
    #"{"Pod":{},"NodeNameToMetaVictims":{"a":{"Pods":[{"UID":5}]}}}"#, #"{"Pod":{},"NodeNameToMetaVictims":{"a":7}}"#,
    #"{"Pod":{},"NodeNameToVictims":{"a":{"Pods":[{"metadata":{"uid":"x\q"}}]}}}"#,
  ])
  func `bad arguments are refused`(text: String) {
    #expect(throws: WireFormatError.self) { try readPreemption(text) }
  }
}
