import Birds
import HTTP

/// Finds out who asks. It comes before routing: without credentials, a path that exists and one that does not look the same.
/// `/health` alone needs none.
struct Authentication {
    /// Nil where the server is public.
    let password: SharedPassword?

    /// What the shared password shows, and a server that is public.
    private static let shared = View.everything

    /// Paths that need no credentials.
    private static let openPaths = Set(
        Resource.allCases.filter(\.entry.isOpen).map { $0.entry.path.split(separator: "/").map(String.init) })

    /// Who sent a request.
    func principal(_ request: Request) throws(APIError) -> Principal {
        guard let password else { return Principal(name: nil, view: Authentication.shared) }
        if Authentication.openPaths.contains(request.target.segments) {
            return Principal(name: nil, view: .nothing)
        }
        // The field `Password` decides when `Authorization` is there too.
        if let given = request.fields.bytes(of: .password) { return try sharedPassword(request, given, password) }
        return try basicAuth(request, password)
    }

    /// Checks the field `Password`.
    private func sharedPassword(
        _ request: Request, _ given: ArraySlice<UInt8>, _ password: SharedPassword
    ) throws(APIError) -> Principal {
        guard request.fields.count(of: .password) == 1 else { throw .repeatedCredentials }
        let candidate = CredentialText.utf8(given) ?? []
        guard password.matches(candidate.span) else { throw .incorrectPassword }
        return Principal(name: nil, view: Authentication.shared)
    }

    /// Checks the field `Authorization`: Basic with any user name and the shared password.
    private func basicAuth(_ request: Request, _ password: SharedPassword) throws(APIError) -> Principal {
        guard let value = request.fields.bytes(of: .authorization) else { throw .missingCredentials }
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
        // A password typed in the place of the name must not reach a log.
        let user = credentials.user
        let isSecret = password.matches(user.span)
        let name = isSecret || user.isEmpty ? nil : String(decoding: user, as: UTF8.self)
        return Principal(name: name, view: Authentication.shared)
    }
}

/// Who asks, as authentication found it, and what they may see.
struct Principal: Sendable {
    /// The user name of Basic credentials; nil with the shared password alone, and where nobody is asked.
    let name: String?
    let view: View
}
