import ClusterModel
import Foundation
import NodeCost
import TestSupport
import Testing
import WireFormat

@testable import Scheduler

/// A node of a test's cluster, from which both the snapshot's and the wire's form are made.
struct TestNode {
  var name: String
  var usdPerHour: String? = "0.1"
  var isCheckpointCapable = false
  var cpu: Int64 = 4
  var memoryGibibytes: Int64 = 16
  var gpus: Int64 = 0
  var version = KubernetesFixture.Version.v1_36
  var imageCount = 1
  var resourceVersion = "4711"

  var model: Node {
    var labels: [(key: String, value: String)] = [("kubernetes.io/hostname", name)]
    if isCheckpointCapable { labels.append((WellKnownName.checkpointNodeLabel, "true")) }
    var annotations: [(key: String, value: String)] = []
    if let usdPerHour { annotations.append((WellKnownName.hourlyCostAnnotation, usdPerHour)) }
    return Node(
      name: name, labels: Labels(labels), annotations: Labels(annotations),
      allocatable: ResourceAmounts(
        milliCPU: cpu * 1000, memoryBytes: memoryGibibytes << 30, ephemeralStorageBytes: 95_551_679_124, pods: 110,
        extended: gpus > 0 ? ["nvidia.com/gpu": gpus] : [:]))
  }

  var json: String {
    var spec = KubernetesFixture.NodeSpec(name)
    if isCheckpointCapable { spec.labels.append((WellKnownName.checkpointNodeLabel, "true")) }
    if let usdPerHour { spec.annotations.append((WellKnownName.hourlyCostAnnotation, usdPerHour)) }
    spec.cpu = "\(cpu)"
    spec.memory = "\(memoryGibibytes)Gi"
    if gpus > 0 { spec.extended = [("nvidia.com/gpu", "\(gpus)")] }
    spec.version = version
    spec.imageCount = imageCount
    spec.resourceVersion = resourceVersion
    return KubernetesFixture.node(spec)
  }
}

/// A pod that asks for half a core, ours unless said otherwise.
func testPod(
  _ name: String = "web-1", live: String? = nil, scheduler: String = "dz-scheduler", controller: String? = nil,
  runtimeClass: String? = nil, requests: [(String, String)] = [("cpu", "500m"), ("memory", "512Mi")]
) -> String {
  var spec = KubernetesFixture.PodSpec(name)
  spec.schedulerName = scheduler
  spec.controllerUID = controller
  spec.runtimeClassName = runtimeClass
  spec.requests = requests
  if let live { spec.labels.append((WellKnownName.liveMigration, live)) }
  return KubernetesFixture.pod(spec)
}

/// What came back.
struct Answer {
  var outcome: ExtenderOutcome
  var text: String
  var sliceCount: Int

  /// The answer read by an independent parser, which refuses anything after the value but white space.
  func json() throws -> Any {
    try JSONSerialization.jsonObject(with: Data(text.utf8), options: [.fragmentsAllowed])
  }

  func object() throws -> [String: Any] { try #require(try json() as? [String: Any]) }

  /// `NodeNames` of a filter's answer.
  func nodeNames() throws -> [String] { try #require(try object()["NodeNames"] as? [String]) }

  /// The names of `Nodes.items` of a filter's answer.
  func itemNames() throws -> [String] {
    let nodes = try #require(try object()["Nodes"] as? [String: Any])
    let items = try #require(nodes["items"] as? [[String: Any]])
    return items.compactMap { ($0["metadata"] as? [String: Any])?["name"] as? String }
  }

  func failures(_ map: String = "FailedNodes") throws -> [String: String] {
    try #require(try object()[map] as? [String: String])
  }

  /// Scores by host of a prioritize's answer.
  func scores() throws -> [String: Int] {
    let list = try #require(try json() as? [[String: Any]])
    var scores: [String: Int] = [:]
    for entry in list {
      let host = try #require(entry["Host"] as? String)
      scores[host] = try #require(entry["Score"] as? Int)
    }
    #expect(scores.count == list.count, "no host twice")
    return scores
  }

  /// `NodeNameToMetaVictims` of a preempt's answer.
  func victims() throws -> [String: [String: Any]] {
    try #require(try object()["NodeNameToMetaVictims"] as? [String: [String: Any]])
  }
}

/// A service and the view that it answers from.
struct Harness {
  var service: ExtenderService
  var view: SchedulingView

  init(
    _ nodes: [TestNode] = [], pods: [Pod] = [], reservations: Reservations = .none, nodesSynced: Bool = true,
    podsSynced: Bool = true, configuration: SchedulerConfiguration = SchedulerConfiguration()
  ) {
    var builder = SnapshotBuilder()
    builder.replaceNodes(nodes.map(\.model))
    builder.replacePods(pods)
    service = ExtenderService(configuration: configuration)
    view = SchedulingView.make(
      snapshot: builder.snapshot(), prices: PriceBook(catalogue: nil), reservations: reservations,
      nodesSynced: nodesSynced, podsSynced: podsSynced)
  }

  func call(_ verb: ExtenderVerb, _ body: String) -> Answer { call(verb, Array(body.utf8)) }

  func call(_ verb: ExtenderVerb, _ body: [UInt8]) -> Answer {
    var sink = CollectingSink(request: body)
    let outcome = service.respond(to: verb, body: unsafe body.span.bytes, view: view, into: &sink)
    return Answer(outcome: outcome, text: sink.text, sliceCount: sink.sliceCount)
  }

  /// Asks in names mode.
  func call(_ verb: ExtenderVerb, _ pod: String, names: [String]) -> Answer {
    call(verb, KubernetesFixture.arguments(pod: pod, names: names))
  }

  /// Asks in full mode.
  func call(_ verb: ExtenderVerb, _ pod: String, nodes: [TestNode]) -> Answer {
    call(verb, KubernetesFixture.arguments(pod: pod, nodes: nodes.map(\.json)))
  }
}
