private import Foundation
private import Glibc
private import Subprocess
private import SystemPackage

/// A directory that lives as long as the closure runs.
package func withStubDirectory<Result>(_ body: (String) async throws -> Result) async throws -> Result {
  let directory = NSTemporaryDirectory() + "stub-" + UUID().uuidString
  try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(atPath: directory) }
  return try await body(directory)
}

/// Runs a server program (`nghttpd`, `openssl s_server`) on a free loopback port for the length of the closure.
///
/// `arguments` gets the port. The closure is called once the program accepts connections.
package func withStubServerProcess<Result: Sendable>(
  _ program: String, workingDirectory: String = "/", arguments: (UInt16) -> [String],
  body: @Sendable @escaping (UInt16) async throws -> Result
) async throws -> Result {
  for _ in 0..<5 {
    let (listener, port) = try listenOnLoopback()
    Glibc.close(listener)
    // Another process may take the port before the program does; then the program ends at once, and the next port is
    // tried.
    let outcome = try await run(
      .name(program), arguments: Arguments(arguments(port)), workingDirectory: FilePath(workingDirectory), input: .none,
      output: .discarded, error: .discarded
    ) { execution -> Result? in
      guard await accepts(port: port, within: .seconds(10)) else {
        try? execution.send(signal: .kill)
        return nil
      }
      let result = try await body(port)
      try? execution.send(signal: .kill)
      return result
    }
    if let result = outcome.closureResult { return result }
  }
  throw StubServerError.process("\(program) accepts no connections; is it installed?")
}

/// Runs a program to its end; throws with its error output where it fails.
package func runStubTool(_ program: String, _ arguments: [String]) async throws {
  let result = try await run(
    .name(program), arguments: Arguments(arguments), output: .discarded, error: .string(limit: 64 << 10))
  guard result.terminationStatus.isSuccess else {
    throw StubServerError.process("\(program) \(arguments.joined(separator: " ")): \(result.standardError)")
  }
}

private func accepts(port: UInt16, within limit: Duration) async -> Bool {
  let deadline = ContinuousClock.now + limit
  while ContinuousClock.now < deadline {
    if connects(to: port) { return true }
    try? await Task.sleep(for: .milliseconds(20))
  }
  return false
}

private func connects(to port: UInt16) -> Bool {
  let descriptor = socket(AF_INET, CInt(SOCK_STREAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue), 0)
  defer { Glibc.close(descriptor) }
  var address = sockaddr_in()
  address.sin_family = sa_family_t(AF_INET)
  address.sin_port = port.bigEndian
  address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
  // SAFETY: sockaddr_in is the address type of AF_INET, and the length is its size.
  return unsafe withUnsafePointer(to: &address) { pointer in
    unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
      unsafe connect(descriptor, pointer, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
    }
  }
}

/// Polls until the condition holds; false where it does not within the limit.
package func stubPoll(
  within limit: Duration = .seconds(120), _ condition: @Sendable () async throws -> Bool
) async rethrows -> Bool {
  let deadline = ContinuousClock.now + limit
  while ContinuousClock.now < deadline {
    if try await condition() { return true }
    try? await Task.sleep(for: .milliseconds(10))
  }
  return try await condition()
}

/// Sockets of this process whose peer is 127.0.0.1 at `port`: a connection that was leaked stays in the count.
package func stubClientSockets(toPort port: UInt16) -> Int {
  let descriptors = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")) ?? []
  return descriptors.compactMap { CInt($0) }.count { descriptor in
    var address = sockaddr_in()
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    // SAFETY: the kernel writes at most `length` bytes; a descriptor that is no socket any more gives an error.
    let code = unsafe withUnsafeMutablePointer(to: &address) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { unsafe getpeername(descriptor, $0, &length) }
    }
    return code == 0 && address.sin_family == sa_family_t(AF_INET) && address.sin_port == port.bigEndian
  }
}
