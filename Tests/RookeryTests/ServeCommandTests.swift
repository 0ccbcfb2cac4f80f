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

    /// It takes connections again when there are descriptors again.
    @Test func aServerOutlivesALackOfDescriptors() throws {
        let process = try ImportProcess()
        let socket = process.path("socket")
        let server = try process.serve(under: "ulimit -n 40; exec \"$@\"", on: socket)
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
