internal import NodeCost

extension PodExplanation {
  /// The explanation for a terminal: a few lines on the pod, a table of its nodes. Ends in a newline.
  package var table: String {
    var text = "Pod \(podNamespace)/\(podName)" + (isLiveMigratable ? ", live-migratable" : "") + "\n"
    for decision in decisions { text += decision.line + "\n" }
    if let strategy {
      text += "Strategy \(strategy.rawValue); a score is 10 times the lowest cost over the node's cost\n"
    }
    text += "\n"
    let header = ["NODE", "SCORE", "COST $/h", "PRICE $/h", "SOURCE", "WHY"]
    let rows = [header] + nodes.map(\.row)
    let widths = header.indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
    for row in rows {
      var line = ""
      for (column, cell) in row.enumerated() {
        line += cell
        if column < row.count - 1 { line += String(repeating: " ", count: widths[column] - cell.count + 2) }
      }
      while line.last == " " { line.removeLast() }
      text += line + "\n"
    }
    return text
  }
}

extension PodExplanation.Decision {
  fileprivate var line: String {
    let time = WallClock.rfc3339(millisecondsSinceEpoch)
    switch verb {
    case .filter: return "\(time)  filter      \(accepted) of \(examined) nodes accepted"
    case .prioritize: return "\(time)  prioritize  \(examined) nodes scored"
    case .preempt: return "\(time)  preempt     \(accepted) of \(examined) nodes offered"
    }
  }
}

extension PodExplanation.NodeEntry {
  fileprivate var row: [String] {
    [
      name, score.map { String($0.score) } ?? "-", score?.cost.map(Self.cost(unit: score?.unit)) ?? "-",
      price?.nanodollarsPerHour.description ?? "-", (price?.source ?? score?.source)?.rawValue ?? "-", why,
    ]
  }

  private static func cost(unit: ScoreExplanation.CostUnit?) -> (NanodollarsPerHour) -> String {
    { cost in
      switch unit {
      case .perVCPU: "\(cost)/vCPU"
      case .perGPU: "\(cost)/GPU"
      case .podShare: "\(cost) (share)"
      case .wholeNode, nil: "\(cost)"
      }
    }
  }

  private var why: String {
    if let verdict, verdict != .accepted { return "rejected: \(verdict.message)" }
    guard let score else { return "accepted, not scored" }
    switch score.setAside {
    case .gpuNodeForCPUPod: return "set aside: the node has GPUs and the pod needs none"
    case .noGPUForGPUPod: return "set aside: no GPU known here, and the pod needs one"
    case nil: break
    }
    guard !score.terms.isEmpty else { return "" }
    return score.terms.map { "\($0.name) \($0.permille)‰ × \($0.weight)" }.joined(separator: " + ")
  }
}
