import Birds
import HTTP

/// Turns records into an answer: at once on the loop if they are few and quick, otherwise on a worker, streamed.
///
/// Nothing is sent until the choice is made, so a query that turns out to be long can start again on a worker.
struct RecordAnswer {
    let long: LongAnswer
    /// How long a query may hold up the loop, in nanoseconds.
    let loopBudget: UInt64
    let log: EventLog
    let metrics: LoopMetrics
    let clock: @Sendable () -> UInt64

    /// The memory reserved for an answer at first, in bytes: enough for the usual answer of a few records.
    private static let usualSize = 4096

    /// Answers with rows.
    /// - Parameters:
    ///   - store: The loop's own store, used only in its thread.
    ///   - now: The time at which the request was taken up, by `clock`.
    /// - Throws: Errors of the query. Those that occur later on a worker become a response there.
    func answer(
        _ source: RecordRequest.Rows, from store: ObservationStore, view: View, as format: RowFormat, page: PageLink,
        delivery: Delivery,
        requestID: String, now: UInt64
    ) throws(APIError) -> Answer {
        defer { metrics.queried(onWorker: false, nanoseconds: clock() &- now) }
        do throws(StoreError) {
            store.setBudget(nanoseconds: loopBudget, now: now)
            let rows = try store.rows(source, view: view, format: format)
            let provenance = try Provenance(of: view, in: store)
            if let early = delivery.early(provenance, in: format) { return .now(early) }
            var body: [UInt8] = []
            body.reserveCapacity(RecordAnswer.usualSize)
            if try rows.fill(&body, limit: LongAnswer.pieceSize) {
                let response = Response.rows(
                    .bytes(body), count: rows.rowCount, in: format, total: rows.total, next: rows.next, page)
                return RecordAnswer.whole(response, provenance, delivery, requestID)
            }
        } catch .overBudget {
            // Too long for the loop: a worker starts again from the beginning.
        } catch {
            throw log.clientError(error)
        }
        return RecordAnswer.later(requestID) { [long] (canceller, turn) in
            long.response(
                source, view: view, as: format, page: page, delivery: delivery, requestID: requestID, canceller, turn)
        }
    }

    /// Answers with one object.
    /// - Parameter now: The time at which the request was taken up, by `clock`.
    /// - Throws: `unknownObservation`, `unknownLocation` or `unknownSpecies` if there is no such object.
    func answer(
        _ source: RecordRequest.Document, from store: ObservationStore, view: View, delivery: Delivery,
        requestID: String,
        now: UInt64
    ) throws(APIError) -> Answer {
        defer { metrics.queried(onWorker: false, nanoseconds: clock() &- now) }
        let (found, provenance): ([UInt8]?, Provenance)
        do throws(StoreError) {
            store.setBudget(nanoseconds: loopBudget, now: now)
            (found, provenance) = (try store.document(source, view: view), try Provenance(of: view, in: store))
        } catch .overBudget {
            return RecordAnswer.later(requestID) { [long] (canceller, turn) in
                long.response(source, view: view, delivery: delivery, requestID: requestID, canceller, turn)
            }
        } catch {
            throw log.clientError(error)
        }
        guard let found else { throw source.unknown }
        if let early = delivery.early(provenance, in: .json) { return .now(early) }
        return RecordAnswer.whole(.document(found), provenance, delivery, requestID)
    }

    /// Sends a complete answer, from a worker if compressing it would hold up the loop.
    private static func whole(
        _ response: Response, _ provenance: Provenance, _ delivery: Delivery, _ requestID: String
    ) -> Answer {
        if delivery.isLong(response) {
            return later(requestID) { (_, _) in delivery.complete(response, provenance) }
        }
        return .now(delivery.complete(response, provenance))
    }

    /// An answer of a worker. Who asks for it is for the caller to say.
    private static func later(
        _ requestID: String, _ work: @escaping @Sendable (Canceller, Turn) -> Response
    ) -> Answer {
        let canceller = Canceller()
        return .later(
            LongWork(
                client: "", run: { turn in work(canceller, turn) },
                refused: { Problem(APIError.tooManyWaiting($0)).response(requestID: requestID) },
                cancel: { canceller.cancel() }))
    }
}

extension RecordRequest.Document {
    /// The error to report if there is no such object.
    var unknown: APIError {
        switch self {
        case .observation(let id, _): .unknownObservation(id: String(id))
        case .location(let code): .unknownLocation(code: code)
        case .species(let code): .unknownSpecies(code: code)
        }
    }
}
