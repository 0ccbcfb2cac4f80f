/// Bytes that are written again and again, in memory of their own, so that writing them is nothing but a copy.
struct Literal: ~Copyable {
    let bytes: UnsafeBufferPointer<UInt8>

    init(_ text: String) {
        let memory = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: text.utf8.count)
        _ = memory.initialize(from: text.utf8)
        bytes = UnsafeBufferPointer(memory)
    }

    deinit { bytes.deallocate() }
}
