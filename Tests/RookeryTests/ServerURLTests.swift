import Testing

@testable import rookery

@Suite struct ServerURLTests {
    @Test(
        arguments: [
            ("http://localhost:8000/?species=stejay", "localhost", 8000, "/?species=stejay"),
            ("http://localhost:8000", "localhost", 8000, "/"),
            ("http://localhost:8000?year=2021", "localhost", 8000, "/?year=2021"),
            ("HTTP://[::1]:81/a", "::1", 81, "/a"), ("http://[::1]/a", "::1", 80, "/a"),
            ("http://birds.example/species", "birds.example", 80, "/species"),
            ("http://h/?species=Common Raven", "h", 80, "/?species=Common%20Raven"),
            ("http://h/?region=Å", "h", 80, "/?region=%C3%85"),
            ("http://h/#part", "h", 80, "/"), ("/species", "127.0.0.1", 8000, "/species"),
            ("?year=2021", "127.0.0.1", 8000, "/?year=2021"),
            ("year=2021", "127.0.0.1", 8000, "/?year=2021"), ("species=a/b?", "127.0.0.1", 8000, "/?species=a/b?"),
            ("", "127.0.0.1", 8000, "/"),
            (#"location="Fish Lake, north",L7"#, "127.0.0.1", 8000, "/?location=%22Fish%20Lake,%20north%22,L7"),
            ("location=60.7,-135&location=L2", "127.0.0.1", 8000, "/?location=60.7,-135&location=L2"),
            ("/locations/Marsh%2FLake%2C%252F", "127.0.0.1", 8000, "/locations/Marsh%2FLake%2C%252F"),
            ("http://h/locations/a%2Fb%22?x=%2C%26", "h", 80, "/locations/a%2Fb%22?x=%2C%26"),
            ("/locations/Nest #4", "127.0.0.1", 8000, "/locations/Nest%20%234"),
            ("location=Nest #4;a+b", "127.0.0.1", 8000, "/?location=Nest%20%234;a+b"),
            ("http://h/?location=Étang, \"Nord\"#part", "h", 80, "/?location=%C3%89tang,%20%22Nord%22"),
        ] as [(String, String, UInt16, String)])
    func readsAURLOrAQuery(text: String, host: String, port: UInt16, target: String) throws {
        let url = try ServerURL(text, server: "http://127.0.0.1:8000")
        #expect(url.endpoint == .network(host: host, port: port))
        #expect(url.target == target)
    }

    /// A slash at the end of the server's URL and one at the beginning of the path are one.
    @Test(arguments: ["http://h:81", "http://h:81/", "http://h:81/birds", "http://h:81/birds/"])
    func aPathFollowsTheURLOfTheServer(server: String) throws {
        let folder = server.contains("birds") ? "/birds" : ""
        for (text, target) in [("/species", "/species"), ("year=2021", "/?year=2021"), ("", "/")] {
            let url = try ServerURL(text, server: server)
            #expect(
                url.endpoint == .network(host: "h", port: 81) && url.target == folder + target, "\(text) \(url.target)")
        }
    }

    @Test func readsASocket() throws {
        let url = try ServerURL("species=stejay", server: "unix:/run/rookery.sock")
        #expect(url.endpoint == .socket(path: "/run/rookery.sock"))
        #expect(url.target == "/?species=stejay")
        #expect(try ServerURL("location=Nest #4", server: "unix:/run/x").target == "/?location=Nest%20%234")
    }

    @Test(arguments: [
        "https://h/", "http://", "http://h:99999/", "http://h:x/", "http://a:b@h/", "http://[::1/", "http://[::1]x/",
        "localhost:8000/?species=stejay", "species/stejay", "observations?year=2021", "datasets",
    ])
    func refusesWhatItCannotUse(text: String) {
        #expect(throws: ServerURL.Fault.self) { try ServerURL(text, server: "http://127.0.0.1:8000") }
    }
}
