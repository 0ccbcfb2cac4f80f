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
        _ source: RowSource, as format: RowFormat, page: PageLink, delivery: Delivery, requestID: String,
        _ canceller: Canceller
    ) -> Response {
        let began = Clock.nanoseconds()
        defer { metrics.queried(onWorker: true, nanoseconds: Clock.nanoseconds() &- began) }
        do throws(StoreError) {
            let store = try pool.withdraw()
            store.canceller = canceller
            do throws(StoreError) {
                store.setBudget(nanoseconds: queryTimeout)
                let rows = try source.rows(in: store, as: format)
                let generation = store.generation
                if let early = delivery.early(generation, in: format) {
                    rows.close()
                    pool.deposit(store)
                    return early
                }
                var first: [UInt8] = []
                first.reserveCapacity(LongAnswer.pieceSize + LongAnswer.roomForLastRow)
                if try rows.fill(&first, limit: LongAnswer.pieceSize) {
                    rows.close()
                    pool.deposit(store)
                    let whole = Response.rows(.bytes(first), in: format, total: rows.total, next: rows.next, page)
                    return delivery.complete(whole, generation)
                }
                // The head comes before the rows: where they end is found first, without writing them.
                store.setBudget(nanoseconds: queryTimeout)
                let next = try source.nextPage(in: store)
                let rest = RowBody(
                    rows: rows, store: store, pool: pool, timeout: queryTimeout, log: log, metrics: metrics)
                let stream = Response.rows(
                    .stream(first: first, rest: rest), in: format, total: rows.total, next: next, page)
                return delivery.complete(stream, generation)
            } catch {
                pool.deposit(store)
                throw error
            }
        } catch {
            return Problem(log.clientError(error)).response(requestID: requestID)
        }
    }
}
