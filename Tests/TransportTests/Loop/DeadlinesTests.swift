import Testing

@testable import Transport

@Suite struct DeadlinesTests {
    private func make(slots: Int) -> Deadlines {
        var deadlines = Deadlines { $0 == .idle ? 100 : 10 }
        for _ in 0..<slots { deadlines.addSlot() }
        return deadlines
    }

    private func expired(_ deadlines: inout Deadlines, now: UInt64) -> [Int] {
        var slots: [Int] = []
        while let (slot, _) = deadlines.takeExpired(now: now) { slots.append(slot) }
        return slots
    }

    @Test func noneIsDueBeforeItsTime() {
        var deadlines = make(slots: 3)
        #expect(deadlines.next == nil)
        deadlines.set(.idle, for: 0, now: 0)
        deadlines.set(.head, for: 1, now: 5)
        deadlines.set(.head, for: 2, now: 6)
        #expect(deadlines.next == 15)
        #expect(expired(&deadlines, now: 14) == [])
        #expect(expired(&deadlines, now: 15) == [1])
        #expect(deadlines.next == 16)
        #expect(expired(&deadlines, now: 100).sorted() == [0, 2])
        #expect(deadlines.next == nil)
    }

    @Test(arguments: [0, 1, 2])
    func aDeadlineMovesToTheEndOfItsPhase(moved: Int) {
        var deadlines = make(slots: 3)
        for slot in 0..<3 { deadlines.set(.head, for: slot, now: UInt64(slot)) }
        deadlines.set(.head, for: moved, now: 8)
        #expect(expired(&deadlines, now: 12) == [0, 1, 2].filter { $0 != moved })
        #expect(expired(&deadlines, now: 18) == [moved])
    }

    @Test(arguments: [0, 1, 2])
    func aDeadlineCanBeClearedAnywhereInItsList(cleared: Int) {
        var deadlines = make(slots: 3)
        for slot in 0..<3 { deadlines.set(.write, for: slot, now: 0) }
        deadlines.clear(cleared)
        deadlines.clear(cleared)
        #expect(deadlines.phase(of: cleared) == nil)
        #expect(expired(&deadlines, now: 10) == [0, 1, 2].filter { $0 != cleared })
    }

    @Test func aSlotHasOneDeadlineAtATime() {
        var deadlines = make(slots: 1)
        deadlines.set(.idle, for: 0, now: 0)
        deadlines.set(.body, for: 0, now: 0)
        #expect(deadlines.phase(of: 0) == .body)
        #expect(expired(&deadlines, now: 1_000) == [0])
    }
}
