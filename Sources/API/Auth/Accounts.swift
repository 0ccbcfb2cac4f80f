import Birds
import Glibc
import People
import Synchronization

/// Who may log in, for all loops, with which rights, and the credentials that have been found right.
///
/// Checking a password against its hash takes a thread of its own for up to a second. So right credentials are
/// remembered until the person's line in the users file changes, and wrong ones for a minute (`Logins`).
///
/// Invariants:
/// - A name of the users file is checked against its own hash alone. Any other name needs the shared password.
/// - A check that fails takes the time of one hash of every cost in the users file, so that it does not tell whether
///   there is such a person.
public final class Accounts: Sendable {
    /// What is known at one time.
    struct Snapshot: Sendable {
        /// Nil if there is none.
        var password: SharedPassword?
        /// How often there was another password.
        fileprivate(set) var passwordNumber = 0
        /// Whether everybody is served without credentials.
        var isPublic = false
        /// By name; nil without a users file.
        var users: [String: UsersFile.User]?
        /// A hash of each cost in the users file.
        fileprivate(set) var costs: [PasswordHash] = []
        /// Those in force. Nil without a rights file: then everybody with credentials sees everything.
        var rights: RightsFile?
        /// The rights file as it was read last, which may give more than is in force.
        fileprivate(set) var rightsFile: RightsFile?
    }

    /// Somebody whose credentials are right, as far as it decides about their rights.
    enum Claimant: Sendable {
        /// As the users file has them.
        case user(UsersFile.User)
        /// Somebody with the shared password that has this number.
        case shared(password: Int)
        /// Somebody without credentials, where the server is public.
        case everybody
    }

    private struct State {
        var snapshot: Snapshot
        var logins = Logins()
    }

    private let state: Mutex<State>
    /// It grows with each change of the snapshot.
    let version = Atomic<UInt64>(0)
    /// The key of all digests.
    let key: KeyedDigest.Key
    /// The monotonic clock, in nanoseconds.
    private let clock: @Sendable () -> UInt64
    /// The time of the day, in seconds since 1970.
    let wallClock: @Sendable () -> Int64

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
        var snapshot = Snapshot(password: password, isPublic: isPublic, rights: rights)
        snapshot.rightsFile = rights
        snapshot.set(users)
        state = Mutex(State(snapshot: snapshot))
    }

    /// Takes up other files, all at once, so that nobody new has the rights of others for a moment. A person whose line
    /// in the users file is the same stays logged in.
    /// - Parameters:
    ///   - password, users, rights: Nil leaves those that are there.
    public func replace(password: SharedPassword? = nil, users: UsersFile? = nil, rights: RightsFile? = nil) {
        replace(password: password, users: users, rights: rights, inForce: rights)
    }

    /// - Parameter inForce: What of the rights counts; nil leaves what did.
    func replace(password: SharedPassword?, users: UsersFile?, rights: RightsFile?, inForce: RightsFile?) {
        state.withLock {
            if let password { $0.snapshot.set(password) }
            if let rights { $0.snapshot.rightsFile = rights }
            if let inForce { $0.snapshot.rights = inForce }
            guard let users else { return }
            $0.snapshot.set(users)
            $0.logins.takeUp($0.snapshot.users ?? [:])
        }
        version.add(1, ordering: .releasing)
    }

    /// The rights file as it was read last; nil without one.
    public var rightsFile: RightsFile? { snapshot.rightsFile }

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

    var snapshot: Snapshot { state.withLock { $0.snapshot } }

    /// Decides about the credentials of a person as far as they are known, and notes it.
    func admission(of login: LoginThrottle.Login, _ name: String) -> Logins.Admission {
        state.withLock { $0.logins.admission(of: login, name, now: clock()) }
    }

    /// Notes whether credentials have the shared password, and decides about them.
    func admission(of login: LoginThrottle.Login, isRight: Bool) -> Logins.Admission {
        state.withLock { $0.logins.admission(of: login, isRight: isRight, now: clock()) }
    }

    /// Lets somebody wait until credentials have been checked.
    /// - Parameter password: UTF-8.
    /// - Returns: The check, which takes up to some seconds; nil if it waits or is under way already.
    func check(_ name: String, _ password: [UInt8], for asker: Logins.Asker) -> (@Sendable () -> Void)? {
        guard state.withLock({ $0.logins.wait(asker, now: clock()) }) else { return nil }
        return { [self, login = asker.login] in
            let failed = check(name, password, login.digest)
            for asker in failed { asker.failed() }
            let askers = state.withLock { $0.logins.end(login) }
            for asker in askers { asker.known(.checked) }
        }
    }

    /// Ends the waiting of those who have waited too long for a check that has not begun, or are gone.
    func endWaiting() {
        let askers = state.withLock { $0.logins.endWaiting(now: clock()) }
        for asker in askers { asker.known(.tooLate) }
    }

    /// Finds out whether credentials are right, and remembers it.
    /// - Returns: Those for whom they are a new failure.
    private func check(_ name: String, _ password: [UInt8], _ digest: CredentialsDigest) -> [Logins.Asker] {
        let snapshot = state.withLock {
            $0.logins.begin(digest, of: name, now: clock()) ? $0.snapshot : nil
        }
        guard let snapshot else { return [] }
        let user = snapshot.users?[name]
        let isRight = user?.hash.matches(password) == true
        if !isRight {
            for hash in snapshot.costs where hash.cost != user?.hash.cost { _ = hash.matches(password) }
        }
        return state.withLock {
            // The line may have changed in the meantime.
            guard $0.snapshot.users?[name]?.hash == user?.hash else { return [] }
            guard isRight, let user else { return $0.logins.found(wrong: digest, now: clock()) }
            $0.logins.found(digest, rightFor: user)
            return []
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
        switch claimant {
        case .user(let user): users?[user.name]?.hash == user.hash
        case .shared(let number): number == passwordNumber
        case .everybody: true
        }
    }

    fileprivate mutating func set(_ new: SharedPassword) {
        if new.isSame(as: password) { return }
        password = new
        passwordNumber += 1
    }

    mutating func set(_ file: UsersFile?) {
        users = file.map { file in
            Dictionary(file.users.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        }
        costs = file?.costs ?? []
    }
}
