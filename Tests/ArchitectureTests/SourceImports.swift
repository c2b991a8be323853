import Foundation
import TestSupport

/// The import lines of a module's sources.
enum SourceImports {
  struct Line {
    let file: String
    let module: String
  }

  /// Every import in `Sources/<module>`.
  static func lines(of module: String) throws -> [Line] {
    let folder = RepositoryLayout.root.appendingPathComponent("Sources/\(module)")
    let files = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)?.allObjects ?? []
    return try files.compactMap { $0 as? URL }.filter { $0.pathExtension == "swift" }.flatMap { file in
      try String(contentsOf: file, encoding: .utf8).split(separator: "\n").compactMap { line in
        imported(line).map { Line(file: file.lastPathComponent, module: $0) }
      }
    }
  }

  /// The module that an import line names: `package import struct Foundation.URL` names Foundation.
  static func imported(_ line: Substring) -> String? {
    var words = line.prefix(while: { $0 != "/" }).split(separator: " ")
    let modifiers: Set<Substring> = [
      "package", "internal", "public", "private", "fileprivate", "@testable", "@preconcurrency",
    ]
    while let first = words.first, modifiers.contains(first) { words.removeFirst() }
    guard words.first == "import", words.count >= 2 else { return nil }
    let kinds: Set<Substring> = ["struct", "class", "enum", "protocol", "func", "var", "let", "typealias"]
    let path = kinds.contains(words[1]) && words.count > 2 ? words[2] : words[1]
    return path.split(separator: ".").first.map(String.init)
  }
}
