import HTTP
import Testing

@testable import API

@Suite struct LoginThrottleTests {
    private static let second: UInt64 = 1_000_000_000
    private let digests: KeyedDigest

    init() throws {
        let key = try #require(KeyedDigest.Key())
        digests = try #require(KeyedDigest(key))
    }

    private func login(_ credentials: String, _ address: String = "192.0.2.1") throws -> LoginThrottle.Login {
        let bytes = Array(credentials.utf8)
        let digest = digests.digest(bytes.span)
        return LoginThrottle.Login(network: ClientNetwork(address), digest: try #require(digest))
    }

    @Test func aDigestIsThatOfItsBytesAndKey() throws {
        let key = try #require(KeyedDigest.Key())
        let other = try #require(KeyedDigest(key))
        func digest(_ text: String, _ digests: KeyedDigest) -> CredentialsDigest? {
            digests.digest(Array(text.utf8).span)
        }
        let one = try #require(digest("alice:a", digests))
        #expect(digest("alice:a", digests) == one && digest("alice:b", digests) != one)
        #expect(digest("alice:a", other) != one && digest("", digests) != nil)
    }

    /// Ten failures are free. Then each doubles the wait, up to a quarter of an hour.
    @Test func theWaitGrows() throws {
        var throttle = LoginThrottle()
        let network = ClientNetwork("192.0.2.1")
        var now: UInt64 = 7
        var waits: [Int] = []
        for index in 0..<24 {
            #expect(throttle.failed(try login("\(index)"), now: now))
            waits.append(throttle.wait(network, now: now) ?? 0)
            now += UInt64(waits.last ?? 0) * Self.second
            #expect(throttle.wait(network, now: now) == nil)
        }
        #expect(waits == [0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900, 900, 900])
        #expect(throttle.wait(ClientNetwork("192.0.2.2"), now: now) == nil)
        // An hour later nothing is left of it.
        _ = throttle.failed(try login("x"), now: now + LoginThrottle.memory + 1)
        #expect(throttle.wait(network, now: now + LoginThrottle.memory + 1) == nil)
    }

    @Test func theSameWrongCredentialsCountOnce() throws {
        var throttle = LoginThrottle()
        for _ in 0..<100 {
            #expect(try throttle.failed(login("a"), now: 1) == false || throttle.failed(login("b"), now: 1))
        }
        for index in 0..<7 { #expect(throttle.failed(try login("\(index)"), now: 1)) }
        #expect(throttle.wait(ClientNetwork("192.0.2.1"), now: 1) == nil)
        #expect(throttle.failed(try login("c"), now: 1))
        #expect(throttle.wait(ClientNetwork("192.0.2.1"), now: 1) == 1)
    }

    @Test(
        arguments: [
            ("192.0.2.1", "192.0.2.1"), ("unix", "unix"), ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2"),
            ("2001:db8:1:2::6", "2001:db8:1:2"), ("2001:db8:1::6", "2001:db8:1:0"), ("2001:db8::5:6:7", "2001:db8:0:0"),
            ("::1", "0:0:0:0"), ("::", "0:0:0:0"), ("fe80::", "fe80:0:0:0"), ("::2:3:4:5:6:7:8", "0:2:3:4"),
            ("1:2:3:4:5:6:7::", "1:2:3:4"),
        ])
    func aClientHasAllAddressesOfItsNetwork(address: String, network: String) {
        #expect(ClientNetwork(address).text == network)
    }

    @Test func itsMemoryIsBounded() throws {
        var throttle = LoginThrottle()
        let attacker = ClientNetwork("198.51.100.1")
        for index in 0..<12 { _ = throttle.failed(try login("\(index)", attacker.text), now: 100) }
        for index in 0..<LoginThrottle.mostNetworks * 2 {
            _ = throttle.failed(
                try login("a", "10.\(index >> 16).\(index >> 8 & 255).\(index & 255)"), now: 100 + UInt64(index))
            // Whoever waits is not forgotten for those who don't.
            #expect(throttle.wait(attacker, now: 100 + UInt64(index)) != nil)
        }
        #expect(throttle.networks <= LoginThrottle.mostNetworks)
        for index in 0..<LoginThrottle.mostRight + 2 { throttle.succeeded(try login("\(index)")) }
        #expect(
            try !throttle.hasSucceeded(login("0")) && throttle.hasSucceeded(login("\(LoginThrottle.mostRight + 1)")))
    }

    /// Somebody with one password and very many addresses locks out nobody who comes now and then.
    @Test func credentialsThatAreUsedStayRight() throws {
        var logins = Logins()
        let (alice, other) = (try login("alice:a"), try login("bob:b"))
        func isRight(_ login: LoginThrottle.Login) -> Bool {
            if case .right = logins.admission(of: login, isRight: true, now: 1) { true } else { false }
        }
        #expect(isRight(alice) && isRight(other))
        for index in 0..<LoginThrottle.free {
            _ = logins.admission(of: try login("\(index)"), isRight: false, now: 1)
        }
        for index in 0..<LoginThrottle.mostRight * 2 {
            let eve = isRight(try login("eve:e", "2001:db8:\(index >> 8):\(index & 255)::1"))
            guard eve, index % 1000 > 0 || isRight(alice) else {
                Issue.record("after \(index)")
                return
            }
        }
        #expect(!isRight(other))
    }
}
