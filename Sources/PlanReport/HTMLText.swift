/// Text that goes into a page: names come from the cluster, where anybody may have chosen them.
enum HTMLText {
  /// The text as element content or as a quoted attribute.
  static func escaped(_ text: String) -> String {
    var result = ""
    result.reserveCapacity(text.utf8.count)
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "'": result += "&#39;"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }

  /// The text as a JSON string that may stand in a `script` element: `<` and the line separators of ECMAScript are
  /// escaped, too (HTML Standard, "Restrictions for contents of script elements").
  static func json(_ text: String) -> String {
    var result = "\""
    result.reserveCapacity(text.utf8.count + 2)
    for scalar in text.unicodeScalars {
      switch scalar.value {
      case 0x22: result += "\\\""
      case 0x5C: result += "\\\\"
      case 0..<0x20, 0x3C, 0x3E, 0x26, 0x2028, 0x2029:
        let hex = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }

  /// A table with a caption; cells are escaped, those of `numbers` columns stand to the right.
  static func table(_ caption: String, _ head: [String], numbers: Set<Int>, _ rows: [[String]]) -> String {
    guard !rows.isEmpty else { return "" }
    func row(_ cells: [String], _ tag: String) -> String {
      "<tr>"
        + cells.enumerated().map { index, cell in
          "<\(tag)\(numbers.contains(index) ? " class=\"n\"" : "")>\(escaped(cell))</\(tag)>"
        }.joined() + "</tr>"
    }
    return
      "<div class=\"scroll\"><table><caption>\(escaped(caption))</caption><thead>\(row(head, "th"))</thead><tbody>\n"
      + rows.map { row($0, "td") }.joined(separator: "\n") + "\n</tbody></table></div>"
  }
}
