import HTTP
import People
import Synchronization

/// What is known of credentials: which are right or wrong, who waits to hear it, and who has to wait after failures.
///
/// Invariants:
/// - No password is kept, only keyed digests of credentials.
/// - A check that fails counts when it ends, whether or not its client still waits for the answer. The same credentials
///   are checked once for all who ask at the same time.
/// - A network that has to wait starts no check, and nobody waits longer than `mostWaiting` for one to begin.
/// - Its memory is bounded by the number of people, of connections, and by constants.
struct Logins {
    /// What becomes of credentials.
    enum Admission: Equatable {
        case right
        /// - Parameter isNew: Whether they are not the same as the wrong ones before.
        case wrong(isNew: Bool)
        /// They are not looked at before so many seconds have passed.
        case tooEarly(seconds: Int)
        /// They must be checked first.
        case unchecked
        /// They can't be checked now, since too many wait for it.
        case busy
    }

    /// How waiting for a check ended.
    enum Outcome {
        case checked, tooLate
    }

    /// Whether a client went away while it waited.
    final class Departure: Sendable {
        let hasHappened = Atomic(false)
    }

    /// Somebody who waits for a check.
    struct Asker: Sendable {
        let login: LoginThrottle.Login
        let departure: Departure
        /// Called if the credentials are wrong, and count as a failure of this asker.
        let failed: @Sendable () -> Void
        /// Called when waiting has ended.
        let known: @Sendable (Outcome) -> Void

        fileprivate var isGone: Bool { departure.hasHappened.load(ordering: .relaxed) }
    }

    /// A check that waits or is under way.
    private struct Check {
        /// Who waits for it, each with the time until which it must have begun, in nanoseconds of the monotonic clock.
        var askers: [(asker: Asker, until: UInt64)] = []
        var hasBegun = false
    }

    /// Credentials of a person that have been found right.
    private struct Right {
        /// The hash with which they were checked.
        let hash: PasswordHash
        /// The oldest first. There may be more than one, since a name can be spelled in several ways.
        var digests: [CredentialsDigest] = []
    }

    private struct Wrong {
        /// In nanoseconds of the monotonic clock.
        let until: UInt64
        /// Whether an answer has said so. The first one does, even if the failure is the one that makes a network wait.
        var isTold = false
    }

    /// By name of the person.
    private var right: [String: Right] = [:]
    private var wrong: [CredentialsDigest: Wrong] = [:]
    /// The checks that wait or are under way. One that nobody waits for any more stays until its turn comes.
    private var checks: [CredentialsDigest: Check] = [:]
    /// How many of these checks each network has begun.
    private var pending: [ClientNetwork: Int] = [:]
    private var throttle = LoginThrottle()

    /// How long wrong credentials are remembered, in nanoseconds.
    static let wrongTime: UInt64 = 60_000_000_000
    /// The most wrong credentials that are remembered. When they are reached, all are forgotten.
    static let mostWrong = 4096
    /// The most right credentials of one person that are remembered. Then the oldest are forgotten.
    static let mostRight = 8
    /// How long somebody waits for a check to begin, in nanoseconds.
    static let mostWaiting: UInt64 = 5_000_000_000
    /// The most checks that wait or are under way, in all and for one network. Each loop may add one more.
    static let mostPending = 256
    static let mostOfNetwork = 32

    /// Decides about the credentials of a person as far as they are known, and notes it.
    mutating func admission(of login: LoginThrottle.Login, _ name: String, now: UInt64) -> Admission {
        let isRight = isRight(login.digest, of: name, now: now)
        if isRight == false, wrong[login.digest]?.isTold == false {
            wrong[login.digest]?.isTold = true
            return .wrong(isNew: throttle.failed(login, now: now))
        }
        return admission(of: login, isRight: isRight, now: now)
    }

    /// Decides about credentials, and notes it.
    /// - Parameter isRight: Nil if that is not known.
    mutating func admission(of login: LoginThrottle.Login, isRight: Bool?, now: UInt64) -> Admission {
        if isRight == true, throttle.hasSucceeded(login) {
            throttle.succeeded(login)
            return .right
        }
        if let seconds = throttle.wait(login.network, now: now) { return .tooEarly(seconds: seconds) }
        switch isRight {
        case true?:
            throttle.succeeded(login)
            return .right
        case false?:
            return .wrong(isNew: throttle.failed(login, now: now))
        case nil:
            // Whoever asks the same as somebody else costs nothing.
            if checks[login.digest] != nil { return .unchecked }
            let own = pending[login.network, default: 0]
            return checks.count < Self.mostPending && own < Self.mostOfNetwork ? .unchecked : .busy
        }
    }

    private func isRight(_ digest: CredentialsDigest, of name: String, now: UInt64) -> Bool? {
        if right[name]?.digests.contains(digest) == true { return true }
        return wrong[digest].map { $0.until > now } == true ? false : nil
    }

    /// Lets somebody wait for a check.
    /// - Returns: Whether it must be ordered, since the same one has not been.
    mutating func wait(_ asker: Asker, now: UInt64) -> Bool {
        let isOrdered = checks[asker.login.digest] != nil
        checks[asker.login.digest, default: Check()].askers.append((asker, now &+ Self.mostWaiting))
        if !isOrdered { pending[asker.login.network, default: 0] += 1 }
        return !isOrdered
    }

    /// Ends the waiting of those who have waited too long for a check that has not begun, or are gone.
    /// - Returns: All of them.
    mutating func endWaiting(now: UInt64) -> [Asker] {
        var ended: [Asker] = []
        for (digest, check) in checks where !check.hasBegun {
            var rest: [(asker: Asker, until: UInt64)] = []
            for item in check.askers {
                if item.until > now, !item.asker.isGone { rest.append(item) } else { ended.append(item.asker) }
            }
            if rest.count < check.askers.count { checks[digest]?.askers = rest }
        }
        return ended
    }

    /// Begins a check that was ordered, if it is still needed. It may have been made between question and order; and by
    /// now, all who wait for it may be gone, or have guessed too often.
    mutating func begin(_ digest: CredentialsDigest, of name: String, now: UInt64) -> Bool {
        let isNeeded =
            isRight(digest, of: name, now: now) == nil
            && checks[digest]?.askers.contains {
                !$0.asker.isGone && throttle.wait($0.asker.login.network, now: now) == nil
            } == true
        if isNeeded { checks[digest]?.hasBegun = true }
        return isNeeded
    }

    /// Notes that credentials are right.
    mutating func found(_ digest: CredentialsDigest, rightFor user: UsersFile.User) {
        var own = right[user.name] ?? Right(hash: user.hash)
        if own.digests.count == Self.mostRight { own.digests.removeFirst() }
        own.digests.append(digest)
        right[user.name] = own
    }

    /// Notes that credentials are wrong.
    /// - Returns: Those who wait to hear it, for whom it is a new failure.
    mutating func found(wrong digest: CredentialsDigest, now: UInt64) -> [Asker] {
        if wrong.count >= Self.mostWrong { wrong = [:] }
        wrong[digest] = Wrong(until: now &+ Self.wrongTime)
        return (checks[digest]?.askers ?? []).map(\.asker).filter { throttle.failed($0.login, now: now) }
    }

    /// Notes that a check has ended.
    /// - Parameter login: Of the one for whom it was ordered.
    /// - Returns: All who wait for it.
    mutating func end(_ login: LoginThrottle.Login) -> [Asker] {
        let others = pending[login.network, default: 1] - 1
        pending[login.network] = others > 0 ? others : nil
        return checks.removeValue(forKey: login.digest)?.askers.map(\.asker) ?? []
    }

    /// Forgets what is known of people whose hash is another one, and of wrong credentials, which may be right now.
    mutating func takeUp(_ users: [String: UsersFile.User]) {
        let old = right.filter { users[$0]?.hash != $1.hash }
        for name in old.keys { right[name] = nil }
        let digests = Set(old.values.flatMap(\.digests))
        throttle.forget { digests.contains($0) }
        wrong = [:]
    }
}
