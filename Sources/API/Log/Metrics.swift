import Birds
import HTTP
import Synchronization

/// What all loops have counted, as Prometheus reads it.
final class Metrics: Sendable {
    private let loops = Mutex<[LoopMetrics]>([])
    private let started: Int64

    /// - Parameter now: In seconds since 1970.
    init(now: Int64) { started = now }

    /// The counters of one more loop.
    func addLoop() -> LoopMetrics {
        let loop = LoopMetrics()
        loops.withLock { $0.append(loop) }
        return loop
    }

    /// The text format 0.0.4.
    /// - Parameters:
    ///   - generation: of the data that are served now.
    ///   - longAnswers: how many are under way.
    func text(generation: PublishedGeneration, longAnswers: Int) -> String {
        let loops = loops.withLock { $0 }
        func sum(_ index: Int) -> UInt64 { loops.reduce(0) { $0 &+ $1.value(index) } }
        var text = ""
        func begin(_ name: String, _ type: String, _ help: String) {
            text += "# HELP \(name) \(help)\n# TYPE \(name) \(type)\n"
        }
        begin("rookery_requests_total", "counter", "Answers, by resource and status.")
        for (route, name) in LoopMetrics.routes.enumerated() {
            for (status, code) in LoopMetrics.statuses.enumerated() {
                let count = sum(LoopMetrics.request(route, status))
                let label = code == 0 ? "other" : String(code)
                if count > 0 { text += "rookery_requests_total{route=\"\(name)\",status=\"\(label)\"} \(count)\n" }
            }
        }
        begin(
            "rookery_request_duration_seconds", "histogram",
            "From the first byte of a request to the last of its answer.")
        var count: UInt64 = 0
        for (index, bound) in LoopMetrics.bounds.enumerated() {
            count &+= sum(LoopMetrics.duration + index)
            let label = bound == .max ? "+Inf" : String(Double(bound) / 1e9)
            text += "rookery_request_duration_seconds_bucket{le=\"\(label)\"} \(count)\n"
        }
        text += "rookery_request_duration_seconds_sum \(Double(sum(LoopMetrics.nanoseconds)) / 1e9)\n"
        text += "rookery_request_duration_seconds_count \(count)\n"
        begin("rookery_response_body_bytes_total", "counter", "Bytes of bodies that were sent.")
        text += "rookery_response_body_bytes_total \(sum(LoopMetrics.bytes))\n"
        begin("rookery_connections_total", "counter", "Connections that were accepted.")
        text += "rookery_connections_total \(sum(LoopMetrics.opened))\n"
        begin("rookery_open_connections", "gauge", "Connections that are open.")
        text += "rookery_open_connections \(sum(LoopMetrics.opened) &- sum(LoopMetrics.closed))\n"
        begin(
            "rookery_query_duration_seconds", "summary",
            "Reading records, by where: at once on the loop, or on a worker what takes longer.")
        for (place, name) in ["loop", "worker"].enumerated() {
            let seconds = Double(sum(LoopMetrics.queryTime + place)) / 1e9
            text += "rookery_query_duration_seconds_sum{where=\"\(name)\"} \(seconds)\n"
            text += "rookery_query_duration_seconds_count{where=\"\(name)\"} \(sum(LoopMetrics.queries + place))\n"
        }
        begin("rookery_long_answers", "gauge", "Answers under way on workers, each with a connection to the database.")
        text += "rookery_long_answers \(longAnswers)\n"
        begin("rookery_cache_hits_total", "counter", "Answers 304: what the client had kept was still right.")
        text += "rookery_cache_hits_total \(cacheHits(sum))\n"
        begin("rookery_generation_info", "gauge", "The data that are served, new with every import.")
        text += "rookery_generation_info{id=\"\(generation.id)\"} 1\n"
        begin("rookery_generation_time_seconds", "gauge", "When they were imported, in seconds since 1970.")
        text += "rookery_generation_time_seconds \(generation.publishedAt)\n"
        begin("rookery_failed_logins_total", "counter", "Requests with a wrong password.")
        text += "rookery_failed_logins_total \(sum(LoopMetrics.failedLogins))\n"
        begin("process_start_time_seconds", "gauge", "When the server started, in seconds since 1970.")
        text += "process_start_time_seconds \(started)\n"
        return text
    }

    private func cacheHits(_ sum: (Int) -> UInt64) -> UInt64 {
        guard let status = LoopMetrics.statuses.firstIndex(of: Status.notModified.code) else { return 0 }
        return LoopMetrics.routes.indices.reduce(0) { $0 &+ sum(LoopMetrics.request($1, status)) }
    }
}

/// The counters of one loop, which its workers share: no lock, and no other loop writes to them.
final class LoopMetrics: Sendable {
    /// Room for `count` of them, as a test checks, and for a few more resources.
    private let counters: InlineArray<512, Atomic<UInt64>> = InlineArray { _ in Atomic(0) }

    /// Zero stands for any other.
    static let statuses = [200, 204, 304, 400, 401, 403, 404, 405, 406, 408, 413, 414, 417, 429, 431, 501, 503, 505, 0]
    /// By the raw values of resources. The last is for paths without a resource, and for requests that could not be read.
    static let routes = Resource.allCases.map(\.label) + ["none"]
    /// In nanoseconds.
    static let bounds: [UInt64] = [
        50_000, 100_000, 250_000, 500_000, 1_000_000, 2_500_000, 10_000_000, 50_000_000, 250_000_000, 1_000_000_000,
        10_000_000_000, .max,
    ]
    static let duration = routes.count * statuses.count
    static let nanoseconds = duration + bounds.count
    static let bytes = nanoseconds + 1
    static let failedLogins = bytes + 1
    static let opened = failedLogins + 1
    static let closed = opened + 1
    /// Of queries on the loop, and of those on workers behind it.
    static let queries = closed + 1
    static let queryTime = queries + 2
    static let count = queryTime + 2

    /// How many there is room for.
    var capacity: Int { counters.count }

    static func request(_ route: Int, _ status: Int) -> Int { route * statuses.count + status }

    /// - Parameter resource: nil where there was none.
    func answered(_ resource: Resource?, _ status: Status) {
        let index = LoopMetrics.statuses.firstIndex(of: status.code) ?? LoopMetrics.statuses.count - 1
        add(1, LoopMetrics.request(resource?.rawValue ?? LoopMetrics.routes.count - 1, index))
    }

    func loginFailed() { add(1, LoopMetrics.failedLogins) }

    func opened() { add(1, LoopMetrics.opened) }

    func closed() { add(1, LoopMetrics.closed) }

    /// A query has ended, or made the first piece of its answer.
    func queried(onWorker: Bool, nanoseconds: UInt64) {
        add(1, LoopMetrics.queries + (onWorker ? 1 : 0))
        add(nanoseconds, LoopMetrics.queryTime + (onWorker ? 1 : 0))
    }

    /// A query on a worker has made another piece of its answer.
    func wentOn(nanoseconds: UInt64) { add(nanoseconds, LoopMetrics.queryTime + 1) }

    func finished(_ report: Report) {
        let index = LoopMetrics.bounds.firstIndex { report.nanoseconds <= $0 } ?? LoopMetrics.bounds.count - 1
        add(1, LoopMetrics.duration + index)
        add(report.nanoseconds, LoopMetrics.nanoseconds)
        add(UInt64(clamping: report.bodyBytes), LoopMetrics.bytes)
    }

    func value(_ index: Int) -> UInt64 { counters[index].load(ordering: .relaxed) }

    private func add(_ number: UInt64, _ index: Int) { counters[index].wrappingAdd(number, ordering: .relaxed) }
}
