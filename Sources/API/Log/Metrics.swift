import Birds
import FileSystem
import HTTP
import Synchronization

/// The counters of all loops, in the text format of Prometheus.
///
/// The lock guards only the list of loops. Counting takes none: each loop has its own counters, and the sums are made
/// when `/metrics` is read. The number of series is fixed, since no label contains text of a request.
final class Metrics: Sendable {
    private let loops = Mutex<[LoopMetrics]>([])
    private let started: Int64
    private let workload: Workload
    private let memory: AnswerMemory
    private let logs: [LogOutput]

    /// - Parameters:
    ///   - now: The wall clock, in seconds since 1970.
    ///   - workload: What waits for the workers.
    ///   - memory: What sorts and summaries hold.
    ///   - logs: The outputs whose lost lines count.
    init(now: Int64, workload: Workload, memory: AnswerMemory, logs: [LogOutput]) {
        (started, self.workload, self.memory, self.logs) = (now, workload, memory, logs)
    }

    /// Adds the counters of one more loop and returns them.
    func addLoop() -> LoopMetrics {
        let loop = LoopMetrics()
        loops.withLock { $0.append(loop) }
        return loop
    }

    /// All metrics in Prometheus' text format 0.0.4. Durations are in seconds and sizes in bytes, as its conventions
    /// ask.
    /// - Parameters:
    ///   - revision: Of what the reader may see.
    ///   - longAnswers: The number of long answers under way.
    ///   - hasDurations: Whether to tell how long answers took. Whoever may not see all records could measure with them
    ///     what a query had to pass over.
    func text(revision: Revision, longAnswers: Int, hasDurations: Bool) -> String {
        let loops = loops.withLock { $0 }
        func sum(_ index: Int) -> UInt64 { loops.reduce(0) { $0 &+ $1.value(index) } }
        var text = ""
        func begin(_ name: String, _ type: String, _ help: String) { text += Self.head(name, type, help) }
        // Series that never counted anything are left out: most pairs of resource and status never occur.
        begin("rookery_requests_total", "counter", "Answers, by resource and status.")
        for (route, name) in LoopMetrics.routes.enumerated() {
            for (status, code) in LoopMetrics.statuses.enumerated() {
                let count = sum(LoopMetrics.request(route, status))
                let label = code == 0 ? "other" : String(code)
                if count > 0 { text += "rookery_requests_total{route=\"\(name)\",status=\"\(label)\"} \(count)\n" }
            }
        }
        if hasDurations { text += requestDurations(sum) }
        begin("rookery_response_body_bytes_total", "counter", "Bytes of response bodies sent.")
        text += "rookery_response_body_bytes_total \(sum(LoopMetrics.bytes))\n"
        begin("rookery_connections_total", "counter", "Connections accepted.")
        text += "rookery_connections_total \(sum(LoopMetrics.opened))\n"
        begin("rookery_open_connections", "gauge", "Connections that are open.")
        text += "rookery_open_connections \(sum(LoopMetrics.opened) &- sum(LoopMetrics.closed))\n"
        if hasDurations { text += queryDurations(sum) }
        begin("rookery_long_answers", "gauge", "Answers under way on workers, each with a connection to the database.")
        text += "rookery_long_answers \(longAnswers)\n"
        begin("rookery_waiting_queries", "gauge", "Queries that wait for a worker.")
        text += "rookery_waiting_queries \(workload.waiting)\n"
        if hasDurations {
            begin("rookery_query_wait_seconds", "summary", "How long queries waited for a worker.")
            text += "rookery_query_wait_seconds_sum \(Double(workload.waited) / 1e9)\n"
            text += "rookery_query_wait_seconds_count \(workload.begun)\n"
        }
        begin("rookery_answer_memory_bytes", "gauge", "Memory that sorts and summaries hold.")
        text += "rookery_answer_memory_bytes \(memory.count)\n"
        begin(
            "rookery_refused_total", "counter",
            "Requests that were refused because of a limit, by its code and the resource.")
        for (reason, code) in LoopMetrics.reasons.enumerated() {
            for (route, name) in LoopMetrics.routes.enumerated() {
                let count = sum(LoopMetrics.refusal(route, reason))
                if count > 0 { text += "rookery_refused_total{reason=\"\(code)\",route=\"\(name)\"} \(count)\n" }
            }
        }
        begin(
            "rookery_log_lines_lost_total", "counter", "Lines of logs that could not be written, or that nobody read.")
        text += "rookery_log_lines_lost_total \(logs.reduce(0) { $0 &+ $1.lost })\n"
        begin("rookery_cache_hits_total", "counter", "304 answers: the client's copy was still current.")
        text += "rookery_cache_hits_total \(cacheHits(sum))\n"
        begin(
            "rookery_generation_info", "gauge", "The generation of the data being served; it changes with each import.")
        text += "rookery_generation_info{id=\"\(revision.id)\"} 1\n"
        begin(
            "rookery_generation_time_seconds", "gauge",
            "When the data being served was imported, in seconds since 1970.")
        text += "rookery_generation_time_seconds \(revision.changedAt)\n"
        begin("rookery_failed_logins_total", "counter", "Failed logins, each with a line in the log.")
        text += "rookery_failed_logins_total \(sum(LoopMetrics.failedLogins))\n"
        begin("process_start_time_seconds", "gauge", "When the server started, in seconds since 1970.")
        text += "process_start_time_seconds \(started)\n"
        return text
    }

    private static func head(_ name: String, _ type: String, _ help: String) -> String {
        "# HELP \(name) \(help)\n# TYPE \(name) \(type)\n"
    }

    private func requestDurations(_ sum: (Int) -> UInt64) -> String {
        var text = Self.head(
            "rookery_request_duration_seconds", "histogram",
            "Time from the first byte of a request to the last byte of its answer.")
        // A bucket of Prometheus counts everything up to its bound, so the counts are added up.
        var count: UInt64 = 0
        for (index, bound) in LoopMetrics.bounds.enumerated() {
            count &+= sum(LoopMetrics.duration + index)
            let label = bound == .max ? "+Inf" : String(Double(bound) / 1e9)
            text += "rookery_request_duration_seconds_bucket{le=\"\(label)\"} \(count)\n"
        }
        text += "rookery_request_duration_seconds_sum \(Double(sum(LoopMetrics.nanoseconds)) / 1e9)\n"
        return text + "rookery_request_duration_seconds_count \(count)\n"
    }

    private func queryDurations(_ sum: (Int) -> UInt64) -> String {
        var text = Self.head(
            "rookery_query_duration_seconds", "summary",
            "Time spent reading records, on the loop or, for longer queries, on a worker.")
        for (index, name) in ["loop", "worker"].enumerated() {
            let seconds = Double(sum(LoopMetrics.queryTime + index)) / 1e9
            text += "rookery_query_duration_seconds_sum{where=\"\(name)\"} \(seconds)\n"
            text += "rookery_query_duration_seconds_count{where=\"\(name)\"} \(sum(LoopMetrics.queries + index))\n"
        }
        return text
    }

    private func cacheHits(_ sum: (Int) -> UInt64) -> UInt64 {
        guard let status = LoopMetrics.statuses.firstIndex(of: Status.notModified.code) else { return 0 }
        return LoopMetrics.routes.indices.reduce(0) { $0 &+ sum(LoopMetrics.request($1, status)) }
    }
}

/// The counters of one loop. The loop and the workers that work for it add to them without a lock; any thread may read
/// them. Each counter is exact, but several read together may be of slightly different moments.
final class LoopMetrics: Sendable {
    /// The length must be a literal. A test checks that `count` counters fit; there is room for a few more resources.
    private let counters: InlineArray<1024, Atomic<UInt64>> = InlineArray { _ in Atomic(0) }

    /// The statuses that are counted by code. The last, zero, stands for any other.
    static let statuses = [200, 204, 304, 400, 401, 403, 404, 405, 406, 408, 413, 414, 417, 429, 431, 501, 503, 505, 0]
    /// Labels, indexed by the raw values of resources. The last is for paths without a resource, and for requests that
    /// could not be read.
    static let routes = Resource.allCases.map(\.label) + ["none"]
    /// The upper bounds of the histogram's buckets, in nanoseconds. The usual query takes some 10 µs and the longest
    /// seconds.
    static let bounds: [UInt64] = [
        50_000, 100_000, 250_000, 500_000, 1_000_000, 2_500_000, 10_000_000, 50_000_000, 250_000_000, 1_000_000_000,
        10_000_000_000, .max,
    ]
    // The layout of the counters: indices of single ones, or of the first of several.
    static let duration = routes.count * statuses.count
    static let nanoseconds = duration + bounds.count
    static let bytes = nanoseconds + 1
    static let failedLogins = bytes + 1
    static let opened = failedLogins + 1
    static let closed = opened + 1
    /// Two counters each, for queries on the loop and for queries on workers.
    static let queries = closed + 1
    static let queryTime = queries + 2
    static let refusals = queryTime + 2
    static let count = refusals + reasons.count * routes.count

    /// The codes of errors that tell which limit has been reached.
    static let reasons = [
        "too-many-queries", "queue-full", "too-many-answers", "too-busy", "out-of-memory", "query-too-long",
        "too-many-failures", "busy-with-logins", "too-many-connections",
    ]

    /// The index of the counter for a route and a reason, each given by its index.
    static func refusal(_ route: Int, _ reason: Int) -> Int { refusals + reason * routes.count + route }

    /// The number of counters that there is room for.
    var capacity: Int { counters.count }

    /// The index of the counter for a route and a status, each given by its index.
    static func request(_ route: Int, _ status: Int) -> Int { route * statuses.count + status }

    /// Counts an answer when it is made, whether or not it reaches the client.
    /// - Parameter resource: Nil if the path names no resource.
    func answered(_ resource: Resource?, _ response: Response) {
        let route = resource?.rawValue ?? LoopMetrics.routes.count - 1
        let index = LoopMetrics.statuses.firstIndex(of: response.status.code) ?? LoopMetrics.statuses.count - 1
        add(1, LoopMetrics.request(route, index))
        if let code = response.code, let reason = LoopMetrics.reasons.firstIndex(of: code) {
            add(1, LoopMetrics.refusal(route, reason))
        }
    }

    func loginFailed() { add(1, LoopMetrics.failedLogins) }

    func opened() { add(1, LoopMetrics.opened) }

    func closed() { add(1, LoopMetrics.closed) }

    /// Counts a query that has ended, or has made the first piece of its answer.
    func queried(onWorker: Bool, nanoseconds: UInt64) {
        add(1, LoopMetrics.queries + (onWorker ? 1 : 0))
        add(nanoseconds, LoopMetrics.queryTime + (onWorker ? 1 : 0))
    }

    /// Adds the time for a further piece of an answer, whose query has already been counted.
    func wentOn(nanoseconds: UInt64) { add(nanoseconds, LoopMetrics.queryTime + 1) }

    /// Counts an answer that has been sent or given up.
    func finished(_ report: Report) {
        let index = LoopMetrics.bounds.firstIndex { report.nanoseconds <= $0 } ?? LoopMetrics.bounds.count - 1
        add(1, LoopMetrics.duration + index)
        add(report.nanoseconds, LoopMetrics.nanoseconds)
        add(UInt64(clamping: report.bodyBytes), LoopMetrics.bytes)
    }

    func value(_ index: Int) -> UInt64 { counters[index].load(ordering: .relaxed) }

    // Relaxed: counters order nothing else.
    private func add(_ number: UInt64, _ index: Int) { counters[index].wrappingAdd(number, ordering: .relaxed) }
}
