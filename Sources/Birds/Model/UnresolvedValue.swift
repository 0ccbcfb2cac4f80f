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
