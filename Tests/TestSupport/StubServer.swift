private import Foundation
private import Glibc
private import Synchronization

/// What a stub server got.
package struct StubRequest: Sendable {
  package var method: String
  /// Path and query as sent.
  package var target: String
  /// Names in lower case.
  package var headers: [String: String]
  package var body: [UInt8]

  package var path: String { String(target.prefix { $0 != "?" }) }

  /// Decoded query items, the last of each name.
  package var query: [String: String] {
    guard let mark = target.firstIndex(of: "?") else { return [:] }
    var items: [String: String] = [:]
    for item in target[target.index(after: mark)...].split(separator: "&") {
      let parts = item.split(separator: "=", maxSplits: 1).map { String($0).removingPercentEncoding ?? "" }
      items[parts[0]] = parts.count > 1 ? parts[1] : ""
    }
    return items
  }
}

/// An HTTP/1.1 server on a loopback port of its own whose answers are bytes that the test writes, mistakes included.
///
/// One thread per connection; the handler may block. ``stop()`` ends all of them.
package final class StubServer: Sendable {
  package typealias Handler = @Sendable (StubRequest, StubConnection) -> Void

  private struct State {
    var requests: [StubRequest] = []
    var connections: [ObjectIdentifier: StubConnection] = [:]
    var acceptedConnections = 0
  }

  package let port: UInt16
  private let listener: CInt
  private let handler: Handler
  private let state = Mutex(State())

  package init(handler: @escaping Handler) throws {
    let (listener, port) = try listenOnLoopback()
    self.listener = listener
    self.port = port
    self.handler = handler
    Thread.detachNewThread { self.acceptLoop() }
  }

  package var url: String { "http://127.0.0.1:\(port)" }
  package var requests: [StubRequest] { state.withLock { $0.requests } }
  package var openConnections: Int { state.withLock { $0.connections.count } }
  package var acceptedConnections: Int { state.withLock { $0.acceptedConnections } }

  package func stop() {
    _ = shutdown(listener, CInt(SHUT_RDWR))
    for connection in state.withLock({ Array($0.connections.values) }) { connection.close() }
  }

  private func acceptLoop() {
    while true {
      let socket = accept(listener, nil, nil)
      guard socket >= 0 else {
        if errno == EINTR || errno == ECONNABORTED { continue }
        break
      }
      let connection = StubConnection(socket)
      state.withLock { state in
        state.connections[ObjectIdentifier(connection)] = connection
        state.acceptedConnections += 1
      }
      Thread.detachNewThread { self.serve(connection) }
    }
    Glibc.close(listener)
  }

  private func serve(_ connection: StubConnection) {
    while let request = connection.readRequest() {
      state.withLock { $0.requests.append(request) }
      handler(request, connection)
      if connection.isClosed { break }
    }
    connection.close()
    state.withLock { _ = $0.connections.removeValue(forKey: ObjectIdentifier(connection)) }
    connection.release()
  }
}

/// A listening socket on 127.0.0.1 and the port that the kernel chose.
func listenOnLoopback() throws -> (socket: CInt, port: UInt16) {
  let listener = socket(AF_INET, CInt(SOCK_STREAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue), 0)
  var address = sockaddr_in()
  address.sin_family = sa_family_t(AF_INET)
  address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
  var length = socklen_t(MemoryLayout<sockaddr_in>.size)
  // SAFETY: sockaddr_in is the address type of AF_INET, and `length` is its size.
  let code = unsafe withUnsafeMutablePointer(to: &address) { pointer in
    unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
      guard unsafe bind(listener, pointer, length) == 0, listen(listener, 256) == 0 else { return CInt(-1) }
      return unsafe getsockname(listener, pointer, &length)
    }
  }
  guard listener >= 0, code == 0 else { throw StubServerError.system("listen", errno) }
  return (listener, UInt16(bigEndian: address.sin_port))
}

package enum StubServerError: Error {
  case system(String, CInt)
  case process(String)
}
