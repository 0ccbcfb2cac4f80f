import Testing

@testable import Transport

@Suite struct TakingPaceTests {
    private static let second: UInt64 = 1_000_000_000

    /// A client, and the bytes that the kernel holds for it.
    private struct Client {
        var pace: TakingPace
        var now: UInt64 = 5_000_000_000
        var untaken = 1_000_000

        init(_ change: (inout ServerConfiguration) -> Void = { _ in }) {
            var configuration = ServerConfiguration()
            change(&configuration)
            pace = TakingPace(configuration)
            pace.begin(untaken: untaken, now: now)
        }

        /// Takes some bytes in some seconds, and tells whether that is too slow.
        mutating func take(_ bytes: Int, in seconds: UInt64) -> Bool {
            now += seconds * TakingPaceTests.second
            untaken -= bytes
            return pace.isTooSlow(untaken: untaken, now: now)
        }
    }

    @Test func whoTakesNothingForThePatienceIsTooSlow() {
        var client = Client()
        let verdicts = [client.take(0, in: 29), client.take(0, in: 1)]
        #expect(verdicts == [false, true])
    }

    @Test func whoTakesAByteHasMoreTime() {
        var client = Client { $0.writeRate = 0 }
        let verdicts = (0..<100).map { _ in client.take(1, in: 30) }
        #expect(!verdicts.contains(true))
    }

    @Test(arguments: [(999, true), (1000, false)])
    func theRateOfAMinuteDecides(rate: Int, isTooSlow: Bool) {
        var client = Client()
        let verdicts = [client.take(rate * 60 - 1, in: 30), client.take(1, in: 30)]
        #expect(verdicts == [false, isTooSlow])
    }

    /// What was taken in one minute counts in no other.
    @Test func eachMinuteCounts() {
        var client = Client()
        let first = [client.take(500_000, in: 20), client.take(1, in: 20), client.take(1, in: 20)]
        let second = [client.take(10_000, in: 20), client.take(10_000, in: 20), client.take(10_000, in: 20)]
        #expect(first == [false, false, false] && second == [false, false, true])
    }

    /// Between two blocks the answer is made, and that may take long.
    @Test func theTimeBetweenTwoBlocksDoesNotCount() {
        var client = Client()
        for _ in 0..<50 {
            let isTooSlow = client.take(30_000, in: 20)
            #expect(!isTooSlow)
            client.now += 600 * Self.second
            client.untaken = 1_000_000
            client.pace.begin(untaken: client.untaken, now: client.now)
        }
    }

    @Test func aKernelThatCanNotSayCountsAsTakingNothing() {
        var pace = TakingPace(ServerConfiguration())
        pace.begin(untaken: .max, now: 0)
        let verdicts = [10, 20, 30].map { pace.isTooSlow(untaken: .max, now: $0 * Self.second) }
        #expect(verdicts == [false, false, true])
    }

    @Test(arguments: [(1, 1_000), (30, 30_000), (45, 22_500), (60, 30_000), (300, 30_000), (301, 27_363)])
    func looksAreAtMostHalfAMinuteApart(patience: Int, milliseconds: UInt64) {
        var configuration = ServerConfiguration()
        configuration.writeTimeout = .seconds(patience)
        #expect(TakingPace.interval(configuration) / 1_000_000 == milliseconds)
    }
}
