import Birds
import Glibc
import People
import Synchronization

/// Who may log in, for all loops, with which rights, and the credentials that have been found right.
///
/// Checking a password against its hash takes a thread of its own for up to a second. So right credentials are
/// remembered until the person's line in the users file changes, and wrong ones for a minute.
///
/// Invariants:
/// - A name of the users file is checked against its own hash alone. Any other name needs the shared password.
/// - A check that fails takes the time of one hash of every cost in the users file, so that it does not tell whether
///   there is such a person.
/// - No password is kept, only keyed digests of credentials.
public final class Accounts: Sendable {
    /// What is known at one time.
    struct Snapshot: Sendable {
        /// Nil if there is none.
        var password: SharedPassword?
        /// Whether everybody is served without credentials.
        var isPublic = false
        /// By name; nil without a users file.
        var users: [String: UsersFile.User]?
        /// A hash of each cost in the users file.
        fileprivate(set) var costs: [PasswordHash] = []
        /// Nil without a rights file: then everybody with credentials sees everything.
        var rights: RightsFile?
    }

    /// Somebody whose credentials are right, as far as it decides about their rights.
    enum Claimant: Sendable {
        /// As the users file has them.
        case user(UsersFile.User)
        /// Somebody with the shared password.
        case shared
        /// Somebody without credentials, where the server is public.
        case everybody
    }

    /// What becomes of credentials.
    enum Admission: Sendable, Equatable {
        /// The person whose password they have; nil for the shared one.
        case right(String?)
        /// - Parameter isNew: Whether they are not the same as the wrong ones before.
        case wrong(isNew: Bool)
        /// They are not looked at before so many seconds have passed.
        case tooEarly(seconds: Int)
        /// They must be checked first: `check` must be called.
        case unchecked
        /// They can't be checked now, since too many wait for it.
        case busy
    }

    private struct State {
        var snapshot: Snapshot
        /// The people whose credentials are right, and their hash as it was when they were checked.
        var right: [CredentialsDigest: (name: String, hash: PasswordHash)] = [:]
        /// Until when wrong credentials are remembered, in nanoseconds of the monotonic clock.
        var wrong: [CredentialsDigest: UInt64] = [:]
        /// Checks that wait or are under way.
        var pending = 0
        var throttle = LoginThrottle()

        func isWrong(_ digest: CredentialsDigest, now: UInt64) -> Bool { wrong[digest].map { $0 > now } ?? false }
    }

    private let state: Mutex<State>
    /// It grows with each change of the snapshot.
    let version = Atomic<UInt64>(0)
    /// One of them is held during a check, so that the same credentials are checked once.
    private let locks: [Lock]
    /// The key of all digests.
    let key: KeyedDigest.Key
    /// The monotonic clock, in nanoseconds.
    private let clock: @Sendable () -> UInt64
    /// The time of the day, in seconds since 1970.
    let wallClock: @Sendable () -> Int64

    private final class Lock: Sendable { let mutex = Mutex(()) }

    /// The most checks that wait or are under way.
    static let mostPending = 64
    /// How long wrong credentials are remembered, in nanoseconds.
    static let wrongTime: UInt64 = 60_000_000_000
    /// The most wrong credentials that are remembered. When they are reached, all are forgotten.
    static let mostWrong = 4096

    /// - Parameters:
    ///   - password: The shared password; nil if there is none.
    ///   - isPublic: Whether everybody is served without credentials.
    ///   - users: Nil if nobody has a password of their own.
    ///   - rights: Nil if everybody with credentials sees everything.
    /// - Returns: Nil if the system has no random numbers.
    public convenience init?(
        password: SharedPassword?, isPublic: Bool, users: UsersFile? = nil, rights: RightsFile? = nil
    ) {
        self.init(
            password: password, isPublic: isPublic, users: users, rights: rights, clock: MonotonicClock.nanoseconds,
            wallClock: { Int64(time(nil)) })
    }

    init?(
        password: SharedPassword?, isPublic: Bool, users: UsersFile?, rights: RightsFile?,
        clock: @escaping @Sendable () -> UInt64, wallClock: @escaping @Sendable () -> Int64
    ) {
        guard let key = KeyedDigest.Key() else { return nil }
        (self.key, self.clock, self.wallClock) = (key, clock, wallClock)
        locks = (0..<64).map { _ in Lock() }
        var snapshot = Snapshot(password: password, isPublic: isPublic, rights: rights)
        snapshot.set(users)
        state = Mutex(State(snapshot: snapshot))
    }

    /// Takes up other files, both at once, so that nobody new has the rights of others for a moment. A person whose
    /// line in the users file is the same stays logged in.
    /// - Parameters:
    ///   - users, rights: Nil leaves those that are there.
    public func replace(users: UsersFile? = nil, rights: RightsFile? = nil) {
        change {
            if let rights { $0.snapshot.rights = rights }
            guard let users else { return }
            $0.snapshot.set(users)
            let current = $0.snapshot.users ?? [:]
            let old = $0.right.filter { current[$1.name]?.hash != $1.hash }
            for digest in old.keys { $0.right[digest] = nil }
            $0.throttle.forget { old[$0] != nil }
            // A new password may be one that was wrong before.
            $0.wrong = [:]
        }
    }

    /// Nil without a rights file.
    public var rights: RightsFile? { snapshot.rights }

    /// The lines of the rights file for names that are in no users file.
    public var strangers: [RightsFile.Entry] {
        let snapshot = snapshot
        return snapshot.rights?.entries.filter { !$0.isGroup && snapshot.users?[$0.name] == nil } ?? []
    }

    /// Whether somebody may still see all that they could see at an earlier version.
    /// - Parameter rights: Those at that version; nil if there was no rights file.
    func isEntitled(_ claimant: Claimant, to rights: RightsFile.Rights?, asOf version: UInt64) -> Bool {
        var current = rights
        if self.version.load(ordering: .acquiring) != version {
            let snapshot = snapshot
            guard snapshot.knows(claimant) else { return false }
            guard snapshot.rights != nil else { return true }
            current = snapshot.rights(of: claimant)
            guard let current, rights.map(current.cover) ?? false else { return false }
        }
        return current?.haveEnded(at: wallClock()) != true
    }

    private func change(_ body: (inout State) -> Void) {
        state.withLock { body(&$0) }
        version.add(1, ordering: .releasing)
    }

    var snapshot: Snapshot { state.withLock { $0.snapshot } }

    /// Decides about credentials as far as they are known, and notes whether they are right.
    /// - Parameter isShared: Whether they have the shared password; nil if that must not decide.
    func admission(of login: LoginThrottle.Login, isShared: Bool? = nil) -> Admission {
        state.withLock { state in
            let now = clock()
            let name = state.right[login.digest]?.name
            let isRight = isShared ?? (name != nil ? true : state.isWrong(login.digest, now: now) ? false : nil)
            if isRight == true, state.throttle.hasSucceeded(login) { return .right(name) }
            if let seconds = state.throttle.wait(login.network, now: now) { return .tooEarly(seconds: seconds) }
            switch isRight {
            case true?:
                state.throttle.succeeded(login)
                return .right(name)
            case false?:
                return .wrong(isNew: state.throttle.failed(login, now: now))
            case nil:
                guard state.pending < Self.mostPending else { return .busy }
                state.pending += 1
                return .unchecked
            }
        }
    }

    /// Finds out whether credentials are right, and remembers it. It takes up to some seconds.
    /// - Parameter password: UTF-8.
    func check(_ name: String, _ password: [UInt8], _ digest: CredentialsDigest) {
        defer { state.withLock { $0.pending -= 1 } }
        locks[digest.slot(of: locks.count)].mutex.withLock { _ in
            // Another connection may have asked the same.
            let snapshot: Snapshot? = state.withLock {
                $0.right[digest] != nil || $0.isWrong(digest, now: clock()) ? nil : $0.snapshot
            }
            guard let snapshot else { return }
            let user = snapshot.users?[name]
            let isRight = user?.hash.matches(password) == true
            if !isRight {
                for hash in snapshot.costs where hash.cost != user?.hash.cost { _ = hash.matches(password) }
            }
            state.withLock {
                // The line may have changed in the meantime.
                guard $0.snapshot.users?[name]?.hash == user?.hash else { return }
                if isRight, let user {
                    $0.right[digest] = (user.name, user.hash)
                    return
                }
                if $0.wrong.count >= Self.mostWrong { $0.wrong = [:] }
                $0.wrong[digest] = clock() &+ Self.wrongTime
            }
        }
    }
}

extension Accounts.Snapshot {
    /// The rights of somebody in the rights file; nil if they have none.
    func rights(of claimant: Accounts.Claimant) -> RightsFile.Rights? {
        switch claimant {
        case .user(let user): rights?.rights(ofUser: user.name)
        case .shared: rights?.rights(of: .shared)
        case .everybody: rights?.rights(of: .everybody)
        }
    }

    /// Whether somebody's credentials are still right.
    fileprivate func knows(_ claimant: Accounts.Claimant) -> Bool {
        if case .user(let user) = claimant { users?[user.name]?.hash == user.hash } else { true }
    }

    fileprivate mutating func set(_ file: UsersFile?) {
        users = file.map { file in
            Dictionary(file.users.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        }
        var seen: Set<PasswordHash.Cost> = []
        costs = file?.users.map(\.hash).filter { seen.insert($0.cost).inserted } ?? []
    }
}
