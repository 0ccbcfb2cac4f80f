import Glibc
import Synchronization
import Testing

@testable import Transport

@Suite struct WorkerPoolTests {
    /// The numbers of the jobs that were done, in the order in which they ended.
    private final class Done: Sendable {
        private let numbers = Mutex<[Int]>([])
        var all: [Int] { numbers.withLock { $0 } }
        func add(_ number: Int) { numbers.withLock { $0.append(number) } }
    }

    @Test(arguments: [1, 4])
    func everyJobIsDoneOnce(threads: Int) throws {
        let pool = try WorkerPool(threads: threads)
        let done = Done()
        for number in 0..<5_000 { _ = pool.submit(Job(for: "a") { (_) in done.add(number) }) }
        try eventually("all jobs are done") { done.all.count == 5_000 }
        pool.stop(patience: .seconds(10))
        #expect(done.all.sorted() == Array(0..<5_000))
        if threads == 1 { #expect(done.all == Array(0..<5_000)) }
    }

    /// A query that goes on for ever lets all others go first, those of its own client too.
    @Test(arguments: ["a", "b"])
    func aLongJobGivesWay(client: String) throws {
        let pool = try WorkerPool(threads: 1)
        let (done, over) = (Done(), Flag())
        let long = Job(for: "a", isQuery: true) { job in
            while !over.isSet { pool.giveWay(job) }
            done.add(0)
        }
        #expect(pool.submit(long) == nil)
        for number in 1...100 {
            #expect(pool.submit(Job(for: client, isQuery: true) { (_) in done.add(number) }) == nil)
            try eventually("a short job is done") { done.all.count == number }
        }
        over.set()
        try eventually("the long job is done") { done.all.count == 101 }
        #expect(done.all == Array(1...100) + [0])
        pool.stop(patience: .seconds(10))
    }

    /// Two clients have the same share, however much one of them asks for.
    @Test func clientsShare() throws {
        let pool = try WorkerPool(threads: 1)
        let over = Flag()
        let counts = [Atomics(), Atomics()]
        for (client, jobs) in [(0, 8), (1, 1)] {
            for _ in 0..<jobs {
                let count = counts[client]
                let job = Job(for: "\(client)", isQuery: true) { job in
                    while !over.isSet {
                        count.add()
                        usleep(100)
                        pool.giveWay(job)
                    }
                }
                #expect(pool.submit(job) == nil)
            }
        }
        try eventually("they have had some turns") { counts[0].value + counts[1].value > 4_000 }
        over.set()
        pool.stop(patience: .seconds(10))
        let share = Double(counts[1].value) / Double(counts[0].value + counts[1].value)
        #expect(share > 0.25 && share < 0.75)
    }

    @Test func aCancelledJobNeverBegins() throws {
        let pool = try WorkerPool(threads: 1)
        let (done, gate) = (Done(), Record())
        _ = pool.submit(Job(for: "a") { (_) in gate.waitForGate() })
        try eventually("the first job runs") { gate.waiting.load(ordering: .sequentiallyConsistent) == 1 }
        let job = Job(for: "a", isQuery: true, dropped: { done.add(7) }, run: { (_) in done.add(1) })
        #expect(pool.submit(job) == nil)
        pool.cancel(job)
        #expect(done.all == [7])
        gate.gate.store(true, ordering: .sequentiallyConsistent)
        pool.stop(patience: .seconds(10))
        #expect(done.all == [7])
    }

    /// One that is paused goes on although others have a turn, so that it can end.
    @Test func aCancelledJobThatIsPausedGoesOn() throws {
        let pool = try WorkerPool(threads: 1)
        let (isCancelled, over, isPaused, done) = (Flag(), Flag(), Flag(), Done())
        let paused = Job(for: "a", isQuery: true) { job in
            while !isCancelled.isSet { pool.giveWay(job) }
            done.add(1)
        }
        #expect(pool.submit(paused) == nil)
        let other = Job(for: "b", isQuery: true) { (_) in
            isPaused.set()
            while !over.isSet { usleep(100) }
            done.add(2)
        }
        #expect(pool.submit(other) == nil)
        try eventually("the first one is paused") { isPaused.isSet }
        isCancelled.set()
        pool.cancel(paused)
        try eventually("it ends") { done.all == [1] }
        over.set()
        pool.stop(patience: .seconds(10))
        #expect(done.all == [1, 2])
    }

    @Test func stoppingDropsWhatHasNotBegun() throws {
        let pool = try WorkerPool(threads: 1)
        let done = Done()
        let isOpen = Record()
        _ = pool.submit(
            Job(for: "a") { (_) in
                isOpen.waitForGate()
                done.add(0)
            })
        try eventually("the first job runs") { isOpen.waiting.load(ordering: .sequentiallyConsistent) == 1 }
        _ = pool.submit(Job(for: "a") { (_) in done.add(1) })
        pool.stop(patience: .milliseconds(1))
        _ = pool.submit(Job(for: "a") { (_) in done.add(2) })
        isOpen.gate.store(true, ordering: .sequentiallyConsistent)
        pool.stop(patience: .seconds(10))
        #expect(done.all == [0])
    }

    /// Paused jobs have a turn again when the pool stops, and none of them gives way any more.
    @Test func stoppingWaitsForWhatIsPaused() throws {
        let pool = try WorkerPool(threads: 1)
        let (over, done) = (Flag(), Done())
        for number in 0..<3 {
            let job = Job(for: "\(number)", isQuery: true) { job in
                while !over.isSet {
                    usleep(100)
                    pool.giveWay(job)
                }
                done.add(number)
            }
            #expect(pool.submit(job) == nil)
        }
        usleep(30_000)
        pool.stop(patience: .milliseconds(1))
        over.set()
        pool.stop(patience: .seconds(10))
        #expect(done.all.sorted() == [0, 1, 2])
    }

    private final class Flag: Sendable {
        private let value = Atomic(false)
        var isSet: Bool { value.load(ordering: .sequentiallyConsistent) }
        func set() { value.store(true, ordering: .sequentiallyConsistent) }
    }

    private final class Atomics: Sendable {
        private let count = Atomic(0)
        var value: Int { count.load(ordering: .relaxed) }
        func add() { count.add(1, ordering: .relaxed) }
    }
}
