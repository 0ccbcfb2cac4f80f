/// A part of a view: what it shows of one edition. No two parts of a view overlap, since a record has the same data set
/// and the same region, as far as rights tell regions apart, in both editions.
struct ViewPart: Hashable {
    /// Some data sets, by their names in UTF-8.
    struct DataSets: Hashable {
        /// Nil for all.
        var names: [[UInt8]]?
        /// What is left out of all.
        var exceptions: [[UInt8]] = []
    }

    let edition: Edition
    let regions: RegionScope
    let datasets: DataSets
    /// Whether the view shows all regions, in whatever parts.
    let isOfAllRegions: Bool
    /// Whether the view has no other part.
    let isOnly: Bool

    /// The parts of a view, of which there is at least one.
    /// - Parameters:
    ///   - hasGeneral: Whether the file has a general edition. Without one, the exact edition is shown.
    ///   - isKnown: Whether the exact edition has a data set with a name.
    static func parts(
        of view: View, hasGeneral: Bool, isKnown: ([UInt8]) throws(StoreError) -> Bool
    ) throws(StoreError) -> [ViewPart] {
        let regions = RegionScope(view.regions)
        let datasets = DataSets(names: view.datasets?.map { Array($0.utf8) })
        var boxes: [(edition: Edition, regions: RegionScope, datasets: DataSets)]
        switch view.precision {
        case .only(let exactRegions, let exactDatasets) where hasGeneral:
            let exact = exactRegions.isEmpty ? .nowhere : regions.narrowed(to: exactRegions)
            let general = regions.without(exactRegions)
            var named: [[UInt8]] = []
            for name in exactDatasets.map({ Array($0.utf8) }) where datasets.names?.contains(name) ?? true {
                if try isKnown(name) { named.append(name) }
            }
            var others = datasets
            if let names = datasets.names {
                others.names = names.filter { !named.contains($0) }
            } else {
                others.exceptions = named
            }
            boxes = [
                (.exact, exact, datasets), (.exact, general, DataSets(names: named)), (.general, general, others),
            ]
            boxes.removeAll { $0.regions.isNowhere || $0.datasets.names?.isEmpty == true }
            if boxes.isEmpty { boxes = [(.general, .nowhere, datasets)] }
        default:
            boxes = [(.exact, regions, datasets)]
        }
        return boxes.map {
            ViewPart(
                edition: $0.edition, regions: $0.regions, datasets: $0.datasets, isOfAllRegions: view.regions == nil,
                isOnly: boxes.count == 1)
        }
    }

    /// Whether it shows all of its edition.
    var isWhole: Bool { regions.isEverywhere && datasets.names == nil && datasets.exceptions.isEmpty }

    /// Bytes that differ for parts that show something different.
    var tag: [UInt8] {
        func bytes(_ list: [[UInt8]]?) -> [UInt8] {
            guard let list else { return Array("*".utf8) }
            // Each value is preceded by its length, so that values can't run together.
            return list.flatMap { "\($0.count):".utf8 + $0 }
        }
        func bytes(_ list: [String]?) -> [UInt8] { bytes(list.map { $0.map { Array($0.utf8) } }) }
        let lists = [
            bytes(regions.regions), bytes(regions.exceptions), bytes(datasets.names), bytes(datasets.exceptions),
        ]
        let flags = edition.rawValue | (isOfAllRegions ? 2 : 0) | (isOnly ? 4 : 0)
        return [flags] + lists.joined(separator: "/".utf8)
    }
}
