/// Which of the rows of a scan belong to earlier pages, and where this page has come to.
///
/// Ids change with imports, so a page does not begin at an id: it begins after a number of the rows that are equal
/// to the last one of the page before (see `PageToken`).
///
/// Invariant: it is told of the rows in their order, beginning at or before `start`.
final class PagePosition {
    /// Where the page begins; nil for the first page.
    let start: PageStart?
    private let order: RowOrder
    /// Whether rows of earlier pages may still come, and how many rows equal to the start were skipped.
    private(set) var isSkipping: Bool
    private var skipped: Int64 = 0
    /// The last row that was shown, on this page or before, and how many rows equal to it have been shown.
    private var last = ObservationRow()
    private var ordinal: Int64 = 0

    init(_ start: PageStart?, _ order: RowOrder) {
        (self.start, self.order) = (start, order)
        isSkipping = start != nil
    }

    /// Whether a row was on an earlier page. The first that was not ends the skipping: ask only before that.
    func skips(_ row: ObservationRow) -> Bool {
        guard let start else { return false }
        if order.precedes(row, start) { return true }
        if row.isLike(start.row), skipped < start.ordinal {
            skipped += 1
            (last, ordinal) = (row, skipped)
            return true
        }
        isSkipping = false
        return false
    }

    /// Goes on after a row that is shown.
    @inline(__always)
    func pass(_ row: ObservationRow) {
        ordinal = ordinal > 0 && row.isLike(last) ? ordinal + 1 : 1
        last = row
    }

    /// Names the last row. There must have been one.
    func token(_ records: Records) throws(StoreError) -> PageToken {
        let location = try records.key(ofLocation: last.location)
        return PageToken(
            date: last.date, location: location.code, latitude: location.latitude,
            longitude: location.longitude, region: location.region,
            twin: try records.twins(beforeLocation: last.location),
            species: last.species == 0 ? [] : try records.code(ofSpecies: last.species), num: last.num,
            // Locations have none.
            dataset: last.dataset == 0 ? [] : Array(try records.dataset(last.dataset).utf8), ordinal: ordinal)
    }
}

/// A resource whose answers have pages.
enum PagedResource: String {
    case observations, checklists, locations
    case zeroFilled = "zerofill"

    /// Whether pages distinguish its rows by species and count too.
    var hasSpecies: Bool { self == .observations }
}
