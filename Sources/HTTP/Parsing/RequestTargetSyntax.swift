// Reading a request target (RFC 9112 §3.2): origin-form, absolute-form and `*`. A target is decoded exactly once, and
// strictly: a typing error gets an error, never the wrong data.
//
// The order matters for safety: the path is split at its slashes, then each segment is decoded, then dot segments are
// resolved. A slash, a dot or a percent sign that was encoded can never change how the path was split.

extension RequestTarget {
    /// Reads a target as written in a request line: `/species?region=CA`, `http://localhost:8000/species` or `*`.
    /// - Throws: 400 `malformed-target`.
    public init(parsing text: String) throws(RequestError) {
        let bytes = Array(text.utf8)
        self = try Self.parse(0..<bytes.count, of: bytes.span).target
    }

    /// Reads the target in a range of the input.
    /// - Returns: The target, and the authority of an absolute-form, which replaces the Host field (RFC 9112 §3.2.2).
    static func parse(
        _ range: Range<Int>, of input: borrowing Span<UInt8>
    ) throws(RequestError) -> (target: RequestTarget, authority: Range<Int>?) {
        guard !range.isEmpty else {
            throw .malformedTarget("The request target is empty; ask for a path, such as `/`.")
        }
        let raw = try input.visibleText(range)
        if input[range.lowerBound] == 0x2F {
            return (try target(raw, pathAndQuery: range, of: input), nil)
        }
        if input.matches(range, "*") { return (RequestTarget(raw: raw, segments: [], query: []), nil) }

        let authority = try authority(ofAbsolute: range, in: input)
        let rest = authority.upperBound..<range.upperBound
        return (try target(raw, pathAndQuery: rest, of: input), authority)
    }

    /// The host and port of an absolute-form: after `http://` or `https://`, up to the path or the query. Credentials
    /// in the URL fail as a host (RFC 9110 §4.2.4).
    private static func authority(
        ofAbsolute range: Range<Int>, in input: borrowing Span<UInt8>
    ) throws(RequestError) -> Range<Int> {
        var start = range.lowerBound
        if range.count >= 7, input.matches(start..<start + 7, "http://") {
            start += 7
        } else if range.count >= 8, input.matches(start..<start + 8, "https://") {
            start += 8
        } else {
            throw .malformedTarget("The request target is neither a path nor an http URL; begin it with `/`.")
        }
        var end = start
        while end < range.upperBound, input[end] != 0x2F, input[end] != 0x3F { end += 1 }
        guard input.isHost(start..<end) else {
            throw .malformedTarget("The URL in the request line has no valid host; write `http://host:port/path`.")
        }
        return start..<end
    }

    /// Splits at the first `?` and decodes both parts. An absolute-form may have an empty path, which means `/`
    /// (RFC 9110 §4.2.3).
    private static func target(
        _ raw: String, pathAndQuery range: Range<Int>, of input: borrowing Span<UInt8>
    ) throws(RequestError) -> RequestTarget {
        var end = range.lowerBound
        while end < range.upperBound, input[end] != 0x3F { end += 1 }
        let isRoot = end <= range.lowerBound + 1
        let segments = isRoot ? root : try segments(of: range.lowerBound + 1..<end, in: input)
        let query = end < range.upperBound ? try items(ofQuery: end + 1..<range.upperBound, in: input) : []
        return RequestTarget(raw: raw, segments: segments, query: query)
    }

    private static let root = [""]

    /// The segments of a path; the range begins after its first slash. The path is split before it is decoded, so an
    /// encoded slash belongs to its segment. Dot segments are resolved (RFC 3986 §5.2.4), encoded or not: a dot is
    /// unreserved and means the same either way (§6.2.2.2). A path that leads above the root is refused.
    private static func segments(
        of range: Range<Int>, in input: borrowing Span<UInt8>
    ) throws(RequestError) -> [String] {
        var segments: [String] = []
        var start = range.lowerBound
        while true {
            var end = start
            var isPlain = true
            while end < range.upperBound, input[end] != 0x2F {
                if input[end] == 0x25 { isPlain = false }
                end += 1
            }
            let segment =
                isPlain
                ? input.text(start..<end) : try text(decoded: try input.decoded(start..<end, plusIsSpace: false))
            let isLast = end == range.upperBound
            switch segment {
            case ".", "..":
                guard segment == "." || segments.popLast() != nil else {
                    throw .malformedTarget("The path goes above the root; remove one `..`.")
                }
                // A dot segment at the end names a folder.
                if isLast { segments.append("") }
            default:
                segments.append(segment)
            }
            if isLast { return segments }
            start = end + 1
        }
    }

    /// The `name=value` pairs between `&`s, as HTML forms send them; `+` is a space here and only here. Empty ones are
    /// skipped. The number of pairs is bounded by the length of the request line.
    private static func items(
        ofQuery range: Range<Int>, in input: borrowing Span<UInt8>
    ) throws(RequestError) -> [QueryItem] {
        var items: [QueryItem] = []
        var start = range.lowerBound
        while start < range.upperBound {
            var end = start
            var equals: Int?
            var isPlain = true
            while end < range.upperBound, input[end] != 0x26 {
                switch input[end] {
                case 0x3D: if equals == nil { equals = end }
                case 0x25, 0x2B: isPlain = false
                default: break
                }
                end += 1
            }
            if end > start {
                let name = start..<(equals ?? end)
                let value = (equals.map { $0 + 1 } ?? end)..<end
                items.append(
                    isPlain
                        ? QueryItem(name: input.text(name), value: input.text(value))
                        : QueryItem(
                            name: try text(decoded: try input.decoded(name, plusIsSpace: true)),
                            value: try text(decoded: try input.decoded(value, plusIsSpace: true))))
            }
            start = end + 1
        }
        return items
    }

    private static func text(decoded bytes: [UInt8]) throws(RequestError) -> String {
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw .malformedTarget("The request target is not UTF-8 when decoded; encode it as UTF-8.")
        }
        return text
    }
}

extension Span<UInt8> {
    /// The text of a range that is known to be ASCII.
    fileprivate func text(_ range: Range<Int>) -> String {
        extracting(range).withUnsafeBufferPointer { String(decoding: $0, as: UTF8.self) }
    }

    /// A target as it was sent. A fragment is refused: it is not part of a request target (RFC 9110 §7.1), so a client
    /// that sends one has probably not encoded a `#`.
    /// - Throws: 400 for a fragment, or for a byte that is not visible ASCII.
    fileprivate func visibleText(_ range: Range<Int>) throws(RequestError) -> String {
        for index in range where !self[index].isVisible || self[index] == 0x23 {
            switch self[index] {
            case 0x23:
                throw .malformedTarget("The request target has a fragment; leave out `#` and everything after it.")
            case 0x80...:
                throw .malformedTarget(
                    "The request target has characters outside of ASCII; percent-encode them, "
                        + "as `curl -G --data-urlencode` does.")
            case 0x20:
                throw .malformedTarget("The request target has a space; write it as `%20`.")
            default:
                throw .malformedTarget("The request target has a control character; percent-encode it.")
            }
        }
        return text(range)
    }

    /// Percent-decodes a range (RFC 3986 §2.1). `%00` is refused: a zero byte ends a C string, and no name holds one.
    fileprivate func decoded(_ range: Range<Int>, plusIsSpace: Bool) throws(RequestError) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(range.count)
        var index = range.lowerBound
        while index < range.upperBound {
            let byte = self[index]
            if byte == 0x25 {
                guard range.upperBound - index > 2, let high = self[index + 1].hexValue,
                    let low = self[index + 2].hexValue, high | low != 0
                else {
                    throw .malformedTarget(
                        "A `%` in the request target is not followed by two hexadecimal digits other than `00`; "
                            + "write a percent sign as `%25`.")
                }
                bytes.append(high << 4 | low)
                index += 3
            } else {
                bytes.append(byte == 0x2B && plusIsSpace ? 0x20 : byte)
                index += 1
            }
        }
        return bytes
    }
}
