import NodeCost

/// A price file that could not be used, with the file's name.
struct PriceFileFailure: Error, CustomStringConvertible {
  let description: String
}

/// Reads price files.
enum PriceFileLoader {
  static func load(_ path: String, mode: PriceFile.Mode) throws -> PriceFile {
    let bytes = try PrivateFile.read(path, maximumBytes: PriceFile.maximumBytes)
    do {
      return try PriceFile(parsing: bytes, mode: mode)
    } catch {
      throw PriceFileFailure(description: "the price file \(path) was refused: \(error)")
    }
  }
}
