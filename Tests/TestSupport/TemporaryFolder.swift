package import Foundation

/// A folder of a test's own that goes when the object goes. Set `DAKR_KEEP_TEST_FILES=1` to keep it for a look.
package final class TemporaryFolder: Sendable {
  package let url: URL

  private static let keeps = ProcessInfo.processInfo.environment["DAKR_KEEP_TEST_FILES"] != nil
  /// Holds every temporary folder of this process.
  private static let parent = FileManager.default.temporaryDirectory
    .appendingPathComponent("dakr-tests-\(ProcessInfo.processInfo.processIdentifier)-\(UUID().uuidString.prefix(8))")
  /// What goes when the process ends, however it ends; empty where files are to be kept.
  static let removedAtExit = keeps ? "" : parent.path

  /// - Parameter purpose: a word for the folder's name.
  package init(_ purpose: String) throws {
    _ = ProcessReaper.shared
    url = Self.parent.appendingPathComponent("\(purpose)-\(UUID().uuidString.prefix(8))")
    try FileManager.default.createDirectory(
      at: url, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
  }

  deinit {
    if !Self.keeps { try? FileManager.default.removeItem(at: url) }
  }

  /// The place of a file in the folder, which need not exist.
  package func file(_ name: String) -> URL { url.appendingPathComponent(name) }

  /// Writes a text file in one step (other programs see all of it or nothing) and returns its place.
  @discardableResult
  package func write(_ name: String, _ text: String) throws -> URL {
    let file = file(name)
    try Data(text.utf8).write(to: file, options: .atomic)
    return file
  }
}
