import ArgumentParser
import Foundation
import TestSupport
import Testing

@testable import dakr_scheduler

@Suite struct SettingsTableTests {
  @Test func namesAreUnique() {
    #expect(Set(Setting.all.map(\.path)).count == Setting.all.count)
    #expect(Set(Setting.all.map(\.environmentName)).count == Setting.all.count)
    let flags = Setting.all.compactMap(\.flag)
    #expect(Set(flags).count == flags.count)
  }

  @Test func defaultsAreValidAndHelpIsOneLine() {
    for setting in Setting.all {
      if let fallback = setting.fallback {
        #expect(setting.kind.value(of: fallback) != nil, "\(setting.path): \(fallback)")
      }
      #expect(!setting.help.contains("\n") && setting.help.hasSuffix("."), "\(setting.path)")
    }
  }

  @Test func numbersHaveDefaults() {
    for setting in Setting.all {
      switch setting.kind {
      case .integer, .duration, .bytes, .boolean, .choice: #expect(setting.fallback != nil, "\(setting.path)")
      default: break
      }
    }
  }

  @Test func secretsHaveNoFlag() {
    for setting in Setting.all {
      if case .secret = setting.kind { #expect(setting.flag == nil) }
    }
  }

  /// Kubernetes sets `DAKR_SCHEDULER_PORT` and more in pods beside a Service named dakr-scheduler.
  @Test func noVariableCollidesWithServiceLinks() {
    #expect(!Setting.all.contains { $0.environmentName.hasPrefix("DAKR_SCHEDULER_") })
  }

  @Test func everyFlagOfTheTableIsAFlagOfServe() throws {
    let flags = try SettingFlags.parse([])
    #expect(Set(flags.values.keys) == Set(Setting.all.filter { $0.flag != nil }))
    for setting in Setting.all {
      guard let flag = setting.flag else { continue }
      let given = try SettingFlags.parse(["--\(flag)", "x"])
      #expect(given.values[setting] == ["x"], "--\(flag)")
      #expect(given.values.values.filter { !$0.isEmpty }.count == 1, "--\(flag)")
    }
  }

  @Test func variablesFollowThePath() {
    #expect(Setting.clientCA.environmentName == "DAKR_TLS_CLIENT_CA")
    #expect(Setting.reloadInterval.environmentName == "DAKR_TLS_RELOAD_INTERVAL")
    #expect(Setting.controlPlaneToken.environmentName == "DAKR_NODE_COST_CONTROL_PLANE_TOKEN")
    #expect(Setting.teamID.environmentName == "DAKR_NODE_COST_TEAM_ID")
  }

  @Test func theReferenceListsEverySetting() throws {
    let documentation = try String(
      contentsOf: RepositoryLayout.root.appendingPathComponent("docs/configuration.md"), encoding: .utf8)
    #expect(
      documentation.contains(SettingsReference.markdown()),
      "docs/configuration.md is behind the table; put the output of `dakr-scheduler reference settings` into it")
    for setting in Setting.all { #expect(documentation.contains("`\(setting.path)`")) }
  }
}

@Suite struct SettingValueTests {
  @Test(arguments: [
    ("0", 0), ("10s", 10_000_000_000), ("1m30s", 90_000_000_000), ("250ms", 250_000_000), ("2h", 7_200_000_000_000),
    ("1d", 86_400_000_000_000), ("7us", 7_000), ("5ns", 5),
  ])
  func durations(text: String, nanoseconds: Int) {
    #expect(DurationText.nanoseconds(text) == nanoseconds)
    #expect(DurationText.nanoseconds(DurationText.text(nanoseconds)) == nanoseconds)
  }

  @Test(arguments: ["", "10", "s", "1.5s", "-1s", "1 s", "1x", "99999999999999999999s", "9999999999999h", "1s2"])
  func wrongDurations(text: String) {
    #expect(DurationText.nanoseconds(text) == nil)
  }

  @Test(arguments: [
    ("64MiB", 64 << 20), ("64Mi", 64 << 20), ("1024", 1_024), ("3GiB", 3 << 30), ("7B", 7), ("2Ki", 2_048),
  ])
  func sizes(text: String, bytes: Int) {
    #expect(ByteText.bytes(text) == bytes)
    #expect(ByteText.bytes(ByteText.text(bytes)) == bytes)
  }

  @Test(arguments: ["", "MiB", "1MB", "1.5MiB", "-1", "99999999999999999999", "9999999999999GiB"])
  func wrongSizes(text: String) {
    #expect(ByteText.bytes(text) == nil)
  }

  @Test func addresses() {
    #expect(ListenAddress("127.0.0.1:8443") == ListenAddress("127.0.0.1:8443"))
    #expect(ListenAddress("[::1]:0")?.host == "::1")
    #expect(ListenAddress(":8443")?.host == "0.0.0.0")
    for wrong in ["", "8443", "host", "host:", "host:65536", "host:-1", "::1:8443", "[]:1", "[::1:1"] {
      #expect(ListenAddress(wrong) == nil, "\(wrong)")
    }
    #expect(SettingKind.address(canBeOff: true).value(of: "off") == .address(nil))
    #expect(SettingKind.address(canBeOff: false).value(of: "off") == nil)
  }

  @Test func rangesAndWords() {
    #expect(SettingKind.integer(1...5).value(of: "6") == nil)
    #expect(SettingKind.boolean.value(of: "yes") == nil)
  }
}

@Suite struct SettingsFileTests {
  private func problems(_ yaml: String) -> [String] {
    do {
      _ = try SettingsFile.parse(yaml, name: "c.yaml")
      return []
    } catch {
      return error.problems
    }
  }

  @Test func readsEveryType() throws {
    let values = try SettingsFile.parse(
      """
      # a comment
      listen: {https: "[::]:9443", metrics: off}
      tls:
        allowedClientNames: [kube-scheduler, "spiffe://x/y"]
      nodeCost:
        controlPlaneToken: 12345
        refreshInterval: 90s
      scheduling:
        weights: {cost: 2}
        strategy: share
        schedulerNames:
        - a
      metrics: {nodePrices: false}
      limits: {bodyBytes: 128MiB, headerCount: 50}
      log: ~
      kubernetes:
      """, name: "c.yaml")
    #expect(values[.metricsAddress] == .address(nil))
    #expect(values[.httpsAddress] == .address(ListenAddress("[::]:9443")))
    #expect(values[.allowedClientNames] == .list(["kube-scheduler", "spiffe://x/y"]))
    #expect(values[.controlPlaneToken] == .text("12345"))
    #expect(values[.priceRefresh] == .integer(90_000_000_000))
    #expect(values[.costWeight] == .integer(2))
    #expect(values[.nodePriceMetric] == .boolean(false))
    #expect(values[.bodyBytes] == .integer(128 << 20))
    #expect(values[.headerCount] == .integer(50))
    #expect(values.count == 11)
  }

  @Test func nothingIsFine() throws {
    #expect(try SettingsFile.parse("", name: "c.yaml").isEmpty)
    #expect(try SettingsFile.parse("# nothing\n", name: "c.yaml").isEmpty)
  }

  @Test func unknownKeysAreRefusedWithTheNearestName() {
    #expect(
      problems("scheduling:\n  startegy: unit\n") == [
        "c.yaml:2: unknown key \"scheduling.startegy\"; did you mean \"strategy\"?"
      ])
    #expect(problems("schedulin: {}\n") == ["c.yaml:1: unknown key \"schedulin\"; did you mean \"scheduling\"?"])
    #expect(
      problems("strategy: unit\n") == [
        "c.yaml:1: unknown key \"strategy\"; did you mean \"scheduling.strategy\"?"
      ])
    #expect(problems("zzzzzz: 1\n") == ["c.yaml:1: unknown key \"zzzzzz\""])
    #expect(problems("log:\n  colour: red\n") == ["c.yaml:2: unknown key \"log.colour\"; known here: format, level"])
  }

  @Test func wrongTypesAreNamedWithTheirLine() {
    #expect(
      problems("limits:\n  headerCount: many\n") == [
        "c.yaml:2: limits.headerCount must be: whole number from 10 to 10000; found \"many\""
      ])
    #expect(problems("limits:\n  headerCount: \"50\"\n").count == 1)
    #expect(problems("metrics: {nodePrices: yes}\n").count == 1)
    #expect(
      problems("tls:\n  allowedClientNames: one\n") == [
        "c.yaml:2: tls.allowedClientNames must be: list of texts; found \"one\""
      ])
    #expect(problems("tls: 5\n") == ["c.yaml:1: tls holds further keys, not a single value"])
    #expect(problems("- a\n") == ["c.yaml:1: expected keys and values at the top level, found a list"])
    #expect(problems("log:\n  level: [info]\n").first?.contains("found a list") == true)
  }

  @Test func allProblemsAreReported() {
    #expect(problems("a: 1\nlog:\n  level: loud\n  form: x\n").count == 3)
  }

  @Test func secretsAreNotRepeated() {
    let found = problems("nodeCost:\n  controlPlaneToken: [s3cr3t]\n")
    #expect(found.count == 1 && !found[0].contains("s3cr3t"))
  }

  @Test(arguments: ["a: b: c", "\t", "a: 1\na: 2", "{", "a: *b", "\u{0}", "&a [*a]"])
  func brokenYAMLIsRefused(yaml: String) {
    #expect(problems(yaml).count >= 1)
    #expect(problems(yaml).allSatisfy { $0.hasPrefix("c.yaml") && !$0.contains("\n") })
  }
}

@Suite struct ResolvedSettingsTests {
  @Test func theStrongestSourceWins() throws {
    let file: [Setting: SettingValue] = [
      .strategy: .text("node"), .logLevel: .text("error"), .logFormat: .text("json"),
    ]
    let environment = ["DAKR_SCHEDULING_STRATEGY": "share", "DAKR_LOG_LEVEL": "debug", "PATH": "/bin"]
    let settings = try ResolvedSettings(
      flags: [.strategy: ["marginal"]], environment: environment, file: file,
      trial: [.logFormat: "text", .kubeconfig: "none"])
    #expect(settings.choice(.strategy) == "marginal" && settings.origin(of: .strategy) == .flag)
    #expect(settings.choice(.logLevel) == "debug" && settings.origin(of: .logLevel) == .environment)
    #expect(settings.choice(.logFormat) == "json" && settings.origin(of: .logFormat) == .file)
    #expect(settings.text(.kubeconfig) == "none" && settings.origin(of: .kubeconfig) == .trial)
    #expect(settings.integer(.headerCount) == 100 && settings.origin(of: .headerCount) == .fallback)
    #expect(settings.list(.schedulerNames) == ["dz-scheduler"])
    #expect(settings.text(.clusterID) == nil)
  }

  @Test func listsReplaceEachOther() throws {
    let settings = try ResolvedSettings(
      flags: [.schedulerNames: ["a", "b,c"]], environment: ["DAKR_SCHEDULING_SCHEDULER_NAMES": "d, e,"], file: [:])
    #expect(settings.list(.schedulerNames) == ["a", "b,c"])
    let fromEnvironment = try ResolvedSettings(
      flags: [:], environment: ["DAKR_SCHEDULING_SCHEDULER_NAMES": "d, e,"], file: [:])
    #expect(fromEnvironment.list(.schedulerNames) == ["d", "e"])
  }

  @Test func wrongValuesAreNamedAfterTheirSource() {
    #expect {
      try ResolvedSettings(
        flags: [.strategy: ["cheap"], .logFormat: ["json", "xml"]], environment: ["DAKR_LIMITS_HEADER_COUNT": "1"],
        file: [:])
    } throws: { error in
      let problems = (error as? SettingsFailure)?.problems ?? []
      return problems.contains { $0.hasPrefix("--strategy must be: one of marginal, unit, share, node") }
        && problems.contains { $0.hasPrefix("--log-format must be: one of text, json; found \"xml\"") }
        && problems.contains { $0.hasPrefix("DAKR_LIMITS_HEADER_COUNT must be: whole number") }
    }
  }

  @Test func strangersAreReportedButNotServiceLinks() throws {
    let settings = try ResolvedSettings(
      flags: [:],
      environment: ["DAKR_LOG_LEVLE": "x", "DAKR_SCHEDULER_SERVICE_HOST": "10.0.0.1", "DAKR_CONFIG": "c.yaml"],
      file: [:])
    #expect(settings.unknownVariables == ["DAKR_LOG_LEVLE"])
  }

  @Test func secretsAreNotShown() throws {
    let settings = try ResolvedSettings(
      flags: [:], environment: ["DAKR_NODE_COST_CONTROL_PLANE_TOKEN": "s3cr3t"], file: [:])
    #expect(settings.text(.controlPlaneToken) == "s3cr3t")
    #expect(settings.chosen.map(\.value) == ["[set]"])
  }
}

@Suite struct NearestNameTests {
  @Test(arguments: [
    ("startegy", "strategy"), ("Strategy", "strategy"), ("weigths", "weights"), ("listem", "listen"), ("x", nil),
    ("metricslisten", nil),
  ])
  func nearest(name: String, expected: String?) {
    #expect(NearestName.of(name, among: ["strategy", "weights", "listen", "metrics"]) == expected)
  }

  @Test func countsEdits() {
    #expect(NearestName.edits(Array("abcd".utf8), Array("abdc".utf8)) == 1)
    #expect(NearestName.edits([], Array("abc".utf8)) == 3)
    #expect(NearestName.edits(Array("kitten".utf8), Array("sitting".utf8)) == 3)
  }
}
