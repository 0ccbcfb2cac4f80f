/// Content negotiation: the representation and the coding that a client prefers (RFC 9110 §12.5).
///
/// A malformed member of a list is ignored, as if it were not there: preferences are hints, and no client should lose
/// its answer to a typing error in one. At most `longest` members are read.
public enum Negotiation {
    /// Browsers send about eight. The bound keeps the work for one field small, however long a header section may be.
    static let longest = 64

    /// The index of the offer that a client prefers by its `Accept` fields, the first one of equals; nil if it accepts
    /// no offer.
    /// - Parameters:
    ///   - fields: The values of `Accept` in order; empty for a client that accepts everything.
    ///   - offers: The names of each representation's media type, such as `application/json`, in lower case.
    public static func mediaType(_ fields: [ArraySlice<UInt8>], among offers: [[String]]) -> Int? {
        let ranges = members(fields).filter { isRange($0.name) }
        // A field without a well-formed member says nothing, like a field that is absent.
        if ranges.isEmpty { return offers.isEmpty ? nil : 0 }
        var best: (index: Int, quality: Int)?
        for (index, names) in offers.enumerated() {
            // A quality of 0 means "not acceptable" (RFC 9110 §12.4.2), so it never wins.
            let quality = names.map { self.quality(of: $0, ranges) }.max() ?? 0
            if quality > best?.quality ?? 0 { best = (index, quality) }
        }
        return best?.index
    }

    /// Whether a client accepts the content coding gzip, and does not prefer a body without it (RFC 9110 §12.5.3).
    /// - Parameter fields: The values of `Accept-Encoding`. Without any, nothing is compressed: a client that did not
    ///   ask for gzip may not know how to undo it.
    public static func takesGzip(_ fields: [ArraySlice<UInt8>]) -> Bool {
        let codings = members(fields)
        func quality(_ names: [String]) -> Int? { codings.last { names.contains($0.name) }?.quality }
        // `x-gzip` is an alias of gzip (RFC 9110 §8.4.1.3).
        guard let gzip = quality(["gzip", "x-gzip"]) ?? quality(["*"]) else { return false }
        return gzip > 0 && gzip >= quality(["identity"]) ?? 0
    }

    /// The quality of a media type, in thousandths: the most specific range that matches decides (RFC 9110 §12.5.1),
    /// and where one range is listed twice, the last.
    private static func quality(of type: String, _ ranges: [Member]) -> Int {
        let wholeType = type.prefix { $0 != "/" } + "/*"
        let found =
            ranges.last { $0.name == type } ?? ranges.last { $0.name == wholeType } ?? ranges.last { $0.name == "*/*" }
        return found?.quality ?? 0
    }

    /// A member of a list: its name in lower case without parameters, and its weight in thousandths.
    ///
    /// Parameters of a media range are dropped, so `text/csv;header=absent` matches as `text/csv` does: no
    /// representation here has variants that a parameter could choose.
    struct Member: Equatable {
        var name: String
        var quality: Int
    }

    static func members(_ fields: [ArraySlice<UInt8>]) -> [Member] {
        var members: [Member] = []
        for field in fields {
            for part in split(field, at: UInt8(ascii: ",")) {
                guard members.count < longest else { return members }
                if let member = member(part) { members.append(member) }
            }
        }
        return members
    }

    private static func member(_ bytes: ArraySlice<UInt8>) -> Member? {
        var parts = split(bytes, at: UInt8(ascii: ";"))[...]
        guard let name = parts.popFirst().map(text), !name.isEmpty else { return nil }
        guard name.utf8.allSatisfy({ $0.isToken || $0 == UInt8(ascii: "/") }) else { return nil }
        var member = Member(name: name, quality: 1000)
        for parameter in parts {
            let pair = text(parameter)
            guard pair.hasPrefix("q=") else { continue }
            guard let quality = thousandths(pair.dropFirst(2)) else { return nil }
            member.quality = quality
        }
        return member
    }

    /// Whether a name is a media range: two names with a slash between them. Some clients also send a lone `*`, which
    /// is not one.
    private static func isRange(_ name: String) -> Bool {
        let names = name.split(separator: "/", omittingEmptySubsequences: false)
        return names.count == 2 && names.allSatisfy { !$0.isEmpty }
    }

    /// A weight in thousandths: 0 to 1 with at most three digits after the point (RFC 9110 §12.4.2). A missing zero
    /// before the point is accepted, since Java's HttpURLConnection sends `*/*; q=.2`.
    private static func thousandths(_ text: Substring) -> Int? {
        let parts = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        let digits = parts.count > 1 ? parts[1] : ""
        guard let whole = parts.first, whole == "0" || whole == "1" || (whole.isEmpty && !digits.isEmpty) else {
            return nil
        }
        guard digits.utf8.count <= 3, digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        let fraction = Int(digits + String(repeating: "0", count: 3 - digits.utf8.count)) ?? 0
        guard whole != "1" || fraction == 0 else { return nil }
        return whole == "1" ? 1000 : fraction
    }

    /// The bytes as text, in lower case and without white space around them.
    private static func text(_ bytes: ArraySlice<UInt8>) -> String {
        let isSpace = { (byte: UInt8) in byte == 0x20 || byte == 0x09 }
        var bytes = bytes.drop(while: isSpace)
        while let last = bytes.last, isSpace(last) { bytes.removeLast() }
        return String(decoding: bytes.map(\.lowercased), as: UTF8.self)
    }

    /// The parts between separators, except separators in a quoted string (RFC 9110 §5.6.4).
    private static func split(_ bytes: ArraySlice<UInt8>, at separator: UInt8) -> [ArraySlice<UInt8>] {
        var parts: [ArraySlice<UInt8>] = []
        var start = bytes.startIndex
        var isQuoted = false
        var isEscaped = false
        for index in bytes.indices {
            if isEscaped {
                isEscaped = false
            } else if bytes[index] == UInt8(ascii: "\\"), isQuoted {
                isEscaped = true
            } else if bytes[index] == UInt8(ascii: "\"") {
                isQuoted.toggle()
            } else if bytes[index] == separator, !isQuoted {
                parts.append(bytes[start..<index])
                start = index + 1
            }
        }
        parts.append(bytes[start...])
        return parts
    }
}
