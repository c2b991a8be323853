import MigrationPlanner

/// What the bill is after each wave, and when that is if every wave takes as long as its slowest move.
struct PlanTimeline {
  struct Point: Hashable {
    /// 0 before the plan begins.
    var wave: Int
    var moves: Int
    var seconds: Double
    var nanodollarsPerHour: Int64
  }

  let points: [Point]
  let lowerBound: Int64

  init(_ planned: PlannedCluster) {
    let plan = planned.plan
    lowerBound = plan.lowerBound.nanodollarsPerHour
    var moves = [Int](repeating: 0, count: plan.waveCount + 1)
    var seconds = [Double](repeating: 0, count: plan.waveCount + 1)
    var savings = [Int64](repeating: 0, count: plan.waveCount + 1)
    for move in plan.moves {
      moves[move.wave] += 1
      seconds[move.wave] = max(seconds[move.wave], planned.downtimeSeconds(move))
    }
    for drain in plan.drains where drain.wave <= plan.waveCount { savings[drain.wave] += drain.nanodollarsPerHour }
    var point = Point(wave: 0, moves: 0, seconds: 0, nanodollarsPerHour: plan.billBefore)
    var points = [point]
    for wave in moves.indices.dropFirst() {
      point.wave = wave
      point.moves += moves[wave]
      point.seconds += seconds[wave]
      point.nanodollarsPerHour -= savings[wave]
      points.append(point)
    }
    self.points = points
  }

  var seconds: Double { points.last?.seconds ?? 0 }

  /// A time as people say it.
  static func text(_ seconds: Double) -> String {
    let whole = Int(seconds.rounded(.up))
    if whole < 60 { return "\(whole) s" }
    if whole < 3600 { return "\(whole / 60) min \(whole % 60) s" }
    let minutes = Int((seconds / 60).rounded(.up))
    return "\(minutes / 60) h \(minutes % 60) min"
  }
}
