/// The rows of one part of a view, of which the next one is known, from where a page begins.
final class PartRows<Row> {
    let part: MergedView.Part
    private let values: ShownValues
    /// The next row, unless `isAtEnd`; and the same with the columns by which pages distinguish rows.
    private(set) var row: Row
    private(set) var key = ObservationRow()
    private(set) var isAtEnd = false
    /// Whether any row was shown.
    private(set) var hasPassed = false
    let position: PagePosition

    /// Of the location of the next row, once it was asked for.
    private var knownPrefix: (location: Int64, value: UInt128)?
    private let finder: any RowFinder<Row>
    private let keyOf: (Row) -> ObservationRow

    /// - Parameters:
    ///   - row: Any row; it is only memory that is overwritten.
    ///   - position: Where the page begins.
    ///   - key: The row as an observation.
    init(
        _ part: MergedView.Part, _ finder: any RowFinder<Row>, _ row: Row, from position: PagePosition,
        key: @escaping (Row) -> ObservationRow
    ) {
        (self.part, self.finder, self.row, self.position, keyOf) = (part, finder, row, position, key)
        values = part.edition.shownValues
    }

    /// Reads the next row, or the first one.
    func advance() throws(StoreError) {
        var next = row
        while try finder.next(&next) {
            let found = keyOf(next)
            if position.isSkipping, position.skips(found) { continue }
            (row, key) = (next, found)
            return
        }
        isAtEnd = true
    }

    /// Notes that the row is shown, and reads the next one.
    func pass() throws(StoreError) {
        position.pass(key)
        hasPassed = true
        try advance()
    }

    /// The row with what it shows.
    var shown: ShownOrder.Shown { (key, values) }

    /// The first bytes of the key of its location (`ShownValues.prefix`).
    @inline(__always)
    func locationPrefix() throws(StoreError) -> UInt128 {
        if let knownPrefix, knownPrefix.location == key.location { return knownPrefix.value }
        let value = try values.prefix(ofLocation: key.location)
        knownPrefix = (key.location, value)
        return value
    }
}

/// The rows of several parts of a view in one order.
///
/// Invariant: the next rows depend on nothing but the next row of each part. So if each part goes on after its own last
/// row, a page goes on after the page before, whatever the order of ids.
final class Merge<Row> {
    let parts: [PartRows<Row>]
    private let order: ShownOrder
    private var hasBegun = false

    init(_ parts: [PartRows<Row>], _ order: ShownOrder) { (self.parts, self.order) = (parts, order) }

    /// The index of the part whose row comes next; nil at the end.
    func next() throws(StoreError) -> Int? {
        if !hasBegun {
            hasBegun = true
            for part in parts { try part.advance() }
        }
        var first: Int?
        for index in parts.indices where !parts[index].isAtEnd {
            guard let found = first else {
                first = index
                continue
            }
            if try order.compare(parts[index], parts[found]) == .before { first = index }
        }
        return first
    }

    /// The indexes of all parts whose rows show the same as that of a part, which is next.
    func same(as first: Int) throws(StoreError) -> [Int] {
        var same = [first]
        for index in parts.indices where index != first && !parts[index].isAtEnd {
            if try order.compare(parts[index], parts[first]) == .same { same.append(index) }
        }
        return same
    }
}
