/// Which records. An empty list does not filter.
public struct RecordFilter: Sendable, Hashable {
    /// Codes, scientific or common names. One that no table of species knows is an error, not an empty answer.
    public var species: [String] = []
    public var years: [Int] = []
    public var months: [Int] = []
    public var days: [Int] = []
    /// The first and the last date, both included.
    public var from: PartialDate?
    public var to: PartialDate?
    /// `CA` covers `CA-YT`, and `CA-YT` covers `CA-YT-001`.
    public var regions: [String] = []
    /// Values of `loc_id`.
    public var locations: [String] = []
    /// Names of data sets.
    public var datasets: [String] = []
    /// More species, regions, locations and data sets, which a store tells from lists of them.
    public var unresolved: [UnresolvedValue] = []
    public var box: GeographicBox?
    public var circle: GeographicCircle?
    /// The least and the greatest number; either one excludes records without a count.
    public var leastNum: Int64?
    public var greatestNum: Int64?

    public init() {}

    /// The values of a filter.
    public subscript(filter: UnresolvedValue.Filter) -> [String] {
        get {
            switch filter {
            case .species: species
            case .region: regions
            case .location: locations
            case .dataset: datasets
            }
        }
        set {
            switch filter {
            case .species: species = newValue
            case .region: regions = newValue
            case .location: locations = newValue
            case .dataset: datasets = newValue
            }
        }
    }

    /// What filters, one by one. Whatever depends on all of them goes through these in a `switch`, so that one that is forgotten
    /// does not compile.
    enum Part: CaseIterable {
        case species, dates, regions, locations, areas, datasets, numbers
    }
}

/// A value of a filter that is one id as a whole, or else a list: `60.7155,-135.0294` may be one place or two. Only a store knows
/// which ids there are, so it decides (`ObservationStore.resolved`).
public struct UnresolvedValue: Sendable, Hashable {
    /// The filters whose values name things.
    public enum Filter: String, Sendable, Hashable {
        case species, region, location, dataset
    }

    /// What the value is where it is no id as a whole.
    public enum List: Sendable, Hashable {
        case values([String])
        /// `expected` says what would be right, as the end of the sentence "… is not".
        case malformed(expected: String)
    }

    /// What is wrong with an empty value that is no id, as the end of the sentence "… is not".
    public static let emptyFault = "a value: it is empty"

    public let filter: Filter
    public let whole: String
    public let list: List

    public init(_ filter: Filter, whole: String, list: List) {
        self.filter = filter
        self.whole = whole
        self.list = list
    }
}
