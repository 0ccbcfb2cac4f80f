/// What a person may see: no filter, format or page shows more. A store can't be asked without one.
public struct View: Sendable, Hashable {
    /// Some of the records.
    public struct Part: Sendable, Hashable {
        /// The regions whose records are in it, with all within them; nil for everywhere.
        public let regions: [String]?

        public init(regions: [String]?) { self.regions = regions }
    }

    /// A record is in one of them at most. Without parts no record is seen.
    public let parts: [Part]

    public init(_ parts: [Part]) { self.parts = parts }

    /// Every record.
    public static let everything = View([Part(regions: nil)])
    /// No record.
    public static let nothing = View([])

    /// The regions whose records are seen; nil for everywhere.
    var regions: [String]? {
        if parts.count == 1 { return parts[0].regions }
        var regions: [String] = []
        for part in parts {
            guard let some = part.regions else { return nil }
            regions += some
        }
        return regions
    }

    /// Tells it from every other view.
    public var tag: String {
        parts.map { part in part.regions.map { $0.map { "\($0.utf8.count):\($0)" }.joined() } ?? "*" }.joined(
            separator: ";")
    }
}
