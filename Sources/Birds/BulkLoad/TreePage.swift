/// A page of a B-tree while it is filled: cells from its end downwards, and their places from its beginning upwards.
///
/// Source: https://www.sqlite.org/fileformat2.html#b_tree_pages
final class TreePage {
    static let size = 4096

    /// Invariant: `headerSize + 2 * count <= content <= size`, so that every access below lies within the page.
    private let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: TreePage.size, alignment: 8)
    private let headerSize: Int
    private var count = 0
    private var content = TreePage.size
    private var lastSize = 0

    init(isInterior: Bool) {
        headerSize = isInterior ? 12 : 8
        clear()
    }

    deinit { bytes.deallocate() }

    func clear() {
        // What lies between would else be what an earlier page had there.
        bytes.initializeMemory(as: UInt8.self, repeating: 0)
        (count, content, lastSize) = (0, Self.size, 0)
    }

    @inline(__always)
    func fits(_ size: Int) -> Bool { headerSize + 2 * (count + 1) + size <= content }

    /// Room for one more cell, which must fit.
    @inline(__always)
    func append(_ size: Int) -> UnsafeMutableRawBufferPointer {
        precondition(size > 0 && fits(size), "a cell must fit into its page")
        content -= size
        store(UInt16(truncatingIfNeeded: content), at: headerSize + 2 * count)
        count += 1
        lastSize = size
        return UnsafeMutableRawBufferPointer(rebasing: bytes[content..<(content + size)])
    }

    /// Takes the last cell, which was appended since the page was cleared, off the page again.
    func removeLast() -> [UInt8] {
        precondition(count > 1 && lastSize > 0, "a page keeps at least one cell")
        let cell = Array(bytes[content..<(content + lastSize)])
        for index in 0..<lastSize { bytes[content + index] = 0 }
        content += lastSize
        count -= 1
        lastSize = 0
        store(0 as UInt16, at: headerSize + 2 * count)
        return cell
    }

    /// Writes the header.
    /// - Parameter right: the child behind the last cell, of an interior page.
    func seal(type: UInt8, right: UInt32 = 0) -> UnsafeRawBufferPointer {
        bytes[0] = type
        store(UInt16(truncatingIfNeeded: count), at: 3)
        store(UInt16(truncatingIfNeeded: content), at: 5)
        if headerSize == 12 { store(right, at: 8) }
        return UnsafeRawBufferPointer(bytes)
    }

    @inline(__always)
    private func store<Value: FixedWidthInteger>(_ value: Value, at offset: Int) {
        bytes.storeBytes(of: value.bigEndian, toByteOffset: offset, as: Value.self)
    }
}
