import Birds
import HTTP
import People
import Synchronization

/// Finds out who sent a request. It comes before routing, so without credentials a path that exists and one that does
/// not look the same. Only `/health` needs none.
///
/// A failure says only that the credentials are wrong, never which part. Messages and logs hold no password.
///
/// It belongs to one loop, and keeps what the loop has been told of people until something changes.
final class Authentication {
    /// Who sent a request, or how to find it out.
    enum Sender {
        case known(Principal)
        /// The password must be checked first, on a thread that may be busy for a while.
        case unchecked(@Sendable () -> Void)
    }

    private let accounts: Accounts
    private let digests: KeyedDigest?
    /// The accounts as they were at `version`.
    private var snapshot: Accounts.Snapshot
    private var version: UInt64
    private let log: EventLog
    /// Who has logged in, and from where.
    private var people: [Login: String] = [:]
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

    init(_ accounts: Accounts, log: EventLog) {
        (self.accounts, self.log) = (accounts, log)
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
        if Authentication.openPaths.contains(request.target.segments) {
            return .known(Principal(.nobody, view: .nothing))
        }
        // If both fields are present, `Password` decides: browsers add a remembered `Authorization` on their own.
        if let given = request.fields.bytes(of: .password), snapshot.takesCredentials {
            return .known(try sharedPassword(request, given, address))
        }
        if let value = request.fields.bytes(of: .authorization), snapshot.takesCredentials {
            return try basicAuth(request, value, address)
        }
        guard snapshot.isPublic else { throw .missingCredentials }
        return .known(Principal(.everybody, view: .everything))
    }

    private func takeUpChanges() {
        let current = accounts.version.load(ordering: .acquiring)
        if current == version { return }
        version = current
        snapshot = accounts.snapshot
        people = [:]
        places = []
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
        try admit(candidate, isRight: isRight, from: address, else: .incorrectPassword)
        return Principal(.shared(claimed: nil), view: .everything)
    }

    /// Admits whoever has the shared password, and counts a wrong one.
    /// - Parameter credentials: All of them.
    private func admit(
        _ credentials: ArraySlice<UInt8>, isRight: Bool, from address: String, else error: APIError
    ) throws(APIError) {
        if isRight, places.contains(address) { return }
        let admission = accounts.admission(of: try login(credentials, address), isShared: isRight)
        guard case .right = admission else { throw refusal(admission, of: address, error) }
        if places.count >= Authentication.mostKept { places = [] }
        places.insert(address)
    }

    private func login(
        _ credentials: ArraySlice<UInt8>, _ address: String
    ) throws(APIError) -> LoginThrottle.Login {
        guard let digest = digests?.digest(credentials.span) else { throw .busyWithLogins }
        return LoginThrottle.Login(network: LoginThrottle.Network(address), digest: digest)
    }

    /// The error for credentials that are not admitted.
    private func refusal(_ admission: Accounts.Admission, of address: String, _ wrong: APIError) -> APIError {
        switch admission {
        case .wrong(let isNew):
            if isNew { log.failedLogin(from: address) }
            return wrong
        case .tooEarly(let seconds):
            if !hasWarned, address == "unix" || address == "::1" || address.hasPrefix("127.") {
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
        guard let users = snapshot.users else { return .known(try sharedPassword(credentials, address)) }
        let login = try login(credentials.decoded, address)
        let known = Login(address: address, digest: login.digest)
        if let name = people[known] { return .known(Principal(.person(name), view: .everything)) }
        let name = String(decoding: credentials.user, as: UTF8.self)
        if users[name] == nil, snapshot.password?.matches(credentials.password.span) == true {
            return .known(try sharedPassword(credentials, address))
        }
        let admission = accounts.admission(of: login)
        switch admission {
        case .right(let name?):
            if people.count >= Authentication.mostKept { people = [:] }
            people[known] = name
            return .known(Principal(.person(name), view: .everything))
        case .unchecked:
            return .unchecked { [accounts, password = Array(credentials.password)] in
                accounts.check(name, password, login.digest)
            }
        case .right(nil), .wrong, .tooEarly, .busy:
            throw refusal(admission, of: address, .incorrectCredentials)
        }
    }

    private func sharedPassword(_ credentials: BasicCredentials, _ address: String) throws(APIError) -> Principal {
        let isRight = snapshot.password?.matches(credentials.password.span) == true
        try admit(credentials.decoded, isRight: isRight, from: address, else: .incorrectCredentials)
        // A password typed in place of the name must not reach a log.
        let user = credentials.user
        let isSecret = snapshot.password?.matches(user.span) == true
        let name = isSecret || user.isEmpty ? nil : String(decoding: user, as: UTF8.self)
        return Principal(.shared(claimed: name), view: .everything)
    }
}

extension Accounts.Snapshot {
    /// Whether credentials matter. Where everybody sees everything, they are not looked at.
    fileprivate var takesCredentials: Bool { !isPublic || users != nil }
}

/// The authenticated sender of a request, and the records that they may see.
struct Principal: Sendable {
    /// Who it is, as far as that is certain.
    enum Sender: Sendable, Equatable {
        /// A person of the users file, by name.
        case person(String)
        /// Somebody with the shared password, and the name that they gave, which may be anybody's.
        case shared(claimed: String?)
        /// Anybody, where the server is public.
        case everybody
        /// Somebody who asks for what needs no credentials.
        case nobody
    }

    let sender: Sender
    let view: View

    init(_ sender: Sender, view: View) { (self.sender, self.view) = (sender, view) }

    /// The user name of Basic credentials; nil if only the field `Password` was sent, or none.
    var name: String? {
        switch sender {
        case .person(let name): name
        case .shared(let claimed): claimed
        case .everybody, .nobody: nil
        }
    }
}
