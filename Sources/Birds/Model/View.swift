/// What a person may see: no filter, format or page shows more. Every question to a store takes one.
public struct View: Sendable, Hashable {
    /// Of which records the exact edition is shown, if the database has a general one.
    public enum Precision: Sendable {
        case everywhere
        /// Of those in some regions or of some data sets; of all others the general edition is shown.
        case only(regions: [String] = [], datasets: [String] = [])
    }

    /// The regions of the records that are shown, each with all regions within it; nil for everywhere. No region covers
    /// another, and they are in an order of their own, so that the same regions are the same list.
    public let regions: [String]?
    /// The names of the data sets of these records, each once and in the order of their bytes; nil for all.
    public let datasets: [String]?
    public let precision: Precision
    /// A text in UTF-8 that differs for views that show different records.
    public let tag: [UInt8]

    /// - Parameter precision: The default shows no exact place, if the database has a general edition.
    public init(regions: [String]? = nil, datasets: [String]? = nil, precision: Precision = .only()) {
        self.regions = regions.map(RegionOrder.outermost)
        self.datasets = datasets.map(View.distinct)
        var lists = [self.regions, self.datasets]
        switch precision {
        case .everywhere:
            self.precision = .everywhere
            lists += [nil, nil]
        case .only(let regions, let datasets):
            let exact = (RegionOrder.outermost(regions), View.distinct(datasets))
            self.precision = .only(regions: exact.0, datasets: exact.1)
            lists += [exact.0, exact.1]
        }
        // Each value is preceded by its length, so that values can't run together.
        tag = Array(
            lists.map { list in list.map { $0.map { "\($0.utf8.count):\($0)" }.joined() } ?? "*" }
                .joined(separator: "/").utf8)
    }

    private static func distinct(_ names: [String]) -> [String] {
        var kept: [String] = []
        for name in names.sorted(by: { $0.utf8.lexicographicallyPrecedes($1.utf8) })
        where kept.last?.utf8.elementsEqual(name.utf8) != true {
            kept.append(name)
        }
        return kept
    }

    /// Compares names byte by byte, as the database does. Two names can be equal as `String` and differ there.
    public static func == (a: View, b: View) -> Bool { a.tag == b.tag }

    public func hash(into hasher: inout Hasher) { tag.withUnsafeBytes { hasher.combine(bytes: $0) } }

    /// Every record, with its exact place.
    public static let everything = View(precision: .everywhere)
    /// No record.
    public static let nothing = View(regions: [])
}
