import Glibc

/// The bytes of a connection that have arrived and have not been used. The memory is borrowed from the loop while there
/// are any, so an idle connection holds none.
///
/// `0 <= start <= end <= capacity` always holds, and `start == end` if there is no memory. The owner must give the
/// memory back before it goes away: the buffer does not free it.
struct ReceiveBuffer {
    private var memory: UnsafeMutablePointer<UInt8>?
    private var start = 0
    private var end = 0

    var isEmpty: Bool { start == end }

    /// The bytes not yet used. The pointer is valid until the buffer changes.
    var unused: UnsafeBufferPointer<UInt8> {
        guard let memory else { return UnsafeBufferPointer(start: nil, count: 0) }
        return UnsafeBufferPointer(start: memory + start, count: end - start)
    }

    /// Drops the first `count` unused bytes.
    mutating func use(_ count: Int) { start = min(end, start + max(0, count)) }

    /// The result of `recv`.
    enum Outcome {
        /// The buffer is full, so there may be more bytes.
        case full
        /// There are new bytes, and no more for now.
        case some
        /// There are no bytes for now.
        case nothing
        /// The client sends no more.
        case end
        /// The connection is broken.
        case failed
    }

    /// Receives as much as fits, in one system call.
    /// - Returns: The outcome, and the number of new bytes.
    mutating func receive(from descriptor: borrowing Descriptor, _ pool: inout ReceiveBufferPool) -> (Outcome, Int) {
        let memory = self.memory ?? pool.borrow()
        self.memory = memory
        if start == end {
            start = 0
            end = 0
        } else if start > 0, pool.capacity - end < pool.capacity / 4 {
            // Moving costs a copy, so it waits until little room is left.
            memory.update(from: memory + start, count: end - start)
            end -= start
            start = 0
        }
        let room = pool.capacity - end
        // The parser refuses a head before it fills a buffer, so this can't happen with the capacity chosen by the
        // loop.
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

    /// Gives the memory back if the buffer is empty.
    mutating func giveBackIfEmpty(_ pool: inout ReceiveBufferPool) {
        if start == end { giveBack(&pool) }
    }

    /// Gives the memory back and drops any bytes in it.
    mutating func giveBack(_ pool: inout ReceiveBufferPool) {
        guard let memory else { return }
        pool.giveBack(memory)
        self = ReceiveBuffer()
    }
}

/// The memory for the receive buffers of one loop. At most one buffer for each connection is in use, and only while a
/// request is arriving.
struct ReceiveBufferPool: ~Copyable {
    /// The size of each buffer in bytes.
    let capacity: Int
    private var spare: [UnsafeMutablePointer<UInt8>] = []

    /// How many unused buffers are kept, under 1 MiB with the default limits. It is the number of connections that
    /// answer as one group, so the usual load allocates nothing.
    private static let spareLimit = 32

    /// - Parameter needed: The number of bytes that must fit into a buffer. Less than 16 KiB would mean more system
    ///   calls for pipelined requests.
    init(needed: Int) { capacity = max(16 << 10, needed) }

    deinit {
        for memory in spare { memory.deallocate() }
    }

    mutating func borrow() -> UnsafeMutablePointer<UInt8> { spare.popLast() ?? .allocate(capacity: capacity) }

    mutating func giveBack(_ memory: UnsafeMutablePointer<UInt8>) {
        if spare.count < Self.spareLimit { spare.append(memory) } else { memory.deallocate() }
    }
}
