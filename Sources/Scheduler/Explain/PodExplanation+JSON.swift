internal import NodeCost
internal import WireFormat

extension PodExplanation {
  /// The explanation as one JSON object. Prices and costs are US dollars per hour, exact decimals.
  package var json: [UInt8] {
    var writer = ByteWriter()
    writer.append(#"{"namespace":"#)
    writer.append(string: podNamespace)
    writer.append(#","name":"#)
    writer.append(string: podName)
    writer.append(#","uid":"#)
    writer.append(string: podUID)
    writer.append(#","liveMigratable":"#)
    writer.append(isLiveMigratable)
    if let strategy {
      writer.append(#","strategy":"#)
      writer.append(string: strategy.rawValue)
    }
    writer.append(#","decisions":["#)
    for (index, decision) in decisions.enumerated() {
      if index > 0 { writer.append(",") }
      decision.write(to: &writer)
    }
    writer.append(#"],"nodes":["#)
    for (index, node) in nodes.enumerated() {
      if index > 0 { writer.append(",") }
      node.write(to: &writer)
    }
    writer.append("]}")
    return writer.bytes
  }
}

extension PodExplanation.Decision {
  fileprivate func write(to writer: inout ByteWriter) {
    writer.append(#"{"verb":"#)
    writer.append(string: verb.rawValue)
    writer.append(#","time":"#)
    writer.append(string: WallClock.rfc3339(millisecondsSinceEpoch))
    writer.append(#","nodesExamined":"#)
    writer.append(decimal: Int64(examined))
    writer.append(verb == .prioritize ? #","nodesScored":"# : #","nodesAccepted":"#)
    writer.append(decimal: Int64(accepted))
    writer.append("}")
  }
}

extension PodExplanation.NodeEntry {
  fileprivate func write(to writer: inout ByteWriter) {
    writer.append(#"{"name":"#)
    writer.append(string: name)
    if let verdict {
      writer.append(#","verdict":"#)
      writer.append(string: verdict.label)
      if verdict != .accepted {
        writer.append(#","reason":"#)
        writer.append(string: "\(verdict.message)")
      }
    }
    if let price {
      writer.append(#","priceUSDPerHour":"#)
      writer.append(raw: price.nanodollarsPerHour.description)
      writer.append(#","priceSource":"#)
      writer.append(string: price.source.rawValue)
    }
    if let score { score.write(hasPrice: price != nil, to: &writer) }
    writer.append("}")
  }
}

extension ScoreExplanation {
  fileprivate func write(hasPrice: Bool, to writer: inout ByteWriter) {
    if !hasPrice {
      writer.append(#","priceSource":"#)
      writer.append(string: source.rawValue)
    }
    writer.append(#","score":"#)
    writer.append(decimal: Int64(score))
    if let cost {
      writer.append(#","costUSDPerHour":"#)
      writer.append(raw: cost.description)
    }
    writer.append(#","costUnit":"#)
    writer.append(string: unit.rawValue)
    if let setAside {
      writer.append(#","setAside":"#)
      writer.append(string: setAside.rawValue)
    }
    writer.append(#","terms":["#)
    for (index, term) in terms.enumerated() {
      writer.append(index == 0 ? #"{"name":"# : #",{"name":"#)
      writer.append(string: term.name)
      writer.append(#","weight":"#)
      writer.append(decimal: Int64(term.weight))
      writer.append(#","permille":"#)
      writer.append(decimal: Int64(term.permille))
      writer.append("}")
    }
    writer.append("]")
  }
}
