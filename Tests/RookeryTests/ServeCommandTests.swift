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

    /// Serves one record.
    ///
    /// - Parameter shell: A script that sets limits, and executes its arguments.
    /// - Returns: The process, which listens.
    private func serve(_ process: ImportProcess, under shell: String, on socket: String) throws -> pid_t {
        process.write(
            "birds.csv",
            "loc_id,latitude,longitude,region,year,month,day,species_id,num\nL1,60.5,-135.25,CA-YT,2021,2,1,stejay,3\n")
        #expect(try process.rookery("import", process.path("birds.csv"), "--database", process.database).status == 0)
        let server = try process.spawn(
            "/bin/sh",
            [
                "-c", shell, "sh", ImportProcess.program, "serve", "--database", process.database, "--password",
                "mumble",
                "--socket", socket, "--threads", "1", "--access-log", process.path("log"),
            ])
        var isReady = false
        for _ in 0..<3_000 where !isReady {
            usleep(10_000)
            isReady = access(socket, F_OK) == 0
        }
        #expect(isReady)
        return server
    }

    /// It takes connections again when there are descriptors again.
    @Test func aServerOutlivesALackOfDescriptors() throws {
        let process = try ImportProcess()
        let socket = process.path("socket")
        let server = try serve(process, under: "ulimit -n 40; exec \"$@\"", on: socket)
        // They wait in the queue of the socket, and so does whoever comes after them.
        let address = try SocketAddress(path: socket)
        let clients = (0..<60).map { _ in Glibc.socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        }
        for client in clients { #expect(address.withPointer { connect(client, $0, $1) } == 0) }
        let health = ["health", "--server", "unix:\(socket)", "--health-timeout"]
        #expect(try process.run(program: ImportProcess.program, health + ["1"]).status == 1)
        for client in clients { close(client) }
        #expect(try process.run(program: ImportProcess.program, health + ["60"]).status == 0)
        kill(server, SIGTERM)
        #expect(try ImportProcess.wait(for: server) == 0)
    }

    @Test func anAccessLogThatMayNotGrowDoesNotEndTheServer() throws {
        let process = try ImportProcess()
        let socket = process.path("socket")
        // Room for 512 bytes in each file that it writes. Who runs the tests may ignore the signal, and that is inherited.
        let server = try serve(process, under: "ulimit -f 1; exec env --default-signal=XFSZ \"$@\"", on: socket)
        for _ in 0..<20 {
            _ = try process.rookery("health", "--server", "unix:\(socket)")
        }
        #expect((1...1024).contains(process.text("log").utf8.count))
        #expect(try process.rookery("health", "--server", "unix:\(socket)").status == 0)
        kill(server, SIGTERM)
        #expect(try ImportProcess.wait(for: server) == 0)
    }
}
