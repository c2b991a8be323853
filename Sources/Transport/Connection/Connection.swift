import NIOCore

/// Whatever speaks on a connection at the time: first the TLS handler, then that of the HTTP version.
protocol ConnectionDriver: AnyObject {
  /// Acts on deadlines that have passed.
  func sweep(now: NIODeadline)
  /// Finishes what is in progress, takes nothing new, closes. Called once.
  func closeGracefully(now: NIODeadline)
}

/// One accepted connection: what is known of the peer, and where it stands in its life. Confined to its event loop.
final class Connection {
  let core: ServerCore
  let responder: any RequestResponder
  let channel: any Channel
  let isSecure: Bool
  let acceptedAt: NIODeadline
  /// Who speaks; weak because the pipeline owns its handlers, and these refer to the connection.
  weak var driver: (any ConnectionDriver)?
  /// Who takes plaintext from TLS directly; nil where it goes through the pipeline. Weak for the same reason.
  weak var receiver: (any PlaintextReceiver)?
  /// Where there is TLS; weak for the same reason.
  weak var tls: TLSHandler?
  /// Set when the handshake has verified a client certificate.
  var peer: PeerIdentity?
  /// Whether the connection is to end with what is in progress.
  private(set) var isClosing = false
  private let retireAt: NIODeadline
  private weak var group: LoopConnections?

  init(
    core: ServerCore, responder: any RequestResponder, channel: any Channel, isSecure: Bool, group: LoopConnections?
  ) {
    self.core = core
    self.responder = responder
    self.channel = channel
    self.isSecure = isSecure
    self.group = group
    acceptedAt = channel.eventLoop.now
    let age = core.limits.maxConnectionAge.nanoseconds
    let spread = age / 10
    retireAt = acceptedAt + .nanoseconds(spread > 0 ? age + Int64.random(in: -spread...spread) : age)
  }

  var limits: Limits { core.limits }

  /// "ip:port", formatted on first use.
  private(set) lazy var remoteAddress: String? = {
    guard let address = channel.remoteAddress, let ip = address.ipAddress, let port = address.port else { return nil }
    return ip.contains(":") ? "[\(ip)]:\(port)" : "\(ip):\(port)"
  }()

  /// The handshake is over, well or not: it counts against `Limits.maxConcurrentHandshakes` no more.
  func handshakeEnded() { group?.handshakeEnded(self) }

  func sweep(now: NIODeadline) {
    if now >= retireAt { closeGracefully(now: now) }
    driver?.sweep(now: now)
    tls?.releaseUnusedBuffers()
  }

  /// Ends the connection with what is in progress. During a TLS handshake the connection is only marked; the HTTP
  /// handler that follows looks at the mark.
  func closeGracefully(now: NIODeadline) {
    guard !isClosing else { return }
    isClosing = true
    driver?.closeGracefully(now: now)
  }

  /// A response is written: its memory may serve the next one.
  func finished(_ exchange: Exchange, now: NIODeadline) {
    ProcessMemory.used(now: now)
    core.observer.requestFinished(exchange.summary(now: now))
  }

  func limitHit(_ kind: LimitKind) { core.observer.limitHit(kind) }
}
