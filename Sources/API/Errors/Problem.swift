import Birds
import HTTP

/// An error as a client sees it: problem details (RFC 9457), with `status` and `error_message` as the members that
/// clients of this API have always read.
///
/// Here is the only place where errors get their status, code and text. `type` is left out, which means `about:blank`,
/// so `title` is the reason phrase of the status (RFC 9457 §4.2.1); `code` tells errors of one status apart (§3.2).
struct Problem {
    var status: Status
    /// A stable code for programs.
    var code: String
    /// What is wrong and how to fix it.
    var message: String
    /// Further members in order. Those whose value is nil are left out.
    var details: [(name: String, value: String?)] = []
    /// Header fields that belong to the error, such as `Allow`.
    var fields: [(name: FieldName, value: String)] = []

    /// Asks for Basic credentials in UTF-8 (RFC 7617 §2.1). Every 401 must have a challenge (RFC 9110 §15.5.2).
    static let challenge: [(name: FieldName, value: String)] = [
        (.wwwAuthenticate, #"Basic realm="Rookery", charset="UTF-8""#)
    ]

    /// The one table of errors. A message about the value of a parameter begins with the parameter's name.
    init(_ error: APIError) {
        switch error {
        case .missingCredentials:
            self.init(.unauthorized, "missing-credentials", "no authorization provided", fields: Problem.challenge)
        case .unsupportedScheme:
            self.init(
                .unauthorized, "unsupported-scheme", "only Basic authorization, or the field Password, is accepted",
                fields: Problem.challenge)
        case .incorrectCredentials:
            self.init(
                .unauthorized, "incorrect-credentials", "incorrect or missing password", fields: Problem.challenge)
        case .incorrectPassword:
            self.init(.forbidden, "incorrect-password", "incorrect or missing password")
        case .malformedAuthorization:
            self.init(.badRequest, "malformed-authorization", "malformed authorization header")
        case .repeatedCredentials:
            self.init(
                .badRequest, "repeated-credentials",
                "malformed authorization header: credentials are given more than once")
        case .busyWithLogins:
            self.init(
                .serviceUnavailable, "busy-with-logins", "too many people are logging in; try again in a moment",
                fields: [(.retryAfter, "1")])
        case .tooManyFailures(let seconds):
            self.init(
                .tooManyRequests, "too-many-failures",
                "too many wrong passwords came from this address; try again in "
                    + (seconds == 1 ? "a second" : "\(seconds) seconds"),
                fields: [(.retryAfter, "\(seconds)")])
        case .noRights:
            self.init(.forbidden, "no-rights", "you have no rights on this server; ask the people who run it")
        case .noRightToMetrics:
            self.init(.forbidden, "no-rights", "you have no right to the metrics; ask the people who run this server")
        case .expired:
            self.init(
                .forbidden, "expired", "your rights have expired; ask the people who run this server to renew them")
        case .unknownPath(let nearest):
            self.init(
                .notFound, "unknown-path",
                "there is nothing at this path; "
                    + (nearest.map { "did you mean '\($0)'?" }
                        ?? "the paths are \(Resource.listedPaths)"),
                details: [("nearest", nearest)])
        case .methodNotAllowed(let allowed):
            // A 405 must have `Allow` (RFC 9110 §15.5.6).
            let list = allowed.map(\.rawValue).joined(separator: ", ")
            self.init(
                .methodNotAllowed, "method-not-allowed", "this resource answers \(list) only", fields: [(.allow, list)])
        case .unknownObservation(let id):
            self.init(
                .notFound, "unknown-observation", "there is no observation with this id", details: [("value", id)])
        case .unknownLocation(let code):
            self.init(
                .notFound, "unknown-location", "there is no location with this loc_id", details: [("value", code)])
        case .unknownSpecies(let code):
            self.init(
                .notFound, "unknown-species", "there is no species with this species_id", details: [("value", code)])
        case .unknownParameter(let name, let nearest, let known):
            let list = known.isEmpty ? "this path takes none" : "this path takes \(known.joined(separator: ", "))"
            self.init(
                .badRequest, "unknown-parameter",
                "there is no parameter '\(name)' here; " + (nearest.map { "did you mean '\($0)'?" } ?? list),
                details: [("parameter", name), ("nearest", nearest)])
        case .repeatedParameter(let name):
            self.init(
                .badRequest, "repeated-parameter",
                "the parameter '\(name)' is given more than once; it is not a list, so give it once",
                details: [("parameter", name)])
        case .missingParameter(let name, let expected):
            self.init(
                .badRequest, "missing-parameter", "the parameter '\(name)' is missing; \(expected)",
                details: [("parameter", name)])
        case .badValue(let parameter, let value, let expected, let nearest):
            self.init(
                .badRequest, "bad-value",
                "\(parameter): '\(value)' is not \(expected)" + (nearest.map { "; did you mean '\($0)'?" } ?? ""),
                details: [("parameter", parameter), ("value", value), ("nearest", nearest)])
        case .misusedParameter(let name, let value, let reason):
            self.init(
                .badRequest, "bad-value", "'\(name)' \(reason)", details: [("parameter", name), ("value", value)])
        case .notAcceptable(let available):
            self.init(
                .notAcceptable, "not-acceptable",
                "none of the types in Accept is available; this resource offers " + available.joined(separator: ", "))
        case .badPage(let reason):
            self.init(.badRequest, "bad-page", reason, details: [("parameter", "after")])
        case .queryTooLong:
            self.init(
                .serviceUnavailable, "query-too-long", "the query took too long; narrow it with more filters or a limit"
            )
        // The seconds of `Retry-After` (RFC 9110 §10.2.3): half the time that a query may take is a fair guess.
        case .tooManyAnswers(.ofServer):
            self.init(
                .serviceUnavailable, "too-busy", "too many long answers are under way; try again later",
                fields: [(.retryAfter, "5")])
        case .tooManyAnswers(.ofClient):
            self.init(
                .serviceUnavailable, "too-many-answers",
                "too many long answers to you are under way; read one of them to its end first",
                fields: [(.retryAfter, "5")])
        case .outOfMemory:
            self.init(
                .serviceUnavailable, "out-of-memory",
                "too many answers that must be sorted or summed are under way; narrow the query, or try again later",
                fields: [(.retryAfter, "5")])
        case .tooManyWaiting(.ofServer):
            self.init(
                .serviceUnavailable, "queue-full", "too many queries wait already; try again later",
                fields: [(.retryAfter, "5")])
        case .tooManyWaiting(.ofClient):
            self.init(
                .serviceUnavailable, "too-many-queries",
                "too many of your queries wait already; wait for the answer to one of them first",
                fields: [(.retryAfter, "5")])
        case .auditUnavailable:
            self.init(
                .serviceUnavailable, "audit-unavailable",
                "the server can't keep its audit at the moment, and gives out no records without; try again later",
                fields: [(.retryAfter, "5")])
        case .databaseUnavailable:
            self.init(
                .serviceUnavailable, "database-unavailable", "the records can't be read at the moment; try again later",
                fields: [(.retryAfter, "5")])
        case .hanging:
            self.init(
                .serviceUnavailable, "hanging",
                "a part of the server hangs, so some clients get no answer; its log says since when, and a restart helps"
            )
        }
    }

    /// The problem of a request that was refused before any handler saw it.
    init(_ error: RequestError) {
        self.init(error.status, error.code, error.message)
        // Too many connections: one of them usually ends within a second.
        if error.status == .serviceUnavailable { fields = [(.retryAfter, "1")] }
    }

    private init(
        _ status: Status, _ code: String, _ message: String, details: [(name: String, value: String?)] = [],
        fields: [(name: FieldName, value: String)] = []
    ) {
        self.status = status
        self.code = code
        self.message = message
        self.details = details
        self.fields = fields
    }

    /// The error as a response. Only errors of the server name the request: a client needs the ID to report them. Every
    /// text is escaped as JSON, so a value of the client's can't become markup or another member.
    func response(requestID: String) -> Response {
        var body: [UInt8] = []
        body.append(contentsOf: "{\"status\":\(status.code),\"title\":".utf8)
        JSONText.append(status.reason, to: &body)
        var members: [(name: String, value: String?)] = [("code", code), ("error_message", message)]
        members += details
        if status.code >= 500 { members.append(("request_id", requestID)) }
        for (name, value) in members {
            guard let value else { continue }
            body.append(contentsOf: ",\"\(name)\":".utf8)
            JSONText.append(value, to: &body)
        }
        body.append(contentsOf: "}\n".utf8)
        var response = Response(status, body: .bytes(body))
        response.code = code
        response.fields.append(.contentType, "application/problem+json")
        for field in fields { response.fields.append(field.name, field.value) }
        return response
    }
}
