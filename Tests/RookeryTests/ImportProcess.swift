import Glibc

@testable import Transport

/// The real program, run as people run it, with a folder for its files that goes when the test ends.
final class ImportProcess {
    let folder: String

    init() throws {
        var template = Array("/tmp/rookery-command-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw Fault() }
        folder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit { _ = try? Self.wait(for: spawn("/bin/rm", ["-rf", folder])) }

    struct Fault: Error {}

    /// How a process ended, and what it said.
    struct Outcome {
        /// The exit status; nil where a signal ended it.
        let status: Int32?
        let output: String
        let errors: String
    }

    /// The program lies beside the tests.
    static let program: String = {
        var path = [CChar](repeating: 0, count: 4096)
        let count = max(0, readlink("/proc/self/exe", &path, path.count - 1))
        let tests = String(decoding: path.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
        return tests.split(separator: "/").dropLast().map { "/" + $0 }.joined() + "/rookery"
    }()

    /// Whether strace is here, and may trace.
    static let canTrace: Bool =
        (try? ImportProcess().run(
            program: "/usr/bin/env", ["strace", "--follow-forks", "--output", "/dev/null", "/bin/true"]))?.status == 0

    func path(_ name: String) -> String { "\(folder)/\(name)" }
    var database: String { path("birds.db") }

    func write(_ name: String, _ text: String) {
        guard let file = fopen(path(name), "w") else { return }
        fputs(text, file)
        fclose(file)
    }

    func text(_ name: String) -> String {
        guard let file = fopen(path(name), "r") else { return "" }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var block = [UInt8](repeating: 0, count: 65536)
        while case let count = fread(&block, 1, block.count, file), count > 0 { bytes += block.prefix(count) }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Starts a program; its output goes to files in the folder.
    func spawn(_ program: String, _ arguments: [String], environment: [String] = []) throws -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        let flags = O_WRONLY | O_CREAT | O_TRUNC
        posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, path("output"), flags, 0o600)
        posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, path("errors"), flags, 0o600)
        let words = ([program] + arguments).map { strdup($0) }
        let variables = (["PATH=/usr/bin:/bin"] + environment).map { strdup($0) }
        defer { for word in words + variables { free(word) } }
        var child: pid_t = 0
        guard posix_spawn(&child, program, &actions, nil, words + [nil], variables + [nil]) == 0 else { throw Fault() }
        return child
    }

    /// Waits for the end of a process; its exit status, nil where a signal ended it.
    static func wait(for child: pid_t) throws -> Int32? {
        var status: Int32 = 0
        while waitpid(child, &status, 0) < 0 { guard errno == EINTR else { throw Fault() } }
        return status & 0x7F == 0 ? status >> 8 & 0xFF : nil
    }

    func run(program: String, _ arguments: [String], environment: [String] = []) throws -> Outcome {
        let status = try Self.wait(for: spawn(program, arguments, environment: environment))
        return Outcome(status: status, output: text("output"), errors: text("errors"))
    }

    func rookery(_ arguments: String..., environment: [String] = []) throws -> Outcome {
        try run(program: Self.program, arguments, environment: environment)
    }

    /// Serves one record. What the server says goes to a file of its own.
    ///
    /// - Parameter shell: A script that sets limits, and executes its arguments.
    /// - Returns: The process, which listens.
    func serve(under shell: String = "exec \"$@\"", on socket: String) throws -> pid_t {
        write(
            "birds.csv",
            "loc_id,latitude,longitude,region,year,month,day,species_id,num\nL1,60.5,-135.25,CA-YT,2021,2,1,stejay,3\n")
        guard try rookery("import", path("birds.csv"), "--database", database).status == 0 else { throw Fault() }
        let server = try spawn(
            "/bin/sh",
            [
                "-c", "exec >\"$0\" 2>&1; \(shell)", path("served"), ImportProcess.program, "serve", "--database",
                database, "--password", "mumble", "--socket", socket, "--threads", "1", "--access-log", path("log"),
            ])
        var isReady = false
        for _ in 0..<3_000 where !isReady {
            usleep(10_000)
            isReady = try Self.isListening(socket)
        }
        guard isReady else { throw Fault() }
        return server
    }

    /// A socket is there before its server listens.
    private static func isListening(_ path: String) throws -> Bool {
        let client = Glibc.socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        defer { close(client) }
        return try SocketAddress(path: path).withPointer { connect(client, $0, $1) } == 0
    }
}
