/// Takes what TLS has decrypted where it shall end up, without buffers and pipeline in between. Confined to the
/// connection's event loop.
protocol PlaintextReceiver: AnyObject {
  /// Input has come from the network, and is about to be decrypted.
  func inputBegins()
  /// Lends room to `fill`, which returns how much of it it has filled, and takes that.
  func receive(_ fill: (UnsafeMutableRawBufferPointer) -> Int)
  /// What had come is decrypted.
  func inputEnds()
}
