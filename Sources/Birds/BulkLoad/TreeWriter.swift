/// Fills an empty B-tree of a SQLite file with rows that come in its order, page after page, each full and written once.
///
/// SQLite itself would look for the place of each row; here it is known. A table's cells stand on leaves, and interior pages say
/// which is the greatest row of each child; of an index every row stands once, some of them on interior pages.
/// Source: https://www.sqlite.org/fileformat2.html#b_tree_pages
final class TreeWriter {
    enum Kind {
        /// Rows have an id, and ascend with it.
        case table
        /// Rows are their own keys: an index, or a table without row ids.
        case index
    }

    private let file: PageFile
    private let root: UInt32
    private let kind: Kind
    private var extent = PageFile.Extent()
    private let leaf = TreePage(isInterior: false)
    /// The interior pages that are being filled, those next to the leaves first. Each has at least one cell.
    private var levels: [TreePage] = []
    private var lastID: Int64 = 0

    /// - Parameter root: the number of the tree's first page, which must be an empty leaf.
    init(_ file: PageFile, root: UInt32, _ kind: Kind) {
        (self.file, self.root, self.kind) = (file, root, kind)
    }

    /// Adds a row behind those that are there.
    func add(_ row: inout RowPayload, id: Int64 = 0) throws(StoreError) {
        try row.withBytes { bytes throws(StoreError) in try add(bytes, id: id) }
    }

    @inline(__always)
    func add(_ row: UnsafeRawBufferPointer, id: Int64 = 0) throws(StoreError) {
        let local = localSize(row.count)
        let isWhole = local == row.count
        var head = Varint.size(UInt64(row.count))
        if kind == .table { head += Varint.size(UInt64(bitPattern: id)) }
        // No cell takes less than four bytes.
        let size = max(4, head + local + (isWhole ? 0 : 4))
        if !leaf.fits(size) { try closeLeaf() }
        let rest = isWhole ? 0 : try writeOverflow(UnsafeRawBufferPointer(rebasing: row[local...]))
        let cell = leaf.append(size)
        var index = Varint.write(UInt64(row.count), to: cell)
        if kind == .table {
            index += Varint.write(
                UInt64(bitPattern: id), to: UnsafeMutableRawBufferPointer(rebasing: cell[index...]))
        }
        UnsafeMutableRawBufferPointer(rebasing: cell[index...])
            .copyMemory(from: UnsafeRawBufferPointer(rebasing: row[..<local]))
        if !isWhole { cell.storeBytes(of: rest.bigEndian, toByteOffset: index + local, as: UInt32.self) }
        lastID = id
    }

    /// Writes what is left, the root last.
    func finish() throws(StoreError) {
        if levels.isEmpty {
            try file.write(leaf.seal(type: leafType), to: root)
        } else {
            var child = try write(leaf.seal(type: leafType))
            for (level, page) in levels.enumerated() {
                let sealed = page.seal(type: interiorType, right: child)
                if level == levels.count - 1 {
                    try file.write(sealed, to: root)
                } else {
                    child = try write(sealed)
                }
            }
        }
        try file.finish(&extent)
    }

    private var leafType: UInt8 { kind == .table ? 0x0D : 0x0A }
    private var interiorType: UInt8 { kind == .table ? 0x05 : 0x02 }

    /// How many bytes of a row stand in its cell; the others are on pages of their own.
    @inline(__always)
    private func localSize(_ count: Int) -> Int {
        let most = kind == .table ? TreePage.size - 35 : (TreePage.size - 12) * 64 / 255 - 23
        if count <= most { return count }
        let least = (TreePage.size - 12) * 32 / 255 - 23
        let fitting = least + (count - least) % (TreePage.size - 4)
        return fitting <= most ? fitting : least
    }

    /// Writes the rest of a row on pages that each begin with the number of the next.
    /// - Returns: the number of the first.
    private func writeOverflow(_ rest: UnsafeRawBufferPointer) throws(StoreError) -> UInt32 {
        let room = TreePage.size - 4
        var next: UInt32 = 0
        var page = [UInt8](repeating: 0, count: TreePage.size)
        // The last comes first, since each page names the one behind it.
        for start in stride(from: (rest.count - 1) / room * room, through: 0, by: -room) {
            let part = rest[start..<min(start + room, rest.count)]
            page.withUnsafeMutableBytes { buffer in
                buffer.initializeMemory(as: UInt8.self, repeating: 0)
                buffer.storeBytes(of: next.bigEndian, as: UInt32.self)
                UnsafeMutableRawBufferPointer(rebasing: buffer[4...])
                    .copyMemory(from: UnsafeRawBufferPointer(rebasing: part))
            }
            next = try page.withRawBytes { bytes throws(StoreError) in try write(bytes) }
        }
        return next
    }

    private func closeLeaf() throws(StoreError) {
        let key: [UInt8]
        if kind == .table {
            var bytes = [UInt8](repeating: 0, count: 9)
            let count = bytes.withUnsafeMutableBytes { Varint.write(UInt64(bitPattern: lastID), to: $0) }
            key = Array(bytes.prefix(count))
        } else {
            // The row between two leaves stands above them.
            key = leaf.removeLast()
        }
        let page = try write(leaf.seal(type: leafType))
        leaf.clear()
        try add(page, key, level: 0)
    }

    /// Adds a child, and the key that stands between it and the next, to an interior page.
    private func add(_ child: UInt32, _ key: [UInt8], level: Int) throws(StoreError) {
        if level == levels.count { levels.append(TreePage(isInterior: true)) }
        let page = levels[level]
        if !page.fits(4 + key.count) {
            // The last child of a full page has no key on it: that goes one level up.
            let last = page.removeLast()
            let right = last.prefix(4).reduce(0) { $0 << 8 | UInt32($1) }
            let number = try write(page.seal(type: interiorType, right: right))
            page.clear()
            try add(number, Array(last.dropFirst(4)), level: level + 1)
        }
        let cell = page.append(4 + key.count)
        cell.storeBytes(of: child.bigEndian, as: UInt32.self)
        UnsafeMutableRawBufferPointer(rebasing: cell[4...]).copyBytes(from: key)
    }

    private func write(_ page: UnsafeRawBufferPointer) throws(StoreError) -> UInt32 {
        try file.append(page, to: &extent)
    }
}
