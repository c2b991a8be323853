import ArgumentParser

/// Asks a running server why a pod's nodes got what they got.
struct ExplainCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "explain",
    abstract: "Show why a recent pod was placed as it was: each node's verdict or cost, price source and score.",
    discussion: """
      Asks a running server, which keeps its most recent decisions (scheduling.explainedDecisions).

      In a trial:
        dakr-scheduler explain default/trial --trial ./trial

      Elsewhere, with a client certificate that the server accepts:
        dakr-scheduler explain default/web-7d9f --server https://127.0.0.1:8443 \\
          --ca certs/ca.crt --cert certs/client.crt --key certs/client.key

      Through kubectl, for a server in the cluster:
        kubectl -n dakr-system port-forward deployment/dakr-scheduler 8443:8443

      With several replicas only the one that kube-scheduler asked knows; ask each.
      """)

  @Argument(help: "namespace/name of the pod, or just a name in the namespace default.")
  var pod: String

  @Option(help: ArgumentHelp("How to print.", valueName: "table|json"))
  var output = OutputFormat.table

  @OptionGroup(title: "The server")
  var connection: ServerConnection

  func validate() throws {
    guard PodName.split(pod) != nil else {
      throw ValidationError("a pod is named as namespace/name; found \"\(pod)\"")
    }
  }

  func run() async throws {
    guard let (namespace, name) = PodName.split(pod) else { return }
    let path = "/explain?pod=\(Self.encoded(namespace))/\(Self.encoded(name))"
    let accept = output == .json ? "application/json" : "text/plain"
    let answer = try await connection.client().get(path, accept: accept)
    let text = String(decoding: answer, as: UTF8.self)
    print(
      output == .json ? text : TextTable.printable(text, keepingLines: true), terminator: output == .json ? "\n" : "")
  }

  private static func encoded(_ text: String) -> String {
    text.utf8.map { byte in
      let isPlain =
        (97...122).contains(byte | 0x20) || (48...57).contains(byte) || byte == 0x2D || byte == 0x2E || byte == 0x5F
      return isPlain ? String(UnicodeScalar(byte)) : "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
    }.joined()
  }
}
