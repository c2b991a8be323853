import Glibc

/// A failed operation on a file: what, which file, and the system's reason.
struct FileFailure: Error, CustomStringConvertible {
  let description: String

  init(_ operation: String, _ path: String, code: Int32 = errno) {
    // SAFETY: glibc keeps the text of strerror(3) per thread (since 2.32); it is copied at once.
    let reason = unsafe String(cString: strerror(code))
    description = "cannot \(operation) \(path): \(reason)"
  }
}

/// Files that only their owner may read.
enum PrivateFile {
  /// Puts `bytes` at `path` in one step, readable by the owner alone: a reader sees the old file or the whole new one.
  static func write(_ bytes: [UInt8], to path: String) throws(FileFailure) {
    let draft = "\(path).\(getpid()).\(UInt32.random(in: .min ... .max))"
    let descriptor = unsafe open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw FileFailure("create", draft) }
    do throws(FileFailure) {
      try writeAll(bytes, to: descriptor, draft)
    } catch {
      close(descriptor)
      unsafe unlink(draft)
      throw error
    }
    close(descriptor)
    guard unsafe rename(draft, path) == 0 else {
      let failure = FileFailure("replace", path)
      unsafe unlink(draft)
      throw failure
    }
  }

  private static func writeAll(_ bytes: [UInt8], to descriptor: Int32, _ path: String) throws(FileFailure) {
    var written = 0
    while written < bytes.count {
      let count = unsafe bytes[written...].withUnsafeBytes { rest in
        // SAFETY: the bytes are valid during this closure and write(2) reads at most their count.
        unsafe Glibc.write(descriptor, rest.baseAddress, rest.count)
      }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw FileFailure("write", path) }
      written += count
    }
    guard fsync(descriptor) == 0 else { throw FileFailure("write", path) }
  }

  /// The content of a file of at most `maximumBytes`.
  static func read(_ path: String, maximumBytes: Int) throws(FileFailure) -> [UInt8] {
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw FileFailure("read", path) }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 64 << 10)
    while true {
      let count = unsafe chunk.withUnsafeMutableBytes { buffer in
        // SAFETY: the buffer is valid during this closure and read(2) writes at most its count.
        unsafe Glibc.read(descriptor, buffer.baseAddress, buffer.count)
      }
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw FileFailure("read", path) }
      guard count > 0 else { return bytes }
      bytes += chunk.prefix(count)
      guard bytes.count <= maximumBytes else { throw FileFailure("read", path, code: EFBIG) }
    }
  }

  static func exists(_ path: String) -> Bool { unsafe access(path, F_OK) == 0 }

  /// Makes a folder, with its parents, for the owner alone; one that exists stays as it is.
  static func makeFolder(_ path: String) throws(FileFailure) {
    var made = path.hasPrefix("/") ? "" : "."
    for part in path.split(separator: "/") {
      made += "/\(part)"
      if unsafe mkdir(made, 0o700) != 0, errno != EEXIST { throw FileFailure("make the folder", made) }
    }
  }
}
