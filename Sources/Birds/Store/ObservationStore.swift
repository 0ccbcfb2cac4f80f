public final class ObservationStore {
    /// The file that it serves.
    public let file: FileIdentity
    /// Ends what runs here. Give the store a new one for each answer, since one that was used stays cancelled.
    public var canceller = Canceller()

    /// - Throws: `.missing`, `.unusable` or `.sqlite`.
    public init(path: String) throws(StoreError) {
        guard let file = FileIdentity(path: path) else { throw .missing(path: path) }
        self.file = file
    }

    /// Rows of observations, in the default order.
    public func observations(_ query: ObservationQuery, view: View, format: RowFormat) throws(StoreError) -> RowCursor {
        RowCursor(self)
    }

    /// One observation as a JSON object with the given fields; nil if there is none or the view does not show it.
    public func observation(id: Int64, fields: [Field], view: View) throws(StoreError) -> [UInt8]? { nil }

    /// All species of the tables, by code: species_id, scientific_name, common_name, category.
    public func species(format: RowFormat, view: View) throws(StoreError) -> RowCursor { RowCursor(self) }

    /// One species by its code, as a JSON object; nil if it is unknown.
    public func species(_ name: String, view: View) throws(StoreError) -> [UInt8]? { nil }

    /// The data sets, by name: name, format, source, licence, citation, imported_at, checklists, records.
    public func datasets(format: RowFormat, view: View) throws(StoreError) -> RowCursor { RowCursor(self) }

    /// Ends whatever runs once this much time has gone by since this call; nil for no limit.
    public func setBudget(nanoseconds: UInt64?) {}
}
