package import NIOCore

/// Every bound that the server sets on what a peer may cost it.
///
/// Each limit has a default that suits kube-scheduler's traffic (few connections, bodies of up to some tens of
/// megabytes), names the source of that default, and is reported through `TransportObserver.limitHit(_:)` whenever a
/// peer meets it. All sizes are bytes.
package struct Limits: Sendable {
  /// Time from accepting a connection to the end of its TLS handshake. Go's client gives up after the same 10 s
  /// (`net/http`, `TLSHandshakeTimeout`).
  package var handshakeTimeout: TimeAmount = .seconds(10)

  /// TLS handshakes in progress at a time, over the whole server. A handshake costs about 0.3 ms of CPU here, so 256
  /// of them are below 0.1 s of work. A connection beyond it replaces one that has been shaking hands for more than
  /// a second (a slow peer), or is closed where there is none.
  package var maxConcurrentHandshakes = 256

  /// Ciphertext accepted before the handshake is finished. A client's flight with a long certificate chain stays
  /// below 16 KiB; OpenSSL's own ceiling for one message is 100 KiB (`SSL_CTX_set_max_cert_list(3)`).
  package var maxHandshakeBytes = 64 << 10

  /// Connections open at a time, over all listeners. kube-scheduler opens one or two per extender entry. A server
  /// stays below the process's limit of open files in any case, as accepting beyond that fails in a busy loop.
  package var maxConnections = 1024

  /// Time from the first byte of an HTTP/1.1 request to the end of its header block (Go's `ReadHeaderTimeout` is
  /// commonly 10 s). HTTP/2 header blocks fall under `requestTimeout`.
  package var headTimeout: TimeAmount = .seconds(10)

  /// Names and values of one header block. On HTTP/2 each field counts 32 more (RFC 9113 §6.5.2), and the limit is
  /// advertised as `SETTINGS_MAX_HEADER_LIST_SIZE`. NIO's HTTP/2 default, 16 KiB.
  package var maxHeaderListBytes = 16 << 10

  /// One field's name and value, and the request target, on HTTP/1.1 (nginx `large_client_header_buffers`, 8 KiB).
  package var maxHeaderFieldBytes = 8 << 10

  /// Fields of one header block (Apache httpd `LimitRequestFields`, 100).
  package var maxHeaderCount = 100

  /// One request body. kube-scheduler sends up to 781 full Node objects in a call, 10 to 20 MB where nodes carry
  /// long image lists; 64 MiB leaves room for a factor of three.
  package var maxBodyBytes = 64 << 20

  /// Request bodies above this size are answered on a thread pool, so that one large body does not hold up the other
  /// connections of its event loop. Crossing threads costs about 10 µs, the work saved from the loop is over 1 ms.
  package var offloadBodyBytes = 1 << 20

  /// Bodies held at a time over all connections, from the first byte received until the response is written. Beyond
  /// it a request is answered with 503, which kube-scheduler treats as a failed attempt and repeats.
  package var maxBufferedBytes = 512 << 20

  /// HTTP/2 streams that a connection may have open (`SETTINGS_MAX_CONCURRENT_STREAMS`; RFC 9113 §6.5.2 recommends at
  /// least 100, nghttp2's own default is no limit).
  package var maxConcurrentStreams = 100

  /// HTTP/2 flow-control window of a stream. The default of 65,535 would stall a 30 MB body hundreds of times; since
  /// received bytes are charged to `maxBufferedBytes`, memory does not hang on the window.
  package var streamWindowBytes = 4 << 20

  /// HTTP/2 flow-control window of a connection.
  package var connectionWindowBytes = 16 << 20

  /// Bodies above 512 KiB that come over one HTTP/2 connection at a time. Further ones stop at the end of their
  /// stream's window until one of these is answered: two are worked on (the thread pool's size), one more arrives.
  package var maxLargeBodies = 3

  /// Time without any request after which a connection is closed. Go's client keeps idle connections for 90 s, and a
  /// server that closes first loses a request now and then (`net/http`, `IdleConnTimeout`), so keep it above 90 s.
  package var idleTimeout: TimeAmount = .seconds(120)

  /// Time from the end of a request's headers to the end of its body. kube-scheduler gives an extender 5 s by default
  /// for the whole call. Beyond it: 408.
  package var requestTimeout: TimeAmount = .seconds(30)

  /// Time a peer may take to accept a response. Beyond it the stream is reset, or the HTTP/1.1 connection closed.
  package var responseTimeout: TimeAmount = .seconds(30)

  /// Time for which the rest of a refused HTTP/1.1 body is read and dropped, so that the peer sees the response and
  /// not a connection reset (RFC 9112 §9.6; nginx `lingering_timeout`, 5 s).
  package var lingerTimeout: TimeAmount = .seconds(5)

  /// Frames of one kind tolerated per `abuseWindow` and connection: unfinished streams reset by the peer (rapid reset,
  /// CVE-2023-44487), streams that the peer makes us reset (CVE-2025-8671), PING, SETTINGS, PRIORITY, empty DATA and
  /// invalid frames. SwiftNIO's HTTP/2 default. Beyond it: GOAWAY `ENHANCE_YOUR_CALM`.
  package var maxAbusiveFrames = 200

  /// The time over which `maxAbusiveFrames` counts. SwiftNIO's HTTP/2 default.
  package var abuseWindow: TimeAmount = .seconds(30)

  /// HTTP/2 frames waiting to be written before the connection is closed (nghttp2 caps acknowledgements likewise from
  /// 1.39 on, other frames only in later releases).
  package var maxQueuedFrames = 1000

  /// Time for the peer to acknowledge our SETTINGS (nghttpx uses the same 10 s). Beyond it: GOAWAY `SETTINGS_TIMEOUT`.
  package var settingsTimeout: TimeAmount = .seconds(10)

  /// Age at which a connection is closed gracefully, so that clients move to a renewed certificate, a renewed client
  /// CA and to other replicas (gRPC `MAX_CONNECTION_AGE`). A spread of ±10 % keeps connections from ending together.
  package var maxConnectionAge: TimeAmount = .minutes(30)

  /// Longest wait between the two GOAWAY frames of a graceful close for the peer's PING acknowledgement.
  package var goAwayNoticeTimeout: TimeAmount = .seconds(1)

  /// How often each event loop looks for expired deadlines, hence the precision of all of the above times.
  package var sweepInterval: TimeAmount = .milliseconds(500)

  /// The defaults above.
  package init() {}
}
