import CZlib
import FileSystem
import Glibc

/// Reads a file, and expands it if it begins as gzip does (RFC 1952): its members, to the last byte of the last one.
///
/// zlib's `gzread` does the same, but does not tell whether the end of the last member is there if what it holds just
/// fills the buffer.
final class GzipReader {
    private enum State {
        case beginning, plain, inMember, betweenMembers, end
    }

    private let descriptor: Int32
    private var state = State.beginning
    /// zlib keeps a pointer back to the stream and checks it, so the address must not change.
    private let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
    private var input = [UInt8](repeating: 0, count: 1 << 16)
    /// What of `input` has not been expanded yet.
    private var rest = 0..<0
    /// Whether the last piece had no room for all that zlib has made of its input.
    private var isFull = false

    /// The first byte of a member, with which no text begins.
    private static let magic: UInt8 = 0x1F
    /// The largest window (2^15); adding 16 selects the gzip format instead of zlib's.
    private static let windowBits: Int32 = 15 + 16

    /// - Parameter descriptor: It is closed here.
    init(descriptor: Int32) throws(AuditReader.Fault) {
        self.descriptor = descriptor
        stream.initialize(to: z_stream())
        let code = inflateInit2_(
            stream, GzipReader.windowBits, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
        guard code == Z_OK else { throw AuditReader.Fault(reason: systemMessage(ENOMEM)) }
    }

    deinit {
        inflateEnd(stream)
        stream.deallocate()
        close(descriptor)
    }

    /// Reads a piece into a buffer.
    /// - Returns: How many bytes; 0 at the end.
    func read(into output: inout [UInt8]) throws(AuditReader.Fault) -> Int {
        while true {
            if state == .end { return 0 }
            if rest.isEmpty, !isFull { rest = 0..<(try fill()) }
            if rest.isEmpty, !isFull {
                guard state != .inMember else { throw AuditReader.Fault(reason: "the compressed file is cut off") }
                state = .end
                return 0
            }
            if state == .beginning { state = input.first == GzipReader.magic ? .betweenMembers : .plain }
            if state == .plain {
                let piece = rest.prefix(output.count)
                output.replaceSubrange(0..<piece.count, with: input[piece])
                rest = piece.upperBound..<rest.upperBound
                return piece.count
            }
            let count = try expand(into: &output)
            if count > 0 { return count }
        }
    }

    /// Reads a piece of the file itself.
    private func fill() throws(AuditReader.Fault) -> Int {
        while true {
            let count = Glibc.read(descriptor, &input, input.count)
            if count >= 0 { return count }
            guard errno == EINTR else { throw AuditReader.Fault(reason: systemMessage(errno)) }
        }
    }

    /// Expands what has been read, as far as there is room.
    private func expand(into output: inout [UInt8]) throws(AuditReader.Fault) -> Int {
        if state == .betweenMembers { inflateReset(stream) }
        let room = output.count
        let code = input.withUnsafeMutableBufferPointer { input in
            output.withUnsafeMutableBufferPointer { output in
                stream.pointee.next_in = input.baseAddress.map { $0 + rest.lowerBound }
                stream.pointee.avail_in = UInt32(rest.count)
                stream.pointee.next_out = output.baseAddress
                stream.pointee.avail_out = UInt32(room)
                return inflate(stream, Z_NO_FLUSH)
            }
        }
        rest = (rest.upperBound - Int(stream.pointee.avail_in))..<rest.upperBound
        isFull = code == Z_OK && stream.pointee.avail_out == 0
        switch code {
        // There was nothing left to make, and there is no more input yet.
        case Z_OK, Z_BUF_ERROR: state = .inMember
        case Z_STREAM_END: state = .betweenMembers
        case Z_MEM_ERROR: throw AuditReader.Fault(reason: systemMessage(ENOMEM))
        default: throw AuditReader.Fault(reason: "the compressed file is damaged")
        }
        return room - Int(stream.pointee.avail_out)
    }
}
