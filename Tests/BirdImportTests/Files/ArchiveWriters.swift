import BirdImport
import Birds
import CZlib
import Fixtures

/// Makes zip archives for tests.
struct ZipWriter {
    struct Entry {
        var name: String
        var content: [UInt8]
        var isDeflated = true
    }

    static func archive(_ entries: [(String, String)], isDeflated: Bool = true) -> [UInt8] {
        archive(entries.map { Entry(name: $0.0, content: Array($0.1.utf8), isDeflated: isDeflated) })
    }

    static func archive(_ entries: [Entry], comment: String = "") -> [UInt8] {
        var bytes: [UInt8] = []
        var list: [UInt8] = []
        for entry in entries {
            let data = entry.isDeflated ? deflated(entry.content) : entry.content
            let crc = entry.content.withUnsafeBufferPointer { crc32(0, $0.baseAddress, UInt32($0.count)) }
            var common = little(20, 2) + little(0, 2) + little(entry.isDeflated ? 8 : 0, 2) + little(0, 4)
            common += little(Int(crc), 4) + little(data.count, 4) + little(entry.content.count, 4)
            common += little(entry.name.utf8.count, 2) + little(0, 2)
            list += little(0x0201_4B50, 4) + little(20, 2) + common + little(0, 2) + little(0, 2) + little(0, 2)
            list += little(0, 4) + little(bytes.count, 4) + Array(entry.name.utf8)
            bytes += little(0x0403_4B50, 4) + common + Array(entry.name.utf8) + data
        }
        let end =
            little(0x0605_4B50, 4) + little(0, 4) + little(entries.count, 2) + little(entries.count, 2)
            + little(list.count, 4) + little(bytes.count, 4) + little(comment.utf8.count, 2) + Array(comment.utf8)
        return bytes + list + end
    }

    static func little(_ value: Int, _ count: Int) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    }

    /// - Parameter windowBits: -15 for deflate alone, 31 for gzip.
    static func deflated(_ content: [UInt8], windowBits: Int32 = -15) -> [UInt8] {
        var stream = z_stream()
        deflateInit2_(
            &stream, 6, Z_DEFLATED, windowBits, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
        defer { deflateEnd(&stream) }
        var output = [UInt8](repeating: 0, count: content.count + content.count / 8 + 100)
        var input = content
        let count = input.withUnsafeMutableBufferPointer { input in
            output.withUnsafeMutableBufferPointer { output -> Int in
                stream.next_in = input.baseAddress
                stream.avail_in = UInt32(input.count)
                stream.next_out = output.baseAddress
                stream.avail_out = UInt32(output.count)
                _ = deflate(&stream, Z_FINISH)
                return Int(stream.total_out)
            }
        }
        return Array(output.prefix(count))
    }
}

/// Makes files as gzip does.
enum GzipWriter {
    static func file(_ content: [UInt8]) -> [UInt8] { ZipWriter.deflated(content, windowBits: 31) }
}

/// Makes tar archives for tests, with the long names of GNU tar.
enum TarWriter {
    struct Entry {
        var name: String
        var content: [UInt8]
        var type: Character = "0"
        var target = ""
    }

    static func archive(_ entries: [Entry]) -> [UInt8] {
        var bytes: [UInt8] = []
        for entry in entries {
            if entry.name.utf8.count > 100 {
                bytes += record(Entry(name: "././@LongLink", content: Array(entry.name.utf8) + [0], type: "L"))
            }
            bytes += record(entry)
        }
        return bytes + [UInt8](repeating: 0, count: 1024)
    }

    private static func record(_ entry: Entry) -> [UInt8] {
        var header = [UInt8](repeating: 0, count: 512)
        func put(_ text: some Collection<UInt8>, _ place: Int) {
            header.replaceSubrange(place..<(place + text.count), with: text)
        }
        func octal(_ value: Int, _ count: Int) -> [UInt8] {
            let digits = String(value, radix: 8)
            return Array((String(repeating: "0", count: count - digits.utf8.count) + digits).utf8)
        }
        put(entry.name.utf8.prefix(100), 0)
        put(octal(0o644, 7), 100)
        put(octal(0, 7), 108)
        put(octal(0, 7), 116)
        put(octal(entry.content.count, 11), 124)
        put(octal(0, 11), 136)
        put(String(entry.type).utf8, 156)
        put(entry.target.utf8, 157)
        put("ustar  ".utf8, 257)
        sign(&header)
        return header + entry.content + [UInt8](repeating: 0, count: (512 - entry.content.count % 512) % 512)
    }

    /// Writes the checksum of the first header: the sum of its bytes, with spaces for the checksum.
    static func sign(_ bytes: inout [UInt8]) {
        bytes.replaceSubrange(148..<156, with: [UInt8](repeating: 0x20, count: 8))
        let digits = String(bytes[..<512].reduce(0) { $0 + Int($1) }, radix: 8)
        let sum = String(repeating: "0", count: 6 - digits.utf8.count) + digits
        bytes.replaceSubrange(148..<156, with: Array(sum.utf8) + [0, 0x20])
    }
}
