import MigrationPlanner
import PlanChecker

/// Asks the checker whether a pod could have been scheduled where it says it is.
enum PlacementJudge {
  static func accepts(_ pod: PlannerPod, _ builder: PlanningProblem.Builder) -> Bool {
    var trial = builder
    trial.pods.append(pod)
    return PlanChecker(trial).acceptsLastPod()
  }
}
