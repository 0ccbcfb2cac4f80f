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
        for number in 0..<5_000 { pool.submit { done.add(number) } }
        try eventually("all jobs are done") { done.all.count == 5_000 }
        pool.stop(patience: .seconds(10))
        #expect(done.all.sorted() == Array(0..<5_000))
        if threads == 1 { #expect(done.all == Array(0..<5_000)) }
    }

    /// Each line has a turn before the first one has its next.
    @Test func linesTakeTurns() throws {
        let pool = try WorkerPool(threads: 1)
        let (done, gate) = (Done(), Record())
        pool.submit({ gate.waitForGate() }, line: "first")
        try eventually("the first job runs") { gate.waiting.load(ordering: .sequentiallyConsistent) == 1 }
        for number in 0..<3_000 { pool.submit({ done.add(number) }, line: "a") }
        for number in 3_000..<3_003 { pool.submit({ done.add(number) }, line: "b") }
        pool.submit({ done.add(3_003) }, line: "c")
        gate.gate.store(true, ordering: .sequentiallyConsistent)
        try eventually("all jobs are done") { done.all.count == 3_004 }
        pool.stop(patience: .seconds(10))
        #expect(done.all.prefix(8) == [0, 3_000, 3_003, 1, 3_001, 2, 3_002, 3])
        #expect(done.all.dropFirst(7) == Array(3..<3_000)[...])
    }

    @Test func stoppingDropsWhatHasNotBegun() throws {
        let pool = try WorkerPool(threads: 1)
        let done = Done()
        let isOpen = Record()
        pool.submit {
            isOpen.waitForGate()
            done.add(0)
        }
        try eventually("the first job runs") { isOpen.waiting.load(ordering: .sequentiallyConsistent) == 1 }
        pool.submit { done.add(1) }
        pool.stop(patience: .milliseconds(1))
        pool.submit { done.add(2) }
        isOpen.gate.store(true, ordering: .sequentiallyConsistent)
        pool.stop(patience: .seconds(10))
        #expect(done.all == [0])
    }
}
