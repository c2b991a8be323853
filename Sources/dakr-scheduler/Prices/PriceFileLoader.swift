import NodeCost

/// A price file that could not be used, with the file's name.
struct PriceFileFailure: Error, CustomStringConvertible {
  let description: String
}

/// Reads price files.
enum PriceFileLoader {
  static func load(_ path: String, mode: PriceFile.Mode) throws -> PriceFile {
    try parse(PrivateFile.read(path, maximumBytes: PriceFile.maximumBytes), name: path, mode: mode)
  }

  static func parse(_ bytes: [UInt8], name: String, mode: PriceFile.Mode) throws(PriceFileFailure) -> PriceFile {
    do {
      return try PriceFile(parsing: bytes, mode: mode)
    } catch {
      throw PriceFileFailure(description: "the price file \(name) was refused: \(error)")
    }
  }
}
