import ArgumentParser
import Glibc
import Logging
import NIOCore
import NodeCost
import Observability
import ServiceLifecycle
import Synchronization
import Transport
import UnixSignals

/// A control plane from a price file, for trials, tests and teams without a hosted one.
struct ControlPlaneCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "control-plane",
    abstract: "Serve node prices from a file by the control plane's API.",
    discussion: """
      Answers the node-cost calls (Connect unary JSON) for one cluster. The price file is CSV with a line for each node:
        node,usd_per_hour
        worker-1,0.192
        worker-2,0.0815

      The token file has one accepted token per line, so that a token can be replaced without a gap. Both files are \
      read again when they change.

        openssl rand -hex 32 > token
        dakr-scheduler control-plane --price-file nodes.csv --token-file token
        dakr-scheduler serve --control-plane-address http://127.0.0.1:8090 --control-plane-token-file token ...

      Without --tls-cert it speaks plain HTTP, which a server takes tokens over on this machine only.
      """)

  @Option(help: ArgumentHelp("The CSV file with the nodes' prices.", valueName: "file"))
  var priceFile: String

  @Option(help: ArgumentHelp("The file with the accepted tokens, one per line.", valueName: "file"))
  var tokenFile: String

  @Option(help: ArgumentHelp("Where to listen; port 0 lets the system choose.", valueName: "host:port"))
  var listen = "127.0.0.1:8090"

  @Option(help: ArgumentHelp("The server's certificate chain as PEM.", valueName: "file"))
  var tlsCert: String?

  @Option(help: ArgumentHelp("The key of that certificate as PEM.", valueName: "file"))
  var tlsKey: String?

  @Option(help: "The team's id; empty answers every team.")
  var teamId = ""

  @Option(help: "The cluster's id.")
  var clusterId = "reference"

  @Option(help: "The cluster's name; empty answers every name.")
  var clusterName = ""

  @Option(
    help: ArgumentHelp(
      "A file that is written once the server is up: {\"https\":port} or {\"http\":port}.", valueName: "file"))
  var portFile: String?

  func validate() throws {
    guard ListenAddress(listen) != nil else { throw ValidationError("--listen must be host:port; found \"\(listen)\"") }
    guard (tlsCert == nil) == (tlsKey == nil) else { throw ValidationError("--tls-cert and --tls-key go together") }
  }

  func run() async throws {
    Program.ignoreBrokenPipes()
    RecordLogHandler.bootstrap(format: .text, level: .info, sink: DescriptorSink.standardError)
    let logger = Logger(label: "control-plane")
    let answers = ReferenceAnswers(teamID: teamId, clusterID: clusterId, clusterName: clusterName)
    let prices = try PrivateFile.read(priceFile, maximumBytes: PriceFile.maximumBytes)
    try answers.take(prices: prices, from: priceFile)
    let tokens = try PrivateFile.read(tokenFile, maximumBytes: 1 << 20)
    try answers.take(tokens: tokens, from: tokenFile)
    let watches = [
      (watch(priceFile, PriceFile.maximumBytes, logger) { try answers.take(prices: $0, from: priceFile) }, prices),
      (watch(tokenFile, 1 << 20, logger) { try answers.take(tokens: $0, from: tokenFile) }, tokens),
    ]
    try await serve(answers, logger, watches)
  }

  private func watch(
    _ path: String, _ maximumBytes: Int, _ logger: Logger, _ apply: @escaping @Sendable ([UInt8]) throws -> Void
  ) -> WatchedFile {
    WatchedFile(path: path, maximumBytes: maximumBytes, interval: .milliseconds(250), logger: logger, apply: apply)
  }

  private func serve(_ answers: ReferenceAnswers, _ logger: Logger, _ watches: [(WatchedFile, [UInt8])]) async throws {
    guard let address = ListenAddress(listen) else { return }
    var tls: TLSConfiguration?
    if let tlsCert, let tlsKey { tls = TLSConfiguration(certificateFile: tlsCert, privateKeyFile: tlsKey) }
    let server = ServerService(
      server: Server(logger: logger),
      listeners: [
        Listener(
          name: tls == nil ? "http" : "https", host: address.host, port: address.port, tls: tls, responder: answers)
      ],
      health: Health(checks: []), readinessDelay: .zero, gracePeriod: .seconds(5), logger: logger
    ) { bound in
      if let portFile { try PortFile(path: portFile).write(bound) }
    }
    var services: [any Service] = []
    for (file, known) in watches {
      services.append(BackgroundService("watch of \(file.path)") { await file.run(known: known) })
    }
    services.append(server)
    try await ServiceGroup(
      services: services, gracefulShutdownSignals: [.sigterm, .sigint], logger: Logger(label: "lifecycle")
    ).run()
  }
}

/// The reference control plane behind the transport; its prices and tokens can be replaced while it answers.
final class ReferenceAnswers: RequestResponder {
  private struct State {
    var nodes: [ReferenceNode] = []
    var tokens: [String] = []
    var plane: ReferenceControlPlane
  }

  private let teamID: String
  private let clusterID: String
  private let clusterName: String
  private let state: Mutex<State>

  init(teamID: String, clusterID: String, clusterName: String) {
    self.teamID = teamID
    self.clusterID = clusterID
    self.clusterName = clusterName
    state = Mutex(
      State(
        plane: ReferenceControlPlane(
          clusterID: clusterID, clusterName: clusterName, teamID: teamID, nodes: [], tokens: [])))
  }

  func take(prices: [UInt8], from path: String) throws {
    let file = try PriceFileLoader.parse(prices, name: path, mode: .replace)
    let nodes = ReferenceControlPlane.nodes(named: file)
    guard !nodes.isEmpty else { throw PriceFileFailure(description: "\(path) has no line with a node") }
    change { $0.nodes = nodes }
  }

  func take(tokens bytes: [UInt8], from path: String) throws {
    let lines = String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline)
    let tokens = lines.map { String($0.trimmingBlanks()) }.filter { !$0.isEmpty }
    guard !tokens.isEmpty else { throw FileFailure("find a token in", path, code: ENODATA) }
    change { $0.tokens = tokens }
  }

  private func change(_ body: (inout State) -> Void) {
    state.withLock { state in
      body(&state)
      state.plane = ReferenceControlPlane(
        clusterID: clusterID, clusterName: clusterName, teamID: teamID, nodes: state.nodes, tokens: state.tokens)
    }
  }

  func respond(to request: ServerRequest) -> ServerResponse {
    let plane = state.withLock { $0.plane }
    var headers: [String: String] = [:]
    headers["authorization"] = request.head.authorization
    headers["content-type"] = request.contentType
    let answer = plane.respond(
      to: ReferenceRequest(
        method: request.method, path: request.path, headers: headers, body: Array(request.body.readableBytesView)))
    return ServerResponse(status: answer.status, body: [ByteBuffer(bytes: answer.body)])
  }
}
