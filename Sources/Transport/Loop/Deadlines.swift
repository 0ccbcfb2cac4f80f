/// The event that a connection waits for, and that has a time limit.
enum Phase: UInt8, CaseIterable {
    /// The rest of the head of a request, counted from its first byte.
    case head
    /// The next bytes of a request's body.
    case body
    /// The next request.
    case idle
    /// The client receiving some of what is sent (`TakingPace`).
    case write
    /// The client closing after the last answer.
    case drain
}

/// The deadlines of the connections of one loop, at most one for each connection.
///
/// All connections have the same time limit in a phase, so the deadlines of a phase expire in the order in which they
/// were set. A doubly linked list for each phase, linked through the slots, is therefore always sorted, and every
/// operation is O(1). `now` never goes back, since it is the monotonic clock.
///
/// An entry with a phase is in the list of that phase, and in no other. Slots are numbers of the loop's own, never
/// input.
struct Deadlines {
    private struct Entry {
        var due: UInt64 = 0
        var previous = none
        var next = none
        var phase: Phase?
    }

    private struct List {
        /// The time limit of the phase, in nanoseconds.
        let duration: UInt64
        var first = none
        var last = none
    }

    /// The end of a list. Four bytes a link keep an entry small.
    private static let none: Int32 = -1

    /// Indexed by slot.
    private var entries: [Entry] = []
    /// Indexed by the raw value of the phase.
    private var lists: [List]

    /// - Parameter duration: The time limit of a phase, in nanoseconds.
    init(duration: (Phase) -> UInt64) {
        lists = Phase.allCases.map { List(duration: duration($0)) }
    }

    /// Adds a slot without a deadline.
    mutating func addSlot() { entries.append(Entry()) }

    /// The phase of a slot's deadline; nil if it has none.
    func phase(of slot: Int) -> Phase? { entries[slot].phase }

    /// Sets the deadline of a slot and replaces an earlier one.
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

    /// Removes the deadline of a slot, if it has one.
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

    /// The time of the earliest deadline, in nanoseconds of the monotonic clock; nil if there is none.
    var next: UInt64? {
        var next: UInt64?
        for list in lists where list.first != Self.none {
            next = min(next ?? .max, entries[Int(list.first)].due)
        }
        return next
    }

    /// Removes and returns one deadline that has passed; nil if there is none.
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
