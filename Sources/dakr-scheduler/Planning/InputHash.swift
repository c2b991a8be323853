import COpenSSL
import MigrationPlanner

/// A name for what a plan was made from: equal clusters, equal names.
enum InputHash {
  /// SHA-256 over nodes (name, UID, price) and pods (name, UID, node), in hexadecimal.
  static func sha256(of problem: PlanningProblem) -> String {
    var text: [UInt8] = []
    func add(_ part: String) {
      text += part.utf8
      text.append(0)
    }
    for node in 0..<problem.nodeCount {
      add(problem.nodeNames[node])
      add(problem.nodeUIDs[node])
      add(String(problem.nodePrices[node]))
    }
    for pod in 0..<problem.podCount {
      add(problem.podTitle(pod))
      add(problem.podUIDs[pod])
      add(String(problem.podNodes[pod]))
    }
    var digest = [UInt8](repeating: 0, count: 32)
    var count = digest.count
    // SAFETY: the function reads `text` and writes the 32 bytes of a SHA-256 into `digest`; both outlive the call.
    _ = unsafe EVP_Q_digest(nil, "SHA256", nil, text, text.count, &digest, &count)
    return digest.map { byte in
      let hex = String(byte, radix: 16)
      return hex.count == 1 ? "0" + hex : hex
    }.joined()
  }
}
