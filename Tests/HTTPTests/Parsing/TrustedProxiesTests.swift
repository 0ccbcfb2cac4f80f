import HTTP
import Testing

@Suite struct TrustedProxiesTests {
    private func client(_ lines: [String], from peer: String, field: TrustedProxies.Field = .xForwardedFor) throws
        -> String
    {
        let proxies = try TrustedProxies(["10.0.0.0/8", "2001:db8:1::/48", "192.0.2.7", "unix"], field: field)
        return proxies.client(of: ReceivedFields(lines.map { (field.rawValue, $0) }), from: peer)
    }

    /// The last address that is not of a trusted proxy is the client; what stands before it may be made up.
    @Test(
        arguments: [
            ([], "10.1.2.3", "10.1.2.3"), (["198.51.100.1"], "10.1.2.3", "198.51.100.1"),
            (["203.0.113.9, 198.51.100.1"], "10.1.2.3", "198.51.100.1"),
            (["203.0.113.9, 198.51.100.1 , 10.9.9.9"], "10.1.2.3", "198.51.100.1"),
            (["203.0.113.9", "198.51.100.1, 10.9.9.9", "192.0.2.7"], "10.1.2.3", "198.51.100.1"),
            (["10.0.0.1, 10.0.0.2"], "10.1.2.3", "10.0.0.1"),
            // Not from a proxy: ignored.
            (["198.51.100.1"], "192.0.2.8", "192.0.2.8"), (["198.51.100.1"], "11.0.0.1", "11.0.0.1"),
            (["198.51.100.1"], "2001:db8:2::1", "2001:db8:2::1"),
            (["198.51.100.1:4711"], "unix", "198.51.100.1"), (["[2001:DB8:0:0::5]:80"], "2001:db8:1::1", "2001:db8::5"),
            (["2001:db8::5"], "10.1.2.3", "2001:db8::5"), (["::ffff:198.51.100.1"], "10.1.2.3", "198.51.100.1"),
            // What can't be read is nobody's address.
            (["198.51.100.1, unknown"], "10.1.2.3", "10.1.2.3"),
            (["198.51.100.1, , 10.0.0.1"], "10.1.2.3", "198.51.100.1"),
            (["198.51.100.1, x, 10.0.0.1"], "10.1.2.3", "10.0.0.1"), ([""], "10.1.2.3", "10.1.2.3"),
            (["198.51.100.1:http"], "10.1.2.3", "10.1.2.3"), (["[2001:db8::5"], "10.1.2.3", "10.1.2.3"),
            // Every comma separates: there are no quoted strings, and no letters that swallow what follows.
            (["\", 198.51.100.1"], "10.1.2.3", "198.51.100.1"), (["\"\\, 198.51.100.1"], "10.1.2.3", "198.51.100.1"),
            (["\"203.0.113.9, 198.51.100.1\", 10.0.0.1"], "10.1.2.3", "10.0.0.1"),
            (["\u{600}, 198.51.100.1"], "10.1.2.3", "198.51.100.1"),
        ] as [([String], String, String)])
    func findsTheClient(lines: [String], peer: String, expected: String) throws {
        #expect(try client(lines, from: peer) == expected)
    }

    @Test(
        arguments: [
            ("for=198.51.100.1", "198.51.100.1"),
            ("For=\"198.51.100.1:80\";proto=http;by=203.0.113.43", "198.51.100.1"),
            ("proto=http; for=\"[2001:db8::5]:4711\"", "2001:db8::5"),
            ("for=192.0.2.43, for=198.51.100.1", "198.51.100.1"),
            ("for=198.51.100.1, for=10.0.0.1;by=\"a,b\"", "198.51.100.1"), ("for=unknown", "10.1.2.3"),
            ("for=_hidden, for=10.0.0.1", "10.0.0.1"), ("by=198.51.100.1", "10.1.2.3"), ("for=\"", "10.1.2.3"),
            // What a client sends swallows nothing of what the proxy adds.
            ("x=\";for=203.0.113.9;y=, for=198.51.100.1", "198.51.100.1"),
            ("x=\";for=203.0.113.9;y=, for=\"[2001:db8::5]:80\";by=\"a,b\"", "2001:db8::5"),
            ("x=\", for=\"198.51.100.1\"", "198.51.100.1"), ("x=\"\\, for=198.51.100.1", "198.51.100.1"),
            ("\u{600}, for=198.51.100.1", "198.51.100.1"),
            ("x=\";for=203.0.113.9;y=, for=10.0.0.1", "10.0.0.1"),
            // Nor does a value that the proxy took from the client.
            ("host=\";for=203.0.113.9;\";for=198.51.100.1", "198.51.100.1"),
            ("for=198.51.100.1;host=\"x\\\", for=203.0.113.9;y=\\\"\"", "198.51.100.1"),
            ("for=203.0.113.9;for=198.51.100.1", "10.1.2.3"), ("for=\"198.51.100.1", "10.1.2.3"),
            ("for=198.51.100.1;x=\"a\"b", "10.1.2.3"), ("for=198.51.100.1;x", "10.1.2.3"),
            ("for=198.51.100.1;;", "198.51.100.1"),
        ])
    func readsForwarded(value: String, expected: String) throws {
        #expect(try client([value], from: "10.1.2.3", field: .forwarded) == expected)
        // The other field is nobody's.
        #expect(try client([value], from: "10.1.2.3") == "10.1.2.3")
    }

    @Test(arguments: [
        "", "10.0.0.0/33", "10.0.0.0/", "10.0.0/8", "2001:db8::/129", "10.0.0.0/-1", "proxy.example", "1.2.3.4/8/8",
    ])
    func refusesWhatIsNoNetwork(text: String) {
        #expect(throws: TrustedProxies.NotANetwork.self) { try TrustedProxies([text], field: .forwarded) }
    }

    @Test func aRangeHasItsBits() throws {
        let proxies = try TrustedProxies(["10.1.240.0/20", "::1", "0.0.0.0/32"], field: .forwarded)
        for (address, isIn) in [
            ("10.1.255.255", true), ("10.1.240.0", true), ("10.1.239.255", false), ("::1", true), ("::2", false),
            ("unix", false),
            ("x", false),
        ] {
            #expect(proxies.contains(address) == isIn, "\(address)")
        }
        #expect(TrustedProxies.none.isEmpty && !TrustedProxies.none.contains("::1"))
        #expect(try TrustedProxies(["::/0"], field: .forwarded).contains("192.0.2.1"))
    }
}
