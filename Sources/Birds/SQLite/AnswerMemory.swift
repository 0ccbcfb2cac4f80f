import Synchronization

/// The memory that the answers under way hold for sorting and summing, all together. Any thread may use it.
///
/// What a query needs whatever it asks for (a piece of the answer, the pages of the file that SQLite keeps) is not
/// counted here: the number of answers bounds that.
public final class AnswerMemory: Sendable {
    /// In bytes.
    public let limit: Int
    private let held = Atomic(0)

    /// - Parameter limit: In bytes.
    public init(limit: Int) { self.limit = limit }

    /// For work that no client asked for.
    public static let unlimited = AnswerMemory(limit: .max)

    /// The bytes that are held.
    public var count: Int { held.load(ordering: .relaxed) }

    /// - Returns: Whether there was room.
    fileprivate func take(_ bytes: Int) -> Bool {
        // Counted first and taken back if it was too much: two threads can't both take the last of it.
        if held.add(bytes, ordering: .relaxed).newValue <= limit { return true }
        giveBack(bytes)
        return false
    }

    fileprivate func giveBack(_ bytes: Int) { held.subtract(bytes, ordering: .relaxed) }
}

/// What one sort or summary holds of the memory of all. It gives that back when it is released.
final class HeldMemory {
    private let memory: AnswerMemory
    private var bytes = 0
    /// The size of an element and of what a collection needs beside it, in bytes.
    private let stride: Int
    /// For how many elements there is room.
    private var room = 0

    /// For so many elements the memory is not counted.
    private static let few = 256
    /// A query that can do with less memory and more time does so down to this many elements: with fewer, it would take
    /// far too long.
    static let least = 4096

    /// - Parameter stride: The size of an element, in bytes.
    init(_ memory: AnswerMemory, stride: Int) { (self.memory, self.stride) = (memory, stride) }

    deinit { memory.giveBack(bytes) }

    /// Makes room for this many elements in a collection that grows by doubling.
    /// - Returns: Whether that was possible. If not, what is held already stays.
    @inline(__always)
    func hasRoom(_ count: Int) -> Bool { count <= room || grow(count) }

    /// - Throws: `.outOfMemory` where `hasRoom` is false.
    func reserve(_ count: Int) throws(StoreError) {
        guard hasRoom(count) else { throw .outOfMemory }
    }

    private func grow(_ count: Int) -> Bool {
        let more = max(Self.few, 2 * room, count)
        // While a collection moves to twice the memory, it has both.
        let needed = more > Self.few ? 3 * more * stride : 0
        if needed > bytes {
            guard memory.take(needed - bytes) else { return false }
            bytes = needed
        }
        room = more
        return true
    }

    /// Holds what this many elements take in a collection of just their size.
    func shrink(to count: Int) {
        let least = min(bytes, count > Self.few ? count * stride : 0)
        memory.giveBack(bytes - least)
        (bytes, room) = (least, 0)
    }
}
