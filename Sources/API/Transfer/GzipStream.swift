import CZlib

/// Compresses bytes into one gzip member (RFC 1952 §2.3), piece by piece.
///
/// One stream takes about 256 KiB of memory in zlib. It is used on one thread at a time; the next piece may come from
/// another one.
struct GzipStream: ~Copyable {
    /// zlib keeps a pointer back to the stream and checks it, so the address must not change.
    private let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)

    /// From 1 (fast) to 9 (small). Rows are so similar that more effort saves little.
    private static let level: Int32 = 4
    /// A window of 32 KiB (2^15); adding 16 selects the gzip format instead of zlib's.
    private static let windowBits: Int32 = 15 + 16
    /// zlib's default.
    private static let memoryLevel: Int32 = 8
    /// How much room is added to the output at a time, in bytes.
    private static let step = 16 << 10

    /// Nil if there is not enough memory.
    init?() {
        stream.initialize(to: z_stream())
        let result = deflateInit2_(
            stream, GzipStream.level, Z_DEFLATED, GzipStream.windowBits, GzipStream.memoryLevel, Z_DEFAULT_STRATEGY,
            ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
        guard result == Z_OK else {
            stream.deallocate()
            return nil
        }
    }

    deinit {
        deflateEnd(stream)
        stream.deallocate()
    }

    /// Compresses bytes and flushes, so that the reader can decode all of them.
    /// - Parameter isLast: Whether the member ends with these bytes.
    /// - Returns: False if zlib fails. Then the member can't be completed.
    mutating func append(_ bytes: [UInt8], isLast: Bool, to output: inout [UInt8]) -> Bool {
        bytes.withUnsafeBufferPointer { input in
            stream.pointee.next_in = UnsafeMutablePointer(mutating: input.baseAddress)
            stream.pointee.avail_in = UInt32(clamping: input.count)
            defer { stream.pointee.next_in = nil }
            while true {
                let old = output.count
                output.append(contentsOf: repeatElement(0, count: GzipStream.step))
                let result = output.withUnsafeMutableBufferPointer { all -> Int32 in
                    stream.pointee.next_out = all.baseAddress.map { $0 + old }
                    stream.pointee.avail_out = UInt32(GzipStream.step)
                    return deflate(stream, isLast ? Z_FINISH : Z_SYNC_FLUSH)
                }
                let left = Int(stream.pointee.avail_out)
                output.removeLast(left)
                // Z_BUF_ERROR only means that there was nothing left to do, if everything had been flushed already.
                guard result == Z_OK || result == Z_STREAM_END || result == Z_BUF_ERROR else { return false }
                if isLast ? result == Z_STREAM_END : left > 0 { return stream.pointee.avail_in == 0 }
                if result == Z_BUF_ERROR { return false }
            }
        }
    }
}
