package import Foundation

/// Where things are in the checkout that the tests were built from.
package enum RepositoryLayout {
  /// The folder with Package.swift.
  package static let root = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  /// A program that this package builds: in the folder `DAKR_TEST_PRODUCTS` (to test a release build, say), or beside the
  /// test bundle that is running.
  /// - Throws: `ProcessFailure` where it has not been built.
  package static func product(_ name: String) throws -> String {
    if let folder = ProcessInfo.processInfo.environment["DAKR_TEST_PRODUCTS"] { return folder + "/" + name }
    let running = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
    let folders = [
      // Swift Testing may run inside a helper of the toolchain; then the build folder is the package's.
      URL(fileURLWithPath: running).deletingLastPathComponent(),
      root.appendingPathComponent(".build/debug"),
    ]
    for folder in folders {
      let path = folder.appendingPathComponent(name).path
      if FileManager.default.isExecutableFile(atPath: path) { return path }
    }
    throw ProcessFailure("\(name) is not built; looked in \(folders.map(\.path).joined(separator: " and "))")
  }
}
