/// A table for a terminal: columns as wide as their widest cell, numbers to the right.
struct TextTable {
  enum Alignment { case left, right }

  private let headings: [(title: String, alignment: Alignment)]
  private var rows: [[String]] = []

  init(_ headings: [(title: String, alignment: Alignment)]) {
    self.headings = headings
  }

  /// Adds a row; a missing cell is empty. Control characters, which may come from the cluster, are shown as U+FFFD.
  mutating func add(_ cells: [String]) {
    rows.append(cells.map { Self.printable($0) })
  }

  /// The lines, each ended by a newline.
  var text: String {
    let widths = headings.indices.map { column in
      rows.reduce(headings[column].title.count) { widest, row in
        column < row.count ? max(widest, row[column].count) : widest
      }
    }
    var text = line(headings.map(\.title), widths)
    for row in rows { text += line(row, widths) }
    return text
  }

  private func line(_ cells: [String], _ widths: [Int]) -> String {
    var line = ""
    for column in headings.indices {
      let cell = column < cells.count ? cells[column] : ""
      let padding = String(repeating: " ", count: max(0, widths[column] - cell.count))
      line += headings[column].alignment == .left ? cell + padding : padding + cell
      line += "  "
    }
    while line.last == " " { line.removeLast() }
    return line + "\n"
  }

  /// `text` without control characters; with `keepingLines`, line ends stay.
  static func printable(_ text: String, keepingLines: Bool = false) -> String {
    guard text.unicodeScalars.contains(where: isControl) else { return text }
    var clean = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      let isKept = !isControl(scalar) || (keepingLines && scalar == "\n")
      clean.append(isKept ? scalar : "\u{FFFD}")
    }
    return String(clean)
  }

  /// Control characters, and the separators and overrides that change how a terminal lays out a line.
  private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0..<0x20, 0x7F...0x9F, 0x2028...0x202E, 0x2066...0x2069: true
    default: false
    }
  }
}
