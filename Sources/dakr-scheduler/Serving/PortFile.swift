import Transport

/// Tells scripts where a server listens, above all one that was given port 0.
struct PortFile {
  let path: String

  /// Writes `{"https":port,"http":port}` in one step; a listener that is off is left out.
  func write(_ listeners: [BoundListener]) throws {
    let ports = listeners.map { "\"\($0.name)\":\($0.port)" }.joined(separator: ",")
    try PrivateFile.write(Array("{\(ports)}\n".utf8), to: path)
  }
}
