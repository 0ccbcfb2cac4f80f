/// A member that records are sorted by, and the direction.
public struct SortKey: Sendable, Hashable {
    public let field: Field
    public let isDescending: Bool

    public init(field: Field, isDescending: Bool) {
        self.field = field
        self.isDescending = isDescending
    }
}
