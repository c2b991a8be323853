import ClusterModel
import MigrationPlanner
import NodeCost
import Testing
import WireFormat

@testable import PlannerInput

@Suite struct ClusterInputTests {
  private func fill(
    _ objects: [ClusterObject], _ choices: ClusterInput.Choices = ClusterInput.Choices()
  ) throws -> (builder: PlanningProblem.Builder, notes: ClusterInput.Notes) {
    var input = ClusterInput()
    for object in objects { input.add(object) }
    var builder = PlanningProblem.Builder()
    let notes = try input.fill(&builder, prices: PriceBook(), choices: choices)
    return (builder, notes)
  }

  private static func claimed(_ extra: String = "") throws -> ClusterObject {
    .pod(
      try Reading.pod(
        metadata: extra,
        spec: #""nodeName":"n1","volumes":[{"name":"d","persistentVolumeClaim":{"claimName":"data"}}]"#))
  }

  @Test func nodesHavePricesAndAreSortedByName() throws {
    let (builder, notes) = try fill([try Reading.node("n2"), try Reading.node("n1")])
    #expect(builder.nodes.map(\.node.name) == ["n1", "n2"])
    #expect(builder.nodes.map(\.nanodollarsPerHour) == [1_500_000_000, 1_500_000_000])
    #expect(notes.priceSources == [.annotation: 2])
  }

  @Test(arguments: [
    ("karpenter.sh/nodepool", NodeRemoval.auto, true), ("eks.amazonaws.com/nodegroup", .auto, false),
    ("other", .auto, false), ("other", .all, true), ("karpenter.sh/nodepool", .none, false),
    ("dakr.devzero.io/removed-when-empty", .none, true),
  ])
  func whoRemovesEmptyNodes(_ label: String, _ removal: NodeRemoval, _ expected: Bool) throws {
    var choices = ClusterInput.Choices()
    choices.removal = removal
    let (builder, notes) = try fill([try Reading.node("n1", labels: [label: "true"])], choices)
    #expect(builder.nodes[0].isRemovedWhenEmpty == expected)
    #expect(notes.removableNodes == (expected ? 1 : 0))
    #expect(notes.sentences.contains { $0.contains("nobody is known to remove empty nodes") } == !expected)
  }

  @Test func managedGroupsCountWhereAnAutoscalerRuns() throws {
    let autoscaler = try Reading.pod(
      metadata: #","labels":{"app.kubernetes.io/name":"aws-cluster-autoscaler"}"#, spec: #""nodeName":"n1""#)
    let node = try Reading.node("n1", labels: ["eks.amazonaws.com/nodegroup": "a"])
    #expect(try fill([.pod(autoscaler), node]).builder.nodes[0].isRemovedWhenEmpty)
  }

  @Test(arguments: [
    #","cluster-autoscaler.kubernetes.io/scale-down-disabled":"true""#, #","karpenter.sh/do-not-disrupt":"true""#,
  ])
  func nodesThatAutoscalersMustKeepStay(_ annotation: String) throws {
    var choices = ClusterInput.Choices()
    choices.removal = .all
    #expect(try !fill([try Reading.node("n1", annotation)], choices).builder.nodes[0].isRemovedWhenEmpty)
  }

  @Test func claimsAreLookedUpWhateverTheOrder() throws {
    let volume = try Reading.object(
      """
      {"apiVersion":"v1","kind":"PersistentVolume","metadata":{"name":"pv1"},"spec":{"accessModes":["ReadWriteOnce"],
      "csi":{"driver":"ebs"},"nodeAffinity":{"required":{"nodeSelectorTerms":[{"matchExpressions":[
      {"key":"zone","operator":"In","values":["a"]}]}]}}}}
      """)
    let claim = try Reading.object(
      """
      {"apiVersion":"v1","kind":"PersistentVolumeClaim","metadata":{"namespace":"shop","name":"data"},
      "spec":{"volumeName":"pv1"}}
      """)
    let (builder, notes) = try fill([try Self.claimed(), try Reading.node("n1"), claim, volume])
    #expect(
      builder.pods[0].volumes == [
        PodVolume(
          nodeAffinity: [NodeSelectorTerm([SelectorRequirement("zone", .isIn, ["a"])])], attachDriver: "ebs",
          isSingleNode: true)
      ])
    #expect(!notes.sentences.contains { $0.contains("Claims") })
  }

  @Test func unknownClaimsPinTheirPodsAndAreNamed() throws {
    let (builder, notes) = try fill([try Self.claimed(), try Reading.node("n1")])
    #expect(builder.pods[0].volumes == [PodVolume(isUnknown: true)])
    #expect(notes.sentences.contains { $0.contains("first shop/data") && $0.contains("add pvc,pv") })
  }

  @Test func volumesOfOldKindsAreTiedToTheirZone() throws {
    guard
      case .volume(let read) = try Reading.object(
        """
        {"apiVersion":"v1","kind":"PersistentVolume","metadata":{"name":"pv","labels":{"topology.kubernetes.io/zone":"a__b"}},
        "spec":{"accessModes":["ReadWriteMany"]}}
        """)
    else { throw Reading.NotThatKind() }
    #expect(
      read.volume
        == PodVolume(
          nodeAffinity: [NodeSelectorTerm([SelectorRequirement("topology.kubernetes.io/zone", .isIn, ["a", "b"])])]))
  }

  @Test func attachLimitsReachTheirNode() throws {
    let drivers = try Reading.object(
      """
      {"apiVersion":"storage.k8s.io/v1","kind":"CSINode","metadata":{"name":"n1"},"spec":{"drivers":[
      {"name":"ebs","allocatable":{"count":25}},{"name":"nfs"}]}}
      """)
    #expect(try fill([drivers, try Reading.node("n1")]).builder.nodes[0].volumeLimits == ["ebs": 25])
  }

  @Test(arguments: [
    (#","spec":{"selector":{"matchLabels":{"app":"a"}}},"status":{"disruptionsAllowed":2}"#, 1, 2),
    (#","spec":{"selector":{}}"#, 1, 0), (#","spec":{"maxUnavailable":1}"#, 0, 0),
  ])
  func budgets(_ rest: String, _ count: Int, _ allowed: Int) throws {
    let budget = try Reading.object(
      #"{"apiVersion":"policy/v1","kind":"PodDisruptionBudget","metadata":{"namespace":"shop","name":"b"}\#(rest)}"#)
    let (builder, _) = try fill([budget, try Reading.node("n1")])
    #expect(builder.budgets.count == count)
    #expect(builder.budgets.first.map(\.disruptionsAllowed) ?? 0 == allowed)
  }

  @Test func podsCoolDownAfterAMigration() throws {
    var choices = ClusterInput.Choices()
    choices.nowUnixSeconds = 1_770_000_000
    choices.cooldownSeconds = 600
    // 1,769,999,700 and 1,769,999,000.
    for (time, expected) in [("2026-02-02T02:35:00Z", true), ("2026-02-02T02:23:20Z", false)] {
      let pod = try Self.claimed(#","annotations":{"dakr.devzero.io/last-migration":"\#(time)"}"#)
      #expect(try fill([pod, try Reading.node("n1")], choices).builder.pods[0].isCoolingDown == expected)
    }
  }

  @Test func podsWithoutRoomOnANodeAreLeftOut() throws {
    let pending = try Reading.pod(spec: "")
    #expect(try fill([.pod(pending), try Reading.node("n1")]).builder.pods.isEmpty)
  }

  @Test func unknownKindsAreCounted() throws {
    let other = try Reading.object(#"{"apiVersion":"longhorn.io/v1","kind":"Node","metadata":{"name":"x"}}"#)
    #expect(try fill([other, try Reading.node("n1")]).notes.ignoredKinds == ["Node": 1])
  }

  @Test func itemsOfTypedListsTakeTheirListsKind() throws {
    let header = ListHeader(kind: "NamespaceList", apiVersion: "v1")
    guard
      case .namespace("a", let labels) = try Reading.object(
        #"{"metadata":{"name":"a","labels":{"x":"y"}}}"#, in: header)
    else { throw Reading.NotThatKind() }
    #expect(labels == ["x": "y"])
    #expect(throws: WireFormatError.self) { try Reading.object(#"{"metadata":{"name":"a"}}"#) }
  }

  @Test func inputsOfWhichNoPlanCanBeMade() throws {
    func failure(_ objects: [ClusterObject]) throws -> String? {
      #expect(throws: ClusterInputFailure.self) { try fill(objects) }?.description
    }
    #expect(try failure([])?.hasPrefix("the input has no nodes; write it with kubectl get nodes,pods") == true)
    let node = try Reading.node("n1")
    #expect(try failure([node, node])?.hasPrefix("node n1 is in the input twice") == true)
    let pod = try Self.claimed()
    #expect(try failure([node, pod, pod])?.hasPrefix("pod shop/cart is in the input twice") == true)
    let unpriced = try Reading.object(#"{"apiVersion":"v1","kind":"Node","metadata":{"name":"n1"}}"#)
    #expect(try failure([unpriced])?.hasPrefix("no node has a price") == true)
  }
}
