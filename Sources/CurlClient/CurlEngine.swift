private import CCurl
private import Glibc
private import Synchronization

/// HTTP client on a thread of its own, over libcurl's multi interface.
///
/// Any task may send. Connections are kept for later transfers; transfers run side by side on one HTTP/2 connection only
/// with libcurl 8.1 and later. Use one engine for requests and another for
/// streams, so that neither waits for the other. ``shutdown()`` must be called before `main` returns: libssl's exit
/// handler would otherwise race the thread (OPENSSL_init_crypto(3)).
package final class CurlEngine: Sendable {
  package struct Configuration: Sendable {
    /// Transfers that may be under way at once; further ones fail with `unavailable`.
    package var maximumTransfers: Int
    /// Idle connections that are kept.
    package var maximumIdleConnections: Int

    package init(maximumTransfers: Int = 256, maximumIdleConnections: Int = 16) {
      self.maximumTransfers = maximumTransfers
      self.maximumIdleConnections = maximumIdleConnections
    }
  }

  private let core: EngineCore
  /// Nil once it was joined or given up.
  private let thread: Mutex<pthread_t?>

  /// Starts the thread. Fails with `unavailable` where the system has none left.
  package init(_ configuration: Configuration = Configuration()) throws(CurlFailure) {
    guard Self.globalInit == CURLE_OK else {
      throw CurlFailure(kind: .unavailable, operation: "start", detail: "libcurl cannot be initialised")
    }
    core = EngineCore(maximumTransfers: configuration.maximumTransfers)
    let start = ThreadStart(core: core, configuration: configuration)
    // SAFETY: the retained object is taken over by the thread, or below where there is none.
    let argument = unsafe Unmanaged.passRetained(start)
    var identifier = pthread_t()
    let code = unsafe pthread_create(
      &identifier, nil,
      { argument in
        guard let argument = unsafe argument else { return nil }
        unsafe Unmanaged<ThreadStart>.fromOpaque(argument).takeRetainedValue().run()
        return nil
      }, argument.toOpaque())
    guard code == 0 else {
      unsafe argument.release()
      throw CurlFailure(kind: .unavailable, operation: "start", detail: "no thread can be created (errno \(code))")
    }
    thread = Mutex(identifier)
  }

  deinit {
    core.post(.stop)
    // Not joined here: the last reference may go on the engine's own thread.
    if let identifier = thread.withLock({ $0.take() }) { pthread_detach(identifier) }
  }

  /// Ends all transfers with `unavailable` and waits for the thread. Takes milliseconds; may be called more than once.
  package func shutdown() {
    core.post(.stop)
    guard let identifier = thread.withLock({ $0.take() }) else { return }
    _ = pthread_join(identifier, nil)
  }

  /// Performs one request and returns its complete response, whatever its status.
  ///
  /// Cancelling the task ends the transfer. A response whose length was not declared cannot be checked for completeness
  /// by length: read such content to its closing brace.
  package func send(_ request: HTTPRequest) async throws(CurlFailure) -> HTTPResponse {
    let id = core.makeID()
    return try await perform(id: id) { complete in
      self.core.start(id: id, request: request, receiver: .response(complete))
    }.get()
  }

  /// Performs one request whose response is a stream of lines, on a connection of its own.
  ///
  /// ``HTTPRequest/timeoutMilliseconds`` bounds the whole stream; silence is legal until then. Set
  /// ``HTTPRequest/version-swift.property`` to `http1`: libcurl before 8.1 neither resumes paused HTTP/2 streams nor
  /// returns the window of cancelled ones reliably (curl commits de4b016, 744dcf2, a9b7f72).
  package func stream(
    _ request: HTTPRequest, limits: StreamLimits = StreamLimits()
  ) async throws(CurlFailure) -> StreamStart {
    let id = core.makeID()
    let channel = LineChannel(maximumQueuedBytes: limits.maximumQueuedBytes)
    return try await perform(id: id) { [core] complete in
      let receiver = Transfer.LineReceiver(
        limits: limits, channel: channel, cancelTransfer: { core.cancel(id: id) }, onStart: complete)
      return core.start(id: id, request: request, receiver: .lines(receiver))
    }.get()
  }

  /// Lets no further transfer use the connections that are open now, once those under way have ended. To be called when
  /// the identity towards a peer changed in a way that libcurl does not compare.
  package func retireConnections() {
    core.post(.retireConnections)
  }

  /// Transfers that were started and have not ended.
  package var pendingTransfers: Int { core.pendingTransfers }

  private func perform<Value: Sendable>(
    id: UInt, start: (@escaping @Sendable (Result<Value, CurlFailure>) -> Void) -> CurlFailure?
  ) async -> Result<Value, CurlFailure> {
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        if let refused = start({ continuation.resume(returning: $0) }) {
          continuation.resume(returning: .failure(refused))
        }
        // A cancellation that came before the start had nothing to cancel.
        if Task.isCancelled { core.cancel(id: id) }
      }
    } onCancel: {
      core.cancel(id: id)
    }
  }

  /// Once per process; thread-safe since libcurl 7.84 (curl_global_init(3)).
  private static let globalInit = curl_global_init(Int(CURL_GLOBAL_ALL))
}

/// What a new thread is given.
private final class ThreadStart: Sendable {
  private let core: EngineCore
  private let configuration: CurlEngine.Configuration

  init(core: EngineCore, configuration: CurlEngine.Configuration) {
    self.core = core
    self.configuration = configuration
  }

  func run() {
    EngineThread(core: core, maximumConnections: configuration.maximumIdleConnections).run()
  }
}
