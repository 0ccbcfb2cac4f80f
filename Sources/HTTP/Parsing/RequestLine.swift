/// The first line of a request: method, target, version (RFC 9112 §3).
struct RequestLine: Sendable {
    let method: Method
    let target: RequestTarget
    let version: Version
    /// The authority of an absolute-form, as a range of the input.
    let authority: Range<Int>?

    /// Reads a line, which has no control character but tabs. The version is looked at first, because it says whether the
    /// rest means what it seems to mean; then the method, then the target.
    init(_ line: Range<Int>, of input: borrowing Span<UInt8>) throws(RequestError) {
        var methodEnd = line.lowerBound
        while methodEnd < line.upperBound, input[methodEnd].isToken { methodEnd += 1 }
        guard methodEnd > line.lowerBound, methodEnd < line.upperBound, input[methodEnd] == 0x20 else {
            throw .malformedRequestLine(
                "The request line does not begin with a method and a space; write `GET /path HTTP/1.1`.")
        }
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
        guard method == .options || !input.matches(targetStart..<targetEnd, "*") else {
            throw .malformedTarget("The target `*` belongs to OPTIONS only; ask for a path, such as `/`.")
        }
    }

    /// A higher minor version is treated as the one that we know (RFC 9110 §6.2).
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

    /// Methods are compared with regard to case (RFC 9110 §9.1). CONNECT is not known on purpose: it would make a proxy of
    /// the server.
    private static func method(_ range: Range<Int>, of input: borrowing Span<UInt8>) throws(RequestError) -> Method {
        if range.count == 3, input[range.lowerBound] == 0x47, input[range.lowerBound + 1] == 0x45,
            input[range.lowerBound + 2] == 0x54
        {
            return .get
        }
        // Tokens are ASCII, and 20 characters are enough to know them by.
        let name = String(decoding: input.copy(range).prefix(20), as: UTF8.self)
        guard let method = Method(rawValue: name) else { throw .unknownMethod(name) }
        return method
    }
}

extension Span<UInt8> {
    /// The version that a range holds: `HTTP/`, a digit, a dot, a digit (RFC 9112 §2.3).
    func version(_ range: Range<Int>) -> (major: UInt8, minor: UInt8)? {
        let start = range.lowerBound
        guard range.count == 8, self[start] == 0x48, self[start + 1] == 0x54, self[start + 2] == 0x54,
            self[start + 3] == 0x50, self[start + 4] == 0x2F, self[start + 5].isDigit, self[start + 6] == 0x2E,
            self[start + 7].isDigit
        else { return nil }
        return (self[start + 5] &- 0x30, self[start + 7] &- 0x30)
    }
}
