import HTTP
import Testing

@testable import Transport

@Suite struct TurnsTests {
    private var turns = Turns(Turns.Limits(begunOfOne: 2, begun: 4, waitingOfOne: 3, waiting: 5))
    private var order: UInt64 = 0

    private mutating func add(_ client: String, isQuery: Bool = true) -> (Job, Overload?) {
        let job = Job(for: client, isQuery: isQuery) { (_) in }
        order += 1
        job.order = order
        return (job, turns.add(job))
    }

    /// Takes the next step, which is expected to be one with a job.
    private mutating func next(mayBegin: Bool = true) throws -> Job {
        let step = turns.next(mayBegin: mayBegin)
        switch try #require(step) {
        case .begin(let job), .resume(let job): return job
        }
    }

    @Test mutating func theClientThatHasUsedLeastGoesNext() throws {
        _ = add("a")
        let first = try next()
        turns.end(first, used: 10)
        for client in ["a", "a", "b", "b", "c"] { _ = add(client) }
        var clients: [String] = []
        for used: UInt64 in [4, 30, 1, 1, 1] {
            let job = try next()
            clients.append(job.client)
            turns.end(job, used: used)
        }
        // Nobody else was there when `a` used 10, so all begin alike. Then `b` has used 30.
        #expect(clients == ["a", "b", "c", "a", "b"])
        #expect(turns.next(mayBegin: true) == nil)
    }

    @Test mutating func oneThatComesLateHasNoCreditAndOneThatComesAgainKeepsItsDebt() throws {
        for client in ["a", "a", "a", "b"] { _ = add(client) }
        let a = try next()
        turns.end(a, used: 100)
        let b = try next()
        _ = add("b")
        turns.end(b, used: 1000)
        // `a` has used 100 and `b` 1000. `c` begins with what `a` has.
        _ = add("c")
        let again = try next()
        #expect(again.client == "a")
        turns.end(again, used: 10)
        let c = try next()
        #expect(c.client == "c")
        turns.end(c, used: 5000)
        // It went away with a debt.
        _ = add("c")
        for client in ["a", "b", "c"] {
            let job = try next()
            #expect(job.client == client)
            turns.end(job, used: 1)
        }
    }

    @Test mutating func ofOneClientTheJobThatHasUsedLeastGoesNext() throws {
        let (long, _) = add("a")
        #expect(try next() === long)
        #expect(!turns.shouldPause(long, used: 50, mayBegin: true))
        let (short, _) = add("a")
        #expect(!turns.shouldPause(long, used: 50, mayBegin: false))
        #expect(turns.shouldPause(long, used: 50, mayBegin: true))
        turns.pause(long, used: 50)
        #expect(try next() === short)
        // A third may not begin before one of them has ended.
        let (third, _) = add("a")
        #expect(!turns.shouldPause(short, used: 49, mayBegin: true))
        #expect(turns.shouldPause(short, used: 51, mayBegin: true))
        turns.pause(short, used: 60)
        #expect(try next() === long)
        turns.end(long, used: 1)
        #expect(try next() === third)
        turns.end(third, used: 1)
        #expect(try next() === short)
    }

    /// What ends an answer is never refused, and waits for no query to end.
    @Test mutating func queriesThatBeginAndWaitAreBounded() throws {
        #expect((0..<3).map { (_) in add("a").1 } == [nil, nil, nil])
        #expect(add("a").1 == .ofClient)
        #expect((0..<2).map { (_) in add("b").1 } == [nil, nil])
        #expect(add("c").1 == .ofServer)
        #expect(add("a", isQuery: false).1 == nil)
        var begun: [String: Int] = [:]
        var jobs: [Job] = []
        while let step = turns.next(mayBegin: true) {
            guard case .begin(let job) = step else { continue }
            begun[job.client + (job.isQuery ? "" : "'"), default: 0] += 1
            jobs.append(job)
        }
        #expect(begun == ["a": 2, "b": 2, "a'": 1])
        #expect(add("c").1 == nil && turns.next(mayBegin: true) == nil)
        turns.end(try #require(jobs.first { $0.client == "b" }), used: 1)
        #expect(try next().client == "c")
    }

    @Test mutating func whatIsCancelledIsGone() throws {
        let (waiting, _) = add("a")
        #expect(turns.cancel(waiting) == .waited)
        #expect(turns.next(mayBegin: true) == nil && turns.waiting == 0)
        let (paused, _) = add("a")
        #expect(try next() === paused)
        #expect(turns.cancel(paused) == .other)
        turns.pause(paused, used: 1)
        #expect(turns.cancel(paused) == .paused)
        #expect(turns.next(mayBegin: true) == nil)
        turns.end(paused, used: 1)
        #expect(turns.cancel(paused) == .other)
    }

    /// However jobs come and go, each gets its turns, and clients that always want something get the same time.
    @Test(arguments: 0..<20 as Range<UInt64>) mutating func sharesAreFair(seed: UInt64) throws {
        var random = Generator(state: seed)
        var time: [String: UInt64] = [:]
        for client in ["a", "b", "c"] {
            for _ in 0..<(client == "a" ? 3 : 1) { _ = add(client) }
        }
        var total: UInt64 = 0
        while total < 100_000 {
            let job = try next()
            let used = UInt64.random(in: 1...100, using: &random)
            total += used
            time[job.client, default: 0] += used
            switch Int.random(in: 0..<3, using: &random) {
            case 0:
                turns.end(job, used: used)
                _ = add(job.client)
            default: turns.pause(job, used: used)
            }
        }
        for (_, used) in time { #expect(used > 30_000 && used < 37_000) }
    }
}
