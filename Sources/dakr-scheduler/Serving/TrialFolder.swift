import Glibc

/// What `serve --trial` keeps in its folder: a certificate set, a sample request, and the configuration of a
/// kube-scheduler that would use the server.
struct TrialFolder: Sendable {
  let path: String

  /// Where a trial lives unless it is told otherwise: outside of any checkout, so that nothing private is committed.
  static func usualPath(environment: [String: String]) -> String {
    if let state = environment["XDG_STATE_HOME"], state.hasPrefix("/") { return "\(state)/dakr-scheduler/trial" }
    if let home = environment["HOME"], home.hasPrefix("/") { return "\(home)/.local/state/dakr-scheduler/trial" }
    return "dakr-scheduler-trial"
  }

  var certificates: CertificateSet {
    CertificateSet(
      folder: "\(path)/certs",
      serverNames: CertificatesCommand.usualNames(service: "dakr-scheduler", namespace: "dakr-system")
        .compactMap(SubjectName.init),
      clientName: "kube-scheduler", validDays: 365)
  }

  private var sampleRequest: String { "\(path)/prioritize.json" }
  private var schedulerConfiguration: String { "\(path)/kube-scheduler.yaml" }

  /// What trial mode sets unless something stronger does.
  var settings: [Setting: String] {
    [
      .tlsCertificate: certificates.path(.server), .tlsKey: certificates.path(.serverKey),
      .clientCA: certificates.path(.authority), .kubeconfig: "none", .inCluster: "never",
      .readinessDelay: "0s",
    ]
  }

  /// Makes what is missing. Certificates that are there stay, so that a kube-scheduler need not be told of new ones,
  /// unless they are about to expire.
  func prepare() throws {
    try PrivateFile.makeFolder(path)
    if !certificates.isUsable { try certificates.make() }
    try PrivateFile.write(Array(TrialSample.request.utf8), to: sampleRequest)
  }

  /// Writes the kube-scheduler configuration, and returns what to tell the user once the server listens.
  func nextSteps(https: (host: String, port: Int), http: (host: String, port: Int)?, usesCluster: Bool) throws -> String
  {
    let address = "https://\(Self.reachable(https.host)):\(https.port)"
    let configuration = TrialSample.schedulerConfiguration(
      address: address, certificates: certificates, nodeCacheCapable: usesCluster)
    try PrivateFile.write(Array(configuration.utf8), to: schedulerConfiguration)
    let set = certificates
    let curl =
      "curl --cacert \(Self.quoted(set.path(.authority))) --cert \(Self.quoted(set.path(.client))) --key \(Self.quoted(set.path(.clientKey))) -H 'Content-Type: application/json' --data-binary @\(Self.quoted(sampleRequest)) \(address)/prioritize"
    var steps = """
      dakr-scheduler is up for a trial on \(address)

      1. Ask which of four nodes is cheapest for a pod (scores from 0 to 10, 10 is best):

           \(curl)

      2. See why:

           \(Self.program) explain \(TrialSample.pod) --server \(address) --trial \(Self.quoted(path))


      """
    if let http {
      steps += """
        3. Look at the metrics:

             curl http://\(Self.reachable(http.host)):\(http.port)/metrics


        """
    }
    steps += """
      \(http == nil ? "3" : "4"). Let a kube-scheduler use it; this is in \(schedulerConfiguration):


      """
    steps += configuration.split(separator: "\n", omittingEmptySubsequences: false)
      .map { $0.isEmpty ? "" : "     \($0)" }.joined(separator: "\n")
    return steps + "\nStop with Ctrl-C. Certificates and the sample request are in \(path).\n"
  }

  /// An address to connect to: one that means every interface cannot be connected to everywhere, and IPv6 needs
  /// brackets.
  private static func reachable(_ host: String) -> String {
    switch host {
    case "0.0.0.0", "::": "127.0.0.1"
    case _ where host.contains(":"): "[\(host)]"
    default: host
    }
  }

  /// A word for a shell.
  static func quoted(_ text: String) -> String {
    let isPlain = text.utf8.allSatisfy { byte in
      (97...122).contains(byte | 0x20) || (48...57).contains(byte) || "/._-+@".utf8.contains(byte)
    }
    return isPlain && !text.isEmpty ? text : "'" + text.replacing("'", with: #"'\''"#) + "'"
  }

  /// How to call this program again: as it was called where the shell looked it up, else by its whole path.
  private static var program: String {
    let name = CommandLine.arguments.first ?? "dakr-scheduler"
    return quoted(name.contains("/") ? absolute(name) : name)
  }

  /// The path with every link and `..` resolved, so that what is printed works from any folder.
  static func absolute(_ path: String) -> String {
    guard let resolved = unsafe realpath(path, nil) else { return path }
    defer { unsafe free(resolved) }
    return unsafe String(cString: resolved)
  }
}
