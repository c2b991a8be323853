private import Glibc

/// Reading small files (tokens, certificates, kubeconfigs) whole, with a bound.
enum BoundedFile {
  /// Certificate bundles and kubeconfigs stay far below it.
  static let maximumBytes = 8 << 20

  struct Unreadable: Error {
    var path: String
    /// `ENOENT` and its kin; 0 where the file is too large.
    var code: CInt

    var isMissing: Bool { code == ENOENT || code == ENOTDIR }
    var detail: String {
      code == 0
        ? "\(path) is larger than \(BoundedFile.maximumBytes) bytes"
        // SAFETY: strerror returns a string with a terminating zero, which is copied at once.
        : "\(path) cannot be read: \(unsafe String(cString: strerror(code)))"
    }
  }

  static func read(_ path: String) throws(Unreadable) -> [UInt8] {
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw Unreadable(path: path, code: errno) }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 64 << 10)
    while true {
      let count = unsafe chunk.withUnsafeMutableBytes { buffer in
        unsafe Glibc.read(descriptor, buffer.baseAddress, buffer.count)
      }
      if count < 0 && errno == EINTR { continue }
      guard count >= 0 else { throw Unreadable(path: path, code: errno) }
      guard count > 0 else { return bytes }
      guard bytes.count + count <= maximumBytes else { throw Unreadable(path: path, code: 0) }
      bytes += chunk[..<count]
    }
  }

  /// The text of a file without surrounding white space, as client-go reads tokens.
  static func readTrimmedText(_ path: String) throws(Unreadable) -> String {
    trim(String(decoding: try read(path), as: UTF8.self))
  }

  static func trim(_ text: String) -> String {
    var slice = text[...]
    while slice.first?.isWhitespace == true { slice = slice.dropFirst() }
    while slice.last?.isWhitespace == true { slice = slice.dropLast() }
    return String(slice)
  }

  static func exists(_ path: String) -> Bool {
    unsafe access(path, F_OK) == 0
  }

  /// `path` as seen from `directory`; absolute paths stay.
  static func resolve(_ path: String, from directory: String) -> String {
    path.hasPrefix("/") || directory.isEmpty ? path : directory == "/" ? "/\(path)" : "\(directory)/\(path)"
  }

  /// Everything before the last slash; empty for a bare name, `/` for a file of the root.
  static func directory(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "" }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }
}
