import ArgumentParser

/// Makes a certificate set without any other tool.
struct CertificatesCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "certificates",
    abstract: "Make a certificate authority, a server and a client certificate.",
    discussion: """
      Writes six PEM files (ECDSA P-256), readable by you alone, into the folder:
        ca.crt, ca.key          the authority; ca.crt goes into kube-scheduler's tlsConfig and into --client-ca
        tls.crt, tls.key        the server's pair, for --tls-cert and --tls-key
        client.crt, client.key  kube-scheduler's pair, for its tlsConfig

      For a trial on this machine:
        dakr-scheduler certificates ./certs

      For the Service dakr-scheduler in the namespace dakr-system:
        dakr-scheduler certificates ./certs --service dakr-scheduler --namespace dakr-system
        kubectl -n dakr-system create secret generic dakr-scheduler-tls --from-file=certs/tls.crt \
          --from-file=certs/tls.key --from-file=certs/ca.crt

      New server and client certificates by the same authority, which a running server picks up by itself:
        dakr-scheduler certificates ./certs --renew
      """)

  @Argument(help: "The folder; it is made where it does not exist.")
  var folder: String

  @Option(name: .customLong("name"), help: "A further host name or IP address of the server. Repeatable.")
  var names: [String] = []

  @Option(help: "The Kubernetes Service in front of the server.")
  var service = "dakr-scheduler"

  @Option(help: "The namespace of that Service.")
  var namespace = "dakr-system"

  @Option(help: "The common name of the client certificate.")
  var clientName = "kube-scheduler"

  @Option(help: "Days for which the server and client certificates are valid, 1 to 3650.")
  var days = 365

  @Flag(help: "Replace the files of a set that is there.")
  var force = false

  @Flag(help: "Keep the authority that is there and replace the other four files.")
  var renew = false

  func validate() throws {
    guard (1...3_650).contains(days) else { throw ValidationError("--days must be from 1 to 3650; found \(days)") }
    guard !(renew && force) else { throw ValidationError("give either --renew or --force, not both") }
    guard !clientName.isEmpty, clientName.utf8.count <= 64 else {
      throw ValidationError("--client-name must have 1 to 64 bytes (RFC 5280, ub-common-name)")
    }
  }

  func run() throws {
    let set = CertificateSet(
      folder: folder, serverNames: try serverNames(), clientName: clientName, validDays: days)
    if renew {
      try set.renew()
    } else {
      let existing = set.existing
      guard existing.isEmpty || force else {
        throw CommandFailure(
          "\(existing[0]) exists already; --renew keeps the authority and replaces the rest, --force replaces all")
      }
      try set.make()
    }
    for file in CertificateSet.File.allCases { print(set.path(file)) }
  }

  private func serverNames() throws -> [SubjectName] {
    let usual = Self.usualNames(service: service, namespace: namespace)
    var subjects: [SubjectName] = []
    for text in usual + names {
      guard let subject = SubjectName(text) else {
        throw ValidationError("\"\(text)\" is neither a host name nor an IP address")
      }
      if !subjects.contains(subject) { subjects.append(subject) }
    }
    return subjects
  }

  /// This machine, and the names by which a Service is reached.
  static func usualNames(service: String, namespace: String) -> [String] {
    let inNamespace = "\(service).\(namespace)"
    return [
      "localhost", "127.0.0.1", "::1", service, inNamespace, "\(inNamespace).svc", "\(inNamespace).svc.cluster.local",
    ]
  }
}
