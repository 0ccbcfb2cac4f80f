/// The first line of a request: method, target, version (RFC 9112 §3).
struct RequestLine: Sendable {
    let method: Method
    let target: RequestTarget
    let version: Version
    /// The authority of an absolute-form, as a range of the input.
    let authority: Range<Int>?

    /// Reads a line, in which `LineReader` has allowed no control character but the tab. The version is checked first,
    /// because it tells whether the rest means what it seems to mean; then the method, then the target.
    ///
    /// The three parts have exactly one space between them (RFC 9112 §3); the lenient splitting at any white space that
    /// the RFC allows is a way to smuggle requests.
    ///
    /// - Throws: 400 for a malformed line, 501 for an unknown method, 505 for another major version.
    init(_ line: Range<Int>, of input: borrowing Span<UInt8>) throws(RequestError) {
        var methodEnd = line.lowerBound
        while methodEnd < line.upperBound, input[methodEnd].isToken { methodEnd += 1 }
        guard methodEnd > line.lowerBound, methodEnd < line.upperBound, input[methodEnd] == 0x20 else {
            throw .malformedRequestLine(
                "The request line does not begin with a method and a space; write `GET /path HTTP/1.1`.")
        }
        // The version follows the last space: a space within the target is then reported as one in the target.
        let targetStart = methodEnd + 1
        var targetEnd = line.upperBound - 1
        while targetEnd > methodEnd, input[targetEnd] != 0x20 { targetEnd -= 1 }
        guard targetEnd > targetStart else {
            throw .malformedRequestLine(
                "The request line does not have a method, a target and a version with one space between them; "
                    + "write `GET /path HTTP/1.1`.")
        }
        version = try Self.version(targetEnd + 1..<line.upperBound, of: input)
        method = try Self.method(line.lowerBound..<methodEnd, of: input)
        (target, authority) = try RequestTarget.parse(targetStart..<targetEnd, of: input)
        // RFC 9112 §3.2.4.
        guard method == .options || !input.matches(targetStart..<targetEnd, "*") else {
            throw .malformedTarget("The target `*` belongs to OPTIONS only; ask for a path, such as `/`.")
        }
    }

    /// The version in a range. A higher minor version is treated as HTTP/1.1 (RFC 9110 §6.2).
    private static func version(_ range: Range<Int>, of input: borrowing Span<UInt8>) throws(RequestError) -> Version {
        guard let version = input.version(range) else {
            throw .malformedRequestLine(
                "The request line does not end with a space and a version; write `HTTP/1.1`, "
                    + "and spaces in the target as `%20`.")
        }
        switch version {
        case (1, 0): return .http10
        case (1, _): return .http11
        case (0, 9): throw .malformedRequestLine("HTTP/0.9 has no request line with a version; use HTTP/1.1.")
        default: throw .unsupportedVersion
        }
    }

    /// The method in a range. Methods are case-sensitive (RFC 9110 §9.1). CONNECT is left out on purpose: this server
    /// is not a proxy.
    private static func method(_ range: Range<Int>, of input: borrowing Span<UInt8>) throws(RequestError) -> Method {
        // Nearly every request is a GET: it is recognised without making a string.
        if range.count == 3, input[range.lowerBound] == 0x47, input[range.lowerBound + 1] == 0x45,
            input[range.lowerBound + 2] == 0x54
        {
            return .get
        }
        // Tokens are ASCII. 20 characters are more than any method here has, and keep the error message short.
        let name = String(decoding: input.copy(range).prefix(20), as: UTF8.self)
        guard let method = Method(rawValue: name) else { throw .unknownMethod(name) }
        return method
    }
}

extension Span<UInt8> {
    /// The version in a range: `HTTP/`, a digit, a dot, a digit, in capitals (RFC 9112 §2.3); nil for anything else.
    func version(_ range: Range<Int>) -> (major: UInt8, minor: UInt8)? {
        let start = range.lowerBound
        guard range.count == 8, self[start] == 0x48, self[start + 1] == 0x54, self[start + 2] == 0x54,
            self[start + 3] == 0x50, self[start + 4] == 0x2F, self[start + 5].isDigit, self[start + 6] == 0x2E,
            self[start + 7].isDigit
        else { return nil }
        return (self[start + 5] &- 0x30, self[start + 7] &- 0x30)
    }
}
