import FileSystem

/// Counts what the archives and compressed files in a file become, to refuse those that were made to fill a disk.
///
/// Nothing may become more than `greatestRatio` times its size over a stretch of `longestStretch` bytes, wherever the
/// stretch is, nor more than `mostBytes` in all. It is counted while it is written, so a file of any size is refused
/// after a stretch. Text of records becomes 5 to 20 times its compressed size; zeros become 1000 times theirs.
///
/// The rule is a bucket: each byte that is read lets `greatestRatio` in, up to `longestStretch`, and each byte that is
/// written takes one out.
final class Expansion {
    static let greatestRatio = 100
    /// In bytes.
    static let longestStretch = 64 << 20
    /// In bytes: a terabyte.
    static let mostBytes = 1 << 40

    private var room = longestStretch
    private var total = 0

    /// - Parameters:
    ///   - count: The number of bytes that were written.
    ///   - read: The number of compressed bytes that they come from.
    ///   - path: The path of the compressed file, for messages.
    /// - Throws: `ChangeError.refused` if there are too many.
    func add(_ count: Int, from read: Int, path: String) throws(ChangeError) {
        let gain = max(0, read).multipliedReportingOverflow(by: Self.greatestRatio)
        room = gain.overflow ? Self.longestStretch : min(Self.longestStretch, room + gain.partialValue) - count
        total += count
        guard room >= 0, total <= Self.mostBytes else {
            throw .refused(
                "\(path) becomes more than \(Self.greatestRatio) times as large when it is decompressed, as files made "
                    + "to fill a disk do; if you trust it, decompress it and import what it contains.")
        }
    }
}

/// Reads files that gzip made.
enum Gzip {
    /// Decompresses a file into a temporary file without a name.
    /// - Parameters:
    ///   - folder: The folder of the temporary file.
    ///   - most: The most bytes to decompress. With fewer than all, the end is not checked, and may be missing.
    /// - Throws: `ChangeError.refused` if the file can't be decompressed, `.failed` if there is no room for the result.
    static func extract(
        _ file: SourceFile, in folder: String, _ expansion: Expansion, most: Int = .max
    ) throws(ChangeError) -> SourceFile {
        let output = TemporaryFile(in: folder)
        try file.withDuplicate { (descriptor) throws(ChangeError) in
            let reader: GzipReader
            do throws(GzipReader.Fault) { reader = try GzipReader(descriptor: descriptor) } catch {
                throw failure(error, file)
            }
            var block = [UInt8](repeating: 0, count: 1 << 18)
            var before = 0
            while output.count < most {
                let count: Int
                do throws(GzipReader.Fault) { count = try reader.read(into: &block) } catch {
                    // What was decompressed before an error is only of use to look at.
                    if most < .max { return }
                    throw failure(error, file)
                }
                if count == 0 { return }
                try expansion.add(count, from: reader.position - before, path: file.path)
                before = reader.position
                try output.append(count == block.count ? block : Array(block.prefix(count)), for: file.path)
            }
        }
        return try SourceFile(output, path: file.path)
    }

    private static func failure(_ fault: GzipReader.Fault, _ file: SourceFile) -> ChangeError {
        switch fault {
        case .system: .failed("\(file.path) can't be read: \(fault.sentence).")
        case .cutOff, .damaged:
            .refused("\(file.path) can't be decompressed: it is broken or cut off; get the file again.")
        case .followed:
            .refused(
                "\(file.path) can't be decompressed: something that gzip did not write follows its end; decompress it "
                    + "with gunzip, which warns of that, and import what it contains.")
        }
    }
}
