/// Codes of ISO 3166 that a file writes in another way: `se` and `SE_M` for `SE` and `SE-M`.
enum RegionCode {
    /// The code of a text as ISO 3166 writes it; nil if it is written so, or is no code: two letters and, after a
    /// hyphen or underscore, one to three letters or digits.
    /// - Parameter isCountry: Whether two letters alone are a code.
    @inline(__always)
    static func inCapitals(_ text: ArraySlice<UInt8>, isCountry: Bool) -> [UInt8]? {
        let isLength = text.count == 2 ? isCountry : (4...6).contains(text.count)
        // Nearly all codes begin with capitals and have a hyphen.
        guard isLength, text.contains(where: { isLowercase($0) || $0 == underscore }) else { return nil }
        let (country, rest) = (text.prefix(2), text.dropFirst(2))
        guard country.allSatisfy({ ($0 | 0x20) &- 0x61 < 26 }),
            rest.first.map({ $0 == underscore || $0 == UInt8(ascii: "-") }) ?? true,
            rest.dropFirst().allSatisfy({ ($0 | 0x20) &- 0x61 < 26 || $0 &- 0x30 < 10 })
        else { return nil }
        return text.map { $0 == underscore ? UInt8(ascii: "-") : isLowercase($0) ? $0 - 0x20 : $0 }
    }

    private static let underscore = UInt8(ascii: "_")

    private static func isLowercase(_ byte: UInt8) -> Bool { byte &- 0x61 < 26 }
}
