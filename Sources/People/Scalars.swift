/// Lines are read by Unicode scalars. A combining mark makes one `Character` with what is before it, and so would hide
/// a separator or a quote.
extension StringProtocol {
    func hasAny(of scalars: String) -> Bool { unicodeScalars.contains { scalars.unicodeScalars.contains($0) } }
}

extension Substring {
    /// All parts, also empty ones.
    func split(at separator: Unicode.Scalar, maxSplits: Int = .max) -> [Substring] {
        unicodeScalars.split(separator: separator, maxSplits: maxSplits, omittingEmptySubsequences: false)
            .map(Substring.init)
    }
}
