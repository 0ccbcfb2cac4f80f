import Birds
import HTTP
import People
import Synchronization

/// Finds out who sent a request. It comes before routing, so without credentials a path that exists and one that does
/// not look the same. Only `/health` needs none.
///
/// A failure says only that the credentials are wrong, never which part. Messages and logs hold no password.
///
/// Rights are looked up here too: whoever has none, or whose rights are over, is refused every path alike.
///
/// It belongs to one loop, and keeps what the loop has been told of people until something changes.
final class Authentication {
    /// Who sent a request, or how to find it out.
    enum Sender {
        case known(Principal)
        /// The password must be checked first, on a thread that may be busy for a while.
        case unchecked(Check)
    }

    /// A check of a password that a request waits for. It is as `Inquiry` has it, but tells how waiting ended.
    struct Check: Sendable {
        let line: String
        let start: @Sendable (_ known: @escaping @Sendable (Logins.Outcome) -> Void) -> Inquiry.Work?
        let cancel: @Sendable () -> Void
    }

    private let accounts: Accounts
    private let digests: KeyedDigest?
    /// The accounts as they were at `version`.
    private var snapshot: Accounts.Snapshot
    private var version: UInt64
    private let log: EventLog
    /// Logs and counts a failed login from an address, on any thread, whether or not its client waits for the answer.
    private let noteFailure: @Sendable (_ address: String) -> Void
    /// Who has logged in, and from where.
    private var people: [Login: Principal] = [:]
    /// Whoever has the shared password, and whoever needs none; nil before anybody has come.
    private var shared: Principal?
    private var everybody: Principal?
    /// Whether the log says already that many clients may have one address.
    private var hasWarned = false
    /// From where the shared password has come.
    private var places: Set<String> = []

    private struct Login: Hashable {
        let address: String
        let digest: CredentialsDigest
    }

    /// The most entries of each of these. When they are reached, all are dropped, and filled again without a check.
    private static let mostKept = 16_384

    /// Paths that need no credentials.
    private static let openPaths = Resource.allCases.filter(\.entry.isOpen).map {
        $0.entry.path.split(separator: "/").map(String.init)
    }

    init(_ accounts: Accounts, log: EventLog, metrics: LoopMetrics) {
        (self.accounts, self.log) = (accounts, log)
        noteFailure = { address in
            log.failedLogin(from: address)
            metrics.loginFailed()
        }
        digests = KeyedDigest(accounts.key)
        version = accounts.version.load(ordering: .acquiring)
        snapshot = accounts.snapshot
    }

    /// The sender of a request.
    /// - Parameter address: Of the client.
    /// - Throws: 401 for missing or wrong Basic credentials, 403 for a wrong `Password`, 400 for malformed or repeated
    ///   ones, 429 after too many wrong ones, 503 if too many wait to be checked.
    func sender(of request: Request, from address: String) throws(APIError) -> Sender {
        takeUpChanges()
        // A long target is not decoded before its client is known, so it opens nothing.
        if !request.target.isLong, Authentication.openPaths.contains(request.target.segments) {
            return .known(.nobody)
        }
        // If both fields are present, `Password` decides: browsers add a remembered `Authorization` on their own.
        if let given = request.fields.bytes(of: .password), snapshot.takesCredentials {
            return .known(current(try sharedPassword(request, given, address)))
        }
        if let value = request.fields.bytes(of: .authorization), snapshot.takesCredentials {
            return try basicAuth(request, value, address)
        }
        guard snapshot.isPublic else { throw .missingCredentials }
        let principal = everybody ?? principal(.everybody, as: .everybody)
        everybody = principal
        return .known(current(principal))
    }

    /// Ends the waiting of those who have waited too long for a check. For once a second.
    func upkeep() { accounts.endWaiting() }

    /// Somebody with their rights as they are now.
    private func principal(_ sender: Principal.Sender, as claimant: Accounts.Claimant) -> Principal {
        let rights = snapshot.rights(of: claimant)
        if snapshot.rights != nil, rights == nil { return Principal(sender, refusal: .noRights) }
        // Without these nothing ever changes.
        if snapshot.rights == nil, snapshot.users == nil, snapshot.password == nil {
            return Principal(sender, rights: nil, isStillEntitled: nil)
        }
        return Principal(sender, rights: rights) { [accounts, version] in
            accounts.isEntitled(claimant, to: rights, asOf: version)
        }
    }

    /// The same person, who sees nothing once their rights are over.
    private func current(_ principal: Principal) -> Principal {
        guard let end = principal.end, end <= accounts.wallClock() else { return principal }
        return Principal(principal.sender, refusal: .expired)
    }

    private func takeUpChanges() {
        let current = accounts.version.load(ordering: .acquiring)
        if current == version { return }
        version = current
        snapshot = accounts.snapshot
        people = [:]
        places = []
        (shared, everybody) = (nil, nil)
    }

    /// Checks the field `Password`. A wrong one is a 403 without a challenge: a 401 would need one (RFC 9110 §15.5.2),
    /// and a browser would then ask for Basic credentials that the client did not want to use.
    private func sharedPassword(
        _ request: Request, _ given: ArraySlice<UInt8>, _ address: String
    ) throws(APIError) -> Principal {
        guard request.fields.count(of: .password) == 1 else { throw .repeatedCredentials }
        // Malformed text is compared as the empty password, which never matches.
        let candidate = CredentialText.utf8(given) ?? []
        let isRight = snapshot.password?.matches(candidate.span) == true
        return try admit(candidate, isRight: isRight, from: address, else: .incorrectPassword)
    }

    /// Admits whoever has the shared password, and counts a wrong one.
    /// - Parameter credentials: All of them.
    private func admit(
        _ credentials: ArraySlice<UInt8>, isRight: Bool, from address: String, else error: APIError
    ) throws(APIError) -> Principal {
        if !isRight || !places.contains(address) {
            let admission = accounts.admission(of: try login(credentials, address), isRight: isRight)
            guard case .right = admission else { throw refusal(admission, of: address, error) }
            if places.count >= Authentication.mostKept { places = [] }
            places.insert(address)
        }
        let principal =
            shared
            ?? principal(
                .shared(claimed: nil), as: .shared(password: snapshot.passwordNumber))
        shared = principal
        return principal
    }

    private func login(
        _ credentials: ArraySlice<UInt8>, _ address: String
    ) throws(APIError) -> LoginThrottle.Login {
        guard let digest = digests?.digest(credentials.span) else { throw .busyWithLogins }
        return LoginThrottle.Login(network: ClientNetwork(address), digest: digest)
    }

    /// The error for credentials that are not admitted.
    private func refusal(_ admission: Logins.Admission, of address: String, _ wrong: APIError) -> APIError {
        switch admission {
        case .wrong(let isNew):
            if isNew { noteFailure(address) }
            return wrong
        case .tooEarly(let seconds):
            if !hasWarned, Peer(address: address).isLocal {
                hasWarned = true
                log.sharedAddress(address)
            }
            return .tooManyFailures(seconds: seconds)
        case .busy, .unchecked, .right: return .busyWithLogins
        }
    }

    /// Checks the field `Authorization`: Basic, with the name and password of a person, or any other name and the
    /// shared password.
    private func basicAuth(
        _ request: Request, _ value: ArraySlice<UInt8>, _ address: String
    ) throws(APIError) -> Sender {
        // Of two fields, a proxy might have checked the other one.
        guard request.fields.count(of: .authorization) == 1 else { throw .repeatedCredentials }
        let credentials: BasicCredentials
        do throws(BasicCredentials.Fault) {
            credentials = try BasicCredentials(authorization: value.span)
        } catch {
            switch error {
            case .unsupportedScheme: throw .unsupportedScheme
            case .malformed: throw .malformedAuthorization
            }
        }
        guard let users = snapshot.users else {
            return .known(current(try sharedPassword(credentials, isRight: isShared(credentials), address)))
        }
        let login = try login(credentials.decoded, address)
        let known = Login(address: address, digest: login.digest)
        if let principal = people[known] { return .known(current(principal)) }
        let name = String(decoding: credentials.user, as: UTF8.self)
        if users[name] == nil, isShared(credentials) {
            return .known(current(try sharedPassword(credentials, isRight: true, address)))
        }
        let admission = accounts.admission(of: login, name)
        switch admission {
        case .right:
            // Somebody may have been removed since `snapshot` was taken, and this comes from the accounts of now.
            guard let user = users[name] else { throw .incorrectCredentials }
            if people.count >= Authentication.mostKept { people = [:] }
            let principal = principal(.person(user.name), as: .user(user))
            people[known] = principal
            return .known(current(principal))
        case .unchecked:
            let password = Array(credentials.password)
            let departure = Logins.Departure()
            return .unchecked(
                Check(
                    line: login.network.text,
                    start: { [accounts, noteFailure] known in
                        let asker = Logins.Asker(
                            login: login, departure: departure, failed: { noteFailure(address) }, known: known)
                        return accounts.check(name, password, for: asker)
                    },
                    cancel: { departure.hasHappened.store(true, ordering: .relaxed) }))
        case .wrong, .tooEarly, .busy:
            throw refusal(admission, of: address, .incorrectCredentials)
        }
    }

    /// Whether credentials have the shared password, whatever the name.
    private func isShared(_ credentials: BasicCredentials) -> Bool {
        snapshot.password?.matches(credentials.password.span) == true
    }

    private func sharedPassword(
        _ credentials: BasicCredentials, isRight: Bool, _ address: String
    ) throws(APIError) -> Principal {
        var principal = try admit(credentials.decoded, isRight: isRight, from: address, else: .incorrectCredentials)
        // A password typed in place of the name must not reach a log.
        let user = credentials.user
        let isSecret = snapshot.password?.matches(user.span) == true
        let claimed = isSecret || user.isEmpty ? nil : String(decoding: user, as: UTF8.self)
        principal.sender = .shared(claimed: claimed)
        return principal
    }
}

extension Accounts.Snapshot {
    /// Whether credentials matter. Where everybody sees everything, they are not looked at.
    fileprivate var takesCredentials: Bool { !isPublic || users != nil }
}
