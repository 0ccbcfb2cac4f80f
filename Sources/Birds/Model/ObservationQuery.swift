/// Which observations, and which of their members. An empty list does not filter.
public struct ObservationQuery: Sendable, Hashable {
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
    /// The least and the greatest number; either leaves out what was not counted.
    public var leastNum: Int64?
    public var greatestNum: Int64?
    /// What is sorted by, the most important first; empty for the default order.
    public var sort: [SortKey] = []
    /// At most so many records; nil for all.
    public var limit: Int?
    /// Where the page begins, as `RowCursor.next` of the page before has it.
    public var after: String?
    /// Whether `RowCursor.total` is wanted.
    public var countsAll = false
    public var fields: [Field] = Field.defaults

    public init() {}
}
