/// What a part of a view shows, in the ids of its edition and generation: some data sets in some regions.
///
/// Every table that sums up records has a region and a data set in each row, so that nothing else needs to be asked.
final class Scope: Sendable {
    let regions: RegionScope
    /// The ids of the data sets, ascending; nil for all.
    let datasets: [Int64]?
    /// That of the part.
    let tag: [UInt8]
    /// Whether it shows everything, also what belongs to no data set. No part of the general edition does: what only
    /// hidden records mention must not show there.
    let isEverything: Bool
    /// Whether it shows names that no species table, but a record gave, of whatever data set.
    let showsAllNames: Bool
    /// Whether the view shows all regions, in whatever parts.
    let isOfAllRegions: Bool

    /// - Parameter datasets: The ids of those that the part shows; nil for all.
    init(_ part: ViewPart, datasets: [Int64]?) {
        (regions, self.datasets, tag) = (part.regions, datasets, part.tag)
        isEverything = part.isWhole && part.edition == .exact
        showsAllNames = part.isWhole && part.isOnly
        isOfAllRegions = part.isOfAllRegions
    }

    /// Whether it shows what a data set has in a region.
    /// - Parameters:
    ///   - region: The code; nil for locations without a region.
    ///   - dataset: Nil for what belongs to no data set.
    func contains(region: String?, dataset: Int64?) -> Bool {
        contains(dataset: dataset) && regions.contains(region)
    }

    func contains(dataset: Int64?) -> Bool {
        guard let datasets else { return true }
        return dataset.map(datasets.contains) ?? false
    }

    /// An SQL condition: whether `dataset_id` is that of a data set in the scope.
    var ofDatasets: String { datasets.map { Schema.isOf(datasets: $0) } ?? "true" }

    /// An SQL condition: whether a data set in the scope has the location with this id. (Its region is another matter.)
    func hasLocation(_ id: String) -> String { Self.hasLocation(id, of: datasets) }

    /// The same for data sets by their ids; nil for all.
    static func hasLocation(_ id: String, of datasets: [Int64]?) -> String {
        guard let datasets else { return "true" }
        let isOfThem = Schema.isOf(datasets: datasets)
        return "EXISTS (SELECT 1 FROM dataset_location WHERE location_id = \(id) AND \(isOfThem))"
    }
}
