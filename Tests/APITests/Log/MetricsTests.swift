import HTTP
import Testing

@testable import API

@Suite struct MetricsTests {
    @Test func eachCounterHasItsPlace() {
        let metrics = LoopMetrics()
        #expect(LoopMetrics.count <= metrics.capacity)
        for route in LoopMetrics.routes.indices {
            for status in LoopMetrics.statuses.indices {
                #expect(metrics.value(LoopMetrics.request(route, status)) == 0)
            }
        }
        metrics.queried(onWorker: true, nanoseconds: 7)
        #expect(metrics.value(LoopMetrics.refusals - 1) == 7)
        var response = Response(.serviceUnavailable)
        response.code = LoopMetrics.reasons.last
        metrics.answered(nil, response)
        #expect(metrics.value(LoopMetrics.count - 1) == 1)
    }

    @Test(arguments: [(0, 0), (50_000, 0), (50_001, 1), (10_000_000_000, 10), (10_000_000_001, 11), (.max, 11)])
    func aDurationUpToABoundIsCountedThere(nanoseconds: UInt64, bucket: Int) {
        let metrics = LoopMetrics()
        metrics.finished(
            Report(
                request: nil, peer: Peer(address: "::1"), status: .ok, user: nil, requestID: nil, bodyBytes: 0,
                nanoseconds: nanoseconds, complete: true))
        let counts = LoopMetrics.bounds.indices.map { metrics.value(LoopMetrics.duration + $0) }
        #expect(counts == LoopMetrics.bounds.indices.map { $0 == bucket ? 1 : 0 })
        #expect(metrics.value(LoopMetrics.nanoseconds) == nanoseconds)
    }

    @Test func queriesAreCountedWhereTheyWere() {
        let metrics = LoopMetrics()
        metrics.queried(onWorker: false, nanoseconds: 5)
        metrics.queried(onWorker: true, nanoseconds: 70)
        metrics.queried(onWorker: true, nanoseconds: 200)
        metrics.wentOn(nanoseconds: 1_000)
        #expect((0..<2).map { metrics.value(LoopMetrics.queries + $0) } == [1, 2])
        #expect((0..<2).map { metrics.value(LoopMetrics.queryTime + $0) } == [5, 1_270])
    }

    /// An answer that a worker made counts once it is made.
    @Test func answersOfWorkersAreCounted() throws {
        let fixture = try ServiceFixture()
        let service = try fixture.service(loopBudget: 0)
        func ask(_ target: String) throws -> Response {
            let request = try parse("GET \(target) HTTP/1.1\r\nHost: x\r\nPassword: mumble\r\n\r\n")
            switch service.respond(to: request, from: Peer(address: "::1")) {
            case .now(let response): return response
            case .later(let work):
                #expect(target != "/metrics")
                return work.run(.alone)
            case .again: throw UnexpectedAnswer()
            }
        }
        for target in ["/", "/species/stejay", "/species/none", "/"] { _ = try ask(target) }
        let lines = try ask("/metrics").text.split(separator: "\n")
        for line in [
            "rookery_requests_total{route=\"observations\",status=\"200\"} 2",
            "rookery_requests_total{route=\"one_species\",status=\"200\"} 1",
            "rookery_requests_total{route=\"one_species\",status=\"404\"} 1",
            "rookery_query_duration_seconds_count{where=\"worker\"} 4",
        ] { #expect(lines.contains { $0 == line }, "\(line)") }
    }

    @Test func countsAnswersAndFailedLogins() throws {
        let fixture = try ServiceFixture()
        _ = try fixture.get("/")
        _ = try fixture.get("/observations.csv")
        _ = try fixture.get("/nothing")
        for _ in 0..<3 { fixture.service.opened() }
        fixture.service.closed()
        _ = try fixture.get("/", fields: "Password: mumble\r\nIf-None-Match: *\r\n")
        _ = try fixture.get("/", fields: "Password: wrong\r\n")
        // marlyn:wrong
        _ = try fixture.get("/", fields: "Authorization: Basic bWFybHluOndyb25n\r\n")
        // Neither of these is a wrong password.
        _ = try fixture.get("/", fields: "")
        _ = try fixture.get("/", fields: "Authorization: Basic !\r\n")
        fixture.service.finished(
            Report(
                request: nil, peer: Peer(address: "::1"), status: .ok, user: nil, requestID: nil, bodyBytes: 7,
                nanoseconds: 200_000, complete: true))
        let response = try fixture.get("/metrics")
        #expect(response.fields[.contentType] == "text/plain; version=0.0.4; charset=utf-8")
        let lines = response.text.split(separator: "\n")
        for line in [
            "rookery_requests_total{route=\"observations\",status=\"200\"} 2",
            "rookery_requests_total{route=\"none\",status=\"401\"} 2",
            "rookery_requests_total{route=\"none\",status=\"403\"} 1", "rookery_log_lines_lost_total 0",
            "rookery_waiting_queries 0", "rookery_query_wait_seconds_count 0", "rookery_answer_memory_bytes 0",
            "rookery_requests_total{route=\"observations\",status=\"304\"} 1", "rookery_cache_hits_total 1",
            "rookery_connections_total 3", "rookery_open_connections 2",
            "rookery_query_duration_seconds_count{where=\"loop\"} 3",
            "rookery_query_duration_seconds_count{where=\"worker\"} 0", "rookery_long_answers 0",
            "rookery_requests_total{route=\"none\",status=\"404\"} 1", "rookery_failed_logins_total 2",
            "rookery_response_body_bytes_total 7", "rookery_request_duration_seconds_bucket{le=\"0.0001\"} 0",
            "rookery_request_duration_seconds_bucket{le=\"0.00025\"} 1",
            "rookery_request_duration_seconds_bucket{le=\"+Inf\"} 1", "rookery_request_duration_seconds_count 1",
        ] { #expect(lines.contains { $0 == line }) }
        #expect(try fixture.get("/metrics", fields: "").status == .unauthorized)
    }
}
