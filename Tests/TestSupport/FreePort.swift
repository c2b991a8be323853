import Glibc

/// A TCP port on 127.0.0.1 that nobody listens on. For programs that cannot be told port 0; whoever can should be.
///
/// Ports are taken below the kernel's range for outgoing connections, so that none of the many clients that tests run takes
/// the port between this call and the program's `listen`; and at random, since other test runs may share the machine.
/// - Throws: `ProcessFailure` when a thousand attempts found none.
package func freePort() throws -> Int {
  for _ in 0..<1000 {
    let port = UInt16.random(in: 15000..<32000)
    if canListen(on: port) { return Int(port) }
  }
  throw ProcessFailure("found no free port on 127.0.0.1")
}

private func canListen(on port: UInt16) -> Bool {
  let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
  guard descriptor >= 0 else { return false }
  defer { close(descriptor) }
  var address = loopback(port: port)
  return unsafe withSocketAddress(&address) { unsafe bind(descriptor, $0, $1) } == 0
}
