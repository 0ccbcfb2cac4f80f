import ArgumentParser
import BirdImport
import FileSystem
import Glibc

/// The command line.
///
/// Exit status: 0 for success, 1 for work that failed, 2 for a command that can't be carried out as given. Results go
/// to standard output, and everything else to standard error.
@main
struct Rookery: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rookery",
        abstract: "Serve bird records over HTTP to the people who may see them.",
        discussion: """
            A first try:
              rookery import birds.csv --database birds.db
              rookery serve --database birds.db --password mumble
              rookery get --password mumble 'http://localhost:8000/?species=stejay'
            """,
        version: "rookery 0.1.0",
        subcommands: [
            ServeCommand.self, ImportCommand.self, DatasetsCommand.self, UsersCommand.self, RightsCommand.self,
            AuditCommand.self, SensitiveCommand.self, PublishCommand.self,
            GetCommand.self, HealthCommand.self,
        ])

    static func main() {
        // Signals for a server may reach all processes with its name (`pkill`). A terminal's hang-up ends a command;
        // one without a terminal goes on, such as an import that cron runs. `serve` takes both back.
        signal(SIGUSR1, SIG_IGN)
        // A file that would exceed a limit is an error to report, not a signal that ends the command.
        signal(SIGXFSZ, SIG_IGN)
        if isatty(STDIN_FILENO) == 0, isatty(STDERR_FILENO) == 0 { signal(SIGHUP, SIG_IGN) }
        do {
            var command = try parseAsRoot()
            try command.run()
        } catch let failure as Failure {
            complain(failure.isPlain ? failure.message : "rookery: \(failure.message)")
            Glibc.exit(failure.status)
        } catch let error as ValidationError {
            // Thrown by a command that is already running, when ArgumentParser can't show its usage any more.
            complain("rookery: \(error.message)")
            Glibc.exit(2)
        } catch {
            // ArgumentParser's own status for a usage error is 64.
            let status = exitCode(for: error).rawValue
            // `--help` and `--version` arrive here as errors with status 0.
            let text = fullMessage(for: error)
            if status == 0 {
                print(text)
                Glibc.exit(0)
            }
            if let unknown = unknownCommand(CommandLine.arguments.dropFirst()) {
                complain("rookery: \(unknown)")
            } else if !text.isEmpty {
                complain(text)
            }
            Glibc.exit(status == ExitCode.validationFailure.rawValue ? 2 : status)
        }
    }
}

extension Rookery {
    /// What people write for the name of a command.
    private static let meant = [
        "user": "users", "right": "rights", "dataset": "datasets", "delete": "remove", "rm": "remove", "add": "set",
        "create": "add", "new": "add", "password": "passwd", "list": "show", "ls": "list", "show": "list",
    ]

    /// Says that the first word which should be a command is none, and which is meant; nil if all are commands.
    private static func unknownCommand(_ arguments: ArraySlice<String>) -> String? {
        var subcommands = configuration.subcommands
        var path = ["rookery"]
        for word in arguments {
            if subcommands.isEmpty || word.hasPrefix("-") || word == "help" { return nil }
            if let next = subcommands.first(where: { $0.configuration.commandName == word }) {
                subcommands = next.configuration.subcommands
                path.append(word)
                continue
            }
            let names = subcommands.compactMap { $0.configuration.commandName }
            let meant = meant[word].flatMap { names.contains($0) ? $0 : nil }
            let advice = meant.map { "did you mean '\((path + [$0]).joined(separator: " "))'?" }
            return "there is no command '\(shellLine(path + [word]))'; "
                + (advice ?? "there are \(names.joined(separator: ", "))")
        }
        return nil
    }
}

/// Ends a command with one sentence on standard error.
struct Failure: Error {
    let message: String
    let status: Int32
    /// Whether the sentence is printed without the name of the program before it.
    var isPlain = false

    /// The command can't be carried out as it was given: status 2.
    static func usage(_ message: String) -> Failure { Failure(message: message, status: 2) }

    /// The work itself failed: status 1.
    static func work(_ message: String, isPlain: Bool = false) -> Failure {
        Failure(message: message, status: 1, isPlain: isPlain)
    }
}

/// Writes a message to standard error. It may quote an argument, with characters that a terminal would obey.
func complain(_ message: String) {
    let lines = message.split(separator: "\n", omittingEmptySubsequences: false).map { terminalLine(String($0)) + "\n" }
    _ = writeAll(lines.joined().utf8, to: STDERR_FILENO)
}

/// Writes a warning to standard error.
func warn(_ message: String) { _ = writeAll((terminalLine(message) + "\n").utf8, to: STDERR_FILENO) }

/// Writes all bytes to a blocking descriptor.
/// - Returns: Whether all were written. If not, `errno` says why.
func writeAll(_ bytes: some Sequence<UInt8>, to descriptor: Int32) -> Bool {
    let bytes = Array(bytes)
    var start = 0
    while start < bytes.count {
        let written = bytes.withUnsafeBytes { write(descriptor, $0.baseAddress.map { $0 + start }, $0.count - start) }
        if written < 0 && errno == EINTR { continue }
        guard written > 0 else { return false }
        start += written
    }
    return true
}
