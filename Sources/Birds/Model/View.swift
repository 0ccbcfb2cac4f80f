/// What a viewer may see. The store can't be asked without one, so that no filter, format or page shows more.
public struct View: Sendable, Hashable {
    /// The regions whose records are seen, with all within them; nil for everywhere.
    public let regions: [String]?

    public init(regions: [String]?) { self.regions = regions }

    /// Every record.
    public static let everything = View(regions: nil)
}
