import Birds
import HTTP

/// Finds out who sent a request. It comes before routing, so without credentials a path that exists and one that does
/// not look the same. Only `/health` needs none.
///
/// A failure says only that the credentials are wrong, never which part. Messages and logs hold no password.
struct Authentication {
    /// Nil if the server is public.
    let password: SharedPassword?

    /// The view of everyone who knows the shared password, and of everyone if the server is public.
    private static let shared = View.everything

    /// Paths that need no credentials.
    private static let openPaths = Resource.allCases.filter(\.entry.isOpen).map {
        $0.entry.path.split(separator: "/").map(String.init)
    }

    /// The sender of a request.
    /// - Throws: 401 for missing or wrong Basic credentials, 403 for a wrong `Password`, 400 for malformed or repeated
    ///   ones.
    func principal(_ request: Request) throws(APIError) -> Principal {
        guard let password else { return Principal(name: nil, view: Authentication.shared) }
        if Authentication.openPaths.contains(request.target.segments) {
            return Principal(name: nil, view: .nothing)
        }
        // If both fields are present, `Password` decides: browsers add a remembered `Authorization` on their own.
        if let given = request.fields.bytes(of: .password) { return try sharedPassword(request, given, password) }
        return try basicAuth(request, password)
    }

    /// Checks the field `Password`. A wrong one is a 403 without a challenge: a 401 would need one (RFC 9110 §15.5.2),
    /// and a browser would then ask for Basic credentials that the client did not want to use.
    private func sharedPassword(
        _ request: Request, _ given: ArraySlice<UInt8>, _ password: SharedPassword
    ) throws(APIError) -> Principal {
        guard request.fields.count(of: .password) == 1 else { throw .repeatedCredentials }
        // Malformed text is compared as the empty password, which never matches.
        let candidate = CredentialText.utf8(given) ?? []
        guard password.matches(candidate.span) else { throw .incorrectPassword }
        return Principal(name: nil, view: Authentication.shared)
    }

    /// Checks the field `Authorization`: Basic with any user name and the shared password.
    private func basicAuth(_ request: Request, _ password: SharedPassword) throws(APIError) -> Principal {
        guard let value = request.fields.bytes(of: .authorization) else { throw .missingCredentials }
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
        guard password.matches(credentials.password.span) else { throw .incorrectCredentials }
        // A password typed in place of the name must not reach a log.
        let user = credentials.user
        let isSecret = password.matches(user.span)
        let name = isSecret || user.isEmpty ? nil : String(decoding: user, as: UTF8.self)
        return Principal(name: name, view: Authentication.shared)
    }
}

/// The authenticated sender of a request, and the records that they may see.
struct Principal: Sendable {
    /// The user name of Basic credentials; nil if only the field `Password` was sent, or the server is public.
    let name: String?
    let view: View
}
