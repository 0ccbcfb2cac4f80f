import CZlib

/// Bytes as one gzip member (RFC 1952), piece by piece.
struct GzipStream: ~Copyable {
    /// zlib knows its stream by the address, which must stay.
    private let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)

    /// Rows are so alike that more effort saves little.
    private static let level: Int32 = 4
    /// A window of 32 KiB, and 16 for the wrapping of gzip.
    private static let windowBits: Int32 = 15 + 16
    private static let memoryLevel: Int32 = 8
    /// How much room is added at a time, in bytes.
    private static let step = 16 << 10

    /// Nil for want of memory.
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

    /// Appends the code of some bytes, so that whoever reads it has all of them.
    /// - Parameter isLast: Whether the member ends with them.
    /// - Returns: False where zlib fails; then the member can't be completed.
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
                // No progress, where all has been flushed before, is no fault.
                guard result == Z_OK || result == Z_STREAM_END || result == Z_BUF_ERROR else { return false }
                if isLast ? result == Z_STREAM_END : left > 0 { return stream.pointee.avail_in == 0 }
                if result == Z_BUF_ERROR { return false }
            }
        }
    }
}
