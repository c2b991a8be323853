import ArgumentParser
import Glibc

/// The command line.
@main
struct Program: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "dakr-scheduler",
    abstract: "A scheduler extender that places pods on the cheapest suitable nodes.",
    discussion: """
      kube-scheduler asks it over HTTPS which nodes a pod may use (filter), how good they are (prioritize) and which \
      victims are acceptable (preempt). Live-migratable pods stay on nodes that can checkpoint them; all pods prefer \
      the nodes where they cost least.

      To try it without a cluster:
        dakr-scheduler serve --trial ./trial

      To see which running pods to move so that nodes can go:
        dakr-scheduler plan

      To see what a node type costs:
        dakr-scheduler prices --provider aws --region us-east-1 --type m5.xlarge
      """,
    version: BuildInformation.current.line,
    subcommands: [
      ServeCommand.self, PlanCommand.self, ExplainCommand.self, PricesCommand.self, SimulateCommand.self,
      CertificatesCommand.self,
      ControlPlaneCommand.self,
      ReferenceCommand.self,
    ])

  /// Writing to a connection or pipe that the other side has closed is an error to handle, not a reason to die.
  static func ignoreBrokenPipes() {
    signal(SIGPIPE, SIG_IGN)
  }
}
