import MigrationPlanner

/// The figures at the top of the page.
struct ReportHeadline {
  let planned: PlannedCluster
  let timeline: PlanTimeline

  private var plan: Plan { planned.plan }

  var html: String {
    let saving = plan.billBefore - plan.billAfter
    let share = plan.billBefore > 0 ? Double(saving) / Double(plan.billBefore) * 100 : 0
    return """
      <section class="cards" aria-label="Summary">
      \(card("Bill", "$\(Dollars.perHour(plan.billBefore)) → $\(Dollars.perHour(plan.billAfter))", "an hour"))
      \(card("Saving", "$\(Dollars.perMonth(saving))", "a month, \(Decimals.percentText(share)) of the bill"))
      \(card("From the best possible", Self.gap(plan), "Proven: no plan within these constraints goes below $\(Dollars.perHour(plan.lowerBound.nanodollarsPerHour)) an hour"))
      \(card("Nodes freed", "\(plan.drains.count)", "of \(planned.problem.nodeCount)"))
      \(card("Moves", "\(plan.moves.count)", "in \(plan.waveCount) waves, about \(PlanTimeline.text(timeline.seconds)); they cost $\(Dollars.perHour(plan.moveCostNanodollars)) once"))
      </section>
      \(plan.moves.isEmpty ? "<p><strong>Nothing to do:</strong> \(planned.whyNothingIsDone).</p>" : "")
      """
  }

  private func card(_ title: String, _ figure: String, _ note: String) -> String {
    "<div class=\"card\"><h2>\(HTMLText.escaped(title))</h2><p class=\"figure\">\(HTMLText.escaped(figure))</p>"
      + "<p>\(HTMLText.escaped(note))</p></div>"
  }

  private static func gap(_ plan: Plan) -> String {
    plan.gapPercent.isFinite ? "at most \(Decimals.percentText(plan.gapPercent))" : "not known"
  }
}
