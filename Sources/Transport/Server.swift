package import Logging
package import NIOCore
import NIOPosix
import Synchronization

/// The HTTP server: event loops, listeners, and the connections they accept.
///
/// Any thread may call it. Start it once, and end it with `shutdown(gracePeriod:)`; it cannot be started again.
package final class Server: Sendable {
  private struct State {
    var listening: [any Channel] = []
    var reloads: [RepeatedTask] = []
  }

  private let core: ServerCore
  private let group: MultiThreadedEventLoopGroup
  private let loops: [NIOLoopBoundBox<LoopConnections>]
  private let state = Mutex(State())
  private let shuttingDown = Atomic<Bool>(false)
  private let hasEnded = Atomic<Bool>(false)

  /// Starts threads, but listens nowhere yet. Tunes the process's allocator (`ProcessMemory`).
  ///
  /// - Parameters:
  ///   - eventLoopCount: threads for sockets, TLS and small requests; two suffice for kube-scheduler's few connections.
  ///   - offloadThreadCount: threads for requests with bodies above `Limits.offloadBodyBytes`.
  package init(
    limits: Limits = Limits(), eventLoopCount: Int = 2, offloadThreadCount: Int = 2,
    observer: any TransportObserver = SilentObserver(), logger: Logger
  ) {
    ProcessMemory.tuneAllocator()
    let pool = NIOThreadPool(numberOfThreads: max(1, offloadThreadCount))
    pool.start()
    let core = ServerCore(limits: limits, observer: observer, offloadPool: pool, logger: logger)
    let loopCount = max(1, eventLoopCount)
    group = MultiThreadedEventLoopGroup(numberOfThreads: loopCount)
    self.core = core
    loops = group.makeIterator().map { loop in
      NIOLoopBoundBox.makeBoxSendingValue(
        LoopConnections(loop: loop, core: core, loopCount: loopCount), eventLoop: loop)
    }
  }

  /// Whether shutdown has begun.
  package var isShuttingDown: Bool { shuttingDown.load(ordering: .relaxed) }

  /// Body bytes held now, over all connections; at most `Limits.maxBufferedBytes` plus responses larger than their
  /// requests.
  package var bufferedBytes: Int { core.budget.usedBytes }

  /// Reads the certificates, binds every listener, and accepts from then on. Where one fails, none stays bound.
  ///
  /// - Returns: where each listener listens, in the order given.
  /// - Throws: `TLSFailure` for certificate files, `ServerFailure` for addresses.
  package func start(_ listeners: [Listener]) async throws -> [BoundListener] {
    for bound in loops {
      try await bound.eventLoop.submit { bound.value.startSweeping() }.get()
    }
    var result: [BoundListener] = []
    do {
      for listener in listeners { result.append(try await bind(listener)) }
    } catch {
      await closeListeners()
      throw error
    }
    return result
  }

  /// Begins to shut down: connections are told to go, listeners are closed, requests in progress continue. Returns
  /// without waiting for these. `shutdown(gracePeriod:)` does it, too.
  package func beginShutdown() async {
    guard !shuttingDown.exchange(true, ordering: .relaxed) else { return }
    for bound in loops {
      try? await bound.eventLoop.submit { _ = bound.value.closeGracefully() }.get()
    }
    await closeListeners()
  }

  /// Shuts down: see `beginShutdown()`; then waits until every connection has ended, at most for `gracePeriod`, closes
  /// the rest, and ends all threads.
  ///
  /// - Returns: whether every connection ended by itself; true at once for a second call.
  package func shutdown(gracePeriod: TimeAmount) async -> Bool {
    guard !hasEnded.exchange(true, ordering: .relaxed) else { return true }
    await beginShutdown()
    let drained = await waitUntilEmpty(atMost: gracePeriod)
    for bound in loops {
      try? await bound.eventLoop.submit {
        bound.value.closeNow()
        bound.value.stopSweeping()
      }.get()
    }
    let reloads = state.withLock { state in
      defer { state.reloads = [] }
      return state.reloads
    }
    for reload in reloads {
      let ended = group.next().makePromise(of: Void.self)
      reload.cancel(promise: ended)
      try? await ended.futureResult.get()
    }
    // The pool before the loops: what it still has to report, it reports to a loop.
    try? await core.offloadPool.shutdownGracefully()
    try? await group.shutdownGracefully()
    return drained
  }

  private func waitUntilEmpty(atMost gracePeriod: TimeAmount) async -> Bool {
    let loop = group.next()
    let promise = loop.makePromise(of: Bool.self)
    // Whichever comes first decides; a promise takes its first value only.
    let deadline = loop.scheduleTask(in: gracePeriod) { promise.succeed(false) }
    let empty = loops.map { bound in bound.eventLoop.flatSubmit { bound.value.closeGracefully() } }
    EventLoopFuture.andAllComplete(empty, on: loop).whenComplete { _ in promise.succeed(true) }
    let drained = (try? await promise.futureResult.get()) ?? false
    deadline.cancel()
    return drained
  }

  private func closeListeners() async {
    let listening = state.withLock { state in
      defer { state.listening = [] }
      return state.listening
    }
    for channel in listening { try? await channel.close().get() }
  }

  // MARK: Listening

  private func bind(_ listener: Listener) async throws -> BoundListener {
    let store = try await makeStore(listener)
    let bootstrap = ServerBootstrap(group: group)
      .serverChannelOption(.backlog, value: 1024)
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      .childChannelOption(.socketOption(.so_reuseaddr), value: 1)
      .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
      // The high mark lets a bulk response go in few system calls; both bound what a slow reader costs.
      .childChannelOption(.writeBufferWaterMark, value: .init(low: 64 << 10, high: 256 << 10))
      .childChannelOption(
        .recvAllocator, value: AdaptiveRecvByteBufferAllocator(minimum: 2048, initial: 8192, maximum: 64 << 10)
      )
      .childChannelInitializer { [core, loops] channel in
        Self.initialize(channel, listener, store, core, loops)
      }
    let channel: any Channel
    do {
      channel = try await bootstrap.bind(host: listener.host, port: listener.port).get()
    } catch {
      throw ServerFailure(
        description: "cannot listen on \(listener.host):\(listener.port) for \(listener.name): \(error)")
    }
    state.withLock { $0.listening.append(channel) }
    return BoundListener(
      name: listener.name, host: channel.localAddress?.ipAddress ?? listener.host,
      port: channel.localAddress?.port ?? listener.port)
  }

  /// Reads a listener's certificate files, and keeps looking at them.
  private func makeStore(_ listener: Listener) async throws -> CertificateStore? {
    guard let configuration = listener.tls else { return nil }
    let store = try await core.offloadPool.runIfActive { [core] in
      try CertificateStore(configuration, observer: core.observer, logger: core.logger)
    }
    let interval = configuration.reloadInterval
    let loop = group.next()
    let reload = loop.scheduleRepeatedAsyncTask(initialDelay: interval, delay: interval) { [core] _ in
      core.offloadPool.runIfActive(eventLoop: loop) { store.reloadIfChanged() }
    }
    state.withLock { $0.reloads.append(reload) }
    return store
  }

  /// Sets a fresh connection up, on its event loop. A failed future closes it.
  private static func initialize(
    _ channel: any Channel, _ listener: Listener, _ store: CertificateStore?, _ core: ServerCore,
    _ loops: [NIOLoopBoundBox<LoopConnections>]
  ) -> EventLoopFuture<Void> {
    channel.eventLoop.makeCompletedFuture {
      guard let loop = loops.first(where: { $0.eventLoop === channel.eventLoop }) else {
        throw ServerFailure(description: "connection on an unknown event loop")
      }
      let connection = Connection(
        core: core, responder: listener.responder, channel: channel, isSecure: store != nil, group: loop.value)
      if let limit = loop.value.admit(connection) {
        core.observer.limitHit(limit)
        if limit == .handshakeConcurrency { core.observer.handshakeFailed(.limit) }
        throw ServerFailure(description: "connection refused: \(limit.rawValue)")
      }
      let pipeline = channel.pipeline.syncOperations
      guard let store else { return try HTTP1Handler.install(on: connection, pipeline) }
      let session = try TLSSession(store.current)
      try pipeline.addHandler(TLSHandler(session: session, connection: connection, installHTTP: installHTTP))
    }
  }

  /// What follows a TLS handshake.
  private static func installHTTP(
    _ context: ChannelHandlerContext, _ version: HTTPProtocol, _ connection: Connection
  ) throws {
    let pipeline = context.pipeline.syncOperations
    switch version {
    case .http1: try HTTP1Handler.install(on: connection, pipeline)
    case .http2: try pipeline.addHandler(HTTP2Handler(connection: connection))
    }
  }
}
