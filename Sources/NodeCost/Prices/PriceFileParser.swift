/// Why a price file was refused: the first thing that is wrong, with its place.
package struct PriceFileError: Error, Hashable, CustomStringConvertible {
  /// The line, from 1.
  package let line: Int
  /// The column's name; empty where the whole line is meant.
  package let column: String
  /// What is wrong and what to write instead.
  package let problem: String

  /// "line 3, column usd_per_hour: …".
  package var description: String {
    column.isEmpty ? "line \(line): \(problem)" : "line \(line), column \(column): \(problem)"
  }
}

extension PriceFile {
  /// The largest file that is read.
  package static let maximumBytes = 64 << 20
  /// The most lines that are read.
  package static let maximumRows = 1_000_000

  private static let required = ["instance_type", "usd_per_hour"]
  private static let known = [
    "provider", "region", "zone", "instance_type", "capacity_type", "node", "usd_per_hour",
  ]

  /// Reads CSV (RFC 4180; LF or CRLF, an optional byte order mark, lines beginning with `#` and empty lines skipped).
  ///
  /// The first line names the columns, in any order: `instance_type` and `usd_per_hour` are required, `provider`,
  /// `region`, `zone`, `capacity_type` and `node` may be left out. `*` or nothing as provider or region means any;
  /// capacity type defaults to `on-demand`; a line with a `node` prices that node by its name, whatever its type.
  /// Prices are above 0 and at most 1,000,000. The whole file is refused at the first mistake.
  package init(parsing bytes: [UInt8], mode: Mode) throws(PriceFileError) {
    guard bytes.count <= Self.maximumBytes else {
      throw PriceFileError(line: 1, column: "", problem: "the file is larger than \(Self.maximumBytes >> 20) MiB")
    }
    var reader = CSVReader(bytes)
    guard let header = try reader.next() else {
      throw PriceFileError(line: 1, column: "", problem: "the file is empty; the first line names the columns")
    }
    let columns = try Self.columns(header)
    var rows: [Row] = []
    var lines: [Int] = []
    while let record = try reader.next() {
      guard rows.count < Self.maximumRows else {
        throw PriceFileError(
          line: record.line, column: "", problem: "more than \(Self.maximumRows) prices")
      }
      rows.append(try Self.row(record, columns))
      lines.append(record.line)
    }
    do {
      try self.init(mode: mode, rows: rows)
    } catch {
      try Self.failOnDuplicate(rows, lines, error)
      throw PriceFileError(line: lines[error.earlierRow], column: "", problem: "this price is stated twice")
    }
  }

  private static func failOnDuplicate(
    _ rows: [Row], _ lines: [Int], _ duplicate: Duplicate
  ) throws(PriceFileError) {
    let first = rows[duplicate.earlierRow]
    for index in rows.indices where index > duplicate.earlierRow && rows[index].isSameSubject(as: first) {
      throw PriceFileError(
        line: lines[index], column: "", problem: "line \(lines[duplicate.earlierRow]) already states this price")
    }
  }

  /// The place of each known column in a record.
  private static func columns(_ header: CSVReader.Record) throws(PriceFileError) -> [String: Int] {
    var places: [String: Int] = [:]
    for (place, name) in header.fields.enumerated() {
      guard known.contains(name) else {
        throw PriceFileError(
          line: header.line, column: name, problem: "no such column; there are \(known.joined(separator: ", "))")
      }
      guard places.updateValue(place, forKey: name) == nil else {
        throw PriceFileError(line: header.line, column: name, problem: "the column is named twice")
      }
    }
    for name in required where places[name] == nil && !(name == "instance_type" && places["node"] != nil) {
      throw PriceFileError(line: header.line, column: name, problem: "the column is missing from the first line")
    }
    return places
  }

  private static func row(
    _ record: CSVReader.Record, _ columns: [String: Int]
  ) throws(PriceFileError) -> Row {
    guard record.fields.count == columns.count else {
      throw PriceFileError(
        line: record.line, column: "",
        problem: "\(record.fields.count) fields where the first line names \(columns.count) columns")
    }
    func field(_ name: String) -> String { columns[name].map { record.fields[$0] } ?? "" }
    func failure(_ column: String, _ problem: String) -> PriceFileError {
      PriceFileError(line: record.line, column: column, problem: problem)
    }
    guard let price = NanodollarsPerHour(usdText: field("usd_per_hour")), price.isCredible else {
      throw failure(
        "usd_per_hour",
        "\"\(field("usd_per_hour"))\" is no price; write US dollars as a plain decimal above 0, at most 1000000")
    }
    let capacity = field("capacity_type").isEmpty ? .onDemand : CapacityType(spelling: field("capacity_type"))
    guard let capacity else {
      throw failure("capacity_type", "\"\(field("capacity_type"))\" is none of on-demand, spot, reserved")
    }
    guard !field("instance_type").isEmpty || !field("node").isEmpty else {
      throw failure("instance_type", "the field is empty and no node is named")
    }
    guard field("zone").isEmpty || any(field("region")) != nil else {
      throw failure("region", "a price for zone \(field("zone")) needs its region")
    }
    return Row(
      provider: any(field("provider")).map { CloudProvider(name: $0)?.name ?? $0 }, region: any(field("region")),
      zone: field("zone"), instanceType: field("instance_type"), capacityType: capacity, node: field("node"),
      price: price)
  }

  private static func any(_ field: String) -> String? {
    field.isEmpty || field == "*" ? nil : field
  }
}

extension PriceFile.Row {
  /// Whether two lines price the same thing.
  fileprivate func isSameSubject(as other: Self) -> Bool {
    guard node.isEmpty, other.node.isEmpty else { return node == other.node }
    return provider == other.provider && region == other.region && zone == other.zone
      && instanceType == other.instanceType && capacityType == other.capacityType
  }
}
