import Foundation
import TestSupport
import Testing

/// docs/architecture.md says who imports whom; these tests keep it, the manifest and the sources saying the same.
@Suite struct ArchitectureTests {
  /// Targets that the table is about: the modules below `Sources`, without those in C that nobody else need know.
  static func modules(of package: PackageDescription, in table: ImportTable) -> [PackageDescription.Target] {
    package.targets.filter { target in
      ["regular", "executable"].contains(target.kind) && !target.name.hasPrefix("C") && target.folder == nil
        || table.imports.keys.contains(target.name)
    }
  }

  @Test func theManifestHasExactlyTheArrowsOfTheDocumentation() async throws {
    let table = try ImportTable.load()
    let package = try await PackageDescription.load()
    let modules = Self.modules(of: package, in: table)
    #expect(Set(modules.map(\.name)) == Set(table.imports.keys))
    for module in modules {
      #expect(module.imports == table.imports[module.name], "what \(module.name) imports")
    }
  }

  @Test func sourcesImportNothingThatTheTableDoesNotName() throws {
    let table = try ImportTable.load()
    let own = Set(table.imports.keys).union(table.imports.values.joined())
    for (module, allowed) in table.imports {
      for line in try SourceImports.lines(of: module) where own.contains(line.module) {
        #expect(allowed.contains(line.module), "\(module)/\(line.file) imports \(line.module)")
      }
    }
  }

  @Test func arrowsFormNoCycle() async throws {
    var remaining = Dictionary(
      uniqueKeysWithValues: try await PackageDescription.load().targets.map { ($0.name, $0.imports) })
    while let leaf = remaining.first(where: { $0.value.isEmpty })?.key {
      remaining.removeValue(forKey: leaf)
      remaining = remaining.mapValues { $0.subtracting([leaf]) }
    }
    #expect(remaining.keys.sorted() == [], "these import each other in a circle")
  }

  @Test func transportAndSchedulerDoNotKnowEachOther() throws {
    let table = try ImportTable.load()
    #expect(table.imports["Transport"]?.contains("Scheduler") == false)
    #expect(table.imports["Scheduler"]?.contains("Transport") == false)
  }

  /// Foundation is large, slow to start and slow on the request path; only the executable may use it.
  @Test func libraryModulesDoWithoutFoundation() throws {
    let table = try ImportTable.load()
    for module in table.imports.keys where module != "dakr-scheduler" {
      for line in try SourceImports.lines(of: module) {
        #expect(!line.module.hasPrefix("Foundation"), "\(module)/\(line.file)")
      }
    }
  }

  /// SwiftPM refuses a manifest with a target whose folder is missing, whether it is built or not.
  @Test func theImageIsBuiltFromEveryFolderThatTheManifestNames() async throws {
    func lines(_ file: String) throws -> [Substring] {
      try String(contentsOf: RepositoryLayout.root.appendingPathComponent(file), encoding: .utf8).split(separator: "\n")
    }
    let sent = try lines(".dockerignore").filter { $0.hasPrefix("!") }.map { $0.dropFirst() }
    let copied = try lines("Dockerfile").filter { $0.hasPrefix("COPY ") }.compactMap {
      $0.split(separator: " ").dropFirst().first
    }
    for target in try await PackageDescription.load().targets {
      let folder = target.folder ?? (target.kind == "test" ? "Tests/" : "Sources/") + target.name
      for (file, folders) in [(".dockerignore", sent), ("Dockerfile", copied)] {
        #expect(folders.contains { folder == $0 || folder.hasPrefix($0 + "/") }, "\(folder), in \(file)")
      }
    }
  }

  @Test(arguments: [
    ("import NIOCore", "NIOCore"), ("package import Foundation", "Foundation"),
    ("private import struct Foundation.URL", "Foundation"), ("@testable import Transport", "Transport"),
    ("  internal import CCurl // the C library", "CCurl"),
  ])
  func importLinesAreUnderstood(line: String, module: String) {
    #expect(SourceImports.imported(line[...]) == module)
  }

  @Test(arguments: ["// import Foundation", "let important = 1", "", "/// import"])
  func otherLinesAreNoImports(line: String) {
    #expect(SourceImports.imported(line[...]) == nil)
  }
}
