import Glibc
import Testing

@testable import Transport

@Suite struct ServeCommandTests {
    @Test(arguments: ["atlas.example", "https://u:secret@atlas.example", "https://atlas.example/?x=1"])
    func aPublicURLThatIsNoneIsAUsageError(text: String) throws {
        let process = try ImportProcess()
        let done = try process.rookery("serve", "--database", process.database, "--public", "--public-url", text)
        #expect(done.status == 2)
        #expect(done.errors.contains("--public-url") && !done.errors.contains("secret"))
    }

    /// Lines at the end of another file of the server would damage it. (The origin ends a server that takes the file.)
    @Test(arguments: [
        "--database", "--users", "--rights", "--password-file", "--access-log",
    ])
    func anAuditInAnotherFileIsAUsageError(option: String) throws {
        let process = try ImportProcess()
        let (file, link, symbolic) = (process.path("file"), process.path("link"), process.path("symbolic"))
        let others = option == "--users" || option == "--password-file" ? [] : ["--password", "mumble"]
        func serve(_ path: String, audit: String) throws -> ImportProcess.Outcome {
            try process.run(
                program: ImportProcess.program,
                ["serve", option, path, "--audit", audit, "--cors", "no origin"] + others)
        }
        // Before there is one. Neither is made.
        if option == "--database" || option == "--access-log" {
            let done = try serve(file, audit: process.path("./file"))
            #expect(done.status == 2 && done.errors.contains("is the file of \(option) too"), "\(done.errors)")
            #expect(access(file, F_OK) != 0)
        }
        let text = option == "--rights" ? "alice none\n" : option == "--users" ? Self.alice : "secret\n"
        process.write("file", text)
        chmod(file, 0o600)
        try #require(Glibc.link(file, link) == 0 && symlink(file, symbolic) == 0)
        for (path, audit) in [(file, file), (file, link), (symbolic, file)] {
            let done = try serve(path, audit: audit)
            #expect(done.status == 2 && done.errors.contains("--audit \(audit) is the file of \(option) too"))
            #expect(process.text("file") == text)
        }
    }

    @Test(arguments: ["--database", "--rights", "--password-file"])
    func anAccessLogInAnotherFileIsAUsageError(option: String) throws {
        let process = try ImportProcess()
        let others = option == "--password-file" ? [] : ["--password", "mumble"]
        process.write("file", option == "--rights" ? "alice none\n" : "secret\n")
        chmod(process.path("file"), 0o600)
        let done = try process.run(
            program: ImportProcess.program,
            ["serve", option, process.path("file"), "--access-log", process.path("file"), "--cors", "no origin"]
                + others)
        #expect(done.status == 2)
        #expect(done.errors.contains("--access-log \(process.path("file")) is the file of \(option) too"))
    }

    private static let alice = "alice:$2y$04$nVHw3kWTpblHifSePcLCY.0E4TZZAnmxnAUt4JMj6kNuXnVAWpnGe\n"

    /// It refuses connections for which it has no descriptors, keeps some for its files, and takes connections again
    /// later.
    @Test func aServerOutlivesALackOfDescriptors() throws {
        let process = try ImportProcess()
        let socket = process.path("socket")
        let server = try process.serve(under: "ulimit -n 40; exec \"$@\"", on: socket)
        let address = try SocketAddress(path: socket)
        let clients = (0..<60).map { _ in Glibc.socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        }
        for client in clients { #expect(address.withPointer { connect(client, $0, $1) } == 0) }
        let health = ["health", "--server", "unix:\(socket)", "--health-timeout"]
        #expect(try process.run(program: ImportProcess.program, health + ["1"]).status == 1)
        for client in clients { close(client) }
        // The server may not have noticed at once that they are gone.
        var isHealthy = false
        for _ in 0..<100 where !isHealthy {
            isHealthy = try process.run(program: ImportProcess.program, health + ["60"]).status == 0
            if !isHealthy { usleep(50_000) }
        }
        #expect(isHealthy)
        kill(server, SIGTERM)
        #expect(try ImportProcess.wait(for: server) == 0)
    }

    /// A limit on the size of files stands in for a full disk.
    @Test func aFileOfRightsThatMayNotGrowStaysAsItWas() throws {
        let process = try ImportProcess()
        let lines = (0..<60).map { "person\($0) regions=CA\n" }.joined()
        process.write("rights", lines)
        chmod(process.path("rights"), 0o600)
        let failed = try process.run(
            program: "/bin/sh",
            [
                "-c", "ulimit -f 1; exec \"$@\"", "sh", ImportProcess.program, "rights", "set", "alice", "none",
                "--rights",
                process.path("rights"),
            ])
        #expect(failed.status == 1 && failed.errors.contains("File too large"), "\(failed.errors)")
        #expect(process.text("rights") == lines)
        #expect(try process.run(program: "/bin/ls", ["-A", process.folder]).output.contains("rights.") == false)
    }

    @Test func anAccessLogThatMayNotGrowDoesNotEndTheServer() throws {
        let process = try ImportProcess()
        let socket = process.path("socket")
        // Room for 512 bytes in each file that it writes. Who runs the tests may ignore the signal, and that is
        // inherited.
        let server = try process.serve(under: "ulimit -f 1; exec env --default-signal=XFSZ \"$@\"", on: socket)
        for _ in 0..<20 {
            _ = try process.rookery("health", "--server", "unix:\(socket)")
        }
        #expect((1...1024).contains(process.text("log").utf8.count))
        #expect(try process.rookery("health", "--server", "unix:\(socket)").status == 0)
        kill(server, SIGTERM)
        #expect(try ImportProcess.wait(for: server) == 0)
    }
}
