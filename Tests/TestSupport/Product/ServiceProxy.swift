import Foundation
import Glibc
import Synchronization

/// One TCP port in front of several servers, as a Kubernetes Service is: a connection goes to the next server that accepts
/// it and stays there. It passes bytes on and knows nothing of TLS or HTTP.
package final class ServiceProxy: Sendable {
  package let port: Int
  private let listener: Int32
  private let state: Mutex<State>

  private struct State {
    var backends: [Int]
    var next = 0
    var isStopped = false
  }

  /// Starts listening on a free port of 127.0.0.1.
  /// - Parameter backends: ports on 127.0.0.1, taken in turn.
  /// - Throws: `ProcessFailure` where no socket can be had.
  package init(backends: [Int]) throws {
    (listener, port) = try listenOnLoopback()
    state = Mutex(State(backends: backends))
    Thread.detachNewThread { [self] in acceptConnections() }
  }

  /// Sends new connections to these servers only, as when an endpoint leaves a Service. Open connections stay.
  package func setBackends(_ ports: [Int]) {
    state.withLock { $0.backends = ports }
  }

  /// Stops accepting; open connections end with their servers.
  package func stop() {
    state.withLock { $0.isStopped = true }
    shutdown(listener, Int32(SHUT_RDWR))
    close(listener)
  }

  private func acceptConnections() {
    while true {
      let client = accept(listener, nil, nil)
      if client < 0 {
        if errno == EINTR || errno == ECONNABORTED { continue }
        return
      }
      guard let server = connectToNextBackend() else {
        close(client)
        continue
      }
      let pair = ConnectedPair(client: client, server: server)
      Thread.detachNewThread { pair.pump(from: client, to: server) }
      Thread.detachNewThread { pair.pump(from: server, to: client) }
    }
  }

  /// The next server that accepts a connection; each is tried once.
  private func connectToNextBackend() -> Int32? {
    let candidates: [Int] = state.withLock { state in
      guard !state.isStopped, !state.backends.isEmpty else { return [] }
      let start = state.next % state.backends.count
      state.next += 1
      return Array(state.backends[start...] + state.backends[..<start])
    }
    for port in candidates {
      let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
      var address = loopback(port: UInt16(truncatingIfNeeded: port))
      if unsafe withSocketAddress(&address, { unsafe connect(descriptor, $0, $1) }) == 0 { return descriptor }
      close(descriptor)
    }
    return nil
  }
}

/// The two ends of a proxied connection, closed when both directions are done.
private final class ConnectedPair: Sendable {
  private let client: Int32
  private let server: Int32
  private let openDirections = Mutex(2)

  init(client: Int32, server: Int32) {
    self.client = client
    self.server = server
  }

  /// Copies until the source ends, and passes the end on.
  func pump(from source: Int32, to sink: Int32) {
    var buffer = [UInt8](repeating: 0, count: 65_536)
    copying: while true {
      let count = unsafe recv(source, &buffer, buffer.count, 0)
      if count <= 0 { break }
      var sent = 0
      while sent < count {
        let written = unsafe buffer.withUnsafeBytes { bytes in
          unsafe send(sink, bytes.baseAddress?.advanced(by: sent), count - sent, Int32(MSG_NOSIGNAL))
        }
        if written <= 0 { break copying }
        sent += written
      }
    }
    shutdown(sink, Int32(SHUT_WR))
    let isLast = openDirections.withLock { open in
      open -= 1
      return open == 0
    }
    if isLast {
      close(client)
      close(server)
    }
  }
}

/// A listening socket on a free port of 127.0.0.1.
private func listenOnLoopback() throws -> (descriptor: Int32, port: Int) {
  let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
  var address = loopback(port: 0)
  guard descriptor >= 0, unsafe withSocketAddress(&address, { unsafe bind(descriptor, $0, $1) }) == 0,
    listen(descriptor, 64) == 0
  else { throw ProcessFailure("the proxy cannot listen on 127.0.0.1") }
  var size = socklen_t(MemoryLayout<sockaddr_in>.size)
  _ = unsafe withSocketAddress(&address) { pointer, _ in unsafe getsockname(descriptor, pointer, &size) }
  return (descriptor, Int(UInt16(bigEndian: address.sin_port)))
}

/// 127.0.0.1 and a port, as the socket calls want it.
func loopback(port: UInt16) -> sockaddr_in {
  var address = sockaddr_in()
  address.sin_family = sa_family_t(AF_INET)
  address.sin_port = port.bigEndian
  address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
  return address
}

/// Lends an address as the pointer and size that bind, connect and getsockname take.
func withSocketAddress<Result>(
  _ address: inout sockaddr_in, _ body: (UnsafeMutablePointer<sockaddr>, socklen_t) -> Result
) -> Result {
  // SAFETY: sockaddr_in is one of the layouts that these calls take through sockaddr, and its size goes with it.
  unsafe withUnsafeMutablePointer(to: &address) { pointer in
    unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
      unsafe body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
    }
  }
}
