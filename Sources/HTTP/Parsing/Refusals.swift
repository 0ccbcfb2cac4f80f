// Every reason to refuse a request before a handler sees it: its status, its code, and a sentence that says what is wrong
// and how to mend it. No sentence repeats what the client sent, except visible ASCII, shortened.

extension RequestError {
    // MARK: The transport's own

    /// The head did not come in time.
    public static let timeout = RequestError(
        .requestTimeout, code: "request-timeout",
        "The request did not arrive in time; send the whole of it at once.")
    /// The body came too slowly.
    public static let bodyTooSlow = RequestError(
        .requestTimeout, code: "body-too-slow",
        "The body of the request came too slowly; send it without pauses, or send none.")
    /// The server, or the address of the client, has all the connections it may have.
    public static let tooManyConnections = RequestError(
        .serviceUnavailable, code: "too-many-connections",
        "There are too many connections; close those you do not need, and try again later.")

    // MARK: Lines

    static let bareLineFeed = RequestError(
        .badRequest, code: "malformed-line-end", "A line ends with LF alone; end each line with CR and LF.")
    static let bareCarriageReturn = RequestError(
        .badRequest, code: "malformed-line-end", "A CR is not followed by LF; end each line with CR and LF.")
    static let controlCharacter = RequestError(
        .badRequest, code: "control-character",
        "There is a control character in the head of the message; remove it, or percent-encode it in a target.")
    static let tooManyEmptyLines = RequestError(
        .badRequest, code: "malformed-request-line",
        "There are more than two empty lines before the request line; begin with the request line.")

    // MARK: The request line

    static func malformedRequestLine(_ message: String) -> RequestError {
        RequestError(.badRequest, code: "malformed-request-line", message)
    }
    static func requestLineTooLong(limit: Int) -> RequestError {
        RequestError(
            .uriTooLong, code: "request-line-too-long",
            "The request line is longer than \(limit) bytes; ask for less in one request.")
    }
    static func unknownMethod(_ name: String) -> RequestError {
        let known = Method.allCases.map(\.rawValue).joined(separator: ", ")
        return RequestError(
            .notImplemented, code: "unknown-method", "The method \(name) is not supported; the known ones are \(known)."
        )
    }
    static let unsupportedVersion = RequestError(
        .httpVersionNotSupported, code: "unsupported-version",
        "This version of HTTP is not supported; use HTTP/1.1 or HTTP/1.0.")
    static func malformedTarget(_ message: String) -> RequestError {
        RequestError(.badRequest, code: "malformed-target", message)
    }

    // MARK: Fields

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
        .badRequest, code: "missing-host", "There is no Host field; HTTP/1.1 requires one, with the server's name.")
    static func malformedHost(_ message: String) -> RequestError {
        RequestError(.badRequest, code: "malformed-host", message)
    }
    static let unknownExpectation = RequestError(
        .expectationFailed, code: "unknown-expectation",
        "The Expect field asks for something unknown; send `100-continue`, or no such field.")

    // MARK: The body

    static func badContentLength(_ message: String) -> RequestError {
        RequestError(.badRequest, code: "bad-content-length", message)
    }
    static func badTransferEncoding(_ message: String) -> RequestError {
        RequestError(.badRequest, code: "bad-transfer-encoding", message)
    }
    static let unknownTransferCoding = RequestError(
        .notImplemented, code: "unknown-transfer-coding",
        "The Transfer-Encoding names a coding that is not supported; send `chunked` alone, or a Content-Length.")
    static func malformedChunk(_ message: String) -> RequestError {
        RequestError(.badRequest, code: "malformed-chunk", message)
    }
    static func bodyTooLarge(limit: UInt64) -> RequestError {
        RequestError(
            .contentTooLarge, code: "body-too-large",
            "The body is larger than \(limit) bytes; send a smaller one, or none.")
    }

    // MARK: Responses, whose reader uses the sentence alone

    static func malformedStatusLine(_ message: String) -> RequestError {
        RequestError(.badRequest, code: "malformed-status-line", message)
    }
}
