/// Finds the name that was probably meant.
enum NearestName {
  /// The candidate with the fewest edits, where that is close enough to be a slip rather than another word.
  static func of(_ name: String, among candidates: [String]) -> String? {
    let ranked = candidates.map { (name: $0, edits: edits(lowercased(name), lowercased($0))) }
    guard let best = ranked.min(by: { $0.edits < $1.edits }) else { return nil }
    return best.edits <= max(1, min(name.count, best.name.count) / 3) ? best.name : nil
  }

  /// `; did you mean "x"?`, or nothing.
  static func hint(_ name: String, among candidates: [String]) -> String {
    of(name, among: candidates).map { "; did you mean \"\($0)\"?" } ?? ""
  }

  /// Insertions, deletions, replacements and swaps of neighbours that turn one text into the other (optimal string
  /// alignment). Texts beyond 64 bytes are compared by their first 64.
  static func edits(_ left: [UInt8], _ right: [UInt8]) -> Int {
    let left = left.prefix(64)
    let right = right.prefix(64)
    var beforePrevious: [Int] = []
    var previous = Array(0...right.count)
    for (row, a) in left.enumerated() {
      var current = [row + 1]
      for (column, b) in right.enumerated() {
        var best = min(previous[column + 1] + 1, current[column] + 1, previous[column] + (a == b ? 0 : 1))
        if row > 0, column > 0, a == right[column - 1], left[row - 1] == b {
          best = min(best, beforePrevious[column - 1] + 1)
        }
        current.append(best)
      }
      beforePrevious = previous
      previous = current
    }
    return previous[right.count]
  }

  private static func lowercased(_ text: String) -> [UInt8] { Array(text.lowercased().utf8) }
}
