import Glibc

/// Text for the person at the terminal, beside a command's result. Where nobody reads it, losing it is right.
enum StandardError {
  static func write(_ text: String) {
    let bytes = Array(text.utf8)
    // SAFETY: the bytes are valid during this closure and write(2) reads at most their count.
    _ = unsafe bytes.withUnsafeBytes { unsafe Glibc.write(STDERR_FILENO, $0.baseAddress, $0.count) }
  }
}
