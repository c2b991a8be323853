import Foundation
import TestSupport
import Testing

extension EndToEnd {
  /// What `make run` prints is true: the curl line works as printed, and so does the scheduler configuration.
  @Suite struct Trial {
    @Test func printsACurlLineAndASchedulerConfigurationThatWork() async throws {
      let cluster = try await Installation.cluster()
      try await cluster.withFleet(Fleet.mixed) { namespace in
        let folder = try TemporaryFolder("trial")
        let trial = try ChildProcess.start(
          try RepositoryLayout.product("dakr-scheduler"),
          ["serve", "--trial", folder.url.path, "--listen", "127.0.0.1:0", "--metrics-listen", "127.0.0.1:0"],
          log: folder.file("trial.log"))
        let line = try await eventually("the curl line is printed") {
          trial.output.split(separator: "\n").first { $0.contains("curl --cacert") }
        }
        let answer = try await runProgramSuccessfully("sh", ["-c", "\(line) --silent --show-error"])
        #expect(answer.standardOutput.contains(#""Score":10"#), "\(answer.standardOutput)")

        let configuration = try await eventually("the configuration is written") {
          try? String(contentsOf: folder.file("kube-scheduler.yaml"), encoding: .utf8)
        }
        let scheduler = try await SchedulerProcess.start(
          in: cluster, as: .scheduler, file: try Self.translated(configuration))
        try await cluster.create(pods: Fleet.pod("web").replicated(3), in: namespace)
        _ = try await cluster.waitUntilBound(3, in: namespace)
        #expect(try await scheduler.attempts("error") == 0)
        await scheduler.stop()
        #expect(await trial.terminate(grace: .seconds(40)) == .exited(0))
      }
    }

    /// The printed configuration is for current releases; this puts the parts that 1.20 names differently in its terms and
    /// leaves the extender's stanza as it is.
    private static func translated(_ configuration: String) throws -> String {
      let lines = configuration.split(separator: "\n", omittingEmptySubsequences: false)
      let extenders = try #require(lines.firstIndex(of: "extenders:"))
      let head = """
        apiVersion: kubescheduler.config.k8s.io/v1beta1
        kind: KubeSchedulerConfiguration
        leaderElection: {leaderElect: false}
        profiles: [{schedulerName: dz-scheduler}]

        """
      return head + lines[extenders...].joined(separator: "\n")
    }
  }
}
