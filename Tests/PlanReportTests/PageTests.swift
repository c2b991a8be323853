import Foundation
import MigrationPlanner
import TestSupport
import Testing

@testable import PlanReport

@Suite struct PageTests {
  private struct Data: Decodable {
    let nodes: [String]
    let prices: [Double]
    let emptied, usedCPU, cpu, from, to, wave, moveCPU, pods: [Int]
    let reasons, moved: [String]
    let bills: [Double]
  }

  private static func data(_ page: String) throws -> Data {
    let start = try #require(page.range(of: #"<script type="application/json" id="data">"#)).upperBound
    let end = try #require(page.range(of: "</script>", range: start..<page.endIndex)).lowerBound
    return try JSONDecoder().decode(Data.self, from: Foundation.Data(page[start..<end].utf8))
  }

  @Test func theDataBlockAddsUpToThePlan() throws {
    let planned = Sample.planned(nodes: 7)
    let data = try Self.data(PlanReport(planned).html)
    #expect(data.nodes == planned.problem.nodeNames)
    #expect(data.bills.first == 7 && data.bills.last == Double(planned.plan.billAfter) / 1e9)
    #expect(data.moved.count == planned.plan.moves.count)
    // What is paid for after the last wave, node by node, is the bill.
    let paid = data.nodes.indices.filter { data.emptied[$0] < 0 }.reduce(0) { $0 + data.prices[$1] }
    #expect(paid == data.bills.last)
    // Carrying the moves out leaves nothing on emptied nodes and overloads none.
    var cpu = data.usedCPU
    for move in data.moved.indices {
      cpu[data.from[move]] -= data.moveCPU[move]
      cpu[data.to[move]] += data.moveCPU[move]
    }
    for node in data.nodes.indices {
      #expect(cpu[node] <= data.cpu[node])
      if data.emptied[node] > 0 { #expect(cpu[node] == 0) }
    }
    #expect(data.reasons.contains { $0.contains("opted out") })
  }

  @Test func thePageSaysThePlansNumbersWithoutScripts() {
    let planned = Sample.planned(nodes: 7)
    let page = PlanReport(planned).html
    #expect(page.contains("$7.000 → $\(Dollars.perHour(planned.plan.billAfter))"))
    #expect(page.contains(">\(planned.plan.drains.count)</p><p>of 7</p>"))
    #expect(page.contains("pod shop/web-6 opted out"))
    #expect(page.contains("<noscript>"))
  }

  @Test func equalPlansGiveEqualPages() {
    #expect(PlanReport(Sample.planned(nodes: 9)).html == PlanReport(Sample.planned(nodes: 9)).html)
  }

  @Test func aPlanWithoutMovesSaysSo() {
    let page = PlanReport(Sample.planned(nodes: 1)).html
    #expect(page.contains("Nothing to do:"))
    #expect(!page.contains("Savings over time"))
  }

  @Test func aPlanForEvenUseShowsTheBalance() {
    let page = PlanReport(Sample.planned(nodes: 5, objective: .costAndBalance)).html
    #expect(page.contains("<h2 id=\"balance-title\">Balance</h2>"))
    #expect(page.contains("<td>imbalance at $1.000 a full node, $/h</td>"))
    #expect(!PlanReport(Sample.planned(nodes: 5)).html.contains("balance-title"))
  }

  /// Names come from the cluster: none of them may become markup, in the page or in the data.
  @Test(arguments: [
    "</script><img src=x onerror=alert(1)>", "<!--<script>", #""'>&"#, "\u{2028}]]>", "${alert(1)}",
  ])
  func namesNeverBecomeMarkup(_ name: String) throws {
    let planned = Sample.planned(nodes: 3, podName: { "\(name)\($0)" }, notes: ["note \(name)"])
    let page = PlanReport(planned).html
    #expect(!page.contains(name) || name == "${alert(1)}")
    #expect(page.components(separatedBy: "<script").count == 3)
    #expect(page.components(separatedBy: "</script").count == 3)
    #expect(!page.contains("<img"))
    #expect(try Self.data(page).moved.allSatisfy { $0.hasPrefix("shop/\(name)") })
  }

  @Test func aPageFetchesNothing() {
    let page = PlanReport(Sample.planned(nodes: 3)).html
    #expect(!page.contains("http://") && !page.contains("https://") && !page.contains("src="))
    #expect(page.contains("default-src 'none'"))
  }

  @Test func aNodeCostsFewBytes() {
    let small = PlanReport(Sample.planned(nodes: 100)).html.utf8.count
    let large = PlanReport(Sample.planned(nodes: 600)).html.utf8.count
    #expect((large - small) / 500 < 400, "bytes a node and its move")
  }

  /// A real browser runs the script: it draws every node, follows a link to a node and a wave, and meets no error.
  @Test func aBrowserDrawsIt() async throws {
    let folder = try TemporaryFolder("report")
    let page = try folder.write("plan.html", PlanReport(Sample.planned(nodes: 40, podName: { "<b>\($0)" })).html)
    let result = try await runProgramSuccessfully(
      "chromium",
      [
        "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
        "--user-data-dir=\(folder.file("profile").path)", "--virtual-time-budget=5000", "--dump-dom",
        "file://\(page.path)#node=node-3&wave=1&find=shop",
      ])
    let document = result.standardOutput
    #expect(document.contains(#"data-drawn="40""#), "\(document.prefix(300))")
    #expect(!document.contains("data-error"), "\(document.prefix(300))")
    #expect(document.contains("<h3>node-3, $1 an hour</h3>"))
    #expect(document.contains("shop/&lt;b&gt;3 → node-"))
    #expect(document.contains("moving pods</span>"))
  }
}
