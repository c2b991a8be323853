import TestSupport

/// The program as users run it.
enum Binary {
  static func run(_ arguments: String..., environment: [String: String] = [:]) async throws -> ProgramResult {
    try await run(arguments: arguments, environment: environment)
  }

  static func run(arguments: [String], environment: [String: String] = [:]) async throws -> ProgramResult {
    try await runProgram(try RepositoryLayout.product("dakr-scheduler"), arguments, environment: environment)
  }
}

/// Runs OpenSSL's command line, which knows nothing of our code.
func openssl(_ arguments: String...) async throws -> ProgramResult {
  try await runProgram("openssl", arguments)
}
