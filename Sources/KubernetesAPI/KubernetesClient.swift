package import CurlClient
package import Logging

/// Bounds on what is asked for and taken. Each is a default with its reason.
package struct KubernetesLimits: Sendable {
  /// Objects per page of a list; client-go's pager uses 500.
  package var pageObjects: Int = 500
  /// The most bytes of one page, unpacked: 500 objects of 128 KiB.
  package var maximumPageBytes: Int = 64 << 20
  /// The most bytes of a list that had to be asked for in one piece.
  package var maximumUnpagedBytes: Int = 512 << 20
  /// The most objects of one kind; beyond Kubernetes' own limit of 150,000 pods with room to spare.
  package var maximumObjects: Int = 1_000_000
  /// Milliseconds for one request. The API server gives up after 60 s (`--request-timeout`).
  package var requestTimeoutMilliseconds: Int = 65_000
  package var connectTimeoutMilliseconds: Int = 10_000
  /// Bounds on a watch's lines and queue.
  package var stream: StreamLimits = StreamLimits()

  package init() {}
}

/// Talks to one API server as one identity.
///
/// Any task may call it. It adds credentials (read again after a 401, once), obeys `Retry-After`, and turns every status
/// but 2xx into a ``KubernetesFailure``.
package final class KubernetesClient: Sendable {
  package let configuration: ClusterConfiguration
  let limits: KubernetesLimits
  let clock: KubernetesClock
  private let credentials: CredentialSource
  private let requests: CurlEngine
  private let watches: CurlEngine
  private let userAgent: String
  private let logger: Logger

  /// The engines are lent: whoever made them shuts them down. They should be two, so that watches and requests share no
  /// connection.
  package init(
    configuration: ClusterConfiguration, requests: CurlEngine, watches: CurlEngine,
    limits: KubernetesLimits = KubernetesLimits(), clock: KubernetesClock = .system,
    userAgent: String = "dakr-scheduler", logger: Logger
  ) throws(KubernetesFailure) {
    self.configuration = try configuration.validated()
    self.requests = requests
    self.watches = watches
    self.limits = limits
    self.clock = clock
    self.userAgent = userAgent
    self.logger = logger
    credentials = CredentialSource(self.configuration, clock: clock)
  }

  /// One request: `path` and `query` unencoded, `body` as it is to be sent. Returns a 2xx response; throws on all others.
  ///
  /// - Parameters:
  ///   - contentType: Of the body; patches need theirs, such as `application/merge-patch+json`.
  ///   - maximumResponseBytes: Nil means ``KubernetesLimits/maximumPageBytes``.
  package func request(
    _ method: String, _ path: ResourcePath, query: [QueryItem] = [], body: [UInt8] = [],
    contentType: String = "application/json", maximumResponseBytes: Int? = nil
  ) async throws(KubernetesFailure) -> HTTPResponse {
    let operation = "\(method) \(path)"
    var request = HTTPRequest(method: method, url: configuration.server + path.encoded(query: query), body: body)
    request.headers = baseHeaders
    if !body.isEmpty { request.headers.append(("Content-Type", contentType)) }
    request.acceptsGzip = true
    request.timeoutMilliseconds = limits.requestTimeoutMilliseconds
    request.connectTimeoutMilliseconds = limits.connectTimeoutMilliseconds
    request.maximumResponseBytes = maximumResponseBytes ?? limits.maximumPageBytes
    request.allowsPlaintext = configuration.isPlaintext
    var pauses = RetryPause()
    while true {
      let response = try await authorized(request, operation: operation, status: \.status) {
        [requests] request throws(CurlFailure) in try await requests.send(request)
      }
      guard !(200...299).contains(response.status) else { return response }
      let failure = KubernetesFailure(response, operation: operation)
      guard let seconds = pauses.next(after: failure) else { throw failure }
      logger.debug("the API server asks for a pause", metadata: ["operation": "\(operation)", "seconds": "\(seconds)"])
      try await pause(seconds: seconds, operation: operation)
    }
  }

  /// Reads one object or endpoint; see ``request(_:_:query:body:contentType:maximumResponseBytes:)``.
  package func get(_ path: ResourcePath, query: [QueryItem] = []) async throws(KubernetesFailure) -> HTTPResponse {
    try await request("GET", path, query: query)
  }

  /// Opens a watch on a connection of its own, over HTTP/1.1, with bookmarks.
  ///
  /// The server ends it after `timeoutSeconds`; half a minute later we do, should it be dead. Throws `expired` where the
  /// resource version is no longer known.
  package func watch(
    _ path: ResourcePath, selector: ObjectSelector = .everything, resourceVersion: String, timeoutSeconds: Int
  ) async throws(KubernetesFailure) -> LineStream {
    let operation = "watch \(path)"
    let query =
      selector.query + [
        QueryItem("watch", "1"), QueryItem("allowWatchBookmarks", "true"),
        QueryItem("resourceVersion", resourceVersion), QueryItem("timeoutSeconds", String(timeoutSeconds)),
      ]
    var request = HTTPRequest(url: configuration.server + path.encoded(query: query), headers: baseHeaders)
    request.version = .http1
    request.timeoutMilliseconds = (timeoutSeconds + 30) * 1000
    request.connectTimeoutMilliseconds = limits.connectTimeoutMilliseconds
    request.allowsPlaintext = configuration.isPlaintext
    let start = try await authorized(request, operation: operation, status: \.status) {
      [watches, limits] request throws(CurlFailure) in try await watches.stream(request, limits: limits.stream)
    }
    switch start {
    case .streaming(let stream): return stream
    case .refused(let response): throw KubernetesFailure(response, operation: operation)
    }
  }

  private var baseHeaders: [(name: String, value: String)] {
    [("Accept", "application/json"), ("User-Agent", userAgent)]
  }

  /// Sends with the current identity; after a 401, once more where reading it again gave another.
  private func authorized<Response>(
    _ request: HTTPRequest, operation: String, status: (Response) -> Int,
    send: (HTTPRequest) async throws(CurlFailure) -> Response
  ) async throws(KubernetesFailure) -> Response {
    let identity = try await credentials.identity()
    let response = try await perform(request.identified(by: identity), operation: operation, send: send)
    guard status(response) == 401 else { return response }
    await credentials.refuse(identity)
    let renewed = try await credentials.identity()
    guard renewed.generation != identity.generation else { return response }
    return try await perform(request.identified(by: renewed), operation: operation, send: send)
  }

  private func perform<Response>(
    _ request: HTTPRequest, operation: String, send: (HTTPRequest) async throws(CurlFailure) -> Response
  ) async throws(KubernetesFailure) -> Response {
    do throws(CurlFailure) {
      return try await send(request)
    } catch {
      throw KubernetesFailure(error, operation: operation)
    }
  }

  private func pause(seconds: Int, operation: String) async throws(KubernetesFailure) {
    do {
      try await clock.sleep(UInt64(seconds) * 1_000_000_000)
    } catch {
      throw KubernetesFailure(.cancelled, operation: operation, detail: "cancelled")
    }
  }
}

/// Whether to wait as the server asks and try again: 429 and 5xx with `Retry-After`, as client-go does
/// (rest/with_retry.go), though fewer times.
struct RetryPause {
  private static let maximumTries = 3
  private static let maximumSeconds = 30
  private var tries = 0

  /// Seconds to wait, or nil where the failure stands.
  mutating func next(after failure: KubernetesFailure) -> Int? {
    guard failure.reason == .throttled || failure.reason == .server, let seconds = failure.retryAfterSeconds,
      seconds <= Self.maximumSeconds, tries < Self.maximumTries
    else { return nil }
    tries += 1
    return seconds
  }
}

extension HTTPRequest {
  fileprivate func identified(by identity: RequestIdentity) -> HTTPRequest {
    var request = self
    request.headers += identity.headers
    request.tls = identity.tls
    return request
  }
}

extension StreamStart {
  fileprivate var status: Int {
    switch self {
    case .streaming(let stream): stream.head.status
    case .refused(let response): response.status
    }
  }
}
