import Foundation
import TestSupport
import Testing

@testable import dakr_scheduler

/// Help and errors, as people meet them.
@Suite struct CommandLineTests {
  @Test(arguments: ["serve", "explain", "prices", "simulate", "certificates", "control-plane"])
  func helpTeachesByExample(command: String) async throws {
    let overview = try await Binary.run("--help")
    #expect(overview.status.isSuccess && overview.standardOutput.contains("  \(command) "))
    let help = try await Binary.run(command, "--help")
    #expect(help.status.isSuccess)
    #expect(help.standardOutput.contains("dakr-scheduler \(command) "), "an example is missing")
  }

  @Test func helpOfServeHasEveryFlagWithItsDefault() async throws {
    let help = try await Binary.run("serve", "--help").standardOutput
    let words = help.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    for setting in Setting.all {
      guard let flag = setting.flag else { continue }
      #expect(words.contains("--\(flag) "), "--\(flag)")
      #expect(words.contains(setting.help.split(whereSeparator: \.isWhitespace).joined(separator: " ")), "--\(flag)")
    }
  }

  @Test func versionIsOneLine() async throws {
    let version = try await Binary.run("--version").standardOutput
    #expect(version.hasPrefix("dakr-scheduler ") && version.split(separator: "\n").count == 1)
  }

  @Test func unknownFlagsComeWithTheNearest() async throws {
    let result = try await Binary.run("serve", "--startegy", "unit")
    #expect(!result.status.isSuccess && result.standardError.contains("--strategy"))
  }

  @Test func wrongSettingsAreAllNamedBeforeAnythingStarts() async throws {
    let folder = try TemporaryFolder("settings")
    let file = try folder.write("c.yaml", "log:\n  levle: info\nlimits:\n  headerCount: 5\n")
    let result = try await Binary.run("serve", "--config", file.path, "--check-config")
    #expect(!result.status.isSuccess)
    #expect(result.standardError.contains("c.yaml:2: unknown key \"log.levle\"; did you mean \"level\"?"))
    #expect(result.standardError.contains("c.yaml:4: limits.headerCount must be: whole number from 10 to 10000"))
  }

  @Test func checkConfigShowsWhoDecided() async throws {
    let folder = try TemporaryFolder("settings")
    let file = try folder.write("c.yaml", "nodeCost:\n  controlPlaneToken: s3cr3t\nscheduling:\n  strategy: node\n")
    let result = try await Binary.run(
      "serve", "--strategy", "share", "--check-config",
      environment: ["DAKR_CONFIG": file.path, "DAKR_LOG_LEVEL": "debug", "DAKR_LOG_LEVLE": "x"])
    #expect(result.status.isSuccess, "\(result.standardError)")
    let lines = result.standardOutput.split(separator: "\n").map { $0.split(separator: " ").joined(separator: " ") }
    #expect(lines.contains("scheduling.strategy share flag"))
    #expect(lines.contains("log.level debug environment"))
    #expect(lines.contains("nodeCost.controlPlaneToken [set] file"))
    #expect(lines.contains("note: DAKR_LOG_LEVLE belongs to no setting"))
    #expect(!result.standardOutput.contains("s3cr3t"))
  }

  @Test func trialTakesAFolderOrNone() async throws {
    let none = try await Binary.run(
      "serve", "--trial", "--listen", "127.0.0.1:0", "--check-config", environment: ["XDG_STATE_HOME": "/state"])
    #expect(none.standardOutput.contains("/state/dakr-scheduler/trial/certs/tls.crt"), "\(none.standardError)")
    #expect(none.standardOutput.contains("127.0.0.1:0"))
    let some = try await Binary.run("serve", "--check-config", "--trial", "some/where", "--kubeconfig", "k")
    #expect(some.standardOutput.contains("some/where/certs/ca.crt"))
    let lines = some.standardOutput.split(separator: "\n").map { $0.split(separator: " ").joined(separator: " ") }
    #expect(lines.contains("kubernetes.kubeconfig k flag"))
  }

  @Test(arguments: [
    (["serve", "--kubeconfig", "none"], "--tls-cert"),
    (["serve", "--config", "/nowhere/c.yaml"], "cannot read /nowhere/c.yaml: No such file or directory"),
    (["serve", "--kubeconfig", "none", "--tls-cert", "/nowhere/a", "--tls-key", "/nowhere/b"], "/nowhere/a"),
    (["prices"], "--type"),
    (["prices", "--type", "m5.xlarg"], "did you mean \"m5.xlarge\"?"),
    (["prices", "--type", "m5.xlarge", "--provider", "ibm"], "--provider must be one of aws, azure, gcp"),
    (["prices", "--type", "m5.xlarge", "--price-file", "/nowhere"], "cannot read /nowhere"),
    (["explain", "a/b/c"], "namespace/name"),
    (["explain", "a/b", "--ca", "/nowhere"], "cannot read /nowhere"),
    (["explain", "a/b", "--server", "https://127.0.0.1:1"], "no answer from https://127.0.0.1:1"),
    (["control-plane", "--price-file", "/nowhere", "--token-file", "/nowhere"], "cannot read /nowhere"),
    (["certificates", "/proc/nowhere"], "cannot make the folder"),
  ])
  func errorsSayWhatAndWhere(arguments: [String], text: String) async throws {
    let result = try await runProgram(try RepositoryLayout.product("dakr-scheduler"), arguments)
    #expect(!result.status.isSuccess)
    #expect(result.standardError.contains(text), "\(result.standardError)")
  }

  @Test func pricesAreLookedUp() async throws {
    struct Price: Decodable { let provider, region, type, capacityType, dollarsPerHour, source: String }
    let found = try await Binary.run(
      "prices", "--provider", "aws", "--region", "us-east-1", "--type", "m5.xlarge", "--output", "json")
    let prices = try JSONDecoder().decode([Price].self, from: Data(found.standardOutputBytes))
    #expect(prices.map(\.dollarsPerHour) == ["0.192"] && prices.map(\.source) == ["catalogue"])

    let folder = try TemporaryFolder("prices")
    let file = try folder.write("p.csv", "instance_type,usd_per_hour\nm5.xlarge,0.15\n")
    let own = try await Binary.run("prices", "--type", "m5.xlarge", "--region", "us-east-1", "--price-file", file.path)
    let rows = own.standardOutput.split(separator: "\n").map { $0.split(separator: " ").joined(separator: " ") }
    #expect(rows.count == 3 && rows[1] == "* * m5.xlarge on-demand 0.15 price-file", "\(rows)")
    let sources = try await Binary.run("prices", "--sources", "--price-file", file.path).standardOutput
    #expect(sources.contains("price-file") && sources.contains("catalogue"))
  }
}
