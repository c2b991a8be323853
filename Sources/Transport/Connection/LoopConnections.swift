import NIOCore
import NIOPosix
import Synchronization

/// The connections of one event loop: admits them, lets them look at their deadlines, ends them. Confined to the loop.
final class LoopConnections {
  private let loop: any EventLoop
  private let core: ServerCore
  private let maxHandshakes: Int
  private var connections: [ObjectIdentifier: Connection] = [:]
  /// In the order of acceptance.
  private var handshaking: [Connection] = []
  private var isClosing = false
  private var emptied: EventLoopPromise<Void>?
  private var sweeper: RepeatedTask?

  /// - Parameter loopCount: over how many loops `Limits.maxConcurrentHandshakes` is spread.
  init(loop: any EventLoop, core: ServerCore, loopCount: Int) {
    self.loop = loop
    self.core = core
    maxHandshakes = max(1, core.limits.maxConcurrentHandshakes / max(1, loopCount))
  }

  /// Starts the periodic look at deadlines.
  func startSweeping() {
    let bound = NIOLoopBound(self, eventLoop: loop)
    let interval = core.limits.sweepInterval
    sweeper = loop.scheduleRepeatedTask(initialDelay: interval, delay: interval) { _ in bound.value.sweep() }
  }

  /// Takes a new connection in, or reports the limit that speaks against it.
  func admit(_ connection: Connection) -> LimitKind? {
    let (_, open) = core.openConnections.add(1, ordering: .relaxed)
    guard open <= core.maxConnections else {
      core.openConnections.subtract(1, ordering: .relaxed)
      return .connections
    }
    if connection.isSecure {
      guard makeRoomForHandshake() else {
        core.openConnections.subtract(1, ordering: .relaxed)
        return .handshakeConcurrency
      }
      handshaking.append(connection)
    }
    connections[ObjectIdentifier(connection)] = connection
    core.observer.connectionOpened(isSecure: connection.isSecure)
    connection.channel.closeFuture.assumeIsolated().whenComplete { [weak self] _ in self?.remove(connection) }
    if isClosing { connection.closeGracefully(now: loop.now) }
    return nil
  }

  /// See `Connection.handshakeEnded()`.
  func handshakeEnded(_ connection: Connection) {
    handshaking.removeAll { $0 === connection }
  }

  /// Closes every connection gracefully; the future succeeds when none is left.
  func closeGracefully() -> EventLoopFuture<Void> {
    isClosing = true
    let promise = emptied ?? loop.makePromise(of: Void.self)
    emptied = promise
    for connection in Array(connections.values) { connection.closeGracefully(now: loop.now) }
    finishIfEmpty()
    return promise.futureResult
  }

  /// Closes every connection at once.
  func closeNow() {
    for connection in Array(connections.values) { connection.channel.close(promise: nil) }
  }

  /// Ends the periodic look at deadlines.
  func stopSweeping() {
    sweeper?.cancel()
    sweeper = nil
  }

  func sweep() {
    let now = loop.now
    core.warmMemory.dropUnused(now: now)
    if ProcessMemory.isUnused(now: now) { core.offloadPool.submit { _ in ProcessMemory.giveBack() } }
    guard !connections.isEmpty else { return }
    for connection in Array(connections.values) { connection.sweep(now: now) }
  }

  /// A peer that is slow to shake hands gives way to a new one; while all are quick, the new one is refused.
  private func makeRoomForHandshake() -> Bool {
    guard handshaking.count >= maxHandshakes, let oldest = handshaking.first else { return true }
    guard loop.now - oldest.acceptedAt > .seconds(1) else { return false }
    core.observer.limitHit(.handshakeConcurrency)
    handshaking.removeFirst()
    oldest.channel.close(promise: nil)
    return true
  }

  private func remove(_ connection: Connection) {
    guard connections.removeValue(forKey: ObjectIdentifier(connection)) != nil else { return }
    handshakeEnded(connection)
    core.openConnections.subtract(1, ordering: .relaxed)
    core.observer.connectionClosed(isSecure: connection.isSecure)
    finishIfEmpty()
  }

  private func finishIfEmpty() {
    guard connections.isEmpty, let promise = emptied else { return }
    promise.succeed()
  }
}
