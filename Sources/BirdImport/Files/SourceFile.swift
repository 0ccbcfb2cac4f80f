import Birds
import Glibc

/// A file to import, opened for reading: a regular file and nothing else, since it is read more than once.
final class SourceFile {
    let path: String
    let size: Int
    private let descriptor: Int32
    /// Closes the descriptor with itself; nil where that is the file's own.
    private let temporary: TemporaryFile?

    init(path: String) throws(ImportError) {
        // Without O_NONBLOCK, opening a pipe would wait for a writer.
        descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else {
            throw .refused("\(path) can't be read: \(systemMessage(errno)).")
        }
        var status = stat()
        let known = fstat(descriptor, &status) == 0
        guard known, status.st_mode & S_IFMT == S_IFREG else {
            close(descriptor)
            let isFolder = known && status.st_mode & S_IFMT == S_IFDIR
            throw .refused(
                isFolder
                    ? "\(path) is a folder; name the files in it."
                    : "\(path) is not a regular file; only those can be imported, so save it to a file first.")
        }
        guard status.st_size > 0 else {
            close(descriptor)
            throw .refused("\(path) is empty.")
        }
        self.path = path
        size = Int(status.st_size)
        temporary = nil
    }

    /// A file that was unpacked.
    /// - Parameter path: where it came from, for a sentence.
    init(_ temporary: TemporaryFile, path: String) throws(ImportError) {
        guard temporary.count > 0 else { throw .refused("\(path) is empty.") }
        self.path = path
        self.temporary = temporary
        size = temporary.count
        descriptor = temporary.descriptor
    }

    deinit { if temporary == nil { close(descriptor) } }

    /// Exactly these bytes, which must be there.
    func bytes(at offset: Int, _ count: Int) throws(ImportError) -> [UInt8] {
        lseek(descriptor, off_t(offset), SEEK_SET)
        var bytes: [UInt8] = []
        while bytes.count < count {
            let before = bytes.count
            try read(&bytes, count - before)
            guard bytes.count > before else { throw .refused("\(path) has become shorter while it was read.") }
        }
        return bytes
    }

    /// Adds up to `count` more bytes to the end of `bytes`; none at the end of the file.
    func read(_ bytes: inout [UInt8], _ count: Int) throws(ImportError) {
        var number: Int32 = 0
        bytes.append(addingCapacity: count) { span in
            span.withUnsafeMutableBufferPointer { buffer, initialized in
                let got = Glibc.read(descriptor, buffer.baseAddress.map { $0 + initialized }, count)
                if got < 0 { number = errno } else { initialized += got }
            }
        }
        guard number == 0 else { throw .refused("\(path) can't be read: \(systemMessage(number)).") }
    }

    func rewind() { lseek(descriptor, 0, SEEK_SET) }

    /// The first bytes, to tell what kind of file it is.
    func beginning(_ count: Int) throws(ImportError) -> [UInt8] {
        rewind()
        defer { rewind() }
        var bytes: [UInt8] = []
        try read(&bytes, count)
        return bytes
    }

    /// Reads the whole file once to learn how it is encoded.
    func encoding() throws(ImportError) -> TextEncoding {
        rewind()
        defer { rewind() }
        var check = UTF8Check()
        var block: [UInt8] = []
        repeat {
            block.removeAll(keepingCapacity: true)
            try read(&block, CSVReader.blockSize)
            block.withUnsafeBytes { check.add($0) }
        } while !block.isEmpty && check.isValid
        return check.isComplete ? .utf8 : .windows1252
    }

    /// The bytes of its text as UTF-8, for a reader.
    func text(_ encoding: TextEncoding) -> CSVReader.Source {
        switch encoding {
        case .utf8:
            return { (bytes: inout [UInt8], count: Int) throws(ImportError) in try self.read(&bytes, count) }
        case .windows1252:
            return { (bytes: inout [UInt8], count: Int) throws(ImportError) in
                var block: [UInt8] = []
                // A byte becomes three at most.
                try self.read(&block, max(1, count / 3))
                Windows1252.decode(block, to: &bytes)
            }
        }
    }
}
