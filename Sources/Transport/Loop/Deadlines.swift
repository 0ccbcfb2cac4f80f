/// What a connection is given time for.
enum Phase: UInt8, CaseIterable {
    /// For the head of a request, from its first byte.
    case head
    /// For the next bytes of a request's body.
    case body
    /// For the next request.
    case idle
    /// For the client to take some of what is sent.
    case write
    /// For the client to close, after the last answer.
    case drain
}

/// The deadlines of the connections of a loop, at most one for each.
///
/// Every phase gives the same time to all, so the deadlines of a phase come in the order in which they were set: a list
/// for each phase, linked through the connections' slots, is always sorted, and everything is O(1).
struct Deadlines {
    private struct Entry {
        var due: UInt64 = 0
        var previous = none
        var next = none
        var phase: Phase?
    }

    private struct List {
        /// In nanoseconds.
        let duration: UInt64
        var first = none
        var last = none
    }

    private static let none: Int32 = -1

    /// By slot.
    private var entries: [Entry] = []
    /// By phase.
    private var lists: [List]

    /// - Parameter duration: The time that a phase gives, in nanoseconds.
    init(duration: (Phase) -> UInt64) {
        lists = Phase.allCases.map { List(duration: duration($0)) }
    }

    /// Makes room for one more slot.
    mutating func addSlot() { entries.append(Entry()) }

    /// The phase of the deadline that is set for a slot.
    func phase(of slot: Int) -> Phase? { entries[slot].phase }

    /// Sets the deadline of a slot, in place of the one it had.
    mutating func set(_ phase: Phase, for slot: Int, now: UInt64) {
        clear(slot)
        let list = Int(phase.rawValue)
        let last = lists[list].last
        entries[slot] = Entry(due: now + lists[list].duration, previous: last, phase: phase)
        lists[list].last = Int32(slot)
        if last == Self.none {
            lists[list].first = Int32(slot)
        } else {
            entries[Int(last)].next = Int32(slot)
        }
    }

    mutating func clear(_ slot: Int) {
        let entry = entries[slot]
        guard let phase = entry.phase else { return }
        let list = Int(phase.rawValue)
        if entry.previous == Self.none {
            lists[list].first = entry.next
        } else {
            entries[Int(entry.previous)].next = entry.next
        }
        if entry.next == Self.none {
            lists[list].last = entry.previous
        } else {
            entries[Int(entry.next)].previous = entry.previous
        }
        entries[slot].phase = nil
    }

    /// When the next deadline is due.
    var next: UInt64? {
        var next: UInt64?
        for list in lists where list.first != Self.none {
            next = min(next ?? .max, entries[Int(list.first)].due)
        }
        return next
    }

    /// Takes out a deadline that is over.
    mutating func takeExpired(now: UInt64) -> (slot: Int, phase: Phase)? {
        for list in lists where list.first != Self.none {
            let slot = Int(list.first)
            if entries[slot].due <= now, let phase = entries[slot].phase {
                clear(slot)
                return (slot, phase)
            }
        }
        return nil
    }
}
