import ClusterModel
import NodeCost
import TestSupport
import Testing

@testable import Scheduler

private let cluster = [TestNode(name: "plain"), TestNode(name: "capable", isCheckpointCapable: true)]

private func meta(_ pod: String, _ victims: String) -> String {
  #"{"Pod":\#(pod),"NodeNameToVictims":null,"NodeNameToMetaVictims":\#(victims)}"#
}

private func full(_ pod: String, _ victims: String) -> String {
  #"{"Pod":\#(pod),"NodeNameToVictims":\#(victims),"NodeNameToMetaVictims":null}"#
}

private let metaVictims =
  #"{"plain":{"Pods":[{"UID":"uid-of-v1"}],"NumPDBViolations":1},"capable":{"Pods":[{"UID":"uid-of-v2"},{"UID":"uid-of-v3"}],"NumPDBViolations":0}}"#

private var fullVictims: String {
  func pods(_ names: String...) -> String {
    names.map { KubernetesFixture.pod(.init($0)) }.joined(separator: ",")
  }
  return #"{"plain":{"Pods":[\#(pods("v1"))],"NumPDBViolations":1},"#
    + #""capable":{"Pods":[\#(pods("v2", "v3"))],"NumPDBViolations":0}}"#
}

private func uids(_ victims: [String: Any]?) -> [String]? {
  (victims?["Pods"] as? [[String: String]])?.compactMap { $0["UID"] }
}

@Suite struct PreemptTests {
  @Test func `both forms are answered alike, in the meta form`() throws {
    let harness = Harness(cluster)
    let answers = [
      harness.call(.preempt, meta(testPod(), metaVictims)), harness.call(.preempt, full(testPod(), fullVictims)),
    ]
    #expect(answers[0].text == answers[1].text)
    #expect(
      answers[0].text == #"{"NodeNameToMetaVictims":\#(metaVictims)}"#, "violations and victims are handed back")
    let victims = try answers[0].victims()
    #expect(uids(victims["capable"]) == ["uid-of-v2", "uid-of-v3"])
    #expect(victims["plain"]?["NumPDBViolations"] as? Int == 1)
  }

  @Test func `a live-migratable pod is offered nodes on which it can run, and no others`() throws {
    let harness = Harness(cluster)
    let answer = harness.call(.preempt, meta(testPod(live: "true"), metaVictims))
    #expect(try Array(answer.victims().keys) == ["capable"])
    #expect(answer.outcome.nodesRejected == 1)
    let none = Harness([cluster[0]]).call(.preempt, meta(testPod(live: "true"), metaVictims))
    #expect(none.text == #"{"NodeNameToMetaVictims":{}}"#)
    #expect(none.outcome.result == .rejectedAll)
  }

  @Test func `without the nodes' labels a live-migratable pod preempts nowhere, others where kube-scheduler would`()
    throws
  {
    let blind = Harness(nodesSynced: false, podsSynced: false)
    #expect(blind.call(.preempt, full(testPod(live: "true"), fullVictims)).text == #"{"NodeNameToMetaVictims":{}}"#)
    #expect(try blind.call(.preempt, full(testPod(), fullVictims)).victims().count == 2)
    #expect(
      Harness(cluster).call(.preempt, meta(testPod(live: "true"), #"{"new":{"Pods":[{"UID":"u"}]}}"#)).text
        == #"{"NodeNameToMetaVictims":{}}"#)
  }

  @Test func `empty victim lists are handed back empty`() throws {
    let victims = #"{"plain":{"Pods":[],"NumPDBViolations":0},"capable":{"Pods":null,"NumPDBViolations":0}}"#
    let answer = Harness(cluster).call(.preempt, meta(testPod(), victims))
    #expect(try answer.victims().mapValues { uids($0) } == ["plain": [], "capable": []])
    #expect(!answer.text.contains("null"))
  }

  @Test func `null is never answered`() throws {
    let harness = Harness(cluster)
    for victims in [
      "null", "{}", #"{"plain":null}"#, #"{"plain":{"Pods":[null]}}"#, #"{"plain":{"Pods":[{"UID":null}]}}"#,
      #"{"plain":{"Pods":[{"UID":""}]}}"#, #"{"plain":{"Pods":[{}]}}"#,
    ] {
      for body in [meta(testPod(), victims), full(testPod(), victims)] {
        #expect(harness.call(.preempt, body).text == #"{"NodeNameToMetaVictims":{}}"#, "\(body)")
      }
    }
    let mixed = #"{"plain":null,"capable":{"Pods":[{"UID":"u"}],"NumPDBViolations":2}}"#
    #expect(
      harness.call(.preempt, meta(testPod(), mixed)).text
        == #"{"NodeNameToMetaVictims":{"capable":{"Pods":[{"UID":"u"}],"NumPDBViolations":2}}}"#)
  }

  @Test func `reservations hold while pods are preempted`() throws {
    let held = Reservation(
      nodeName: "plain", demand: PodDemand(requests: ResourceAmounts(milliCPU: 3800)), replacementUID: "x")
    let harness = Harness(cluster, reservations: Reservations([held]))
    #expect(try Array(harness.call(.preempt, meta(testPod(), metaVictims)).victims().keys) == ["capable"])
    let mine = Reservation(
      nodeName: "capable", demand: PodDemand(requests: .zero), replacementUID: KubernetesFixture.uid("web-1"))
    let pinned = Harness(cluster, reservations: Reservations([mine]))
    #expect(try Array(pinned.call(.preempt, meta(testPod(), metaVictims)).victims().keys) == ["capable"])
  }

  @Test func `pods of other schedulers preempt where they would without us`() throws {
    let answer = Harness(cluster).call(.preempt, meta(testPod(live: "true", scheduler: "other"), metaVictims))
    #expect(try answer.victims().count == 2)
    #expect(answer.outcome.result == .passedThrough)
  }
}
