import FileSystem
import HTTP

/// A request target as it may be in a log: without the token of a page, which holds what a record shows, and without
/// the values of unknown parameters, since someone may have put a password there by mistake. Names are compared
/// decoded, so that no client can hide what it asked for. A separator that is written in another way means the same.
enum RedactedTarget {
    /// The target in a line of the access log. It is cut before it is read, so it costs little however long it is.
    static func line(_ target: String) -> String { LogText.cut(target, writing: whole) }

    /// The whole target.
    static func whole(_ target: String) -> String {
        let bytes = Array(target.utf8)
        var output: [UInt8] = []
        output.reserveCapacity(bytes.count + 16)
        // Where the item begins that is read, and its first `=`; nil in the path.
        var start: Int?
        var equals: Range<Int>?
        // What is before this is written.
        var written = 0
        var name: [UInt8] = []

        func endItem(at end: Int) {
            defer { equals = nil }
            guard let first = start, let sign = equals,
                sign.count > 1 || !isPublic(bytes[first..<sign.lowerBound], decodedInto: &name)
            else { return }
            // The name of an unknown parameter shows what went wrong, and its value is not needed.
            output += bytes[written..<sign.upperBound]
            output += "...".utf8
            written = end
        }

        var index = 0
        while index < bytes.count {
            guard let (sign, length) = sign(at: index, of: bytes) else {
                index += 1
                continue
            }
            switch sign {
            case .equals: if equals == nil { equals = index..<index + length }
            case .question, .semicolon:
                endItem(at: index)
                start = index + length
            case .and, .hash:
                if start != nil {
                    endItem(at: index)
                    start = index + length
                }
            }
            index += length
        }
        endItem(at: bytes.count)
        return String(decoding: output + bytes[written...], as: UTF8.self)
    }

    private enum Sign {
        case question
        case semicolon
        case and
        case hash
        case equals
    }

    /// The sign at an index, plain or percent-encoded, and its length in bytes.
    @inline(__always)
    private static func sign(at index: Int, of bytes: [UInt8]) -> (Sign, length: Int)? {
        switch bytes[index] {
        case UInt8(ascii: "?"): return (.question, 1)
        case UInt8(ascii: ";"): return (.semicolon, 1)
        case UInt8(ascii: "&"): return (.and, 1)
        case UInt8(ascii: "#"): return (.hash, 1)
        case UInt8(ascii: "="): return (.equals, 1)
        case UInt8(ascii: "%"):
            switch encoded(at: index, of: bytes[...]) {
            case UInt8(ascii: "?"): return (.question, 3)
            case UInt8(ascii: ";"): return (.semicolon, 3)
            case UInt8(ascii: "&"): return (.and, 3)
            case UInt8(ascii: "#"): return (.hash, 3)
            case UInt8(ascii: "="): return (.equals, 3)
            default: return nil
            }
        default: return nil
        }
    }

    /// Whether this is the name of a parameter, perhaps encoded, whose value may be shown.
    private static func isPublic(_ name: ArraySlice<UInt8>, decodedInto decoded: inout [UInt8]) -> Bool {
        decoded.removeAll(keepingCapacity: true)
        var index = name.startIndex
        while index < name.endIndex {
            // Longer than any name.
            if decoded.count == publicNames.count { return false }
            switch name[index] {
            case UInt8(ascii: "%"):
                guard let byte = encoded(at: index, of: name) else { return false }
                decoded.append(byte)
                index += 3
            case let byte:
                decoded.append(byte)
                index += 1
            }
        }
        return decoded.count < publicNames.count && publicNames[decoded.count].contains(decoded)
    }

    /// The byte that is encoded at a percent sign; nil if no two digits follow.
    private static func encoded(at index: Int, of bytes: ArraySlice<UInt8>) -> UInt8? {
        guard bytes.endIndex - index > 2, let high = bytes[index + 1].hexValue, let low = bytes[index + 2].hexValue
        else { return nil }
        return high << 4 | low
    }

    /// The names of parameters whose values may be shown, by their length in bytes.
    private static let publicNames: [[[UInt8]]] = {
        let names = Parameter.allCases.filter { $0 != .after }.map { Array($0.rawValue.utf8) }
        let byLength = Dictionary(grouping: names, by: \.count)
        return (0...(byLength.keys.max() ?? 0)).map { byLength[$0] ?? [] }
    }()
}
