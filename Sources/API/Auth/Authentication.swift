import HTTP

/// The middleware that finds out who asks. It comes before routing: without credentials, a path that exists and one that does
/// not look the same. `/health` alone needs none.
struct Authentication {
    /// Nil where the server is public.
    let password: SharedPassword?

    /// In the order in which a call passes them.
    var middleware: [Middleware] { [anyone, sharedPassword, basicAuth] }

    /// Lets everyone pass where no credentials are asked for.
    func anyone(_ call: inout Call, next: Handler) throws(APIError) -> Answer {
        if password == nil || call.route == .health { call.principal = Principal(name: nil) }
        return try next(&call)
    }

    /// Checks the field `Password`, which decides when `Authorization` is there too.
    func sharedPassword(_ call: inout Call, next: Handler) throws(APIError) -> Answer {
        guard call.principal == nil, let password, let given = call.request.fields.bytes(of: .password) else {
            return try next(&call)
        }
        guard call.request.fields.count(of: .password) == 1 else { throw .repeatedCredentials }
        let candidate = CredentialText.utf8(given) ?? []
        guard password.matches(candidate.span) else { throw .incorrectPassword }
        call.principal = Principal(name: nil)
        return try next(&call)
    }

    /// Checks the field `Authorization`: Basic with any user name and the shared password.
    func basicAuth(_ call: inout Call, next: Handler) throws(APIError) -> Answer {
        guard call.principal == nil, let password else { return try next(&call) }
        guard let value = call.request.fields.bytes(of: .authorization) else { throw .missingCredentials }
        guard call.request.fields.count(of: .authorization) == 1 else { throw .repeatedCredentials }
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
        call.principal = Principal(name: isSecret || user.isEmpty ? nil : String(decoding: user, as: UTF8.self))
        return try next(&call)
    }
}
