import CZlib
import Glibc

/// Reads a file, and expands it if it begins as gzip does (RFC 1952): its members, to the last byte of the last one.
///
/// zlib's `gzread` does the same, but does not tell whether the end of the last member is there if what it holds just
/// fills the buffer.
///
/// Zeros after a member are passed over, as gzip does: a tape, or a program that fills up blocks, leaves them.
public final class GzipReader {
    /// Why the rest of a file can't be read.
    public enum Fault: Error, Equatable {
        /// Of the system, with its number.
        case system(Int32)
        case cutOff, damaged
        /// There is something other than zeros after the last member.
        case followed

        public var sentence: String {
            switch self {
            case .system(let code): systemMessage(code)
            case .cutOff: "the compressed file is cut off"
            case .damaged: "the compressed file is damaged"
            case .followed: "something that gzip did not write follows the compressed file"
            }
        }
    }

    private enum State {
        case beginning, plain, inMember, betweenMembers, padding, end
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

    /// The size of what has been read of the file itself, in bytes.
    private var size = 0

    /// The first bytes of a member (RFC 1952 §2.3.1). No text begins with the first of them.
    public static let magic: [UInt8] = [0x1F, 0x8B]
    /// The largest window (2^15); adding 16 selects the gzip format instead of zlib's.
    private static let windowBits: Int32 = 15 + 16

    /// - Parameter descriptor: It is closed here.
    public init(descriptor: Int32) throws(Fault) {
        self.descriptor = descriptor
        stream.initialize(to: z_stream())
        let code = inflateInit2_(
            stream, GzipReader.windowBits, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
        guard code == Z_OK else { throw .system(ENOMEM) }
    }

    deinit {
        inflateEnd(stream)
        stream.deallocate()
        close(descriptor)
    }

    /// The size of the part of the file that has been expanded, in bytes.
    public var position: Int { size - rest.count }

    /// Reads a piece into a buffer.
    /// - Returns: How many bytes; 0 at the end.
    public func read(into output: inout [UInt8]) throws(Fault) -> Int {
        while true {
            if state == .end { return 0 }
            if rest.isEmpty, !isFull { rest = 0..<(try fill()) }
            if rest.isEmpty, !isFull {
                guard state != .inMember else { throw .cutOff }
                state = .end
                return 0
            }
            if state == .beginning { state = input.first == GzipReader.magic.first ? .inMember : .plain }
            if state == .plain {
                let piece = rest.prefix(output.count)
                output.replaceSubrange(0..<piece.count, with: input[piece])
                rest = piece.upperBound..<rest.upperBound
                return piece.count
            }
            if state == .betweenMembers || state == .padding {
                let zeros = input[rest].prefix { $0 == 0 }
                if !zeros.isEmpty { state = .padding }
                rest = zeros.endIndex..<rest.upperBound
                if rest.isEmpty { continue }
                guard state == .betweenMembers, input[rest].first == GzipReader.magic.first else { throw .followed }
                inflateReset(stream)
                state = .inMember
            }
            let count = try expand(into: &output)
            if count > 0 { return count }
        }
    }

    /// Reads a piece of the file itself.
    private func fill() throws(Fault) -> Int {
        while true {
            let count = Glibc.read(descriptor, &input, input.count)
            if count >= 0 {
                size += count
                return count
            }
            guard errno == EINTR else { throw .system(errno) }
        }
    }

    /// Expands what has been read, as far as there is room.
    private func expand(into output: inout [UInt8]) throws(Fault) -> Int {
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
        case Z_OK, Z_BUF_ERROR: break
        case Z_STREAM_END: state = .betweenMembers
        case Z_MEM_ERROR: throw .system(ENOMEM)
        default: throw .damaged
        }
        return room - Int(stream.pointee.avail_out)
    }
}
