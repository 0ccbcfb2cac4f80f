/// Regions as a list of sensitive species and places takes them.
enum SensitiveRegion {
    /// The region that the code of a cell has: a smaller one would make the cell smaller too.
    static func ofCell(_ region: String) -> String {
        region.split(separator: "-", maxSplits: 2, omittingEmptySubsequences: false).prefix(2).joined(separator: "-")
    }

    /// Whether a location may be in a region. What is no code of ISO 3166, such as `Yukon` or `ca-yt`, may be any.
    /// - Parameters:
    ///   - code: That of the location.
    ///   - region: The code of a country or of a region within it, such as `CA-YT`.
    static func mayContain(_ code: String, _ region: String) -> Bool {
        guard isKnown(code) else { return true }
        return isWithin(code, region) || isWithin(region, code)
    }

    private static func isWithin(_ code: String, _ region: String) -> Bool {
        code == region || code.hasPrefix(region + "-")
    }

    /// Whether a text has the form of a code: a country, a region within it of up to three letters and digits, and
    /// perhaps smaller ones within that.
    private static func isKnown(_ code: String) -> Bool {
        let parts = code.utf8.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
        guard let country = parts.first, country.count == 2, country.allSatisfy({ (0x41...0x5A).contains($0) }) else {
            return false
        }
        return parts.dropFirst().allSatisfy { part in
            (1...3).contains(part.count)
                && part.allSatisfy { (0x41...0x5A).contains($0) || (0x30...0x39).contains($0) }
        }
    }
}
