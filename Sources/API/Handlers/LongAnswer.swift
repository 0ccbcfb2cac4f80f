import Birds
import HTTP

/// Makes answers that take too long for a loop or are too large to be made at once. It works on a worker thread, with
/// its own connection to the database.
///
/// An answer holds one piece in memory, and its connection until the last piece is made: both are bounded by the number
/// of queries that may have begun, and of answers that may be under way.
struct LongAnswer: Sendable {
    /// The size of a piece of a streamed answer, and the largest size of an answer that is not streamed, in bytes. It
    /// is about what a socket's buffer takes at once.
    static let pieceSize = 64 * 1024
    /// How far a piece may exceed `pieceSize`, in bytes, since it ends with a whole row. Longer rows only cost a
    /// reallocation.
    static let roomForLastRow = 4096

    let pool: StorePool
    let places: AnswerPlaces
    /// The longest engine time for the first piece, and then for each further one, in nanoseconds.
    let queryTimeout: UInt64
    let log: EventLog
    let metrics: LoopMetrics

    /// A response with rows: complete if they fit into one piece, otherwise the first piece and a producer for the
    /// rest.
    /// - Parameters:
    ///   - canceller: Stops the query when the client goes away. Any thread may use it.
    ///   - turn: That of the worker.
    func response(
        _ source: RecordRequest.Rows, view: View, as format: RowFormat, page: PageLink, delivery: Delivery,
        requestID: String,
        _ canceller: Canceller, _ turn: Turn
    ) -> Response {
        let began = MonotonicClock.nanoseconds()
        defer { metrics.queried(onWorker: true, nanoseconds: MonotonicClock.nanoseconds() &- began) }
        do throws(StoreError) {
            // The generation may be newer than the one that the loop saw: everything below uses that of the lease.
            let lease = try pool.withdraw(canceller)
            lease.setBudget(nanoseconds: queryTimeout) { turn.giveWay() }
            try lease.begin { (store) throws(StoreError) in try store.rows(source, view: view, format: format) }
            let provenance = try lease.read { (store) throws(StoreError) in try Provenance(of: view, in: store) }
            if let early = delivery.early(provenance, in: format) { return early }
            var first: [UInt8] = []
            first.reserveCapacity(LongAnswer.pieceSize + LongAnswer.roomForLastRow)
            if try lease.fill(&first, limit: LongAnswer.pieceSize) {
                let whole = Response.rows(
                    .bytes(first), count: lease.rowCount, in: format, total: lease.total, next: lease.next, page)
                lease.end()
                return delivery.complete(whole, provenance)
            }
            let place: AnswerPlaces.Place
            do throws(APIError) {
                place = try places.take(for: turn.client)
            } catch {
                return Problem(error).response(requestID: requestID)
            }
            // `Link` is in the head, which is sent before the rows: the end of the page is found first, without writing
            // rows.
            lease.setBudget(nanoseconds: queryTimeout) { turn.giveWay() }
            let next = try lease.read { (store) throws(StoreError) in try store.nextPage(source, view: view) }
            let generation = try lease.read { (store) throws(StoreError) in store.generation }
            let (total, count) = (lease.total, lease.rowCount)
            let rest = RowBody(lease, place, canceller, timeout: queryTimeout, log: log, metrics: metrics)
            var stream = Response.rows(
                .stream(first: first, rest: rest), count: count, in: format, total: total, next: next, page)
            stream.isStillEntitled = { [pool] in pool.mayShow(generation, to: view) }
            return delivery.complete(stream, provenance)
        } catch {
            return Problem(log.clientError(error)).response(requestID: requestID)
        }
    }

    /// A response with one object, or the problem that it does not exist.
    func response(
        _ source: RecordRequest.Document, view: View, delivery: Delivery, requestID: String, _ canceller: Canceller,
        _ turn: Turn
    ) -> Response {
        let began = MonotonicClock.nanoseconds()
        defer { metrics.queried(onWorker: true, nanoseconds: MonotonicClock.nanoseconds() &- began) }
        do throws(StoreError) {
            let lease = try pool.withdraw(canceller)
            lease.setBudget(nanoseconds: queryTimeout) { turn.giveWay() }
            let found = try lease.read { (store) throws(StoreError) in try store.document(source, view: view) }
            let provenance = try lease.read { (store) throws(StoreError) in try Provenance(of: view, in: store) }
            lease.end()
            guard let found else { return Problem(source.unknown).response(requestID: requestID) }
            if let early = delivery.early(provenance, in: .json) { return early }
            return delivery.complete(.document(found), provenance)
        } catch {
            return Problem(log.clientError(error)).response(requestID: requestID)
        }
    }
}
