import MigrationPlanner

/// What the plan does and does not do, as tables.
struct ReportTables {
  let planned: PlannedCluster
  let explanation: PlanExplanation

  /// Rows in the page itself; the script pages through all moves.
  private static let rows = 100
  /// Alternatives are looked for in all nodes.
  private static let movesWithAlternatives = 25

  private var problem: PlanningProblem { planned.problem }
  private var plan: Plan { planned.plan }

  var html: String {
    """
    \(balance)
    <section id="moves" aria-labelledby="moves-title">
    <h2 id="moves-title">Moves</h2>
    \(moves)
    <div class="pager" hidden><button type="button" id="previous">Previous</button> <span id="page"></span>
    <button type="button" id="next">Next</button></div>
    \(alternatives)
    </section>
    <section aria-labelledby="why-title">
    <h2 id="why-title">What was not possible, and why</h2>
    \(keptNodes)
    \(immovablePods)
    \(unordered)
    \(notes)
    </section>
    """
  }

  private var balance: String {
    guard let balance = PlannedBalance(planned) else { return "" }
    return "<section aria-labelledby=\"balance-title\"><h2 id=\"balance-title\">Balance</h2>\n"
      + HTMLText.table(
        "How evenly the nodes are used that are paid for", ["What", "Before", "After"], numbers: [1, 2], balance.rows)
      + "</section>"
  }

  private var moves: String {
    guard !plan.moves.isEmpty else { return "<p>None.</p>" }
    let caption = plan.moves.count > Self.rows ? "The first \(Self.rows) of \(plan.moves.count)" : "All of them"
    return HTMLText.table(
      caption, ["Wave", "Pod", "From", "To", "Saves $/h", "Costs $", "Why"], numbers: [0, 4, 5],
      plan.moves.prefix(Self.rows).map { move in
        [
          String(move.wave), problem.podTitle(move.pod), problem.nodeNames[move.source],
          problem.nodeNames[move.target], Dollars.perHour(move.savingNanodollarsPerHour),
          Dollars.exact(move.costNanodollars), PlannedCluster.words(move.reason),
        ]
      })
  }

  private var alternatives: String {
    let rows = plan.moves.prefix(Self.movesWithAlternatives).flatMap { move in
      explanation.alternatives(to: move).map { alternative in
        [
          problem.podTitle(move.pod), problem.nodeNames[move.target], problem.nodeNames[alternative.node],
          alternative.refusal.map(explanation.sentence) ?? "would have fitted, less tightly",
        ]
      }
    }
    return HTMLText.table(
      "Targets that the first \(min(Self.movesWithAlternatives, plan.moves.count)) moves did not take",
      ["Pod", "Goes to", "Not to", "Since that node"], numbers: [], rows)
  }

  private var keptNodes: String {
    let kept = planned.keptNodes(atMost: Self.rows, explanation)
    return HTMLText.table(
      "Nodes that stay, dearest first (\(kept.count) of \(planned.paidNodes))",
      ["Node", "$/h", "Why it could not be emptied"], numbers: [1],
      kept.map { node, reason in
        [problem.nodeNames[node], Dollars.perHour(problem.nodePrices[node]), planned.sentence(reason, explanation)]
      })
  }

  private var immovablePods: String {
    HTMLText.table(
      "Pods that may not move", ["Pods", "Each of them"], numbers: [0],
      planned.immovablePods.map { [String($0.pods), $0.reason.explanation] })
  }

  private var unordered: String {
    HTMLText.table(
      "Pods left out, since no order of moves exists for them", ["Pod", "On"], numbers: [],
      plan.unorderedPods.prefix(Self.rows).map {
        [problem.podTitle($0), problem.nodeNames[Int(problem.podNodes[$0])]]
      })
  }

  private var notes: String {
    let sentences = planned.notes + problem.omissions.prefix(Self.rows)
    guard !sentences.isEmpty else { return "" }
    return "<h3>Notes</h3><ul>" + sentences.map { "<li>\(HTMLText.escaped($0))</li>" }.joined() + "</ul>"
  }
}
