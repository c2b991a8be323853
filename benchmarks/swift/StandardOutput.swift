import Glibc

/// Standard output, without the block buffering that a pipe would get.
enum StandardOutput {
  static func printLine(_ line: String) {
    print(line)
    fflush(nil)
  }
}
