/// What a peer may cost the server. Meanings, sources and consequences of each stand in `Transport`'s `Limits`.
extension Setting {
  static let handshakeTimeout = Setting(
    "limits.handshakeTimeout", .duration(milliseconds(100)...seconds(300)), default: "10s",
    "From accepting a connection to the end of its TLS handshake; beyond it the connection is closed. Go's client waits as long."
  )
  static let concurrentHandshakes = Setting(
    "limits.concurrentHandshakes", .integer(1...100_000), default: "256",
    "TLS handshakes in progress at a time; beyond it slow ones, then new ones, are closed.")
  static let handshakeBytes = Setting(
    "limits.handshakeBytes", .bytes(16 << 10...16 << 20), default: "64KiB",
    "Bytes that a peer may send before its handshake is finished.")
  static let connections = Setting(
    "limits.connections", .integer(1...1_000_000), default: "1024",
    "Connections open at a time; beyond it new ones are closed.")
  static let headTimeout = Setting(
    "limits.headTimeout", .duration(milliseconds(100)...seconds(300)), default: "10s",
    "From the first byte of an HTTP/1.1 request to the end of its headers; beyond it 408.")
  static let headerListBytes = Setting(
    "limits.headerListBytes", .bytes(1 << 10...1 << 20), default: "16KiB",
    "Names and values of one request's headers (RFC 9113 §6.5.2); beyond it 431.")
  static let headerFieldBytes = Setting(
    "limits.headerFieldBytes", .bytes(512...1 << 20), default: "8KiB",
    "One header field, or the request target; beyond it 431. nginx has the same default.")
  static let headerCount = Setting(
    "limits.headerCount", .integer(10...10_000), default: "100",
    "Header fields of one request; beyond it 431. Apache httpd has the same default.")
  static let bodyBytes = Setting(
    "limits.bodyBytes", .bytes(1 << 10...1 << 30), default: "64MiB",
    "One request body; beyond it 413. kube-scheduler sends 10 to 20 MB for 781 full nodes.")
  static let offloadBodyBytes = Setting(
    "limits.offloadBodyBytes", .bytes(0...1 << 30), default: "1MiB",
    "Bodies above this size are answered on a thread pool, so that they do not hold up other connections.")
  static let bufferedBytes = Setting(
    "limits.bufferedBytes", .bytes(1 << 20...64 << 30), default: "512MiB",
    "Bodies held at a time over all connections; beyond it 503.")
  static let concurrentStreams = Setting(
    "limits.concurrentStreams", .integer(1...10_000), default: "100",
    "HTTP/2 streams that a connection may have open (RFC 9113 §6.5.2).")
  static let streamWindowBytes = Setting(
    "limits.streamWindowBytes", .bytes(65_535...1 << 30), default: "4MiB",
    "HTTP/2 flow-control window of a stream.")
  static let connectionWindowBytes = Setting(
    "limits.connectionWindowBytes", .bytes(65_535...1 << 30), default: "16MiB",
    "HTTP/2 flow-control window of a connection.")
  static let idleTimeout = Setting(
    "limits.idleTimeout", .duration(seconds(1)...seconds(86_400)), default: "2m",
    "Time without a request after which a connection is closed. Keep it above 90s: Go's client keeps idle connections that long."
  )
  static let requestTimeout = Setting(
    "limits.requestTimeout", .duration(milliseconds(100)...seconds(3_600)), default: "30s",
    "From the end of a request's headers to the end of its body; beyond it 408.")
  static let responseTimeout = Setting(
    "limits.responseTimeout", .duration(milliseconds(100)...seconds(3_600)), default: "30s",
    "Time that a peer may take to accept a response; beyond it the stream or connection is closed.")
  static let lingerTimeout = Setting(
    "limits.lingerTimeout", .duration(0...seconds(300)), default: "5s",
    "How long the rest of a refused HTTP/1.1 body is read, so that the peer sees the answer (RFC 9112 §9.6).")
  static let abusiveFrames = Setting(
    "limits.abusiveFrames", .integer(10...1_000_000), default: "200",
    "HTTP/2 resets, pings, settings, priorities, empty or invalid frames per limits.abuseWindow and kind; beyond it the connection is closed."
  )
  static let abuseWindow = Setting(
    "limits.abuseWindow", .duration(seconds(1)...seconds(3_600)), default: "30s",
    "The time over which limits.abusiveFrames counts.")
  static let queuedFrames = Setting(
    "limits.queuedFrames", .integer(10...1_000_000), default: "1000",
    "HTTP/2 frames waiting to be written; beyond it the connection is closed.")
  static let settingsTimeout = Setting(
    "limits.settingsTimeout", .duration(milliseconds(100)...seconds(300)), default: "10s",
    "Time for the peer to acknowledge our HTTP/2 settings; beyond it the connection is closed.")
  static let connectionAge = Setting(
    "limits.connectionAge", .duration(seconds(1)...seconds(86_400)), default: "30m",
    "Age, give or take 10 %, at which a connection is closed gracefully, so that clients meet renewed certificates and other replicas."
  )
  static let goAwayNotice = Setting(
    "limits.goAwayNotice", .duration(0...seconds(60)), default: "1s",
    "Longest wait between the two GOAWAY frames of a graceful close (RFC 9113 §6.8).")
  static let sweepInterval = Setting(
    "limits.sweepInterval", .duration(milliseconds(10)...seconds(10)), default: "500ms",
    "How often deadlines are looked at, hence the precision of all of the above times.")
  static let metricSeries = Setting(
    "limits.metricSeries", .integer(10...1_000_000), default: "10000",
    "Series of the per-node price metric; further nodes are left out.")

  static let limits = [
    handshakeTimeout, concurrentHandshakes, handshakeBytes, connections, headTimeout, headerListBytes,
    headerFieldBytes, headerCount, bodyBytes, offloadBodyBytes, bufferedBytes, concurrentStreams, streamWindowBytes,
    connectionWindowBytes, idleTimeout, requestTimeout, responseTimeout, lingerTimeout, abusiveFrames, abuseWindow,
    queuedFrames, settingsTimeout, connectionAge, goAwayNotice, sweepInterval, metricSeries,
  ]
}
