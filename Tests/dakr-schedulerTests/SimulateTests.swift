import Foundation
import TestSupport
import Testing

@testable import dakr_scheduler

/// The command `simulate`, run as people run it.
@Suite struct SimulateTests {
  /// Pods that come and go for some hours, 2 to 8 at a time.
  private static func trace(in folder: TemporaryFolder) throws -> String {
    let pods = (0..<120).map { "\($0 * 200),\(400 + $0 % 7 * 200),\(500 + $0 % 5 * 700),\(1000 + $0 % 3 * 4000),0" }
    let text = "arrival_s,lifetime_s,cpu_milli,memory_mib,gpus\n" + pods.joined(separator: "\n") + "\n"
    return try folder.write("trace.csv", text).path
  }

  private struct Report: Decodable {
    struct Summary: Decodable { let policy: String }
    struct Scenario: Decodable {
      struct Bill: Decodable {
        let policy: String
        let dollars: Double
      }
      let lowerBoundDollars: Double
      let bills: [Bill]
    }
    let podsPerReplay: Int
    let summary: [Summary]
    let scenarios: [Scenario]
  }

  @Test func theSameSeedsGiveTheSameBillsOnAnyNumberOfProcessors() async throws {
    let folder = try TemporaryFolder("simulate")
    let trace = try Self.trace(in: folder)
    let arguments = ["simulate", "--trace", trace, "--every", "1", "--seeds", "2", "--output", "json"]
    let one = try await Binary.run(arguments: arguments + ["--jobs", "1"])
    let many = try await Binary.run(arguments: arguments + ["--jobs", "3"])
    #expect(one.status.isSuccess, "\(one.standardError)")
    #expect(one.standardOutput == many.standardOutput)
    #expect(one.standardError.contains("replays"), "no progress")
    let report = try JSONDecoder().decode(Report.self, from: Data(one.standardOutput.utf8))
    #expect(report.podsPerReplay == 120 && report.scenarios.count == 8)
    #expect(report.summary.first?.policy == "defaults")
    for scenario in report.scenarios {
      #expect(scenario.lowerBoundDollars > 0)
      for bill in scenario.bills { #expect(bill.dollars >= scenario.lowerBoundDollars, "\(bill.policy)") }
    }
  }

  @Test func theTableHasThePoliciesThatWereAskedFor() async throws {
    let folder = try TemporaryFolder("simulate")
    let result = try await Binary.run(arguments: [
      "simulate", "--trace", try Self.trace(in: folder), "--seeds", "1", "--policy", "most-allocated", "--policy",
      "most-allocated+unit@3",
    ])
    #expect(result.status.isSuccess, "\(result.standardError)")
    let lines = result.standardOutput.split(separator: "\n")
    #expect(lines.contains { $0.hasPrefix("most-allocated+unit@3 ") })
    #expect(lines.contains { $0.hasPrefix("lower bound ") })
    #expect(!result.standardOutput.contains("defaults"))
  }

  @Test(arguments: [
    (["--trace", "nowhere.csv"], "state a trace with --trace"),
    (["--policy", "cheap"], "--policy must be one of defaults, most-allocated"),
    (["--every", "0"], "--every must be from 1"), (["--seeds", "0"], "--seeds must be from 1"),
    (["--every", "500"], "leaves none"),
  ])
  func mistakesAreNamed(arguments: [String], problem: String) async throws {
    let folder = try TemporaryFolder("simulate")
    let result = try await Binary.run(
      arguments: ["simulate", "--trace", try Self.trace(in: folder)] + arguments)
    #expect(!result.status.isSuccess)
    #expect(result.standardError.contains(problem), "\(result.standardError)")
  }

  @Test func aMistakeInTheTraceIsNamedWithItsLine() async throws {
    let folder = try TemporaryFolder("simulate")
    let file = try folder.write("t.csv", "arrival_s,lifetime_s,cpu_milli,memory_mib,gpus\n0,1,many,1,0\n")
    let result = try await Binary.run(arguments: ["simulate", "--trace", file.path])
    #expect(result.standardError.contains("t.csv: line 2: cpu_milli must be a whole number from 1 to 1000000"))
  }
}
