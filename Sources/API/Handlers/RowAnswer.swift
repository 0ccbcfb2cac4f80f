import Birds
import HTTP

/// Which rows an answer has, whichever store they are read from: that of a loop, or that of a worker.
enum RowSource {
    case observations(ObservationQuery, View)
    case species(View)
    case datasets(View)

    func rows(in store: ObservationStore, as format: RowFormat) throws(StoreError) -> RowCursor {
        switch self {
        case .observations(let query, let view): try store.observations(query, view: view, format: format)
        case .species(let view): try store.species(format: format, view: view)
        case .datasets(let view): try store.datasets(format: format, view: view)
        }
    }
}

/// Turns rows into an answer: at once where they are few and quick, else on a worker, streamed.
struct RowAnswer {
    /// How long a query may keep the loop. Then it starts again on a worker, before any byte of it was sent.
    static let loopBudget: UInt64 = 2_000_000
    /// The size of an answer that is made at once, and of a piece of one that is streamed.
    static let pieceSize = 64 * 1024
    /// What is set aside for an answer at first: enough for the usual one of a few records.
    static let usualSize = 4096

    let pool: StorePool
    /// Engine time until the first piece is there, and then for each piece, in nanoseconds.
    let queryTimeout: UInt64
    let log: EventLog

    func answer(
        _ source: RowSource, from store: ObservationStore, as format: RowFormat, requestID: String
    ) throws(APIError) -> Answer {
        do throws(StoreError) {
            store.setBudget(nanoseconds: RowAnswer.loopBudget)
            let rows = try source.rows(in: store, as: format)
            var body: [UInt8] = []
            body.reserveCapacity(RowAnswer.usualSize)
            if try rows.fill(&body, limit: RowAnswer.pieceSize) {
                return .now(RowAnswer.response(format, .bytes(body)))
            }
        } catch .overBudget {
            // Too long for the loop: a worker takes it up from the beginning.
        } catch {
            throw log.clientError(error)
        }
        let canceller = Canceller()
        return .later(
            work: { later(source, as: format, requestID: requestID, canceller) }, cancel: { canceller.cancel() })
    }

    /// The answer as a worker makes it: whole if it fits into one piece, else its first piece and what makes the rest.
    private func later(_ source: RowSource, as format: RowFormat, requestID: String, _ canceller: Canceller) -> Response
    {
        do throws(StoreError) {
            let store = try pool.withdraw()
            store.canceller = canceller
            do throws(StoreError) {
                store.setBudget(nanoseconds: queryTimeout)
                let rows = try source.rows(in: store, as: format)
                var first: [UInt8] = []
                first.reserveCapacity(RowAnswer.pieceSize + RowAnswer.usualSize)
                if try rows.fill(&first, limit: RowAnswer.pieceSize) {
                    pool.deposit(store)
                    return RowAnswer.response(format, .bytes(first))
                }
                let rest = RowBody(rows: rows, store: store, pool: pool, timeout: queryTimeout, log: log)
                return RowAnswer.response(format, .stream(first: first, rest: rest))
            } catch {
                pool.deposit(store)
                throw error
            }
        } catch {
            return Problem(log.clientError(error)).response(requestID: requestID)
        }
    }

    private static func response(_ format: RowFormat, _ body: Body) -> Response {
        Response(.ok, fields: contentType(format), body: body)
    }

    private static func contentType(_ format: RowFormat) -> ResponseFields {
        switch format {
        case .json: jsonFields
        case .csv: csvFields
        }
    }

    static let jsonFields = ResponseFields([(.contentType, "application/json")])
    private static let csvFields = ResponseFields([(.contentType, "text/csv; charset=utf-8")])
}
