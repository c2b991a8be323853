internal import MigrationPlanner

/// A plan as one page for the browser: no file beside it, nothing fetched, readable without scripts.
///
/// Numbers, chart and tables stand in the page as they are; the picture of the fleet is drawn by a script from the data
/// block at the page's end, so that five thousand nodes cost a few megabytes and no elements. Equal plans give equal pages.
package struct PlanReport {
  let planned: PlannedCluster
  let explanation: PlanExplanation
  let timeline: PlanTimeline

  package init(_ planned: PlannedCluster) {
    self.planned = planned
    explanation = PlanExplanation(planned.problem, planned.plan, planned.options)
    timeline = PlanTimeline(planned)
  }

  /// The page as HTML 5 in UTF-8.
  package var html: String {
    """
    <!doctype html>
    <html lang="en">
    <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'">
    <title>Migration plan</title>
    <style>
    \(ReportStyle.css)
    </style>
    </head>
    <body>
    <header>
    <h1>Migration plan</h1>
    <p>\(HTMLText.escaped(subtitle))</p>
    </header>
    <main>
    \(ReportHeadline(planned: planned, timeline: timeline).html)
    \(fleet)
    \(SavingsChart(timeline: timeline).html)
    \(ReportTables(planned: planned, explanation: explanation).html)
    </main>
    <script type="application/json" id="data">\(ReportData(planned: planned, explanation: explanation, timeline: timeline).json)</script>
    <script>
    \(ReportScript.model)
    \(ReportScript.drawing)
    \(ReportScript.interaction)
    </script>
    </body>
    </html>

    """
  }

  private var subtitle: String {
    "\(planned.problem.nodeCount) nodes and \(planned.problem.podCount) pods as read at \(planned.takenAt), "
      + "\(planned.movablePods) pods movable, \(planned.removableNodes) nodes removed once empty"
  }

  private var fleet: String {
    """
    <section id="fleet" aria-labelledby="fleet-title">
    <h2 id="fleet-title">The fleet</h2>
    <noscript><p>The picture of the fleet needs JavaScript; the tables below say the same.</p></noscript>
    <div class="controls">
    <label>After wave <input id="wave" type="range" min="0" max="\(planned.plan.waveCount)" value="\(planned.plan.waveCount)">
    <output id="wave-text"></output></label>
    <label>Find <input id="find" type="search" placeholder="node, namespace or pod" autocomplete="off"></label>
    <span id="found" role="status"></span>
    </div>
    <div class="pictures">
    <figure><figcaption id="before-text">Before</figcaption>
    <canvas id="before" tabindex="0" role="img" aria-label="Nodes before the plan"></canvas></figure>
    <figure><figcaption id="after-text">After</figcaption>
    <canvas id="after" tabindex="0" role="img" aria-label="Nodes after the plan"></canvas></figure>
    </div>
    <p class="legend">A box is a node: as wide as its price, filled to the share of its scarcer resource (CPU or memory) that
    is requested. <i class="key freed"></i> emptied by the plan, in a colour of its own, which its pods keep on the nodes they
    move to. <i class="key stays"></i> pods that stay. <i class="key moved"></i> pods of
    nodes that stay, moved to make room. <i class="key gone"></i> empty, no longer paid for. Click a node, or use the
    arrow keys, to see its moves.</p>
    <div id="details" role="status"></div>
    </section>
    """
  }
}
