import ClusterModel
import MigrationPlanner
import WireFormat

@testable import PlannerInput

/// Short cuts to read one object from text.
enum Reading {
  static func object(_ text: String, in header: ListHeader = ListHeader()) throws -> ClusterObject {
    var reader = ClusterObjectReader()
    // SAFETY: any bytes make a raw span, and it does not outlive the array.
    let bytes = Array(text.utf8)
    return try unsafe JSONIndex.read(bytes.span.bytes) { json throws(WireFormatError) in
      try reader.object(&json, in: header)
    }
  }

  static func pod(metadata: String = "", spec: String) throws -> ReadPod {
    let text = """
      {"apiVersion":"v1","kind":"Pod","spec":{\(spec)},"metadata":{"namespace":"shop","name":"cart","uid":"u"\(metadata)},
      "status":{"phase":"Running"}}
      """
    guard case .pod(let pod) = try object(text) else { throw NotThatKind() }
    return pod
  }

  static func node(_ name: String, _ more: String = "", labels: [String: String] = [:]) throws -> ClusterObject {
    var labels = labels
    labels[WellKnownName.checkpointNodeLabel] = "true"
    let text = labels.sorted { $0.key < $1.key }.map { "\"\($0.key)\":\"\($0.value)\"" }.joined(separator: ",")
    return try object(
      """
      {"apiVersion":"v1","kind":"Node","metadata":{"name":"\(name)","labels":{\(text)},
      "annotations":{"dakr.devzero.io/hourly-cost":"1.5"\(more)}},
      "status":{"allocatable":{"cpu":"4","memory":"8Gi","pods":"10"},"conditions":[{"type":"Ready","status":"True"}]}}
      """)
  }

  struct NotThatKind: Error {}
}
