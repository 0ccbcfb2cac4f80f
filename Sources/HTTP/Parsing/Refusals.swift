// Every reason to refuse a request before a handler sees it: its status, its code, and a sentence that says what is
// wrong and how to fix it. Codes are stable: programs compare them. The only input that a sentence repeats is the
// method, which is a token and is cut to 20 characters, so no message can carry bytes of the client's choice into a log
// or a page.
//
// A message is about the head or the coding of a request, and never about the records or the server's files.

extension RequestError {
    // MARK: The transport's own

    /// The head did not arrive in time (RFC 9110 §15.5.9).
    public static let timeout = RequestError(
        .requestTimeout, code: "request-timeout",
        "The request did not arrive in time; send all of it at once.")
    /// The body arrived too slowly.
    public static let bodyTooSlow = RequestError(
        .requestTimeout, code: "body-too-slow",
        "The body of the request arrived too slowly; send it without pauses, or send none.")
    /// The server, or the client's address, has as many connections as it may have.
    public static let tooManyConnections = RequestError(
        .serviceUnavailable, code: "too-many-connections",
        "There are too many connections; close the ones you do not need, or try again later.")

    // MARK: Lines

    static let bareLineFeed = RequestError(
        .badRequest, code: "malformed-line-end", "A line ends with LF alone; end each line with CR and LF.")
    static let bareCarriageReturn = RequestError(
        .badRequest, code: "malformed-line-end", "A CR is not followed by LF; end each line with CR and LF.")
    static let controlCharacter = RequestError(
        .badRequest, code: "control-character",
        "The head of the message contains a control character; remove it, or percent-encode it in the request target.")
    static let tooManyEmptyLines = RequestError(
        .badRequest, code: "malformed-request-line",
        "There are more than two empty lines before the request line; begin with the request line.")

    // MARK: The request line

    // Most of these messages depend on the place of the error, so the parser writes them.
    static func malformedRequestLine(_ message: String) -> RequestError {
        RequestError(.badRequest, code: "malformed-request-line", message)
    }
    static func requestLineTooLong(limit: Int) -> RequestError {
        RequestError(
            .uriTooLong, code: "request-line-too-long",
            "The request line is longer than \(limit) bytes; ask for less in one request.")
    }
    /// A method that the server does not know is a 501 (RFC 9110 §15.6.2); a known one that a resource lacks is a 405.
    /// - Parameter name: A token, already shortened.
    static func unknownMethod(_ name: String) -> RequestError {
        let known = Method.allCases.map(\.rawValue).joined(separator: ", ")
        return RequestError(
            .notImplemented, code: "unknown-method", "The method \(name) is not known; the known ones are \(known)."
        )
    }
    static let unsupportedVersion = RequestError(
        .httpVersionNotSupported, code: "unsupported-version",
        "This version of HTTP is not supported; use HTTP/1.1 or HTTP/1.0.")
    static func malformedTarget(_ message: String) -> RequestError {
        RequestError(.badRequest, code: "malformed-target", message)
    }

    // MARK: Fields

    // Too many fields, or too long ones, are a 431 (RFC 6585 §5), even where one field alone is too long.
    static func malformedField(_ message: String) -> RequestError {
        RequestError(.badRequest, code: "malformed-field", message)
    }
    static func headerTooLarge(limit: Int) -> RequestError {
        RequestError(
            .requestHeaderFieldsTooLarge, code: "header-too-large",
            "The header section is larger than \(limit) bytes; send fewer or shorter fields.")
    }
    static func tooManyFields(limit: Int) -> RequestError {
        RequestError(
            .requestHeaderFieldsTooLarge, code: "too-many-fields",
            "The header section has more than \(limit) fields; send fewer.")
    }
    static let missingHost = RequestError(
        .badRequest, code: "missing-host", "There is no Host field; HTTP/1.1 requires one with the server's name.")
    static func malformedHost(_ message: String) -> RequestError {
        RequestError(.badRequest, code: "malformed-host", message)
    }
    static let unknownExpectation = RequestError(
        .expectationFailed, code: "unknown-expectation",
        "The value of the Expect field is not supported; send `100-continue`, or leave the field out.")

    // MARK: The body

    static func badContentLength(_ message: String) -> RequestError {
        RequestError(.badRequest, code: "bad-content-length", message)
    }
    static func badTransferEncoding(_ message: String) -> RequestError {
        RequestError(.badRequest, code: "bad-transfer-encoding", message)
    }
    static let unknownTransferCoding = RequestError(
        .notImplemented, code: "unknown-transfer-coding",
        "Transfer-Encoding names a coding that is not supported; send `chunked` alone, or a Content-Length.")
    static func malformedChunk(_ message: String) -> RequestError {
        RequestError(.badRequest, code: "malformed-chunk", message)
    }
    static func bodyTooLarge(limit: UInt64) -> RequestError {
        RequestError(
            .contentTooLarge, code: "body-too-large",
            "The body is larger than \(limit) bytes; send a smaller one, or none.")
    }

    // MARK: Responses

    // A client shows the sentence; it has no use for the status and the code.

    static func malformedStatusLine(_ message: String) -> RequestError {
        RequestError(.badRequest, code: "malformed-status-line", message)
    }
}
