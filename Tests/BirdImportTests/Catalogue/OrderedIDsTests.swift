import Birds
import Testing

@testable import BirdImport
@testable import Fixtures

@Suite struct OrderedIDsTests {
    @Test func spreadsFirstIDsEvenly() throws {
        let assignment = try #require(OrderedIDs.assign(existing: [], ranks: [0, 0, 0]))
        #expect(assignment.new == [536_870_912, 1_073_741_824, 1_610_612_736])
        #expect(assignment.renumbered == nil)
    }

    @Test func putsNewIDsIntoGaps() throws {
        let assignment = try #require(OrderedIDs.assign(existing: [100, 200, 300], ranks: [0, 1, 1, 3]))
        #expect(assignment.renumbered == nil)
        #expect(assignment.new[0] < 100)
        #expect(assignment.new[1] > 100 && assignment.new[1] < assignment.new[2] && assignment.new[2] < 200)
        #expect(assignment.new[3] > 300)
    }

    @Test func renumbersAllIfAGapIsTooNarrow() throws {
        let assignment = try #require(OrderedIDs.assign(existing: [5, 6, 9], ranks: [1, 2]))
        let old = try #require(assignment.renumbered)
        let order = [old[0], assignment.new[0], old[1], assignment.new[1], old[2]]
        #expect(order == order.sorted() && Set(order).count == 5)
        #expect(order[0] > 0 && order[4] <= OrderedIDs.last)
    }

    /// However many of them follow one another.
    @Test func givesNoIDThatIsTaken() throws {
        for count: Int64 in 0...4 {
            let taken = Set((0..<count).map { 15 + $0 })
            let assignment = try #require(OrderedIDs.assign(existing: [10, 20], ranks: [1], taken: taken))
            #expect(assignment == OrderedIDs.Assignment(new: [15 + count], renumbered: nil))
        }
        // No room is left above the middle.
        let full = try #require(OrderedIDs.assign(existing: [10, 20], ranks: [1], taken: Set(15...19)))
        #expect(full.renumbered?.count == 2 && !(15...19).contains(full.new[0]))
    }

    @Test func staysInOrderWhateverTheOrderOfKeys() throws {
        var random = SplitMix(state: 3)
        var ids: [Int64] = []
        for _ in 0..<300 {
            // Nearly always into the same gap, so that it runs out.
            let rank = random.next() % 4 == 0 ? Int(random.next() % UInt64(ids.count + 1)) : ids.count / 2
            let assignment = try #require(OrderedIDs.assign(existing: ids, ranks: [rank]))
            ids = assignment.renumbered ?? ids
            ids.insert(assignment.new[0], at: rank)
            try #require(ids == ids.sorted() && Set(ids).count == ids.count)
        }
        #expect(ids[0] > 0 && ids[299] <= OrderedIDs.last)
    }

    /// Small ids go up and down from 1.
    @Test func givesSmallIDs() throws {
        func assign(_ existing: [Int64], _ ranks: [Int]) throws -> OrderedIDs.Assignment {
            try #require(OrderedIDs.assign(existing: existing, ranks: ranks, taken: [-1, 0], step: 8))
        }
        #expect(try assign([], [0]).new == [1])
        #expect(try assign([], [0, 0, 0]).new == [1, 9, 17])
        #expect(try assign([1], [1, 1]).new == [9, 17])
        #expect(try assign([1], [0]).new == [-7])
        #expect(try assign([-7, 1], [0, 0]).new == [-23, -15])
        #expect(try assign([1, 9], [1]).new == [5])
        #expect(try assign([-7, 1], [1]).new == [-3])
        #expect(try assign([-2, 1], [1]).renumbered?.count == 2)
        let full = try assign([1, 2], [1])
        #expect(full.renumbered?.count == 2 && full.new.count == 1 && full.new[0] < 64)
    }

    @Test func smallIDsStayInOrderAndSmall() throws {
        var random = SplitMix(state: 4)
        var ids: [Int64] = []
        for _ in 0..<300 {
            let rank = Int(random.next() % UInt64(ids.count + 1))
            let assignment = try #require(OrderedIDs.assign(existing: ids, ranks: [rank], taken: [-1, 0], step: 8))
            ids = assignment.renumbered ?? ids
            ids.insert(assignment.new[0], at: rank)
            try #require(ids == ids.sorted() && Set(ids).count == ids.count && Set(ids).isDisjoint(with: [-1, 0]))
        }
        #expect(ids.allSatisfy { abs($0) < 8 * 310 })
    }
}
