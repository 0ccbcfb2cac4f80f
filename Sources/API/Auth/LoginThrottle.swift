import HTTP

/// Slows down whoever guesses passwords: after some failures, an address has to wait before it may try again, and
/// longer after each further failure. Other addresses never wait for it.
///
/// Invariants:
/// - While an address waits, credentials that have been right from there pass, since many people may share it. All
///   others are refused unseen, right ones too: an answer to them would tell a guesser what is right.
/// - Its memory is bounded.
struct LoginThrottle {
    /// Credentials from a network.
    struct Login: Hashable {
        let network: ClientNetwork
        let digest: CredentialsDigest
    }

    private struct Failures {
        /// The wrong credentials that were given, the last few of them: the same ones count once.
        var wrong: [CredentialsDigest] = []
        var count = 0
        /// In nanoseconds of the monotonic clock.
        var last: UInt64 = 0
        var until: UInt64 = 0
    }

    private var failures: [ClientNetwork: Failures] = [:]
    /// How many networks have failures.
    var networks: Int { failures.count }
    /// What has been right, and what of it was last used before `right` was full the last time.
    private var (right, olderRight): (Set<Login>, Set<Login>) = ([], [])

    /// How many failures are free.
    static let free = 10
    private static let second: UInt64 = 1_000_000_000
    static let longestWait = 900 * second
    /// After this time without a failure, those of a network are forgotten, in nanoseconds.
    static let memory = 4 * longestWait
    /// The most networks with failures. When they are reached, the least dangerous ones are forgotten.
    static let mostNetworks = 16_384
    /// The most credentials that are known to be right. When they are reached, the half that has not been used
    /// for longest is forgotten.
    static let mostRight = 65_536
    private static let mostWrong = 16

    /// Notes that credentials are right, or were used once more.
    mutating func succeeded(_ login: Login) {
        if right.contains(login) { return }
        if right.count >= Self.mostRight / 2 { (right, olderRight) = ([], right) }
        right.insert(login)
    }

    func hasSucceeded(_ login: Login) -> Bool { right.contains(login) || olderRight.contains(login) }

    /// Forgets credentials that are right no more.
    mutating func forget(where isWrong: (CredentialsDigest) -> Bool) {
        right = right.filter { !isWrong($0.digest) }
        olderRight = olderRight.filter { !isWrong($0.digest) }
    }

    /// How long a network has to wait, in seconds; nil if it need not.
    func wait(_ network: ClientNetwork, now: UInt64) -> Int? {
        guard let until = failures[network]?.until, until > now else { return nil }
        return Int((until - now + Self.second - 1) / Self.second)
    }

    /// Notes that credentials are wrong.
    /// - Returns: Whether it counts: the same ones count once.
    mutating func failed(_ login: Login, now: UInt64) -> Bool {
        if failures.count >= Self.mostNetworks, failures[login.network] == nil { makeRoom(now: now) }
        var own = failures[login.network] ?? Failures()
        if own.last + Self.memory < now { own = Failures() }
        defer { failures[login.network] = own }
        own.last = now
        if own.wrong.contains(login.digest) { return false }
        if own.wrong.count == Self.mostWrong { own.wrong.removeFirst() }
        own.wrong.append(login.digest)
        own.count += 1
        if own.count >= Self.free {
            let doublings = UInt64(min(own.count - Self.free, 10))
            own.until = now + min(Self.second << doublings, Self.longestWait)
        }
        return true
    }

    /// Forgets the old half of the networks, and of those that are as old, any.
    private mutating func makeRoom(now: UInt64) {
        let ages = failures.values.map(\.last).sorted()
        let middle = ages[ages.count / 2]
        failures = failures.filter { $0.value.last > middle || $0.value.until > now }
        // All of them wait: an attack from thousands of networks. New ones then begin without a history.
        if failures.count >= Self.mostNetworks { failures = [:] }
    }
}
