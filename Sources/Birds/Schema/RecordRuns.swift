/// Some records of one holding: their ids, in ascending order, and their numbers in the holding, which follow one
/// another. A row of `record_run`.
///
/// The bytes tell, in turns, how many ids follow one another, and how many are missing before the next ones; without an
/// end. Each is an unsigned LEB128. They may be damaged: then some records are not found.
package struct RecordRuns {
    package let firstID: Int64
    package let firstNumber: Int64
    package let bytes: [UInt8]

    /// The run that was found last, counted from the first id and number. Records mostly come in order, so the next one
    /// is in it or follows it.
    private var run = Run()
    /// The position in `bytes` behind it.
    private var position = 0

    private struct Run {
        var id: UInt64 = 0
        var number: UInt64 = 0
        var count: UInt64 = 0
    }

    package init(firstID: Int64, firstNumber: Int64, bytes: [UInt8]) {
        (self.firstID, self.firstNumber, self.bytes) = (firstID, firstNumber, bytes)
        rewind()
    }

    /// The number of a record in its holding; nil if it is not among these.
    package mutating func number(of id: Int64) -> Int64? {
        guard id >= firstID else { return nil }
        let place = UInt64(bitPattern: id &- firstID)
        if place < run.id { rewind() }
        while place - run.id >= run.count { guard advance(), place >= run.id else { return nil } }
        return firstNumber.addingExactly(run.number.addingExactly(place - run.id))
    }

    /// The id of the record with a number; nil if it is not among these.
    package mutating func id(of number: Int64) -> Int64? {
        guard number >= firstNumber else { return nil }
        let place = UInt64(bitPattern: number &- firstNumber)
        if place < run.number { rewind() }
        while place - run.number >= run.count { guard advance() else { return nil } }
        return firstID.addingExactly(run.id.addingExactly(place - run.number))
    }

    private mutating func rewind() {
        (run, position) = (Run(), 0)
        run.count = next() ?? 0
    }

    /// Goes to the next run; false at the end.
    private mutating func advance() -> Bool {
        guard let missing = next(), let count = next(), let end = run.id.addingExactly(run.count),
            let id = end.addingExactly(missing), let number = run.number.addingExactly(run.count)
        else {
            rewind()
            return false
        }
        run = Run(id: id, number: number, count: count)
        return true
    }

    private mutating func next() -> UInt64? {
        var value: UInt64 = 0
        for shift in stride(from: 0 as UInt64, to: 64, by: 7) where position < bytes.count {
            let byte = bytes[position]
            position += 1
            value |= UInt64(byte & 0x7f) << shift
            if byte < 0x80 { return value }
        }
        return nil
    }

    /// Puts the records of a holding into rows.
    package struct Builder {
        /// Enough that rows are few, and few enough that one is found fast.
        static let mostRuns = 128

        /// The number of records until now.
        package private(set) var count: Int64 = 0
        private var first: (id: Int64, number: Int64) = (0, 0)
        private var bytes: [UInt8] = []
        private var runs = 0
        /// The last run.
        private var run: (id: Int64, count: UInt64)?

        package init() {}

        /// Adds the next record. Their ids must ascend.
        /// - Returns: A row that is full; nil for most records.
        package mutating func add(_ id: Int64) -> RecordRuns? {
            defer { count += 1 }
            guard let run else {
                (first, self.run) = ((id, count), (id, 1))
                return nil
            }
            let distance = UInt64(bitPattern: id &- run.id)
            if distance == run.count {
                self.run?.count += 1
                return nil
            }
            if runs + 1 == Self.mostRuns {
                defer { (first, self.run) = ((id, count), (id, 1)) }
                return finish()
            }
            append(run.count)
            append(distance &- run.count)
            runs += 1
            self.run = (id, 1)
            return nil
        }

        /// The row with the last records; nil if there is none.
        package mutating func finish() -> RecordRuns? {
            guard let run else { return nil }
            append(run.count)
            defer { (bytes, runs, self.run) = ([], 0, nil) }
            return RecordRuns(firstID: first.id, firstNumber: first.number, bytes: bytes)
        }

        private mutating func append(_ value: UInt64) {
            var value = value
            while value >= 0x80 {
                bytes.append(UInt8(truncatingIfNeeded: value) | 0x80)
                value >>= 7
            }
            bytes.append(UInt8(truncatingIfNeeded: value))
        }
    }
}

extension UInt64 {
    /// The sum; nil if it is too large.
    fileprivate func addingExactly(_ other: UInt64) -> UInt64? {
        let (sum, isTooLarge) = addingReportingOverflow(other)
        return isTooLarge ? nil : sum
    }
}

extension Int64 {
    fileprivate func addingExactly(_ other: UInt64?) -> Int64? {
        guard let other else { return nil }
        let sum = self &+ Int64(bitPattern: other)
        return sum < self ? nil : sum
    }
}
