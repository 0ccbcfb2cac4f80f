import HTTP
import Testing

@testable import Transport

/// Clients that do all that clients may do wrong, in an order that the seed decides.
@Suite struct RandomClientTests {
    private static let beginnings = [
        get("/a"), get("/later/1"), get("/again/1"), get("/stream/3"), get("/large/300000"), get("/fail"),
        get("/block"),
        get("/stream/1000"), get("/a", method: "HEAD"), get("/b", version: "1.0"), get("/c", "Connection: close"),
        "POST /d HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\nbo", "GET / HT", "\r\n\r\n\r\n", "\u{0}\u{1}",
        "POST /e HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n",
    ]

    @Test(arguments: 1...4 as ClosedRange<UInt64>)
    func theServerOutlivesAllOfThem(seed: UInt64) throws {
        var random = Generator(state: seed)
        let server = try TestServer {
            $0.threads = 2
            $0.maxConnections = 40
            // A stream whose client left in silence ends with the grace alone.
            $0.grace = .milliseconds(200)
            $0.clock = Clock.nanoseconds
        }
        var clients: [RawClient] = []
        for _ in 0..<600 {
            let index = Int.random(in: 0..<40, using: &random)
            guard index < clients.count else {
                clients.append(try RawClient(server))
                continue
            }
            let client = clients[index]
            // What the server has closed can't be written to or read from.
            switch Int.random(in: 0..<12, using: &random) {
            case 0: clients.remove(at: index).reset()
            case 1: clients.remove(at: index).close()
            case 2: client.endSending()
            case 3: _ = try? client.skipWhatCame()
            default:
                let count = Int.random(in: 1...4, using: &random)
                let text = (0..<count).map { _ in Self.beginnings.randomElement(using: &random) ?? "" }.joined()
                try? client.send(text)
            }
        }
        clients = []
        try eventually("a new client is served") {
            guard let client = try? RawClient(server) else { return false }
            try? client.send(get("/after"))
            return (try? client.response().body) == "/after"
        }
        try server.stop()
    }
}
