internal import COpenSSL
import Glibc

/// The contents of a listener's certificate files at one moment, and a fingerprint to tell that moment from the next.
struct TLSMaterial {
  let certificatePEM: [UInt8]
  let privateKeyPEM: [UInt8]
  let clientCAPEM: [UInt8]?
  /// SHA-256 over the files' resolved paths and contents: a Secret's symlink swap changes the path, a rewrite in place
  /// the content.
  let fingerprint: [UInt8]

  /// Blocks on disk.
  init(reading configuration: TLSConfiguration) throws(TLSFailure) {
    certificatePEM = try Self.contents(of: configuration.certificateFile, as: "TLS certificate")
    privateKeyPEM = try Self.contents(of: configuration.privateKeyFile, as: "TLS private key")
    if let file = configuration.clientCAFile {
      clientCAPEM = try Self.contents(of: file, as: "client CA")
    } else {
      clientCAPEM = nil
    }
    var everything: [UInt8] = []
    let files = [configuration.certificateFile, configuration.privateKeyFile, configuration.clientCAFile]
    for (file, content) in zip(files, [certificatePEM, privateKeyPEM, clientCAPEM ?? []]) {
      guard let file else { continue }
      everything += Array(Self.resolved(file).utf8)
      everything.append(0)
      everything += content
      everything.append(0)
    }
    fingerprint = Self.digest(everything)
  }

  /// Certificate bundles are some kilobytes; a system's whole CA bundle is about 250.
  private static let maxFileBytes = 4 << 20

  private static func contents(of file: String, as what: String) throws(TLSFailure) -> [UInt8] {
    let descriptor = unsafe open(file, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw failure(file, what) }
    defer { close(descriptor) }
    var content: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 16 << 10)
    while true {
      let count = unsafe read(descriptor, &chunk, chunk.count)
      if count == 0 { return content }
      guard count > 0 else {
        if errno == EINTR { continue }
        throw failure(file, what)
      }
      content += chunk[..<count]
      guard content.count <= maxFileBytes else {
        throw TLSFailure(.file, "\(what) \(file) is larger than \(maxFileBytes) bytes: is it the right file?")
      }
    }
  }

  private static func failure(_ file: String, _ what: String) -> TLSFailure {
    TLSFailure(.file, "cannot read the \(what) \(file): \(unsafe String(cString: strerror(errno)))")
  }

  private static func resolved(_ file: String) -> String {
    guard let path = unsafe realpath(file, nil) else { return file }
    defer { unsafe free(path) }
    return unsafe String(cString: path)
  }

  private static func digest(_ bytes: [UInt8]) -> [UInt8] {
    var output = [UInt8](repeating: 0, count: 32)
    _ = unsafe SHA256(bytes, bytes.count, &output)
    return output
  }
}
