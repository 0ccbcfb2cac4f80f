import Birds
import HTTP
import Synchronization

/// The rest of a streamed answer. It holds its own connection to the generation with which the answer began, until the
/// answer ends: an import in the meantime does not change the rows that follow.
///
/// The lease is released exactly once, by `next` at the end or by `end`. The lock orders `next` and `end`, which run on
/// different workers; `cancel` does not take it, so it can interrupt a running `next`.
final class RowBody: BodyProducer {
    /// Nil after the end of the answer.
    private let lease: Mutex<StoreLease?>
    /// Among the long answers; nil after the end of this one.
    private let place: Mutex<AnswerPlaces.Place?>
    private let canceller: Canceller
    private let timeout: UInt64
    private let log: EventLog
    private let metrics: LoopMetrics

    /// - Parameters:
    ///   - canceller: The canceller of the lease.
    ///   - timeout: The longest engine time for each piece, in nanoseconds.
    init(
        _ lease: consuming StoreLease, _ place: AnswerPlaces.Place, _ canceller: Canceller, timeout: UInt64,
        log: EventLog, metrics: LoopMetrics
    ) {
        self.lease = Mutex(lease)
        self.place = Mutex(place)
        self.canceller = canceller
        self.timeout = timeout
        self.log = log
        self.metrics = metrics
    }

    func next(into buffer: inout [UInt8], _ turn: Turn) -> Piece {
        let piece = read(into: &buffer, turn)
        if case .more = piece { return piece }
        place.withLock { $0 = nil }
        return piece
    }

    private func read(into buffer: inout [UInt8], _ turn: Turn) -> Piece {
        let began = MonotonicClock.nanoseconds()
        defer { metrics.wentOn(nanoseconds: MonotonicClock.nanoseconds() &- began) }
        return lease.withLock { lease in
            var rows = 0
            do throws(StoreError) {
                switch lease {
                case nil:
                    return .failed
                case .some(let lease):
                    lease.setBudget(nanoseconds: timeout) { turn.giveWay() }
                    let before = lease.rowCount
                    let isComplete = try lease.fill(&buffer, limit: buffer.count + LongAnswer.pieceSize)
                    rows = lease.rowCount - before
                    if !isComplete { return .more(rows: rows) }
                }
                lease = nil
                return .end(rows: rows)
            } catch {
                if error != .cancelled { log.brokenAnswer(error) }
                lease = nil
                return .failed
            }
        }
    }

    func cancel() { canceller.cancel() }

    func end() {
        lease.withLock { $0 = nil }
        place.withLock { $0 = nil }
    }
}
