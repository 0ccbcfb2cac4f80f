import Glibc
import HTTP
import Testing

@testable import Transport

/// The limit of one address, for a client that is not at an address of the loopback.
@Suite struct AddressLimitTests {
    /// An IPv4 address of this machine that others may reach, if there is one.
    static let own: String? = {
        var list: UnsafeMutablePointer<ifaddrs>?
        guard getifaddrs(&list) == 0 else { return nil }
        defer { freeifaddrs(list) }
        var next = list
        while let entry = next?.pointee {
            next = entry.ifa_next
            guard let address = entry.ifa_addr, Int32(address.pointee.sa_family) == AF_INET else { continue }
            var text = [CChar](repeating: 0, count: Int(INET_ADDRSTRLEN))
            let isRead = address.withMemoryRebound(to: sockaddr_in.self, capacity: 1) {
                var ip = $0.pointee.sin_addr
                return inet_ntop(AF_INET, &ip, &text, socklen_t(text.count)) != nil
            }
            let name = String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
            if isRead, !Peer(address: name).isLocal { return name }
        }
        return nil
    }()

    @Test(.enabled(if: own != nil)) func aPlaceIsGivenBackWhenItsConnectionEnds() throws {
        try withServer {
            $0.host = "0.0.0.0"
            $0.maxConnectionsPerAddress = 2
        } _: { server in
            let endpoint = HTTPClient.Endpoint.network(host: try #require(Self.own), port: server.port)
            for _ in 0..<2 {
                let clients = try (0..<2).map { _ in try RawClient(endpoint) }
                for client in clients {
                    try client.send(get("/a"))
                    #expect(try client.response().status == 200)
                }
                let third = try RawClient(endpoint)
                #expect(try third.response().status == 503)
                // Others have their own places.
                let local = try RawClient(server)
                try local.send(get("/b"))
                #expect(try local.response().status == 200)
                for client in clients + [third, local] { client.close() }
                try eventually("all are closed") {
                    server.record.closes.load(ordering: .sequentiallyConsistent)
                        == server.record.opens.load(ordering: .sequentiallyConsistent)
                }
            }
        }
    }
}
