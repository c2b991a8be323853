import ArgumentParser

/// Parts of the product alone, for `benchmarks/run`: the floor under the server, the verbs over our transport without
/// the rest of the process, and the verbs without any transport.
///
/// Commands are synchronous, because valgrind 3.19 dies on the threads of Swift's concurrency runtime.
@main
struct Program: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "dakr-benchmarks", abstract: "Run one part of dakr-scheduler for a benchmark.",
    subcommands: [EchoCommand.self, ExtenderCommand.self, VerbCommand.self])
}
