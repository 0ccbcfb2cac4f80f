extension RightsFile {
    /// What somebody may see. Without words, that is all records, and no exact place.
    public struct Rights: Sendable, Hashable {
        /// Of which of their records they see the exact place, where a database also has general places.
        public enum Precision: Sendable, Hashable {
            /// Of all.
            case everywhere
            /// Of those in some regions or of some data sets. Without any of these, of none.
            case only(regions: [String] = [], datasets: [String] = [])
        }

        /// Whether they may read the metrics of the server.
        public var metrics = false
        /// Codes such as `CA` or `CA-YT`, each with all regions within it; nil for everywhere.
        public var regions: [String]?
        /// The names of data sets; nil for all.
        public var datasets: [String]?
        public var precision = Precision.only()
        /// Seconds since 1970: the end of their last day, in UTC; nil if there is none.
        public var end: Int64?

        public init() {}

        /// What they show, as the end of a sentence: `the records in CA-YT, until 2027-01-31`.
        var inWords: String {
            func listed(_ names: [String]) -> String {
                names.dropLast().joined(separator: ", ") + (names.count > 1 ? " and " : "") + (names.last ?? "")
            }
            var text = regions == nil && datasets == nil ? "all records" : "the records"
            if let datasets { text += " of " + listed(datasets) }
            if let regions { text += " in " + listed(regions) }
            switch precision {
            case .everywhere: text += ", with exact places"
            case .only(let regions, let datasets):
                var places: [String] = []
                if !regions.isEmpty { places.append(" in " + listed(regions)) }
                if !datasets.isEmpty { places.append(" of " + listed(datasets)) }
                if !places.isEmpty { text += ", with exact places" + places.joined(separator: ", and") }
            }
            if metrics { text += ", and /metrics" }
            if let end { text += ", until " + RightsLine.day(before: end) }
            return text
        }

        /// All names of regions and of data sets in them, each once.
        var names: (regions: [String], datasets: [String]) {
            var names = (regions: regions ?? [], datasets: datasets ?? [])
            if case .only(let regions, let datasets) = precision {
                names.regions += regions.filter { !names.regions.contains($0) }
                names.datasets += datasets.filter { name in !names.datasets.contains { Self.isDataset($0, name) } }
            }
            return names
        }

        /// Whether they are over.
        /// - Parameter now: In seconds since 1970.
        public func haveEnded(at now: Int64) -> Bool { end.map { $0 <= now } ?? false }

        // MARK: - Comparison

        // What rights show is a product: regions, and data sets. What they show exactly is a union of at most two. A
        // product that is in a union of some regions and some data sets is within these regions or within these data
        // sets.

        private typealias Product = (regions: [String]?, datasets: [String]?)

        /// Whether they show all that others show, and as exactly. When they end does not matter.
        public func cover(_ others: Rights) -> Bool {
            (metrics || !others.metrics)
                && Self.covers(regions, others.regions, Self.isRegion)
                && Self.covers(datasets, others.datasets, Self.isDataset)
                && others.exact.allSatisfy(isExact)
        }

        /// What they show exactly.
        private var exact: [Product] {
            switch precision {
            case .everywhere: [(regions, datasets)]
            case .only(let exactRegions, let exactDatasets):
                [
                    (Self.common(regions, exactRegions, Self.isRegion), datasets),
                    (regions, Self.common(datasets, exactDatasets, Self.isDataset)),
                ]
            }
        }

        /// Whether each place of records that they show is exact.
        private func isExact(_ records: Product) -> Bool {
            switch precision {
            case .everywhere: true
            case .only(let regions, let datasets):
                Self.covers(regions, records.regions, Self.isRegion)
                    || Self.covers(datasets, records.datasets, Self.isDataset)
            }
        }

        /// Whether they show less than others do, or end before them.
        public func showLess(than others: Rights) -> Bool { !cover(others) || (end ?? .max) < (others.end ?? .max) }

        /// What both these and others show, until the earlier end; nil if that is nothing. Where both show some places
        /// exactly that no rights can name, such as those of one data set in one region, they are not exact.
        func common(with others: Rights) -> Rights? {
            var common = self
            common.metrics = metrics && others.metrics
            common.regions = Self.common(regions, others.regions, Self.isRegion)
            common.datasets = Self.common(datasets, others.datasets, Self.isDataset)
            common.end = [end, others.end].compactMap { $0 }.min()
            let (some, more) = (exactLists(within: common), others.exactLists(within: common))
            if let regions = Self.common(some.regions, more.regions, Self.isRegion),
                let datasets = Self.common(some.datasets, more.datasets, Self.isDataset)
            {
                common.precision = .only(regions: regions, datasets: datasets)
            } else {
                common.precision = .everywhere
            }
            return common.regions?.isEmpty == true || common.datasets?.isEmpty == true ? nil : common
        }

        /// Of the records that others show: the regions of which every data set is shown exactly, and the data sets
        /// that are shown exactly in every region; nil for all.
        private func exactLists(within others: Rights) -> Product {
            switch precision {
            case .everywhere: (nil, nil)
            case .only(let regions, let datasets):
                (
                    Self.covers(datasets, others.datasets, Self.isDataset) ? nil : regions,
                    Self.covers(regions, others.regions, Self.isRegion) ? nil : datasets
                )
            }
        }

        /// Whether some list has something of another one.
        static func overlap(regions: [String]?, _ others: [String]) -> Bool {
            common(regions, others, isRegion)?.isEmpty != true
        }

        static func overlap(datasets: [String]?, _ others: [String]) -> Bool {
            common(datasets, others, isDataset)?.isEmpty != true
        }

        /// What is in both lists. Of a list of everything, nil, and another one that is the other one.
        private static func common(
            _ list: [String]?, _ others: [String]?, _ isWithin: (String, String) -> Bool
        ) -> [String]? {
            if covers(list, others, isWithin) { return others }
            if covers(others, list, isWithin) { return list }
            func within(_ list: [String]?, _ others: [String]?) -> [String] {
                (list ?? []).filter { name in others?.contains { isWithin($0, name) } ?? true }
            }
            return within(list, others) + within(others, list).filter { name in list?.contains(name) == false }
        }

        /// Whether the second region is the first one, or within it.
        private static func isRegion(_ region: String, _ other: String) -> Bool {
            other.utf8.elementsEqual(region.utf8) || other.hasPrefix(region + "-")
        }

        private static func isDataset(_ name: String, _ other: String) -> Bool { name.utf8.elementsEqual(other.utf8) }

        /// Whether each of the others is within one of a list; nil is a list of everything.
        private static func covers(
            _ list: [String]?, _ others: [String]?, _ isWithin: (String, String) -> Bool
        ) -> Bool {
            guard let list else { return true }
            return others?.allSatisfy { other in list.contains { isWithin($0, other) } } ?? false
        }
    }
}
