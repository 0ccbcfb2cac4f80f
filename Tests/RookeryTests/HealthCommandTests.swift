import Glibc
import Testing

@testable import Transport

/// `rookery health` with the real program, against a server that the test plays.
@Suite struct HealthCommandTests {
    @Test(arguments: [("200 OK", 0, "ok\n"), ("204 No Content", 1, ""), ("404 Not Found", 1, ""), ("503 Busy", 1, "")])
    func only200IsHealth(answer: String, status: Int32, output: String) throws {
        let process = try ImportProcess()
        let path = process.path("socket")
        let address = try SocketAddress(path: path)
        let listener = try Descriptor(
            socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0), from: "socket")
        try SystemCallError.check(address.withPointer { bind(listener.number, $0, $1) }, "bind")
        try SystemCallError.check(listen(listener.number, 1), "listen")
        let child = try process.spawn(ImportProcess.program, ["health", "--server", "unix:\(path)"])
        let server = try Descriptor(accept(listener.number, nil, nil), from: "accept")
        var request = [UInt8](repeating: 0, count: 4096)
        let count = recv(server.number, &request, request.count, 0)
        #expect(String(decoding: request.prefix(max(0, count)), as: UTF8.self).hasPrefix("GET /health HTTP/1.1\r\n"))
        let response =
            "HTTP/1.1 \(answer)\r\nConnection: close\r\n\(answer.hasPrefix("204") ? "" : "Content-Length: 0\r\n")\r\n"
        #expect(send(server.number, response, response.utf8.count, Int32(MSG_NOSIGNAL)) == response.utf8.count)
        #expect(try ImportProcess.wait(for: child) == status)
        #expect(process.text("output") == output)
        #expect(
            status == 0 || process.text("errors") == "rookery: the server answers with status \(answer.prefix(3))\n")
    }
}
