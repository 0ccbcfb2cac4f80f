import Testing

@testable import Transport

@Suite struct SocketAddressTests {
    @Test(arguments: [
        ("127.0.0.1", "127.0.0.1"), ("0.0.0.0", "0.0.0.0"), ("::1", "::1"), ("[::1]", "::1"),
        ("2001:DB8:0:0::1", "2001:db8::1"), ("::ffff:192.0.2.1", "192.0.2.1"),
    ])
    func anAddressIsWrittenInOneForm(host: String, text: String) throws {
        let address = try #require(try SocketAddress.resolve(host: host, port: 8000).first)
        #expect(address.text == text)
        #expect(address.port == 8000)
        #expect(address.isAny == (host == "0.0.0.0"))
    }

    @Test func aNameHasItsIPv4AddressFirst() throws {
        #expect(try SocketAddress.resolve(host: "localhost", port: 1).first?.text == "127.0.0.1")
    }

    @Test(arguments: ["", "[]", "a b", "1.2.3.4.5", "x\u{0}y", "[::1"])
    func whatIsNoAddressIsRefused(host: String) {
        #expect(throws: SocketAddress.Unusable.self) { try SocketAddress.resolve(host: host, port: 1) }
    }

    @Test func aPathIsAnAddress() throws {
        #expect(try SocketAddress(path: "/tmp/socket").text == "unix")
        #expect(throws: SocketAddress.Unusable.self) { try SocketAddress(path: "") }
        #expect(throws: SocketAddress.Unusable.self) { try SocketAddress(path: "/a\u{0}b") }
    }
}
