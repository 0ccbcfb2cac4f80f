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
