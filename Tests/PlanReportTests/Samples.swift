import ClusterModel
import MigrationPlanner

@testable import PlanReport

/// Plans to tell about.
enum Sample {
  /// Nodes of a dollar each with a pod each; the last pod may not move.
  static func planned(
    nodes: Int, podName: (Int) -> String = { "web-\($0)" }, notes: [String] = [],
    objective: PlanningOptions.Objective = .cost
  ) -> PlannedCluster {
    var builder = PlanningProblem.Builder()
    for index in 0..<nodes {
      let node = Node(
        name: "node-\(index)", uid: "n\(index)", labels: [WellKnownName.checkpointNodeLabel: "true"],
        allocatable: ResourceAmounts(milliCPU: 4000, memoryBytes: 8 << 30, pods: 100))
      builder.nodes.append(PlannerNode(node, nanodollarsPerHour: 1_000_000_000))
      var pod = PlannerPod(
        Pod(
          namespace: "shop", name: podName(index), uid: "p\(index)", nodeName: node.name, phase: .running,
          liveMigrationValue: index == nodes - 1 ? "false" : "true", controllerUID: "rs",
          demand: PodDemand(requests: ResourceAmounts(milliCPU: 500, memoryBytes: 1 << 30))))
      pod.ownerKind = "ReplicaSet"
      builder.pods.append(pod)
    }
    let problem = builder.build()
    var options = PlanningOptions()
    options.maximumSteps = 200
    options.objective = objective
    let plan = Planner.plan(problem, options) { _ in false }
    return PlannedCluster(
      problem: problem, plan: plan, options: options, moveCost: builder.moveCost, notes: notes,
      takenAt: "2026-01-31T12:00:00.000Z")
  }
}
