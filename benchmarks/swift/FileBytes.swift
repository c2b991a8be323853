import Glibc

/// A file that could not be read.
struct FileFailure: Error, CustomStringConvertible {
  let description: String
}

enum FileBytes {
  /// The whole content of a file.
  static func read(_ path: String) throws -> [UInt8] {
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw FileFailure(description: "cannot open \(path)") }
    defer { close(descriptor) }
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0 else { throw FileFailure(description: "cannot size \(path)") }
    let size = Int(status.st_size)
    let bytes = unsafe [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
      while count < size {
        // SAFETY: the address is inside the buffer, as count is below its size.
        let read = unsafe Glibc.read(descriptor, buffer.baseAddress?.advanced(by: count), size - count)
        guard read > 0 else { break }
        count += read
      }
    }
    guard bytes.count == size else { throw FileFailure(description: "cannot read \(path)") }
    return bytes
  }
}
