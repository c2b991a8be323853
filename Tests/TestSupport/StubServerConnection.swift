private import Foundation
private import Glibc
private import Synchronization

/// One connection of a ``StubServer``. Used by its own thread; ``close()`` may be called by any.
package final class StubConnection: Sendable {
  private struct State {
    var received: [UInt8] = []
    var isClosed = false
  }

  private let socket: CInt
  private let state = Mutex(State())

  init(_ socket: CInt) {
    self.socket = socket
    var one: CInt = 1
    _ = unsafe setsockopt(socket, CInt(IPPROTO_TCP), TCP_NODELAY, &one, socklen_t(MemoryLayout<CInt>.size))
  }

  package var isClosed: Bool { state.withLock { $0.isClosed } }

  /// Writes all bytes; false where the peer is gone.
  @discardableResult package func send(_ bytes: [UInt8]) -> Bool {
    var offset = 0
    while offset < bytes.count {
      let sent = unsafe bytes.withUnsafeBytes { buffer in
        // SAFETY: `offset` is within the buffer, and the count is what remains.
        unsafe Glibc.send(
          socket, buffer.baseAddress.map { unsafe $0 + offset }, buffer.count - offset, CInt(MSG_NOSIGNAL))
      }
      if sent < 0 && errno == EINTR { continue }
      guard sent > 0 else { return false }
      offset += sent
    }
    return true
  }

  @discardableResult package func send(_ text: String) -> Bool { send(Array(text.utf8)) }

  /// Writes one complete response with its length.
  @discardableResult package func respond(
    _ status: Int = 200, headers: [String] = [], body: [UInt8] = []
  ) -> Bool {
    let head = (["HTTP/1.1 \(status) X", "Content-Length: \(body.count)"] + headers).joined(separator: "\r\n")
    return send(Array((head + "\r\n\r\n").utf8) + body)
  }

  @discardableResult package func respond(_ status: Int = 200, headers: [String] = [], body: String) -> Bool {
    respond(status, headers: headers, body: Array(body.utf8))
  }

  /// Begins a chunked response.
  @discardableResult package func beginChunked(_ status: Int = 200) -> Bool {
    send("HTTP/1.1 \(status) X\r\nTransfer-Encoding: chunked\r\n\r\n")
  }

  @discardableResult package func chunk(_ bytes: [UInt8]) -> Bool {
    send(Array((String(bytes.count, radix: 16) + "\r\n").utf8) + bytes + Array("\r\n".utf8))
  }

  @discardableResult package func chunk(_ text: String) -> Bool { chunk(Array(text.utf8)) }

  @discardableResult package func endChunked() -> Bool { send("0\r\n\r\n") }

  /// Ends our direction only (FIN); the peer may go on sending.
  package func finishSending() { _ = shutdown(socket, CInt(SHUT_WR)) }

  /// Blocks until the peer closes; whatever it sends until then is dropped.
  package func waitForPeerToClose() {
    while receive() != nil {}
    close()
  }

  /// Ends the connection in order (FIN).
  package func close() {
    let wasClosed = state.withLock { state in
      defer { state.isClosed = true }
      return state.isClosed
    }
    if !wasClosed { _ = shutdown(socket, CInt(SHUT_RDWR)) }
  }

  /// Gives the descriptor back; the last call, by the connection's thread.
  func release() { Glibc.close(socket) }

  func readRequest() -> StubRequest? {
    var buffer = state.withLock { $0.received }
    let end = Array("\r\n\r\n".utf8)
    var headEnd = buffer.firstRange(of: end)
    while headEnd == nil {
      guard let more = receive() else { return nil }
      buffer += more
      headEnd = buffer.firstRange(of: end)
    }
    guard let headEnd else { return nil }
    let lines = String(decoding: buffer[..<headEnd.lowerBound], as: UTF8.self).components(separatedBy: "\r\n")
    let first = lines[0].split(separator: " ").map(String.init)
    guard first.count >= 2 else { return nil }
    var headers: [String: String] = [:]
    for line in lines.dropFirst() {
      let parts = line.split(separator: ":", maxSplits: 1)
      guard parts.count == 2 else { continue }
      headers[parts[0].lowercased()] = parts[1].trimmingCharacters(in: .whitespaces)
    }
    let length = headers["content-length"].flatMap(Int.init) ?? 0
    while buffer.count < headEnd.upperBound + length {
      guard let more = receive() else { return nil }
      buffer += more
    }
    let body = Array(buffer[headEnd.upperBound..<(headEnd.upperBound + length)])
    let rest = Array(buffer[(headEnd.upperBound + length)...])
    state.withLock { $0.received = rest }
    return StubRequest(method: first[0], target: first[1], headers: headers, body: body)
  }

  private func receive() -> [UInt8]? {
    var bytes = [UInt8](repeating: 0, count: 64 << 10)
    while true {
      let count = unsafe bytes.withUnsafeMutableBytes { buffer in
        unsafe recv(socket, buffer.baseAddress, buffer.count, 0)
      }
      if count < 0 && errno == EINTR { continue }
      return count > 0 ? Array(bytes[..<count]) : nil
    }
  }
}
