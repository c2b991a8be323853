import Foundation
import TestSupport

/// The package's targets and their dependencies inside the package, as SwiftPM understands the manifest.
struct PackageDescription {
  struct Target {
    let name: String
    /// SwiftPM's word: `regular`, `executable`, `system`, `test`.
    let kind: String
    /// The folder of its sources; nil where it is `Sources/` and the name.
    let folder: String?
    /// Names of this package's own targets.
    let imports: Set<String>
  }

  let targets: [Target]

  /// Asks SwiftPM. The scratch folder is our own, because `swift test` holds the lock of the package's.
  static func load() async throws -> PackageDescription {
    let folder = try TemporaryFolder("package")
    let result = try await runProgramSuccessfully(
      "swift",
      ["package", "--package-path", RepositoryLayout.root.path, "--scratch-path", folder.file("build").path]
        + ["dump-package"], environment: ["TMPDIR": folder.url.path],
      timeout: .seconds(300))
    let dump = try JSONDecoder().decode(Dump.self, from: Data(result.standardOutputBytes))
    let own = Set(dump.targets.map(\.name))
    return PackageDescription(
      targets: dump.targets.map { target in
        let names = target.dependencies.compactMap(\.ownTarget)
        return Target(name: target.name, kind: target.type, folder: target.path, imports: own.intersection(names))
      })
  }

  private struct Dump: Decodable {
    struct Target: Decodable {
      let name: String
      let type: String
      let path: String?
      let dependencies: [Dependency]
    }
    /// One of `byName`, `target`, `product`, each an array that starts with the name.
    struct Dependency: Decodable {
      let byName: [Value?]?
      let target: [Value?]?
      var ownTarget: String? { ((byName ?? target)?.first ?? nil)?.text }
    }
    /// The arrays hold names and, further on, conditions that are of no interest here.
    struct Value: Decodable {
      let text: String?
      init(from decoder: any Decoder) throws { text = try? decoder.singleValueContainer().decode(String.self) }
    }
    let targets: [Target]
  }
}
