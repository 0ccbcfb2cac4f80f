import Birds
import HTTP

/// Answers what takes too long for a loop, or is too large to be made at once. It works on a worker thread, with a
/// connection to the database of its own.
struct LongAnswer: Sendable {
    /// The size of a piece of an answer that is streamed, and of the largest that is not, in bytes.
    static let pieceSize = 64 * 1024
    /// A piece ends with a whole row, and so may be longer by about so much.
    static let roomForLastRow = 4096

    let pool: StorePool
    /// Engine time until the first piece is there, and then for each piece, in nanoseconds.
    let queryTimeout: UInt64
    let log: EventLog
    let metrics: LoopMetrics

    /// Whole if it fits into one piece, else its first piece and what makes the rest.
    func response(
        _ source: RecordRequest.Rows, view: View, as format: RowFormat, page: PageLink, delivery: Delivery,
        requestID: String,
        _ canceller: Canceller
    ) -> Response {
        let began = MonotonicClock.nanoseconds()
        defer { metrics.queried(onWorker: true, nanoseconds: MonotonicClock.nanoseconds() &- began) }
        do throws(StoreError) {
            let lease = try pool.withdraw(canceller)
            lease.setBudget(nanoseconds: queryTimeout)
            try lease.begin { (store) throws(StoreError) in try store.rows(source, view: view, format: format) }
            let generation = lease.generation
            if let early = delivery.early(generation, in: format) { return early }
            var first: [UInt8] = []
            first.reserveCapacity(LongAnswer.pieceSize + LongAnswer.roomForLastRow)
            if try lease.fill(&first, limit: LongAnswer.pieceSize) {
                let whole = Response.rows(.bytes(first), in: format, total: lease.total, next: lease.next, page)
                lease.end()
                return delivery.complete(whole, generation)
            }
            // The head comes before the rows: where they end is found first, without writing them.
            lease.setBudget(nanoseconds: queryTimeout)
            let next = try lease.read { (store) throws(StoreError) in try store.nextPage(source, view: view) }
            let total = lease.total
            let rest = RowBody(lease, canceller, timeout: queryTimeout, log: log, metrics: metrics)
            let stream = Response.rows(.stream(first: first, rest: rest), in: format, total: total, next: next, page)
            return delivery.complete(stream, generation)
        } catch {
            return Problem(log.clientError(error)).response(requestID: requestID)
        }
    }

    /// The one object, or that there is none.
    func response(
        _ source: RecordRequest.Document, view: View, delivery: Delivery, requestID: String, _ canceller: Canceller
    ) -> Response {
        let began = MonotonicClock.nanoseconds()
        defer { metrics.queried(onWorker: true, nanoseconds: MonotonicClock.nanoseconds() &- began) }
        do throws(StoreError) {
            let lease = try pool.withdraw(canceller)
            lease.setBudget(nanoseconds: queryTimeout)
            let found = try lease.read { (store) throws(StoreError) in try store.document(source, view: view) }
            let generation = lease.generation
            lease.end()
            guard let found else { return Problem(source.unknown).response(requestID: requestID) }
            if let early = delivery.early(generation, in: .json) { return early }
            return delivery.complete(.rows(.bytes(found), in: .json), generation)
        } catch {
            return Problem(log.clientError(error)).response(requestID: requestID)
        }
    }
}
