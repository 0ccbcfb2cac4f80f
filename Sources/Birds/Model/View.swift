/// What a person may see: no filter, format or page shows more. Every question to a store takes one.
public struct View: Sendable, Hashable {
    /// A part of the records: those of some data sets in some regions.
    public struct Part: Sendable {
        /// The regions of its records, each with all regions within it; nil for everywhere. No region covers another,
        /// and they are in an order of their own, so that the same regions are the same list.
        public let regions: [String]?
        /// The names of the data sets of its records, each once and in the order of their bytes; nil for all.
        public let datasets: [String]?

        public init(regions: [String]?, datasets: [String]? = nil) {
            self.regions = regions.map(RegionOrder.outermost)
            self.datasets = datasets.map(Part.distinct)
        }

        private static func distinct(_ names: [String]) -> [String] {
            var kept: [String] = []
            for name in names.sorted(by: { $0.utf8.lexicographicallyPrecedes($1.utf8) })
            where kept.last?.utf8.elementsEqual(name.utf8) != true {
                kept.append(name)
            }
            return kept
        }

        /// Each list as a text. Each value is preceded by its length, so that values can't run together.
        fileprivate var tag: String {
            [regions, datasets].map { list in list.map { $0.map { "\($0.utf8.count):\($0)" }.joined() } ?? "*" }
                .joined(separator: "/")
        }
    }

    /// No record is in two of them. Without parts no record is shown.
    public let parts: [Part]
    /// A text in UTF-8 that differs for views that show different records.
    public let tag: [UInt8]

    public init(_ parts: [Part]) {
        self.parts = parts
        tag = Array(parts.map(\.tag).joined(separator: ";").utf8)
    }

    /// Compares names byte by byte, as the database does. Two names can be equal as `String` and differ there.
    public static func == (a: View, b: View) -> Bool { a.tag == b.tag }

    public func hash(into hasher: inout Hasher) { tag.withUnsafeBytes { hasher.combine(bytes: $0) } }

    /// Every record.
    public static let everything = View([Part(regions: nil)])
    /// No record.
    public static let nothing = View([])

    /// The regions of all parts; nil for everywhere.
    var regions: [String]? {
        if parts.count == 1 { return parts[0].regions }
        var regions: [String] = []
        for part in parts {
            guard let some = part.regions else { return nil }
            regions += some
        }
        return regions
    }

    /// The data sets that are in every part; nil for all. (Parts that differ in their data sets show less than they
    /// could.)
    var datasets: [String]? {
        var datasets: [String]?
        for part in parts {
            guard let some = part.datasets else { continue }
            datasets =
                datasets.map { known in known.filter { name in some.contains { $0.utf8.elementsEqual(name.utf8) } } }
                ?? some
        }
        return datasets
    }
}
