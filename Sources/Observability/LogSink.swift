import Glibc
import Synchronization

/// Where finished log lines go. `write` may be called from any thread and takes whole lines, newline included.
package protocol LogSink: Sendable {
  func write(_ line: [UInt8])
}

/// A file descriptor that is not owned, such as standard error.
///
/// Lines of two threads never mix. A line that cannot be written (closed pipe, full disk) is dropped: logging must not
/// stop the server. SIGPIPE must be ignored by the process.
package final class DescriptorSink: LogSink {
  /// Standard error, where logs belong: standard output is for what a command was asked to print.
  package static let standardError = DescriptorSink(descriptor: STDERR_FILENO)

  private let descriptor: Int32
  private let writing = Mutex<Void>(())

  package init(descriptor: Int32) {
    self.descriptor = descriptor
  }

  package func write(_ line: [UInt8]) {
    writing.withLock { _ in
      var written = 0
      while written < line.count {
        let result = unsafe line[written...].withUnsafeBytes { rest in
          // SAFETY: the bytes are valid during this closure and write(2) reads at most their count.
          unsafe Glibc.write(descriptor, rest.baseAddress, rest.count)
        }
        if result < 0, errno == EINTR { continue }
        guard result > 0 else { return }
        written += result
      }
    }
  }
}
