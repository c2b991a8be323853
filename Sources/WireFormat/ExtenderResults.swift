/// Why a node was rejected, as kube-scheduler is told.
///
/// kube-scheduler groups nodes by equal text in a pod's FailedScheduling event and cuts the event at 1,024 bytes: the
/// text has to be a constant, and must not name the node. It may hold no character that JSON escapes.
package struct RejectionText: Sendable {
  package var message: StaticString
  /// Whether evicting pods could not help. Such a node is listed in both failure maps, because 1.20 reads only the first
  /// and the second one wins where it is read.
  package var isUnresolvable: Bool

  package init(_ message: StaticString, isUnresolvable: Bool) {
    self.message = message
    self.isUnresolvable = isUnresolvable
  }
}

/// Writes the answers of the extender's verbs (`k8s.io/kube-scheduler/extender/v1/types.go`).
///
/// No answer ends in a newline: Go's client reads no further than the closing bracket, and what is left in a connection
/// keeps it from being used again.
package enum ExtenderResults {
  /// What a node's name and what stands around it usually take; more costs another allocation.
  private static let usualElementBytes = 80

  /// Writes an `ExtenderFilterResult`.
  ///
  /// With names, `NodeNames` is an array (`[]` where every node was rejected) and `Nodes` is null; with full nodes it is
  /// the other way round, and the accepted nodes' own bytes are echoed, neighbours in one slice with what stands between
  /// them in the request.
  ///
  /// - Parameters:
  ///   - verdicts: parallel to the candidates; 0 accepts, `n` rejects for `rejections[n - 1]`.
  ///   - body: the request's body.
  package static func writeFilter(
    _ arguments: ExtenderArguments, verdicts: [UInt8], rejections: [RejectionText], body: RawSpan,
    into writer: inout ResponseWriter
  ) {
    let isFull = arguments.nodes != nil
    if !isFull { writer.reserve(512 + arguments.candidates.count * usualElementBytes) }
    writer.append(isFull ? #"{"Nodes":{"metadata":{},"items":["# : #"{"Nodes":null,"NodeNames":["#)
    writeAccepted(arguments.candidates, verdicts, body, into: &writer)
    writer.append(isFull ? #"]},"NodeNames":null,"FailedNodes":{"# : #"],"FailedNodes":{"#)
    let failed = writer.count
    writeRejected(arguments.candidates, verdicts, rejections, body, into: &writer) { _ in true }
    let failedEnd = writer.count
    writer.append(#"},"FailedAndUnresolvableNodes":{"#)
    if rejections.allSatisfy(\.isUnresolvable) {
      writer.append(again: failed..<failedEnd)
    } else {
      writeRejected(arguments.candidates, verdicts, rejections, body, into: &writer) { $0.isUnresolvable }
    }
    writer.append(#"},"Error":""}"#)
  }

  private static func writeAccepted(
    _ candidates: [NodeCandidate], _ verdicts: [UInt8], _ body: RawSpan, into writer: inout ResponseWriter
  ) {
    var isFirst = true
    var index = 0
    while index < candidates.count {
      guard verdicts[index] == 0 else {
        index += 1
        continue
      }
      let start = candidates[index].echoRange.lowerBound
      while index + 1 < candidates.count, verdicts[index + 1] == 0 { index += 1 }
      if !isFirst { writer.append(",") }
      writer.append(slice: start..<candidates[index].echoRange.upperBound, of: body)
      isFirst = false
      index += 1
    }
  }

  private static func writeRejected(
    _ candidates: [NodeCandidate], _ verdicts: [UInt8], _ rejections: [RejectionText], _ body: RawSpan,
    into writer: inout ResponseWriter, where isListed: (RejectionText) -> Bool
  ) {
    var isFirst = true
    for (candidate, verdict) in zip(candidates, verdicts) where verdict != 0 {
      let rejection = rejections[min(Int(verdict), rejections.count) - 1]
      guard isListed(rejection) else { continue }
      writer.append(isFirst ? "" : ",", copying: candidate.nameRange, of: body, #":""#)
      isFirst = false
      writer.append(rejection.message)
      writer.append(#"""#)
    }
  }

  /// Writes a `HostPriorityList`: every candidate with its score, as an integer literal.
  package static func writeScores(
    _ candidates: [NodeCandidate], scores: [UInt8], body: RawSpan, into writer: inout ResponseWriter
  ) {
    writer.reserve(16 + candidates.count * usualElementBytes)
    writer.append("[")
    for place in 0..<min(candidates.count, scores.count) {
      if place > 0 { writer.append(",") }
      writer.append(host: candidates[place].nameRange, of: body, score: scores[place])
    }
    writer.append("]")
  }

  /// Writes an `ExtenderPreemptionResult`, always in the meta form and without any null.
  ///
  /// Victims are handed back as they came, an empty list included: kube-scheduler refuses an answer that takes a node's
  /// victims away, and sends nodes without victims itself since pull request 135486.
  ///
  /// - Parameter isOffered: parallel to the candidates.
  package static func writePreemption(
    _ candidates: [PreemptionCandidate], isOffered: [Bool], body: RawSpan, into writer: inout ResponseWriter
  ) {
    writer.append(#"{"NodeNameToMetaVictims":{"#)
    var isFirst = true
    for (candidate, offered) in zip(candidates, isOffered) where offered {
      if !isFirst { writer.append(",") }
      isFirst = false
      writer.append(slice: candidate.nameRange, of: body)
      writer.append(#":{"Pods":["#)
      for (position, uid) in candidate.victimUIDs.enumerated() {
        writer.append(position == 0 ? #"{"UID":"# : #",{"UID":"#)
        writer.append(slice: uid, of: body)
        writer.append("}")
      }
      writer.append(#"],"NumPDBViolations":"#)
      writer.append(decimal: candidate.disruptionBudgetViolations)
      writer.append("}")
    }
    writer.append("}}")
  }

  /// Writes the form of an error that kube-scheduler reads from a filter call, and people from the others.
  package static func writeError(_ message: String, into writer: inout ResponseWriter) {
    writer.append(#"{"Error":"#)
    var text = ByteWriter()
    text.append(string: message)
    unsafe writer.append(text.bytes.span.bytes)
    writer.append("}")
  }
}
