import Glibc
import PlannerInput
import WireFormat

/// Reads a cluster from files that kubectl wrote, a few megabytes at a time.
struct ClusterFiles {
  /// Paths; `-` stands for the standard input.
  let paths: [String]

  private static let chunkBytes = 4 << 20

  /// Hands every object of every file to `body`, in order.
  func read(_ body: (ClusterObject) -> Void) throws {
    var reader = ClusterObjectReader()
    for path in paths {
      let name = path == "-" ? "standard input" : path
      let descriptor = path == "-" ? STDIN_FILENO : unsafe open(path, O_RDONLY | O_CLOEXEC)
      guard descriptor >= 0 else { throw FileFailure("read", path) }
      defer { if descriptor != STDIN_FILENO { close(descriptor) } }
      do {
        try Self.read(descriptor, name, &reader, body)
      } catch let error as WireFormatError {
        throw CommandFailure("\(name): \(error)")
      }
    }
  }

  private static func read(
    _ descriptor: Int32, _ name: String, _ reader: inout ClusterObjectReader, _ body: (ClusterObject) -> Void
  ) throws {
    var splitter = ListSplitter()
    var objects = 0
    while true {
      var result = 0
      let chunk = unsafe [UInt8](unsafeUninitializedCapacity: chunkBytes) { buffer, count in
        // SAFETY: read(2) writes at most the buffer's count.
        result = unsafe Glibc.read(descriptor, buffer.baseAddress, buffer.count)
        count = max(0, result)
      }
      if result < 0, errno == EINTR { continue }
      guard result >= 0 else { throw FileFailure("read", name) }
      if result == 0 { break }
      try splitter.feed(chunk) { bytes, header in
        objects += 1
        body(try object(bytes, header, name, &reader))
      }
    }
    try splitter.finish()
    guard objects > 0 else {
      throw CommandFailure("\(name) holds no Kubernetes objects; write it with kubectl get … -A -o json")
    }
  }

  private static func object(
    _ bytes: RawSpan, _ header: ListHeader, _ name: String, _ reader: inout ClusterObjectReader
  ) throws -> ClusterObject {
    var title = "object"
    do {
      return try JSONIndex.read(bytes) { json throws(WireFormatError) in
        let start = json
        do throws(WireFormatError) {
          return try reader.object(&json, in: header)
        } catch {
          title = ClusterObjectReader.title(start, in: header)
          throw error
        }
      }
    } catch {
      throw CommandFailure("\(name): \(title): \(error)")
    }
  }
}
