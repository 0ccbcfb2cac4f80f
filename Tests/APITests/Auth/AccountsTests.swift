import HTTP
import Logging
import People
import Synchronization
import Testing

@testable import API

/// People with passwords of their own.
@Suite struct AccountsTests {
    /// Of `mumble-mumble`, with the least costs.
    private static let quick = "$2y$04$nVHw3kWTpblHifSePcLCY.0E4TZZAnmxnAUt4JMj6kNuXnVAWpnGe"
    private static let other =
        "$6$rounds=1000$UQve2ByZePgqROeu$"
        + "0YAWzpGs6weLu5jzso5ER.IAclQsgVbLYi15h7M9udFgYBiNhO3zyqe/J6Z9oXaDVQviHyMrij0stdVp50mgI0"
    private static let users = "alice:\(quick)\nJürgen:\(other)\n"

    /// The status of `/observations`, and how often a password was checked for it.
    private func ask(
        _ service: Service, _ fields: String, from address: String = "127.0.0.1"
    ) throws -> (status: Int, checks: Int, user: String?) {
        let request = try parse("GET /observations?limit=1 HTTP/1.1\r\nHost: x\r\n\(fields)\r\n")
        var checks = 0
        while true {
            switch service.respond(to: request, from: Peer(address: address)) {
            case .now(let response): return (response.status.code, checks, response.user)
            case .later(let work):
                let response = work.run(.alone)
                return (response.status.code, checks, response.user)
            case .again(let inquiry):
                checks += 1
                inquiry.answer()
            }
        }
    }

    @Test func aPasswordIsCheckedOnce() throws {
        let fixture = try ServiceFixture(password: nil, users: Self.users)
        #expect(try ask(fixture.service, basic("alice", "mumble-mumble")) == (200, 1, "alice"))
        #expect(try ask(fixture.service, basic("alice", "mumble-mumble")) == (200, 0, "alice"))
        // Another loop knows it too.
        let second = try fixture.service(loopBudget: ServiceFixture.patience)
        #expect(try ask(second, basic("alice", "mumble-mumble")) == (200, 0, "alice"))
        #expect(try ask(second, basic("Jürgen", "mumble-mumble")) == (200, 1, "Jürgen"))
        #expect(try ask(second, basic("Jürgen", "mumble-mumble", isLatin: true)) == (200, 0, "Jürgen"))
        #expect(try ask(second, basic("Ju\u{308}rgen", "mumble-mumble")) == (200, 1, "Jürgen"))
    }

    @Test(arguments: [
        ("alice", "wrong"), ("alice", ""), ("alice", "mumble"), ("bob", "mumble-mumble"), ("", "mumble-mumble"),
        ("Alice", "mumble-mumble"), ("alice ", "mumble-mumble"), (quick, quick), ("alice", quick),
    ])
    func whateverIsWrongGetsTheSameAnswer(name: String, password: String) throws {
        let fixture = try ServiceFixture(password: nil, users: Self.users)
        let answer = try fixture.get("/", fields: basic(name, password))
        let another = try fixture.get("/", fields: basic("x", "y"))
        #expect(answer.status == .unauthorized && answer.text == another.text)
        #expect(answer.fields[.wwwAuthenticate] == AuthenticationTests.challenge)
        #expect(answer.user == nil)
        // It is remembered for a minute, and then checked again.
        #expect(try ask(fixture.service, basic(name, password)) == (401, 0, nil))
        fixture.loginClock.advance(milliseconds: Logins.wrongTime / 1_000_000)
        #expect(try ask(fixture.service, basic(name, password)) == (401, 1, nil))
    }

    @Test func wrongCredentialsAreForgotten() throws {
        let fixture = try ServiceFixture(password: nil, users: Self.users)
        #expect(try ask(fixture.service, basic("alice", "wrong")) == (401, 1, nil))
        for index in 0..<Logins.mostWrong {
            _ = try ask(fixture.service, basic("\(index)", "wrong"), from: "10.0.\(index >> 8).\(index & 255)")
        }
        #expect(try ask(fixture.service, basic("alice", "wrong")) == (401, 1, nil))
    }

    /// A name of the users file needs its own password. Any other name takes the shared one.
    @Test func aSharedPasswordIsForAllOtherNames() throws {
        let fixture = try ServiceFixture(password: "mumble", users: Self.users)
        #expect(try ask(fixture.service, "Password: mumble\r\n") == (200, 0, nil))
        #expect(try ask(fixture.service, basic("marlyn", "mumble")) == (200, 0, "marlyn"))
        #expect(try ask(fixture.service, basic("", "mumble")) == (200, 0, nil))
        // A password in place of the name.
        #expect(try ask(fixture.service, basic("mumble", "mumble")) == (200, 0, nil))
        #expect(try ask(fixture.service, basic("alice", "mumble")) == (401, 1, nil))
        #expect(try ask(fixture.service, basic("alice", "mumble-mumble")) == (200, 1, "alice"))
        #expect(try ask(fixture.service, basic("marlyn", "mumble-mumble")) == (401, 1, nil))
        #expect(try ask(fixture.service, "Password: mumble-mumble\r\n") == (403, 0, nil))
        #expect(try ask(fixture.service, "") == (401, 0, nil))
        let without = try ServiceFixture(password: nil, users: Self.users)
        #expect(try ask(without.service, "Password: mumble\r\n") == (403, 0, nil))
        #expect(try ask(without.service, "Password:\r\n") == (403, 0, nil))
    }

    /// Who is removed, or has another password, is out with the next request. Nobody else is checked again.
    @Test func anotherUsersFileHoldsAtOnce() throws {
        let fixture = try ServiceFixture(password: nil, users: Self.users)
        #expect(try ask(fixture.service, basic("alice", "mumble-mumble")) == (200, 1, "alice"))
        #expect(try ask(fixture.service, basic("Jürgen", "mumble-mumble")) == (200, 1, "Jürgen"))
        #expect(try ask(fixture.service, basic("bob", "mumble-mumble")) == (401, 1, nil))
        fixture.accounts.replace(users: try UsersFile(Array("Jürgen:\(Self.other)\nbob:\(Self.quick)\n".utf8)))
        #expect(try ask(fixture.service, basic("alice", "mumble-mumble")) == (401, 1, nil))
        #expect(try ask(fixture.service, basic("Jürgen", "mumble-mumble")) == (200, 0, "Jürgen"))
        // What was wrong before may be right now.
        #expect(try ask(fixture.service, basic("bob", "mumble-mumble")) == (200, 1, "bob"))
        fixture.accounts.replace(users: try UsersFile(Array("Jürgen:\(Self.quick)\n".utf8)))
        #expect(try ask(fixture.service, basic("Jürgen", "mumble-mumble")) == (200, 1, "Jürgen"))
    }

    /// Whoever has the old shared password is out with the next request, and their answers end.
    @Test(arguments: [nil, users]) func anotherSharedPasswordHoldsAtOnce(users: String?) throws {
        let fixture = try ServiceFixture(password: "mumble", users: users)
        let isStillEntitled = try #require(try fixture.get("/").isStillEntitled)
        #expect(try ask(fixture.service, basic("marlyn", "mumble")).status == 200)
        let same = try #require(SharedPassword("mumble"))
        fixture.accounts.replace(password: same)
        #expect(isStillEntitled())
        let other = try #require(SharedPassword("another"))
        fixture.accounts.replace(password: other)
        #expect(!isStillEntitled())
        #expect(try ask(fixture.service, "Password: mumble\r\n").status == 403)
        #expect(try ask(fixture.service, basic("marlyn", "mumble")).status == 401)
        #expect(try ask(fixture.service, "Password: another\r\n").status == 200)
        #expect(try ask(fixture.service, basic("marlyn", "another")).status == 200)
        #expect(try fixture.get("/", fields: "Password: another\r\n").isStillEntitled?() == true)
    }

    /// A check that ends after its line has changed decides nothing.
    @Test func aCheckOfAnOldLineIsNotRemembered() throws {
        let fixture = try ServiceFixture(password: nil, users: Self.users)
        let request = try parse("GET / HTTP/1.1\r\nHost: x\r\n\(basic("alice", "mumble-mumble"))\r\n")
        guard case .again(let inquiry) = fixture.service.respond(to: request, from: Peer(address: "::1")) else {
            throw UnexpectedAnswer()
        }
        fixture.accounts.replace(users: try UsersFile([]))
        inquiry.answer()
        #expect(try ask(fixture.service, basic("alice", "mumble-mumble")).status == 401)
    }

    /// Orders a check, which the test does when it likes; nil if there is none to be done.
    private func order(
        _ service: Service, _ fields: String, from address: String,
        known: @escaping @Sendable (Response?) -> Void = { _ in }
    ) throws -> Inquiry.Work? { try inquiry(service, fields, from: address)?.start(known) }

    private func inquiry(_ service: Service, _ fields: String, from address: String) throws -> Inquiry? {
        let request = try parse("GET / HTTP/1.1\r\nHost: x\r\n\(fields)\r\n")
        guard case .again(let inquiry) = service.respond(to: request, from: Peer(address: address)) else { return nil }
        #expect(inquiry.line == ClientNetwork(address).text)
        return inquiry
    }

    /// What those who waited for a check were told.
    private final class Answers: Sendable {
        private let all = Mutex<[Response?]>([])
        var statuses: [Int?] { all.withLock { $0.map { $0?.status.code } } }
        var last: Response? { all.withLock { $0.last ?? nil } }
        func add(_ answer: Response?) { all.withLock { $0.append(answer) } }
    }

    private func wait(milliseconds: UInt64, _ fixture: ServiceFixture) {
        fixture.loginClock.advance(milliseconds: milliseconds)
        // The service looks once a second of its own clock.
        fixture.clock.advance(milliseconds: 1000)
        fixture.service.idle()
    }

    /// While many guess, whoever waits too long for a check is told to come again, and then it is not made.
    @Test func nobodyWaitsLongForACheck() throws {
        let fixture = try ServiceFixture(password: nil, users: Self.users, cors: ["https://a.example"])
        let fields = basic("alice", "mumble-mumble")
        let answers = Answers()
        let check = try #require(
            try order(fixture.service, fields + "Origin: https://a.example\r\n", from: "192.0.2.1") { answers.add($0) })
        wait(milliseconds: 4999, fixture)
        #expect(answers.statuses == [])
        // The same once more waits for the same check, as long.
        #expect(try order(fixture.service, fields, from: "192.0.2.2") { answers.add($0) } == nil)
        wait(milliseconds: 1, fixture)
        #expect(answers.statuses == [503])
        let answer = try #require(answers.last)
        #expect(answer.fields[.retryAfter] == "1" && answer.text.contains("\"code\":\"busy-with-logins\""))
        #expect(answer.fields[.accessControlAllowOrigin] == "https://a.example" && answer.requestID != nil)
        wait(milliseconds: 4999, fixture)
        #expect(answers.statuses == [503, 503])
        check()
        #expect(answers.statuses == [503, 503])
        #expect(try ask(fixture.service, fields) == (200, 1, "alice"))
        // Room for others is there again.
        #expect(try order(fixture.service, basic("alice", "x"), from: "192.0.2.1") != nil)
    }

    /// Whoever comes again before the turn of the check waits for that one.
    @Test func aCheckKeepsItsTurn() throws {
        let fixture = try ServiceFixture(password: nil, users: Self.users)
        let fields = basic("alice", "mumble-mumble")
        let answers = Answers()
        let check = try #require(try order(fixture.service, fields, from: "192.0.2.1") { answers.add($0) })
        wait(milliseconds: 5000, fixture)
        #expect(try order(fixture.service, fields, from: "192.0.2.1") { answers.add($0) } == nil)
        check()
        #expect(answers.statuses == [503, nil])
        #expect(try ask(fixture.service, fields) == (200, 0, "alice"))
    }

    /// Nothing is checked for a client that is gone, unless somebody else waits for the same.
    @Test(arguments: [true, false]) func aCheckForAClientThatIsGoneIsNotMade(isAlone: Bool) throws {
        let fixture = try ServiceFixture(password: nil, users: Self.users)
        let fields = basic("alice", "mumble-mumble")
        let answers = Answers()
        let inquiry = try #require(try inquiry(fixture.service, fields, from: "192.0.2.1"))
        let check = try #require(inquiry.start { answers.add($0) })
        if !isAlone { _ = try order(fixture.service, fields, from: "192.0.2.2") }
        inquiry.cancel()
        check()
        #expect(answers.statuses == [nil])
        #expect(try ask(fixture.service, fields) == (200, isAlone ? 1 : 0, "alice"))
    }

    @Test func aClientThatIsGoneStopsWaiting() throws {
        let fixture = try ServiceFixture(password: nil, users: Self.users)
        let answers = Answers()
        let inquiry = try #require(try inquiry(fixture.service, basic("alice", "x"), from: "192.0.2.1"))
        let check = try #require(inquiry.start { answers.add($0) })
        inquiry.cancel()
        wait(milliseconds: 1, fixture)
        #expect(answers.statuses == [503])
        check()
        #expect(answers.statuses == [503])
    }

    @Test func aCheckThatIsUnderWayIsWaitedFor() throws {
        let key = try #require(KeyedDigest.Key())
        let digests = try #require(KeyedDigest(key))
        let made = digests.digest([1].span)
        let digest = try #require(made)
        let login = LoginThrottle.Login(network: ClientNetwork("::1"), digest: digest)
        let asker = Logins.Asker(login: login, departure: Logins.Departure(), failed: {}, known: { _ in })
        var logins = Logins()
        let (isNew, hasBegun) = (logins.wait(asker, now: 0), logins.begin(digest, of: "alice", now: 1))
        #expect(isNew && hasBegun)
        let (late, all) = (logins.endWaiting(now: 60_000_000_000), logins.end(login))
        #expect(late.isEmpty && all.count == 1)
    }

    @Test func noMoreChecksWaitThanAreAllowed() throws {
        let fixture = try ServiceFixture(password: nil, users: Self.users)
        var checks: [Inquiry.Work] = []
        let networks = Logins.mostPending / Logins.mostOfNetwork
        for network in 1...networks {
            for _ in 0..<Logins.mostOfNetwork {
                checks.append(
                    try #require(try order(fixture.service, basic("\(checks.count)", "x"), from: "10.0.0.\(network)")))
            }
            #expect(try order(fixture.service, basic("one more", "x"), from: "10.0.0.\(network)") == nil)
        }
        let refused = try fixture.get("/", fields: basic("alice", "mumble-mumble"))
        #expect(refused.status == .serviceUnavailable && refused.fields[.retryAfter] == "1")
        #expect(refused.text.contains("\"code\":\"busy-with-logins\""))
        // Whoever needs no check is served.
        #expect(try fixture.get("/health", fields: "").status == .ok)
        for check in checks { check() }
        #expect(try ask(fixture.service, basic("alice", "mumble-mumble")) == (200, 1, "alice"))
    }

    /// A flood of guesses from one address leaves room for others.
    @Test func oneAddressDoesNotTakeAllChecks() throws {
        let fixture = try ServiceFixture(password: nil, users: Self.users)
        for index in 0..<Logins.mostOfNetwork {
            #expect(try order(fixture.service, basic("\(index)", "x"), from: "2001:db8::\(index)") != nil)
        }
        let fields = basic("alice", "mumble-mumble")
        #expect(try ask(fixture.service, fields, from: "2001:db8::ffff") == (503, 0, nil))
        #expect(try ask(fixture.service, fields, from: "192.0.2.1") == (200, 1, "alice"))
    }

    /// A client that guesses and is gone before the answer counts like any other, and its later guesses are not
    /// checked.
    @Test func guessesOfAClientThatIsGoneCount() throws {
        let handler = MessageHandler()
        let fixture = try ServiceFixture(password: nil, users: Self.users)
        var configuration = fixture.configuration
        configuration.logger = Logger(label: "test") { _ in handler }
        let service = try Service(configuration, stores: SharedStores(configuration), loop: 0)
        var checks: [Inquiry.Work] = []
        for index in 0..<LoginThrottle.free + 5 {
            checks.append(try #require(try order(service, basic("\(index)", "x"), from: "192.0.2.1")))
        }
        let right = basic("alice", "mumble-mumble")
        checks.append(try #require(try order(service, right, from: "192.0.2.1")))
        for check in checks { check() }
        #expect(
            handler.messages.withLock { $0 }
                == [String](repeating: "warning: failed login from 192.0.2.1", count: LoginThrottle.free))
        #expect(try ask(service, basic("x", "y"), from: "192.0.2.1") == (429, 0, nil))
        // The right one was among those that were not checked.
        #expect(try ask(service, right, from: "192.0.2.2") == (200, 1, "alice"))
        // As many as the log tells of, though no answer does.
        let request = try parse("GET /metrics HTTP/1.1\r\nHost: x\r\n\(right)\r\n")
        guard case .now(let response) = service.respond(to: request, from: Peer(address: "192.0.2.2")) else {
            throw UnexpectedAnswer()
        }
        #expect(response.text.contains("\nrookery_failed_logins_total \(LoginThrottle.free)\n"))
    }

    /// Whoever asks the same while a check waits or is under way waits for it too, and needs no thread.
    @Test(arguments: [true, false]) func theSameIsCheckedOnceForAll(isRight: Bool) throws {
        let handler = MessageHandler()
        let fixture = try ServiceFixture(password: nil, users: Self.users)
        var configuration = fixture.configuration
        configuration.logger = Logger(label: "test") { _ in handler }
        let service = try Service(configuration, stores: SharedStores(configuration), loop: 0)
        let fields = basic("alice", isRight ? "mumble-mumble" : "x")
        let known = TestClock(isRunning: false)
        let check = try #require(try order(service, fields, from: "192.0.2.1") { _ in known.advance(milliseconds: 1) })
        for address in ["192.0.2.1", "192.0.2.2", "192.0.2.2"] {
            #expect(try order(service, fields, from: address) { _ in known.advance(milliseconds: 1) } == nil)
        }
        check()
        #expect(known.nanoseconds() == 4_000_001)
        for address in ["192.0.2.1", "192.0.2.2", "192.0.2.2"] {
            #expect(try ask(service, fields, from: address) == (isRight ? 200 : 401, 0, isRight ? "alice" : nil))
        }
        let failures = ["warning: failed login from 192.0.2.1", "warning: failed login from 192.0.2.2"]
        #expect(handler.messages.withLock { $0 } == (isRight ? [] : failures))
    }

    /// A name has several spellings. Of the credentials of one person, only so many are remembered.
    @Test func fewCredentialsOfAPersonAreRemembered() throws {
        let key = try #require(KeyedDigest.Key())
        let digests = try #require(KeyedDigest(key))
        let user = try #require(try UsersFile(Array(Self.users.utf8)).users.first)
        var logins = Logins()
        let all = (0...Logins.mostRight).compactMap { digests.digest([UInt8($0)].span) }
        try #require(all.count == Logins.mostRight + 1)
        for digest in all { logins.found(digest, rightFor: user) }
        let admissions = all.map {
            logins.admission(
                of: LoginThrottle.Login(network: ClientNetwork("::1"), digest: $0), "alice", now: 0)
        }
        #expect(admissions.first == .unchecked && admissions.dropFirst().allSatisfy { $0 == .right })
    }

    /// After ten failures an address waits. Who has logged in from there is still served, and nobody else.
    @Test(arguments: [true, false]) func whoGuessesHasToWait(isShared: Bool) throws {
        let fixture = try ServiceFixture(password: "mumble", users: Self.users)
        let second = try fixture.service(loopBudget: ServiceFixture.patience)
        let (alice, shared) = (basic("alice", "mumble-mumble"), "Password: mumble\r\n")
        #expect(try ask(fixture.service, alice).status == 200 && ask(fixture.service, shared).status == 200)
        for index in 0..<10 {
            let wrong = isShared ? "Password: \(index)\r\n" : basic("alice", "\(index)")
            #expect(try ask(fixture.service, wrong).status == (isShared ? 403 : 401))
            // The same once more costs nothing, until the address has to wait.
            #expect(try ask(second, wrong).status == (index == 9 ? 429 : isShared ? 403 : 401))
        }
        let refused = try fixture.get("/", fields: basic("alice", "one more"))
        #expect(refused.status == .tooManyRequests && refused.fields[.retryAfter] == "1")
        #expect(refused.text.contains("\"code\":\"too-many-failures\""))
        for service in [fixture.service, second] {
            #expect(try ask(service, alice) == (200, 0, "alice") && ask(service, shared).status == 200)
            // Right or wrong, what has not been right from here is not looked at.
            for fields in [basic("Jürgen", "mumble-mumble"), basic("x", "y"), "Password: y\r\n"] {
                #expect(try ask(service, fields) == (429, 0, nil))
            }
            #expect(try ask(service, "").status == 401 && ask(service, "Authorization: Basic !\r\n").status == 400)
        }
        // Another users file changes nothing of it for those who are in it as before.
        fixture.accounts.replace(users: try UsersFile(Array(Self.users.utf8)))
        #expect(try ask(second, alice) == (200, 0, "alice") && ask(second, shared).status == 200)
        // From elsewhere all is as before.
        #expect(try ask(second, basic("Jürgen", "mumble-mumble"), from: "192.0.2.1").status == 200)
        fixture.loginClock.advance(milliseconds: 1000)
        #expect(try ask(second, basic("Jürgen", "mumble-mumble")).status == 200)
    }

    /// Clients behind a trusted proxy have their own addresses, and no others can choose theirs.
    @Test func aProxyTellsClientsApart() throws {
        let fixture = try ServiceFixture(password: nil, users: Self.users)
        var configuration = fixture.configuration
        configuration.proxies = try TrustedProxies(["192.0.2.7"], field: .xForwardedFor)
        let service = try Service(configuration, stores: SharedStores(configuration), loop: 0)
        func ask(_ password: String, _ client: String, by proxy: String) throws -> Int {
            try self.ask(
                service, basic("alice", password) + "X-Forwarded-For: 203.0.113.1, \(client)\r\n", from: proxy
            ).status
        }
        for index in 0..<12 { _ = try ask("\(index)", "198.51.100.1", by: "192.0.2.7") }
        #expect(try ask("mumble-mumble", "198.51.100.1", by: "192.0.2.7") == 429)
        #expect(try ask("mumble-mumble", "198.51.100.2", by: "192.0.2.7") == 200)
        #expect(try ask("mumble-mumble", "198.51.100.1", by: "192.0.2.8") == 200)
        for index in 0..<12 { _ = try ask("\(index)", "198.51.100.\(index + 9)", by: "192.0.2.9") }
        #expect(try ask("mumble-mumble", "198.51.100.77", by: "192.0.2.9") == 429)
    }

    @Test func requestsWithoutCredentialsNeverCount() throws {
        let fixture = try ServiceFixture(password: nil, users: Self.users)
        for _ in 0..<30 {
            for fields in [
                "", "Authorization: Basic !\r\n", "Authorization: Bearer x\r\n", "Password: x\r\nPassword: y\r\n",
            ] {
                _ = try ask(fixture.service, fields)
            }
        }
        #expect(try ask(fixture.service, basic("alice", "mumble-mumble")).status == 200)
    }

    /// Credentials are looked at where the server is public and some people have their own.
    @Test func aPublicServerMayHavePeople() throws {
        let file = try UsersFile(Array(Self.users.utf8))
        let accounts = try #require(Accounts(password: nil, isPublic: true, users: file))
        let authentication = Authentication(
            accounts, log: EventLog(logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }),
            metrics: LoopMetrics())
        func name(_ fields: String) throws -> String? {
            let request = try parse("GET / HTTP/1.1\r\nHost: x\r\n\(fields)\r\n")
            while true {
                switch try authentication.sender(of: request, from: "::1") {
                case .known(let principal): return principal.name
                case .unchecked(let check): check.start { _ in }?()
                }
            }
        }
        #expect(try name("") == nil)
        #expect(try name(basic("alice", "mumble-mumble")) == "alice")
        #expect(throws: APIError.incorrectCredentials) { try name(basic("alice", "wrong")) }
        #expect(throws: APIError.incorrectPassword) { try name("Password: x\r\n") }
    }
}
