// Reading a request target (RFC 9112 §3.2): origin-form, absolute-form and `*`. A target is decoded exactly once, and
// strictly: a typing error gets an error, never the wrong data.
//
// The order matters for safety: the path is split at its slashes, then each segment is decoded, then dot segments are
// resolved. A slash, a dot or a percent sign that was encoded can never change how the path was split.
//
// A target is read before its client is known, so it must cost little however long it is. A long one is checked here
// byte by byte, and decoded when somebody asks for its parts.

extension RequestTarget {
    /// Reads a target as written in a request line: `/species?region=CA`, `http://localhost:8000/species` or `*`.
    /// - Throws: 400 `malformed-target`.
    public init(parsing text: String) throws(RequestError) {
        let bytes = Array(text.utf8)
        self = try Self.parse(0..<bytes.count, of: bytes.span).target
    }

    /// The most bytes of a target that is decoded at once. Nearly all are shorter.
    private static let longestDecoded = 256

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
        if input.matches(range, "*") {
            return (RequestTarget(raw: raw, parts: Parts(segments: [], query: [])), nil)
        }

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

    /// Reads the path and the query. Both are decoded if they are short, and only checked if they are long.
    private static func target(
        _ raw: String, pathAndQuery range: Range<Int>, of input: borrowing Span<UInt8>
    ) throws(RequestError) -> RequestTarget {
        guard range.count > longestDecoded else {
            return RequestTarget(raw: raw, parts: try parts(pathAndQuery: range, of: input))
        }
        let (path, query) = split(range, of: input)
        try input.checkPath(path)
        if let query { try input.checkEncoding(query) }
        return RequestTarget(raw: raw, parts: nil)
    }

    /// The parts of a target that was checked.
    static func parts(of raw: String) -> Parts {
        let bytes = Array(raw.utf8)
        let span = bytes.span
        // An absolute-form has an authority before its path.
        let start = bytes.first == 0x2F ? 0 : (try? authority(ofAbsolute: 0..<bytes.count, in: span))?.upperBound ?? 0
        return (try? parts(pathAndQuery: start..<bytes.count, of: span)) ?? Parts(segments: [], query: [])
    }

    private static func parts(
        pathAndQuery range: Range<Int>, of input: borrowing Span<UInt8>
    ) throws(RequestError) -> Parts {
        let (path, query) = split(range, of: input)
        return Parts(
            segments: path.isEmpty ? root : try segments(of: path, in: input),
            query: try query.map { range throws(RequestError) in try items(ofQuery: range, in: input) } ?? [])
    }

    /// Splits at the first `?`: the path after its first slash, and the query. An absolute-form may have an empty path,
    /// which means `/` (RFC 9110 §4.2.3).
    private static func split(
        _ range: Range<Int>, of input: borrowing Span<UInt8>
    ) -> (path: Range<Int>, query: Range<Int>?) {
        let end = input.first(0x3F, in: range)
        return (
            min(range.lowerBound + 1, end)..<end, end < range.upperBound ? end + 1..<range.upperBound : nil
        )
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
            let isLast = end == range.upperBound
            switch input.dotSegment(start..<end) {
            case .this?,
                .parent? where segments.popLast() != nil:
                // A dot segment at the end names a folder.
                if isLast { segments.append("") }
            case .parent?: throw .malformedTarget(aboveRoot)
            case nil:
                segments.append(
                    isPlain
                        ? input.text(start..<end)
                        : try text(decoded: try input.decoded(start..<end, plusIsSpace: false)))
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
            throw .malformedTarget(notUTF8)
        }
        return text
    }

    fileprivate static let aboveRoot = "The path goes above the root; remove one `..`."
    fileprivate static let notUTF8 = "The request target is not UTF-8 when decoded; encode it as UTF-8."
}

/// What a segment of dots alone means (RFC 3986 §3.3).
private enum DotSegment {
    case this
    case parent
}

extension Span<UInt8> {
    /// The meaning of a segment that is one dot or two, encoded or not; nil for any other.
    @inline(__always)
    fileprivate func dotSegment(_ range: Range<Int>) -> DotSegment? {
        // Nearly all segments end here.
        guard 1...6 ~= range.count, self[range.lowerBound] == 0x2E || self[range.lowerBound] == 0x25 else { return nil }
        return dots(range)
    }

    private func dots(_ range: Range<Int>) -> DotSegment? {
        var dots = 0
        var index = range.lowerBound
        while index < range.upperBound {
            if self[index] == 0x2E {
                index += 1
            } else if range.upperBound - index > 2, self[index] == 0x25, self[index + 1] == 0x32,
                self[index + 2].lowercased == 0x65
            {
                index += 3
            } else {
                return nil
            }
            dots += 1
        }
        return dots == 1 ? .this : dots == 2 ? .parent : nil
    }

    /// Checks what `segments(of:in:)` would refuse, without making texts.
    fileprivate func checkPath(_ range: Range<Int>) throws(RequestError) {
        try checkEncoding(range)
        let path = extracting(range)
        var depth = 0
        var start = 0
        func end(at end: Int) throws(RequestError) {
            switch path.dotSegment(start..<end) {
            case .this?: break
            case .parent?:
                guard depth > 0 else { throw .malformedTarget(RequestTarget.aboveRoot) }
                depth -= 1
            case nil: depth += 1
            }
        }
        for index in path.indices where path[index] == 0x2F {
            try end(at: index)
            start = index + 1
        }
        try end(at: path.count)
    }

    /// Checks that a range is percent-encoded UTF-8. What stands between two encoded bytes is ASCII, and that ends a
    /// character, so each text between separators is UTF-8 by itself.
    fileprivate func checkEncoding(_ range: Range<Int>) throws(RequestError) {
        var index = first(0x25, in: range)
        while index < range.upperBound {
            var characters = UTF8Check()
            while index < range.upperBound, self[index] == 0x25 {
                guard characters.takes(try percentDecoded(at: index, before: range.upperBound)) else {
                    throw .malformedTarget(RequestTarget.notUTF8)
                }
                index += 3
            }
            guard characters.isAtEnd else { throw .malformedTarget(RequestTarget.notUTF8) }
            index = first(0x25, in: index..<range.upperBound)
        }
    }

    /// The text of a range that is known to be ASCII.
    fileprivate func text(_ range: Range<Int>) -> String {
        extracting(range).withUnsafeBufferPointer { String(decoding: $0, as: UTF8.self) }
    }

    /// A target as it was sent. A fragment is refused: it is not part of a request target (RFC 9110 §7.1), so a client
    /// that sends one has probably not encoded a `#`.
    /// - Throws: 400 for a fragment, or for a byte that is not visible ASCII.
    fileprivate func visibleText(_ range: Range<Int>) throws(RequestError) -> String {
        let odd = firstInvisible(or: 0x23, in: range)
        if odd < range.upperBound {
            switch self[odd] {
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

    /// The byte that is encoded at a percent sign (RFC 3986 §2.1). `%00` is refused: a zero byte ends a C string, and
    /// no name holds one.
    @inline(__always)
    fileprivate func percentDecoded(at index: Int, before end: Int) throws(RequestError) -> UInt8 {
        guard end - index > 2, let high = self[index + 1].hexValue, let low = self[index + 2].hexValue, high | low != 0
        else {
            throw .malformedTarget(
                "A `%` in the request target is not followed by two hexadecimal digits other than `00`; "
                    + "write a percent sign as `%25`.")
        }
        return high << 4 | low
    }

    /// The bytes of a range, percent-decoded.
    fileprivate func decoded(_ range: Range<Int>, plusIsSpace: Bool) throws(RequestError) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(range.count)
        var index = range.lowerBound
        while index < range.upperBound {
            let byte = self[index]
            if byte == 0x25 {
                bytes.append(try percentDecoded(at: index, before: range.upperBound))
                index += 3
            } else {
                bytes.append(byte == 0x2B && plusIsSpace ? 0x20 : byte)
                index += 1
            }
        }
        return bytes
    }
}

/// Whether bytes, given one after the other, are UTF-8 (Unicode, table 3-7).
private struct UTF8Check {
    /// How many bytes the character still needs, and what the next one may be.
    private var missing = 0
    private var allowed: ClosedRange<UInt8> = 0x80...0xBF

    /// Whether no character is left unfinished.
    var isAtEnd: Bool { missing == 0 }

    /// - Returns: False for a byte that can't stand here.
    mutating func takes(_ byte: UInt8) -> Bool {
        if missing > 0 {
            guard allowed ~= byte else { return false }
            missing -= 1
            allowed = 0x80...0xBF
            return true
        }
        switch byte {
        case ..<0x80: return true
        case 0xC2...0xDF: missing = 1
        case 0xE0: (missing, allowed) = (2, 0xA0...0xBF)
        case 0xED: (missing, allowed) = (2, 0x80...0x9F)
        case 0xE1...0xEF: missing = 2
        case 0xF0: (missing, allowed) = (3, 0x90...0xBF)
        case 0xF1...0xF3: missing = 3
        case 0xF4: (missing, allowed) = (3, 0x80...0x8F)
        default: return false
        }
        return true
    }
}
