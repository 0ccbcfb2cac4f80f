import Glibc
import HTTP
import Synchronization

/// What the tests of one server share with its applications.
final class Record: Sendable {
    private let state = Mutex<[Report]>([])
    /// Pieces that streams have made, and how often one was told to cancel, and to end.
    let pieces = Atomic(0)
    let cancels = Atomic(0)
    /// The work of `/again` that was done.
    let checks = Atomic(0)
    let ends = Atomic(0)
    /// Connections that have been opened, and those of them that are closed.
    let opens = Atomic(0)
    let closes = Atomic(0)
    /// Turns that the loops have begun.
    let turns = Atomic(0)
    /// Requests that wait for `gate` on a worker.
    let waiting = Atomic(0)
    /// Lets the work of `/gate` end.
    let gate = Atomic(false)
    /// Whether the clients have lost their right to every answer.
    let isRevoked = Atomic(false)

    var reports: [Report] { state.withLock { $0 } }

    func add(_ report: Report) { state.withLock { $0.append(report) } }

    func waitForGate() {
        waiting.add(1, ordering: .sequentiallyConsistent)
        while !gate.load(ordering: .sequentiallyConsistent) { usleep(500) }
    }

    func response(_ text: String) -> Response { response(.bytes(Array(text.utf8))) }

    /// It begins with 2 rows, and each piece has one more.
    func stream(_ producer: TestProducer) -> Response {
        var response = response(.stream(first: Array("first ".utf8), rest: producer))
        response.rows = 2
        return response
    }

    func response(_ body: Body) -> Response {
        var response = Response(.ok, body: body)
        response.isStillEntitled = { [self] in !isRevoked.load(ordering: .sequentiallyConsistent) }
        return response
    }
}

/// Answers by the path:
/// - `/gate/stream`: on a worker, once the gate is open: a stream of a piece.
/// - `/gate/…`: likewise; the path is the body.
/// - `/later/…`: on a worker; the path is the body.
/// - `/again/N/…`: after N calls of work that comes first; the path is the body. That work answers `/again/N/late`.
/// - `/stream/N`: N pieces of 64 KiB.
/// - `/fail`: a stream that fails after a piece.
/// - `/block`: a stream whose second piece is made when it is cancelled.
/// - `/large/N`: N bytes, of known length.
/// - anything else: the path is the body.
final class TestApplication: Application {
    private let record: Record
    /// How often work for a path of `/again` has been ordered.
    private var asked: [String: Int] = [:]

    init(_ record: Record) { self.record = record }

    func opened() { record.opens.add(1, ordering: .sequentiallyConsistent) }

    func closed() { record.closes.add(1, ordering: .sequentiallyConsistent) }

    func respond(to request: Request, from peer: Peer) -> Answer {
        let path = request.target.path
        let parts = path.split(separator: "/")
        let number = parts.count > 1 ? Int(parts[1]) ?? 0 : 0
        switch parts.first {
        case "gate":
            return later(
                work: { [record] in
                    record.waitForGate()
                    return path == "/gate/stream"
                        ? record.stream(TestProducer(record, count: 1, end: .end(rows: 0))) : record.response(path)
                }, cancel: { [record] in record.cancels.add(1, ordering: .sequentiallyConsistent) })
        case "later":
            return later(work: { [record] in record.response(path) }, cancel: {})
        case "again":
            guard asked[path, default: 0] < number else {
                asked[path] = nil
                return .now(record.response(path))
            }
            asked[path, default: 0] += 1
            let isGated = parts.last == "gated"
            let late = parts.last == "late" ? record.response("late") : nil
            let inquiry = Inquiry(
                line: "",
                start: { [record] known in
                    {
                        if isGated { record.waitForGate() }
                        record.checks.add(1, ordering: .sequentiallyConsistent)
                        known(late)
                    }
                }, cancel: { [record] in record.cancels.add(1, ordering: .sequentiallyConsistent) })
            return .again(after: inquiry)
        case "stream":
            return .now(record.stream(TestProducer(record, count: number, end: .end(rows: 0))))
        case "fail":
            return .now(record.stream(TestProducer(record, count: 1, end: .failed)))
        case "block":
            return .now(record.stream(TestProducer(record, count: 1, end: nil)))
        case "large":
            var response = record.response(.bytes([UInt8](repeating: 0x78, count: number)))
            response.rows = 5
            return .now(response)
        default:
            return .now(record.response(path))
        }
    }

    private func later(
        work: @escaping @Sendable () -> Response, cancel: @escaping @Sendable () -> Void
    ) -> Answer {
        .later(
            LongWork(
                client: "client", run: { (_) in work() },
                refused: { (_) in Response(.serviceUnavailable, body: .bytes(Array("refused".utf8))) }, cancel: cancel)
        )
    }

    func refuse(_ error: RequestError, from peer: Peer) -> Response {
        Response(error.status, body: .bytes(Array(error.code.utf8)))
    }

    func finished(_ report: Report) { record.add(report) }

    func idle() { record.turns.add(1, ordering: .sequentiallyConsistent) }
}

/// Makes `count` pieces and then what `end` says; nil blocks until it is cancelled.
final class TestProducer: BodyProducer {
    private let record: Record
    private let count: Int
    private let last: Piece?
    private let made = Atomic(0)
    private let isCancelled = Atomic(false)

    init(_ record: Record, count: Int, end: Piece?) {
        self.record = record
        self.count = count
        last = end
    }

    func next(into buffer: inout [UInt8], _ turn: Turn) -> Piece {
        if made.add(1, ordering: .relaxed).oldValue == count {
            if let last { return last }
            record.waiting.add(1, ordering: .sequentiallyConsistent)
            while !isCancelled.load(ordering: .sequentiallyConsistent) { usleep(500) }
            return .failed
        }
        buffer += [UInt8](repeating: 0x70, count: TestProducer.pieceSize)
        record.pieces.add(1, ordering: .sequentiallyConsistent)
        return .more(rows: 1)
    }

    func cancel() {
        isCancelled.store(true, ordering: .sequentiallyConsistent)
        record.cancels.add(1, ordering: .sequentiallyConsistent)
    }

    func end() { record.ends.add(1, ordering: .sequentiallyConsistent) }

    static let pieceSize = 64 << 10
}
