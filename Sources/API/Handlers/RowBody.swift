import Birds
import HTTP

/// The rest of a streamed answer. It holds a connection of its own on the generation on which the answer began, until the
/// answer ends.
///
/// @unchecked Sendable: `rows` and `store` are used in `next` alone, which is never called twice at once; `cancel`
/// touches the canceller only, which is made for other threads.
final class RowBody: BodyProducer, @unchecked Sendable {
    private let rows: RowCursor
    private let pool: StorePool
    private let timeout: UInt64
    private let log: EventLog
    private let metrics: LoopMetrics
    private let canceller: Canceller
    /// Nil once the answer has ended and the store has gone back.
    private var store: ObservationStore?

    init(
        rows: RowCursor, store: ObservationStore, pool: StorePool, timeout: UInt64, log: EventLog, metrics: LoopMetrics
    ) {
        self.rows = rows
        self.store = store
        self.pool = pool
        self.timeout = timeout
        self.log = log
        self.metrics = metrics
        canceller = store.canceller
    }

    deinit {
        // An answer that was given up: nobody is in `next` any more.
        if let store { giveBack(store) }
    }

    func next(into buffer: inout [UInt8]) -> Piece {
        guard let store else { return .failed }
        let began = Clock.nanoseconds()
        defer { metrics.wentOn(nanoseconds: Clock.nanoseconds() &- began) }
        do throws(StoreError) {
            store.setBudget(nanoseconds: timeout)
            guard try rows.fill(&buffer, limit: buffer.count + LongAnswer.pieceSize) else { return .more }
            giveBack(store)
            return .end
        } catch {
            if error != .cancelled { log.brokenAnswer(error) }
            giveBack(store)
            return .failed
        }
    }

    func cancel() { canceller.cancel() }

    private func giveBack(_ store: ObservationStore) {
        self.store = nil
        rows.close()
        pool.deposit(store)
    }
}
