import Birds
import HTTP
import People
import Testing

@testable import API

/// What people may see, by the rights file.
@Suite struct RightsTests {
    /// Of `mumble-mumble`.
    private static let hash = "$2y$04$nVHw3kWTpblHifSePcLCY.0E4TZZAnmxnAUt4JMj6kNuXnVAWpnGe"
    private static let otherHash = "$2b$05$8wj6tvUExRWyvSoiuVLl2enFMfB7v.OtbyDlyPYaYWVcPosixksNK"
    private static let users = "alice:\(hash)\nbob:\(hash)\ncarla:\(hash)\n"
    private static let shared = "Password: mumble\r\n"

    private func fixture(_ rights: String, password: String? = "mumble", users: String? = users) throws
        -> ServiceFixture
    {
        try ServiceFixture(password: password, users: users, rights: rights)
    }

    private func rights(_ text: String) throws -> RightsFile { try RightsFile(Array((text + "\n").utf8)) }
    private func users(_ text: String) throws -> UsersFile { try UsersFile(Array(text.utf8)) }

    private func person(_ name: String) -> String { basic(name, "mumble-mumble") }

    /// The places of all records, or the code of the error.
    private func seen(_ fixture: ServiceFixture, _ fields: String) throws -> String {
        let response = try fixture.get("/observations.csv?fields=loc_id", fields: fields)
        guard response.status == .ok else { return "\(response.status.code) \(code(response))" }
        return Set(response.text.split(whereSeparator: \.isNewline).dropFirst()).sorted().joined(separator: " ")
    }

    private func code(_ response: Response) -> String {
        let rest = response.text.split(separator: "\"code\":\"", maxSplits: 1).last ?? ""
        return String(rest.prefix { $0 != "\"" })
    }

    @Test func theirOwnLineDecidesAndThenTheirGroup() throws {
        let fixture = try fixture("alice regions=US\n@users regions=CA\n@shared\n@public regions=DE\n")
        #expect(try seen(fixture, person("alice")) == "L3")
        #expect(try seen(fixture, person("bob")) == "L1 L2")
        #expect(try seen(fixture, Self.shared) == "L1 L2 L3")
        #expect(try seen(fixture, basic("zoe", "mumble")) == "L1 L2 L3")
        #expect(try fixture.get("/", fields: person("alice")).user == "alice")
        #expect(try fixture.get("/", fields: basic("zoe", "mumble")).user == "zoe")
    }

    /// No line gives a group the rights of another.
    @Test(arguments: ["", "@public", "bob", "# alice metrics"]) func whoHasNoLineIsRefused(text: String) throws {
        let fixture = try fixture(text)
        for fields in [person("alice"), Self.shared, basic("zoe", "mumble"), basic("bob ", "mumble")] {
            #expect(try seen(fixture, fields) == "403 no-rights")
        }
        // The name is that of a person only with that person's password.
        #expect(try seen(fixture, basic("bob", "mumble")) == "401 incorrect-credentials")
        let refused = try fixture.get("/", fields: person("alice"))
        #expect(
            refused.text.contains("\"error_message\":\"you have no rights on this server; ask the people who run it\""))
        #expect(refused.user == "alice" && refused.fields[.wwwAuthenticate] == nil)
    }

    /// Credentials come first, and whoever has no rights can't tell which paths there are.
    @Test func errorsComeInOrder() throws {
        let fixture = try fixture("bob")
        for path in ["/", "/nothing", "/metrics", "/openapi.json", "/species/nothing", "/?year=x"] {
            for method in ["GET", "HEAD", "OPTIONS", "POST"] {
                func status(_ fields: String) throws -> Int {
                    try fixture.get(path, fields: fields, method: method).status.code
                }
                #expect(try status("") == 401 && status(basic("alice", "wrong")) == 401)
                #expect(try status("Password: wrong\r\n") == 403 && status("Authorization: Basic !\r\n") == 400)
                #expect(try status(person("alice")) == 403 && status(Self.shared) == 403)
            }
            #expect(try code(fixture.get(path, fields: "Password: wrong\r\n")) == "incorrect-password")
            #expect(try code(fixture.get(path, fields: person("alice"))) == "no-rights")
        }
        for fields in ["", person("alice")] { #expect(try fixture.get("/health", fields: fields).status == .ok) }
        #expect(try fixture.get("/nothing", fields: person("bob")).status == .notFound)
    }

    @Test func metricsAreARightOfTheirOwn() throws {
        let limited = try fixture("alice metrics regions=US\nbob\n")
        #expect(try limited.get("/metrics", fields: person("alice")).status == .ok)
        let refused = try limited.get("/metrics", fields: person("bob"))
        #expect(refused.status == .forbidden && code(refused) == "no-rights" && refused.text.contains("metrics"))
        for (path, method) in [("/metrics?x=1", "GET"), ("/metrics", "POST"), ("/metrics", "OPTIONS")] {
            #expect(try limited.get(path, fields: person("bob"), method: method).status == .forbidden)
        }
        #expect(try limited.get("/", fields: person("bob")).status == .ok)
        // Without a rights file everybody reads them.
        let open = try ServiceFixture(users: Self.users)
        #expect(try open.get("/metrics", fields: person("bob")).status == .ok && open.get("/metrics").status == .ok)
    }

    /// Whoever may not see all records could measure with them what a query passes over.
    @Test func onlyWhoSeesEverythingIsToldHowLongAnswersTake() throws {
        let fixture = try fixture("alice metrics regions=US\nbob metrics datasets=garden\ncarla metrics\n")
        _ = try fixture.get("/", fields: person("carla"))
        for (name, isTold) in [("alice", false), ("bob", false), ("carla", true)] {
            let lines = try fixture.get("/metrics", fields: person(name)).text.split(separator: "\n")
            #expect(lines.contains { $0.contains("duration") } == isTold)
            #expect(lines.contains { $0.hasPrefix("rookery_requests_total") } && lines.contains { $0.contains("info") })
        }
    }

    /// They end while a connection is open, without another file.
    @Test func theyEnd() throws {
        let fixture = try fixture("alice expires=2027-01-31\n@users\n@shared expires=2027-01-31")
        fixture.wallClock.now = 1_801_439_999
        for fields in [person("alice"), Self.shared] { #expect(try seen(fixture, fields) == "L1 L2 L3") }
        fixture.wallClock.now += 1
        for fields in [person("alice"), Self.shared] { #expect(try seen(fixture, fields) == "403 expired") }
        #expect(try fixture.get("/nothing", fields: person("alice")).user == "alice")
        #expect(try seen(fixture, person("bob")) == "L1 L2 L3")
        fixture.accounts.replace(rights: try rights("alice expires=2027-02-01"))
        #expect(try seen(fixture, person("alice")) == "L1 L2 L3")
    }

    /// Two people on one connection, and another rights file. Nobody's hash is checked again.
    @Test func eachRequestHasItsOwnRights() throws {
        let fixture = try fixture("alice regions=US\nbob regions=CA\n")
        var checks = 0
        func seen(_ name: String) throws -> String {
            let request = try parse("GET /observations.csv?fields=loc_id HTTP/1.1\r\nHost: x\r\n\(person(name))\r\n")
            while true {
                switch fixture.service.respond(to: request, from: Peer(address: "::1")) {
                case .now(let response) where response.status == .ok:
                    return Set(response.text.split(whereSeparator: \.isNewline).dropFirst()).sorted()
                        .joined(separator: " ")
                case .now(let response): return code(response)
                case .later: throw UnexpectedAnswer()
                case .again(let inquiry):
                    checks += 1
                    inquiry.answer()
                }
            }
        }
        for _ in 0..<2 { #expect(try seen("alice") == "L3" && seen("bob") == "L1 L2") }
        fixture.accounts.replace(rights: try rights("alice regions=CA\n"))
        #expect(try seen("alice") == "L1 L2" && seen("bob") == "no-rights")
        fixture.accounts.replace(users: try users(Self.users), rights: try rights("@users\n"))
        #expect(try seen("alice") == "L1 L2 L3" && seen("bob") == "L1 L2 L3")
        #expect(checks == 2)
    }

    @Test func groupsHaveOtherRightsAtOnceToo() throws {
        let fixture = try fixture("@shared regions=US")
        #expect(try seen(fixture, Self.shared) == "L3" && seen(fixture, basic("zoe", "mumble")) == "L3")
        fixture.accounts.replace(rights: try rights("@shared regions=CA"))
        #expect(try seen(fixture, Self.shared) == "L1 L2" && seen(fixture, basic("zoe", "mumble")) == "L1 L2")
        let open = try ServiceFixture(password: nil, rights: "@public")
        #expect(try seen(open, "") == "L1 L2 L3")
        open.accounts.replace(rights: try rights("@shared"))
        #expect(try seen(open, "") == "403 no-rights")
    }

    /// The copy of one person is not that of another, nor of the same person with other rights.
    @Test func copiesAreOfOneView() throws {
        let fixture = try fixture("alice regions=US\nbob regions=CA\ncarla regions=US\n")
        func ask(_ name: String, _ field: String = "") throws -> Response {
            try fixture.get("/observations", fields: person(name) + field)
        }
        let own = try ask("alice")
        let tag = "If-None-Match: \(own.fields[.etag] ?? "")\r\n"
        let date = "If-Modified-Since: \(own.fields[.lastModified] ?? "")\r\n"
        #expect(try ask("alice", tag).status == .notModified && ask("carla", tag).status == .notModified)
        #expect(try ask("bob", tag).status == .ok && ask("bob", tag).text.contains("CA-YT"))
        // A date does not tell whose copy it is.
        #expect(try ask("bob", date).status == .ok && ask("alice", date).status == .ok)
        fixture.accounts.replace(rights: try rights("alice"))
        #expect(try ask("alice", tag).status == .ok && ask("alice", date).status == .ok)
        let open = try ServiceFixture()
        let all = try open.get("/observations")
        #expect(
            try open.get(
                "/observations",
                fields: "\(Self.shared)If-Modified-Since: \(all.fields[.lastModified] ?? "")\r\n"
            ).status == .notModified)
    }

    @Test func aPublicServerHasALineForEverybody() throws {
        func ask(_ text: String, _ fields: String, users: String?) throws -> String {
            let fixture = try ServiceFixture(password: nil, users: users, isPublic: true, rights: text)
            return try seen(fixture, fields)
        }
        for users in [nil, Self.users] {
            #expect(try ask("@public regions=US", "", users: users) == "L3")
            #expect(try ask("@users\n@shared\nalice", "", users: users) == "403 no-rights")
        }
        #expect(try ask("@public regions=US\n@users regions=CA", person("alice"), users: Self.users) == "L1 L2")
        // Nobody can tell whether these are right.
        #expect(try ask("@public regions=US\nalice", person("alice"), users: nil) == "L3")
    }

    /// Nobody reads exact places whom no line gives them, with or without a rights file.
    @Test(
        arguments: [
            (nil, View()), ("", View()), ("precise", .everything), ("metrics regions=CA", View(regions: ["CA"])),
            ("regions=CA precise", View(regions: ["CA"], precision: .everywhere)),
            ("precise-regions=CA,US-AK", View(precision: .only(regions: ["CA", "US-AK"]))),
            (
                "datasets=a precise-regions=CA precise-datasets=a,b",
                View(datasets: ["a"], precision: .only(regions: ["CA"], datasets: ["a", "b"]))
            ),
        ] as [(String?, View)])
    func theViewHasThePrecisionOfTheRights(words: String?, view: View) throws {
        let given = try words.map { try #require(try rights("alice \($0)").rights(ofUser: "alice")) }
        #expect(Principal(.person("alice"), rights: given, isStillEntitled: nil).view == view)
        #expect(Principal.nobody.view == .nothing)
    }

    /// What somebody was sent may go on being sent as long as they may still see all of it.
    @Test func answersKnowWhetherTheyMayGoOn() throws {
        func isEntitled(
            _ fields: String, rights before: String = "alice regions=US,CA\n@users regions=US\n@shared",
            after: String? = nil,
            users: String? = nil, seconds: Int64 = 0
        ) throws -> Bool {
            let fixture = try fixture(before)
            let answer = try fixture.get("/observations", fields: fields)
            #expect(answer.status == .ok)
            let isStillEntitled = try #require(answer.isStillEntitled)
            #expect(isStillEntitled())
            fixture.accounts.replace(users: try users.map(self.users), rights: try after.map(rights))
            fixture.wallClock.now += seconds
            return isStillEntitled()
        }
        let (alice, bob) = (person("alice"), person("bob"))
        #expect(try isEntitled(alice, after: "alice regions=US,CA\n") && isEntitled(alice, after: "alice"))
        #expect(try !isEntitled(alice, after: "alice regions=US\n@users") && !isEntitled(alice, after: "bob"))
        #expect(try !isEntitled(alice, after: "alice regions=US,CA datasets=yukon"))
        #expect(try isEntitled(alice, after: "@users") && !isEntitled(alice, after: "@users regions=US"))
        #expect(try isEntitled(bob, after: "@users regions=US") && !isEntitled(bob, after: "@shared\n@public"))
        #expect(try isEntitled(Self.shared, after: "@shared metrics") && !isEntitled(Self.shared, after: "@users"))
        // Exact places are taken away like records.
        let precise = "alice precise"
        #expect(
            try !isEntitled(alice, rights: precise, after: "alice")
                && isEntitled(alice, rights: "alice", after: precise))
        #expect(try !isEntitled(alice, rights: precise, after: "alice precise-regions=CA,US"))
        #expect(try !isEntitled(alice, rights: precise, after: "@users precise-datasets=yukon"))
        let places = "alice regions=CA precise-regions=CA-YT"
        #expect(try isEntitled(alice, rights: places, after: "alice precise-regions=CA"))
        #expect(try isEntitled(alice, rights: places, after: "alice regions=CA,US precise"))
        #expect(try !isEntitled(alice, rights: places, after: "alice regions=CA precise-regions=CA-BC"))
        // Somebody else, the same person with another password, and nobody.
        #expect(try isEntitled(alice, users: "alice:\(Self.hash)\n") && !isEntitled(alice, users: "bob:\(Self.hash)\n"))
        #expect(try !isEntitled(alice, users: "alice:\(Self.otherHash)\n"))
        #expect(try isEntitled(Self.shared, users: ""))
        // 1.8e9 is 15 January 2027.
        let until = "alice expires=2027-01-31"
        #expect(try isEntitled(alice, rights: until, seconds: 1_439_999))
        #expect(try !isEntitled(alice, rights: until, seconds: 1_440_000))
        #expect(try isEntitled(alice, rights: until, after: "alice", seconds: 1_440_000))
        #expect(try isEntitled(alice, rights: "alice", after: until, seconds: 1_439_999))
        #expect(try !isEntitled(alice, rights: "alice", after: until, seconds: 1_440_000))
    }

    /// Without a rights file too, whoever is removed is cut off.
    @Test func withoutRightsOnlyTheLoginCounts() throws {
        let fixture = try ServiceFixture(users: Self.users)
        let alice = try #require(try fixture.get("/", fields: person("alice")).isStillEntitled)
        let shared = try #require(try fixture.get("/").isStillEntitled)
        fixture.accounts.replace(users: try users("bob:\(Self.hash)\n"))
        #expect(!alice() && shared())
        #expect(try ServiceFixture(password: nil).get("/", fields: "").isStillEntitled == nil)
    }

    /// Where only some of the files can be taken up, nobody sees more for it, and whoever loses something loses it.
    @Test func halfAChangeGivesNobodyMore() throws {
        func waiting(_ rights: String? = nil, users: String? = nil, isPublic: Bool = false) throws -> [Accounts.Waiting]
        {
            let old =
                "alice regions=US expires=2027-02-01\nbob regions=CA datasets=a,b\n@users regions=US\n@shared regions=CA"
            let fixture = try ServiceFixture(password: "mumble", users: Self.users, isPublic: isPublic, rights: old)
            return try fixture.accounts.replaceSome(
                password: nil, users: users.map(self.users), rights: rights.map(self.rights))
        }
        #expect(try waiting() == [] && waiting("") == [] && waiting(users: "alice:\(Self.hash)\n") == [])
        // Their own line was narrower than that of the group.
        #expect(try waiting("@users regions=US") == [.more("alice"), .more("bob")])
        #expect(
            try waiting("alice regions=US\nbob regions=CA-YT datasets=a\n@users regions=US-AK") == [.more("alice")])
        #expect(
            try waiting("alice regions=US expires=2027-01-31\nbob metrics regions=CA datasets=a,b") == [.more("bob")])
        #expect(try waiting("alice regions=US expires=2027-02-01\nbob regions=CA,DE datasets=a,b") == [.more("bob")])
        #expect(
            try waiting("alice regions=US expires=2027-02-01 precise\nbob regions=CA datasets=a") == [.more("alice")])
        #expect(try waiting("bob regions=CA datasets=a precise-datasets=a") == [.more("bob")])
        #expect(try waiting("bob expires=2020-01-01\n@shared regions=CA-YT") == [])
        #expect(try waiting("@shared\n@public") == [.more("@shared")])
        #expect(try waiting("@shared\n@public", isPublic: true) == [.more("@shared"), .more("@public")])
        // Their line may be in the file that can't be taken up.
        #expect(try waiting(users: "\(Self.users)dora:\(Self.hash)\n") == [.newPerson("dora")])
        #expect(try waiting(users: "bob:\(Self.otherHash)\n") == [])
        #expect(try waiting("zoe", users: "zoe:\(Self.hash)\n") == [.newPerson("zoe")])
        let free = try ServiceFixture(password: nil, users: Self.users).accounts
        #expect(try free.replaceSome(password: nil, users: users("zoe:\(Self.hash)\n"), rights: nil) == [])
        #expect(free.snapshot.users?["zoe"] != nil)
    }

    /// The mistake of one file keeps nobody who is shut out by another.
    @Test func whatTakesAwayDoesNotWait() throws {
        let fixture = try fixture("alice regions=US\nbob regions=US\n@shared\n@users regions=US-AK")
        let accounts = fixture.accounts
        #expect(try seen(fixture, person("alice")) == "L3" && seen(fixture, Self.shared) != "403 no-rights")
        // The file of the password has a mistake, or that of people.
        #expect(
            try accounts.replaceSome(
                password: nil, users: nil, rights: rights("alice none\nbob\n@shared\n@users regions=US-AK"))
                == [.more("bob")])
        #expect(try seen(fixture, person("alice")) == "403 no-rights" && seen(fixture, person("bob")) == "L3")
        #expect(accounts.rightsFile?.rights(ofUser: "bob")?.regions == nil)
        // The file of rights has one.
        #expect(
            try accounts.replaceSome(
                password: nil, users: users("bob:\(Self.hash)\ndora:\(Self.hash)\n"), rights: nil)
                == [.newPerson("dora")])
        #expect(try seen(fixture, person("carla")) == "401 incorrect-credentials")
        #expect(
            try seen(fixture, person("dora")) == "401 incorrect-credentials" && seen(fixture, person("bob")) == "L3")
        // Whoever the new password is for may have been limited in that file.
        #expect(
            accounts.replaceSome(password: SharedPassword("another"), users: nil, rights: nil) == [.newPassword])
        #expect(try seen(fixture, Self.shared).hasPrefix("403 "))
        #expect(try seen(fixture, "Password: another\r\n") == "403 no-rights")
        #expect(accounts.replaceSome(password: SharedPassword("another"), users: nil, rights: nil) == [])
        // Once all are right, all counts.
        try accounts.replace(
            users: users("bob:\(Self.hash)\ndora:\(Self.hash)\n"), rights: rights("bob\n@shared\n@users regions=US"))
        let all = try seen(fixture, "Password: another\r\n")
        #expect(
            try !all.hasPrefix("403") && seen(fixture, person("bob")) == all && seen(fixture, person("dora")) == "L3")
    }

    @Test func knowsRightsOfNobody() throws {
        func sentences(_ rights: String, password: String? = nil, isPublic: Bool = false, users: String? = Self.users)
            throws -> [String]
        {
            try ServiceFixture(password: password, users: users, isPublic: isPublic, rights: rights).accounts.idleRights
        }
        #expect(try sentences("") == ["it has no lines, so nobody sees anything"])
        #expect(try sentences("alice\n@users") == [] && sentences("alice") == [])
        #expect(try sentences("alice\n@shared", password: "mumble") == [])
        #expect(
            try sentences("@shared\n@public") == [
                "the line @shared is for nobody, since there is no shared password",
                "the line @public is for nobody, since there is no --public",
            ])
        #expect(
            try sentences("@users", isPublic: true, users: nil) == [
                "the line @users is for nobody, since there is no file of people",
                "it has no line @public, so whoever comes without a password sees nothing",
            ])
        #expect(
            try sentences("alice", password: "mumble") == [
                "it has no line @shared, so whoever has the shared password sees nothing"
            ])
        #expect(try ServiceFixture().accounts.idleRights == [])
    }

    @Test func knowsLinesOfNobody() throws {
        let fixture = try fixture("alice\nzoe metrics\n@users\n\nbob\neve")
        #expect(fixture.accounts.strangers.map(\.line) == [2, 6])
        #expect(try ServiceFixture(rights: "alice\n@shared").accounts.strangers.map(\.name) == ["alice"])
        #expect(try ServiceFixture().accounts.strangers.isEmpty)
    }
}
