import Foundation
import TestSupport

/// The table in docs/architecture.md that says who imports whom.
struct ImportTable {
  let imports: [String: Set<String>]

  /// Reads the rows below the header that names modules and their imports.
  static func load() throws -> ImportTable {
    let file = RepositoryLayout.root.appendingPathComponent("docs/architecture.md")
    let lines = try String(contentsOf: file, encoding: .utf8).split(separator: "\n", omittingEmptySubsequences: false)
    guard let header = lines.firstIndex(where: { $0.hasPrefix("| module | imports") }) else {
      throw ProcessFailure("docs/architecture.md has no table with the header `| module | imports …`")
    }
    var imports: [String: Set<String>] = [:]
    for line in lines[(header + 2)...].prefix(while: { $0.hasPrefix("|") }) {
      let cells = line.split(separator: "|").map(names)
      guard cells.count == 2, let module = cells[0].first else {
        throw ProcessFailure("docs/architecture.md: this row of the import table is not understood: \(line)")
      }
      imports[module] = Set(cells[1])
    }
    return ImportTable(imports: imports)
  }

  /// What stands in backquotes.
  private static func names(in cell: Substring) -> [String] {
    cell.split(separator: "`", omittingEmptySubsequences: false).enumerated().filter { $0.offset % 2 == 1 }
      .map { String($0.element) }
  }
}
