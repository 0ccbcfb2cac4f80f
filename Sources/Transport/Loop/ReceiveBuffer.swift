import Glibc

/// The bytes of a connection that have arrived and are not yet used: memory that is borrowed from its loop while there
/// are any, so that an idle connection holds none.
///
/// `0 <= start <= end <= capacity` holds throughout, and `start == end` where there is no memory.
struct ReceiveBuffer {
    private var memory: UnsafeMutablePointer<UInt8>?
    private var start = 0
    private var end = 0

    var isEmpty: Bool { start == end }

    /// What has not been used yet. Valid until the buffer is changed.
    var unused: UnsafeBufferPointer<UInt8> {
        guard let memory else { return UnsafeBufferPointer(start: nil, count: 0) }
        return UnsafeBufferPointer(start: memory + start, count: end - start)
    }

    /// Drops the first `count` bytes of what has not been used.
    mutating func use(_ count: Int) { start = min(end, start + max(0, count)) }

    /// What `recv` did.
    enum Outcome {
        /// There may be more.
        case full
        /// There are new bytes, and no more for now.
        case some
        case nothing
        case end
        case failed
    }

    /// Receives what fits, in one system call.
    mutating func receive(from descriptor: borrowing Descriptor, _ pool: inout ReceiveBufferPool) -> (Outcome, Int) {
        let memory = self.memory ?? pool.borrow()
        self.memory = memory
        if start == end {
            start = 0
            end = 0
        } else if start > 0, pool.capacity - end < pool.capacity / 4 {
            memory.update(from: memory + start, count: end - start)
            end -= start
            start = 0
        }
        let room = pool.capacity - end
        // The parser refuses a head before it fills a buffer; nothing could be received into a full one.
        guard room > 0 else { return (.failed, 0) }
        while true {
            let count = recv(descriptor.number, memory + end, room, 0)
            if count > 0 {
                end += count
                return (count == room ? .full : .some, count)
            }
            if count == 0 { return (.end, 0) }
            switch errno {
            case EINTR: continue
            case EAGAIN: return (.nothing, 0)
            default: return (.failed, 0)
            }
        }
    }

    /// Gives the memory back when nothing is in it.
    mutating func giveBackIfEmpty(_ pool: inout ReceiveBufferPool) {
        if start == end { giveBack(&pool) }
    }

    /// Gives the memory back, with whatever is in it.
    mutating func giveBack(_ pool: inout ReceiveBufferPool) {
        guard let memory else { return }
        pool.giveBack(memory)
        self = ReceiveBuffer()
    }
}

/// The memory of the receive buffers of a loop. No more is in use than there are connections.
struct ReceiveBufferPool: ~Copyable {
    /// The size of each buffer in bytes.
    let capacity: Int
    private var spare: [UnsafeMutablePointer<UInt8>] = []

    /// How many buffers are kept for the next connections.
    private static let spareLimit = 32

    /// - Parameter needed: What must fit into a buffer, in bytes.
    init(needed: Int) { capacity = max(16 << 10, needed) }

    deinit {
        for memory in spare { memory.deallocate() }
    }

    mutating func borrow() -> UnsafeMutablePointer<UInt8> { spare.popLast() ?? .allocate(capacity: capacity) }

    mutating func giveBack(_ memory: UnsafeMutablePointer<UInt8>) {
        if spare.count < Self.spareLimit { spare.append(memory) } else { memory.deallocate() }
    }
}
