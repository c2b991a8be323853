import NIOCore
import Scheduler
import Transport

/// Answers `/explain?pod=namespace/name`: JSON, or a table where text is accepted in its place.
enum ExplainAnswer {
  private static let operation = Route.explain.rawValue
  /// How many pods are named where the one asked for is not known.
  private static let suggestions = 20

  static func respond(from decisions: DecisionLog, query: String?, accept: String?) -> ServerResponse {
    guard let pod = parameter("pod", of: query) else {
      return .text(400, "say which pod: /explain?pod=namespace/name\n\(recent(decisions))", operation: operation)
    }
    guard let (namespace, name) = PodName.split(pod) else {
      return .text(400, "a pod is named as namespace/name", operation: operation)
    }
    guard let explanation = decisions.explanation(namespace: namespace, name: name) else {
      return .text(404, "nothing is known of pod \(namespace)/\(name)\n\(recent(decisions))", operation: operation)
    }
    if wantsText(accept) { return .text(200, explanation.table, operation: operation) }
    return ServerResponse(status: 200, body: [ByteBuffer(bytes: explanation.json)], operation: operation)
  }

  private static func recent(_ decisions: DecisionLog) -> String {
    let pods = decisions.recentPods(limit: suggestions)
    guard !pods.isEmpty else {
      return
        "no pod was decided about yet, or scheduling.explainedDecisions is 0; kube-scheduler may ask another replica\n"
    }
    return "pods decided about last:\n" + pods.map { "  \($0.namespace)/\($0.name)\n" }.joined()
  }

  /// curl sends `*/*`, which gets JSON: only an explicit wish for text gets the table.
  private static func wantsText(_ accept: String?) -> Bool {
    let types = (accept ?? "").lowercased().split(separator: ",").map { type in
      type.split(separator: ";").first?.trimmingBlanks() ?? ""
    }
    return types.first { $0 == "text/plain" || $0 == "application/json" } == "text/plain"
  }

  /// The value of a query parameter, percent-decoded; nil where it is missing or not UTF-8.
  static func parameter(_ name: String, of query: String?) -> String? {
    for item in (query ?? "").split(separator: "&") {
      let parts = item.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard parts.count == 2, parts[0] == name else { continue }
      return decoded(parts[1])
    }
    return nil
  }

  private static func decoded(_ text: Substring) -> String? {
    var bytes: [UInt8] = []
    var rest = text.utf8[...]
    while let byte = rest.popFirst() {
      guard byte == UInt8(ascii: "%") else {
        bytes.append(byte == UInt8(ascii: "+") ? UInt8(ascii: " ") : byte)
        continue
      }
      guard rest.count >= 2, let value = UInt8(String(Substring(rest.prefix(2))), radix: 16) else { return nil }
      bytes.append(value)
      rest = rest.dropFirst(2)
    }
    return String(validating: bytes, as: UTF8.self)
  }
}

/// How pods are named by people: `namespace/name`, or a name in the namespace `default`.
enum PodName {
  static func split(_ text: String) -> (namespace: String, name: String)? {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard (1...2).contains(parts.count), parts.allSatisfy({ !$0.isEmpty }) else { return nil }
    return parts.count == 1 ? ("default", String(parts[0])) : (String(parts[0]), String(parts[1]))
  }
}
