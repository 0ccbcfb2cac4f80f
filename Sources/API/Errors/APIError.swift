import HTTP

/// Every way in which a request that reached the API can fail. `Problem` gives each its status, code and message.
///
/// A case carries only what the client sent and what it should send instead, never the path of a file or SQL.
enum APIError: Error, Equatable {
    /// No `Authorization` and no `Password` field.
    case missingCredentials
    /// `Authorization` with a scheme other than Basic.
    case unsupportedScheme
    /// `Authorization: Basic` without valid credentials after it.
    case malformedAuthorization
    /// Several `Authorization` or several `Password` fields.
    case repeatedCredentials
    /// A wrong `Password` field.
    case incorrectPassword
    /// Wrong Basic credentials.
    case incorrectCredentials
    /// So many credentials wait to be checked that no more are taken.
    case busyWithLogins
    /// So many wrong credentials came from this address that it has to wait.
    case tooManyFailures(seconds: Int)
    /// Nothing in the rights file gives this person anything.
    case noRights
    /// The person's rights do not include the metrics.
    case noRightToMetrics
    /// The last day of the person's rights is over.
    case expired
    /// `nearest` is an existing path if the requested one only has a slash or an ending too many.
    case unknownPath(nearest: String?)
    /// A method that the server knows, but no resource supports.
    case methodNotAllowed(allowed: [Method])
    case unknownObservation(id: String)
    case unknownLocation(code: String)
    case unknownSpecies(code: String)
    /// `nearest` is the most similar existing name, here and in `badValue`. `known` are the parameters of the resource.
    case unknownParameter(String, nearest: String?, known: [String])
    /// A parameter that is not a list, given more than once.
    case repeatedParameter(String)
    /// `expected` says how to give it, as the end of the sentence "… is missing; …".
    case missingParameter(String, expected: String)
    /// `expected` describes a valid value, as the end of the sentence "… is not …".
    case badValue(parameter: String, value: String, expected: String, nearest: String?)
    /// A valid value that does not fit the other parameters. `reason` is the end of the sentence "'parameter' …".
    case misusedParameter(String, value: String, reason: String)
    /// The client accepts none of the available media types.
    case notAcceptable(available: [String])
    /// An unusable value of `after`, with the reason as a sentence.
    case badPage(String)
    /// The query exceeded its engine time before its answer began.
    case queryTooLong
    /// All long answers that are allowed at once are under way, or all of this client.
    case tooManyAnswers(Overload)
    /// The answers under way hold all the memory that they may.
    case outOfMemory
    /// As many queries wait as may, or as many of this client.
    case tooManyWaiting(Overload)
    /// The audit file can't be written, so no records are given out.
    case auditUnavailable
    /// The database could not be read. Only the log says why.
    case databaseUnavailable
    /// A part of the server hangs, so it can't serve all its clients.
    case hanging
}
