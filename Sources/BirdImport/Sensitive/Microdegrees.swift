/// Degrees in whole millionths, read from decimal text, so that 0.3 is 0.3 and not what is next to it in binary.
enum Microdegrees {
    static let inDegree: Int64 = 1_000_000

    /// The millionths of a stored coordinate, rounded down; nil if it is not a number of degrees up to 180.
    static func floor(_ degrees: Double) -> Int64? {
        guard abs(degrees) <= 180 else { return nil }
        // The shortest text that means this number: the one that was in the file, unless that had over 15 digits.
        return read(degrees.description)?.floor
    }

    /// Reads a decimal number such as `0.05`, `-135.1` or `1e-05`.
    /// - Returns: Its millionths, rounded down, and whether nothing was lost; nil for any other text, and from 1000
    ///   degrees on.
    static func read(_ text: String) -> (floor: Int64, isExact: Bool)? {
        var rest = Substring(text).utf8
        let isNegative = rest.first == UInt8(ascii: "-")
        if isNegative { rest = rest.dropFirst() }
        let mantissa = rest.prefix { $0 | 0x20 != UInt8(ascii: "e") }
        var exponent = 0
        if mantissa.count < rest.count {
            guard let number = Int(String(Substring(rest.dropFirst(mantissa.count + 1)))), number.magnitude < 1000
            else {
                return nil
            }
            exponent = number
        }
        let parts = mantissa.split(separator: UInt8(ascii: "."), maxSplits: 1, omittingEmptySubsequences: false)
        guard mantissa.allSatisfy({ isDigit($0) || $0 == UInt8(ascii: ".") }), mantissa.contains(where: isDigit),
            parts.count == 1 || parts[1].allSatisfy(isDigit)
        else { return nil }
        let digits = Array(parts.joined())
        // Where the digits of whole millionths end.
        let end = (parts.first?.count ?? 0) + exponent + 6
        var value: Int64 = 0
        for position in 0..<max(0, end) {
            value = value * 10 + (position < digits.count ? Int64(digits[position] - 0x30) : 0)
            guard value < 1000 * inDegree else { return nil }
        }
        let isExact = digits.dropFirst(max(0, end)).allSatisfy { $0 == UInt8(ascii: "0") }
        return (isNegative ? isExact ? -value : -value - 1 : value, isExact)
    }

    private static func isDigit(_ byte: UInt8) -> Bool { byte &- 0x30 < 10 }

    /// Degrees as text, with a number of decimals, which must be enough.
    static func text(_ value: Int64, decimals: Int) -> String {
        let magnitude = value.magnitude
        let fraction = String(magnitude % UInt64(inDegree) + UInt64(inDegree)).dropFirst().prefix(decimals)
        return "\(magnitude / UInt64(inDegree))" + (fraction.isEmpty ? "" : ".\(fraction)")
    }
}
