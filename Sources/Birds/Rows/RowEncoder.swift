/// Writes observations in a format, with the given members.
///
/// The members are compiled to parts: those that follow each other and depend on the same thing (the place, the species, the
/// date …) are one part, rendered once for each place and then copied. Only the id and the number are written afresh.
///
/// It is bound to its store: it knows the names of that generation.
final class RowEncoder {
    let format: RowFormat
    let fields: [Field]
    let syntax: RowSyntax
    /// What stands before the first row.
    let opening: String

    private let records: Records
    private let parts: [RowPart]
    private let rowEnd: [UInt8]
    private let separator: [UInt8]
    /// Whether a member needs more of an observation than the indexes hold.
    private let needsObservation: Bool

    /// - Parameters:
    ///   - fields: A repeated one counts once.
    ///   - cacheBound: How many bytes of rendered members are kept.
    init(format: RowFormat, fields: [Field], records: Records, cacheBound: Int) {
        self.format = format
        self.fields = fields
        self.records = records
        var distinct: [Field] = []
        for field in fields where !distinct.contains(field) { distinct.append(field) }
        let syntax = RowSyntax(format, columns: distinct.count)
        self.syntax = syntax
        opening = syntax.opening(distinct.map(\.rawValue))
        separator = Array(syntax.separator.utf8)
        // Without members nothing opens the object.
        rowEnd = Array((distinct.isEmpty && format == .json ? "{" + syntax.rowEnd : syntax.rowEnd).utf8)

        var runs: [(subject: Subject, members: [RowPart.Member])] = []
        for (index, field) in distinct.enumerated() {
            let member = RowPart.Member(field: field, prefix: syntax.prefix(field.rawValue, isFirst: index == 0))
            if let last = runs.last, last.subject == field.subject {
                runs[runs.count - 1].members.append(member)
            } else {
                runs.append((field.subject, [member]))
            }
        }
        let bound = cacheBound / max(runs.count, 1)
        parts = runs.map { RowPart(subject: $0.subject, members: $0.members, syntax: syntax, cacheBound: bound) }
        needsObservation = parts.contains { $0.subject == .checklist || $0.subject == .observation }
    }

    /// Appends one row, whole: after an error the buffer is as it was.
    /// - Parameter isFirst: Whether no row stands before it.
    @inline(__always)
    func append(_ row: ObservationRow, isFirst: Bool, to buffer: inout RowBuffer) throws(StoreError) {
        let start = buffer.count
        do throws(StoreError) {
            if !isFirst { buffer.append(separator) }
            let observation: Records.Observation? = needsObservation ? try records.observation(row.id) : nil
            for part in parts { try part.append(row, observation, records, to: &buffer) }
            buffer.append(rowEnd)
        } catch {
            buffer.truncate(to: start)
            throw error
        }
    }
}
