/// Which records are asked for: those that match all conditions. Within a list, one value must match; an empty list
/// does not filter.
public struct RecordFilter: Sendable, Hashable {
    /// Codes, scientific or common names. An unknown one is an error and not an empty answer, so that a misspelt
    /// name never looks like an absence of birds.
    public var species: [String] = []
    public var years: [Int] = []
    public var months: [Int] = []
    public var days: [Int] = []
    /// The first and the last date, inclusive.
    public var from: PartialDate?
    public var to: PartialDate?
    /// Codes of regions: `CA` covers `CA-YT`, and `CA-YT` covers `CA-YT-001`.
    public var regions: [String] = []
    /// Values of `loc_id`.
    public var locations: [String] = []
    /// Names of data sets.
    public var datasets: [String] = []
    /// More species, regions, locations and data sets. The store decides whether each is one value or a list.
    public var unresolved: [UnresolvedValue] = []
    /// Areas. A location must be in both.
    public var box: GeographicBox?
    public var circle: GeographicCircle?
    /// The least and the greatest count; either one excludes records without a count.
    public var leastNum: Int64?
    public var greatestNum: Int64?
    /// Whether the place was made less exact on purpose; nil for either. Records of which that is not known count as
    /// exact.
    public var isGeneralised: Bool?

    public init() {}

    /// The list of a filter whose values name things.
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

    /// The parts of a filter. Code that depends on all conditions goes through these in a `switch`, so it does not
    /// compile if it forgets one.
    enum Part: CaseIterable {
        case species, dates, regions, locations, areas, datasets, counts

        /// Made once: `allCases` makes an array whenever it is asked.
        static let all = allCases
    }
}

/// A value of a filter that is either one id or a list: `60.7155,-135.0294` may be one location or two. Only a
/// store knows which ids exist, so it decides (`Resolver.resolved`).
public struct UnresolvedValue: Sendable, Hashable {
    /// The filters whose values name things.
    public enum Filter: String, Sendable, Hashable {
        case species, region, location, dataset
    }

    /// The value as a list, in case the whole is not an id.
    public enum List: Sendable, Hashable {
        /// The values of the list.
        case values([String])
        /// It is not a list either. `expected` says what would be right, as the end of the sentence "… is not".
        case malformed(expected: String)
    }

    /// What is wrong with an empty value that is not an id, as the end of the sentence "… is not".
    public static let emptyFault = "a value: it is empty"

    public let filter: Filter
    /// The value as it was given.
    public let whole: String
    public let list: List

    public init(_ filter: Filter, whole: String, list: List) {
        self.filter = filter
        self.whole = whole
        self.list = list
    }
}
