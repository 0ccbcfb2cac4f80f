import HTTP

/// Every way in which a request that reached the API can fail.
enum APIError: Error, Equatable {
    case missingCredentials
    case unsupportedScheme
    case malformedAuthorization
    /// Several `Authorization` or several `Password` fields.
    case repeatedCredentials
    /// A wrong `Password` field.
    case incorrectPassword
    /// Wrong Basic credentials.
    case incorrectCredentials
    /// `nearest` is a path that there is, where the one that is asked for has a slash too many.
    case unknownPath(nearest: String?)
    case methodNotAllowed(allowed: [Method])
    case unknownObservation(id: String)
    case unknownLocation(code: String)
    case unknownSpecies(code: String)
    /// `nearest` is the closest name that there is, here and below.
    case unknownParameter(String, nearest: String?)
    case repeatedParameter(String)
    /// `expected` says what it should be.
    case missingParameter(String, expected: String)
    /// `expected` says what would be right, as the end of the sentence "… is not".
    case badValue(parameter: String, value: String, expected: String, nearest: String?)
    /// A value that is right by itself, beside other parameters; `reason` is the end of the sentence "'parameter' …".
    case misusedParameter(String, value: String, reason: String)
    /// The client takes none of the media types that there are.
    case notAcceptable(available: [String])
    /// The value of `after`, and why.
    case badPage(String)
    case queryTooLong
    /// As many long answers are under way as are allowed.
    case tooBusy
    /// The database could not be read. Why is in the log alone.
    case databaseUnavailable
}
