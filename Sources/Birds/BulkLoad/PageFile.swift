import CSQLite
import Glibc
import Synchronization

/// The pages of a SQLite file that nobody else has open, behind those that SQLite has written.
///
/// Several threads may add pages, each with an extent of its own.
/// Source: https://www.sqlite.org/fileformat2.html#the_database_header
final class PageFile: Sendable {
    /// Pages of one writer that follow one another in the file, and are written at once.
    struct Extent {
        fileprivate var first: UInt32 = 0
        fileprivate var capacity = 0
        fileprivate var used = 0
        fileprivate var bytes: [UInt8] = []
    }

    private struct Pages {
        /// The number of the next page that was never given out; the first of a file is 1.
        var next: UInt32
        /// Pages that were given out and are not used.
        var free: [UInt32]
    }

    /// How many pages the extents of a large tree have; its first ones are shorter.
    private static let longestExtent = 64
    /// The page with the byte that SQLite locks, which has nothing else on it.
    private static let lockPage = UInt32(0x4000_0000 / TreePage.size + 1)
    /// A file has no more pages than this.
    private static let lastPage: UInt32 = 0xFFFF_FFFE - 0x100
    private static let headerSize = 100

    let path: String
    private let descriptor: Int32
    private let pages: Mutex<Pages>

    /// - Parameter path: a database of which no transaction is under way.
    init(path: String) throws(StoreError) {
        self.path = path
        descriptor = open(path, O_RDWR | O_CLOEXEC)
        guard descriptor >= 0 else { throw Self.failure(path, errno) }
        var header = [UInt8](repeating: 0, count: Self.headerSize)
        let count = pread(descriptor, &header, header.count, 0)
        var status = stat()
        guard count == header.count, fstat(descriptor, &status) == 0 else {
            close(descriptor)
            throw .unusable(path: path, reason: "its header can't be read")
        }
        // Bytes 16 and 17 hold the size of pages, 20 what is left free at the end of each, 36 to 39 how many are free, 52 to
        // 55 something else than 0 where pages know their parents, and 56 to 59 the encoding, 1 for UTF-8.
        let size = Int(header[16]) << 8 | Int(header[17])
        let zeros = [header[20..<21], header[36..<40], header[52..<56], header[56..<59]]
        guard size == TreePage.size, zeros.allSatisfy({ $0.allSatisfy { $0 == 0 } }), header[59] == 1 else {
            close(descriptor)
            throw .unusable(path: path, reason: "its pages are not as they are made here")
        }
        let next = UInt32(clamping: Int(status.st_size) / TreePage.size + 1)
        pages = Mutex(Pages(next: next, free: []))
    }

    deinit { close(descriptor) }

    /// Adds a page; its number.
    func append(_ page: UnsafeRawBufferPointer, to extent: inout Extent) throws(StoreError) -> UInt32 {
        if extent.used == extent.capacity {
            try flush(extent)
            try begin(&extent)
        }
        let number = extent.first + UInt32(extent.used)
        extent.bytes.append(contentsOf: page)
        extent.used += 1
        return number
    }

    /// Writes the last pages of an extent, and gives back those that it did not need.
    func finish(_ extent: inout Extent) throws(StoreError) {
        try flush(extent)
        let unused = (extent.first + UInt32(extent.used))..<(extent.first + UInt32(extent.capacity))
        pages.withLock { pages in
            if unused.upperBound == pages.next {
                pages.next = unused.lowerBound
            } else {
                pages.free.append(contentsOf: unused)
            }
        }
        extent = Extent()
    }

    private func flush(_ extent: Extent) throws(StoreError) {
        guard extent.used > 0 else { return }
        try extent.bytes.withRawBytes { bytes throws(StoreError) in try write(bytes, to: extent.first) }
    }

    private func begin(_ extent: inout Extent) throws(StoreError) {
        let capacity = min(Self.longestExtent, max(1, extent.capacity * 2))
        let first: UInt32? = pages.withLock { pages in
            let end = UInt64(pages.next) + UInt64(capacity)
            guard end < UInt64(Self.lastPage) else { return nil }
            if (pages.next..<(pages.next + UInt32(capacity))).contains(Self.lockPage) {
                pages.free.append(contentsOf: pages.next..<Self.lockPage)
                pages.next = Self.lockPage + 1
            }
            defer { pages.next += UInt32(capacity) }
            return pages.next
        }
        guard let first else { throw .unusable(path: path, reason: "it has no room for more pages") }
        extent.first = first
        extent.capacity = capacity
        extent.used = 0
        extent.bytes.removeAll(keepingCapacity: true)
    }

    /// Writes bytes at the beginning of a page.
    func write(_ bytes: UnsafeRawBufferPointer, to page: UInt32) throws(StoreError) {
        try write(bytes, at: Int(page - 1) * TreePage.size)
    }

    private func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws(StoreError) {
        var written = 0
        while written < bytes.count {
            let count = pwrite(
                descriptor, bytes.baseAddress.map { $0 + written }, bytes.count - written, off_t(offset + written))
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw Self.failure(path, errno) }
            written += count
        }
    }

    /// Makes the pages a part of the database: until then its header does not know them.
    func finish() throws(StoreError) {
        let (next, free) = pages.withLock { ($0.next, $0.free.sorted()) }
        guard ftruncate(descriptor, off_t(next - 1) * off_t(TreePage.size)) == 0 else {
            throw Self.failure(path, errno)
        }
        let trunk = try writeFreePages(free)
        var header = [UInt8](repeating: 0, count: Self.headerSize)
        guard pread(descriptor, &header, header.count, 0) == header.count else { throw Self.failure(path, errno) }
        header.withUnsafeMutableBytes { header in
            func read(_ offset: Int) -> UInt32 {
                UInt32(bigEndian: header.loadUnaligned(fromByteOffset: offset, as: UInt32.self))
            }
            func store(_ value: UInt32, at offset: Int) {
                header.storeBytes(of: value.bigEndian, toByteOffset: offset, as: UInt32.self)
            }
            // A connection that has pages of the file in memory looks at this to see whether they are still right.
            let change = read(24) &+ 1
            store(change, at: 24)
            store(next - 1, at: 28)
            store(trunk, at: 32)
            store(UInt32(free.count), at: 36)
            store(change, at: 92)
        }
        try header.withRawBytes { bytes throws(StoreError) in try write(bytes, at: 0) }
    }

    /// Lists pages as free ones: some of them, the trunks, hold the numbers of the others.
    /// - Returns: the number of the first trunk; 0 where there is none.
    private func writeFreePages(_ free: [UInt32]) throws(StoreError) -> UInt32 {
        let most = TreePage.size / 4 - 8
        var next: UInt32 = 0
        for start in stride(from: 0, to: free.count, by: most + 1) {
            let trunk = free[start]
            let leaves = free[(start + 1)..<min(start + 1 + most, free.count)]
            var page = [UInt8](repeating: 0, count: TreePage.size)
            page.withUnsafeMutableBytes { buffer in
                for (index, value) in ([next, UInt32(leaves.count)] + leaves).enumerated() {
                    buffer.storeBytes(of: value.bigEndian, toByteOffset: index * 4, as: UInt32.self)
                }
            }
            try page.withRawBytes { bytes throws(StoreError) in try write(bytes, to: trunk) }
            next = trunk
        }
        return next
    }

    private static func failure(_ path: String, _ number: Int32) -> StoreError {
        let isFull = number == ENOSPC || number == EDQUOT
        return .sqlite(code: isFull ? SQLITE_FULL : SQLITE_IOERR, message: systemMessage(number), sql: "")
    }
}
