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
    private let parts: UnsafeMutableBufferPointer<RowPart>
    private let rowEnd: Literal
    private let separator: Literal
    /// Whether a member needs more of an observation than the indexes hold.
    private let needsObservation: Bool
    /// Whether `dataset` and `id` of a row are needed.
    let needsIdentity: Bool

    /// - Parameters:
    ///   - fields: A repeated one counts once.
    ///   - cacheBound: How many bytes of rendered members are kept.
    init(format: RowFormat, fields: [Field], records: Records, cacheBound: Int) {
        self.format = format
        self.fields = fields
        self.records = records
        var distinct: [Field] = []
        for field in fields where !distinct.contains(field) {
            // The geometry has them.
            if format == .geojson, field == .latitude || field == .longitude { continue }
            distinct.append(field)
        }
        let syntax = RowSyntax(format, columns: distinct.count)
        self.syntax = syntax
        opening = syntax.opening(distinct.map(\.rawValue))
        separator = Literal(syntax.separator)
        rowEnd = Literal(syntax.rowEnd)

        var runs: [(subject: Subject, members: [RowPart.Member])] = []
        if format == .geojson { runs.append((.location, [RowPart.Member(field: nil, prefix: "")])) }
        // Of the other formats, a row begins with the same bytes always.
        var start = RowBuffer()
        if format != .geojson { syntax.appendRowStart(latitude: nil, longitude: nil, to: &start) }
        let opener = String(decoding: start.bytes, as: UTF8.self)
        for (index, field) in distinct.enumerated() {
            let prefix = syntax.prefix(field.rawValue, isFirst: index == 0)
            let member = RowPart.Member(field: field, prefix: index == 0 ? opener + prefix : prefix)
            if let last = runs.last, last.subject == field.subject {
                runs[runs.count - 1].members.append(member)
            } else {
                runs.append((field.subject, [member]))
            }
        }
        let bound = cacheBound / max(runs.count, 1)
        parts = .allocate(capacity: runs.count)
        for (index, run) in runs.enumerated() {
            parts.initializeElement(
                at: index,
                to: RowPart(subject: run.subject, members: run.members, syntax: syntax, cacheBound: bound))
        }
        let subjects = Set(runs.map(\.subject))
        needsObservation = !subjects.isDisjoint(with: [.checklist, .observation])
        needsIdentity = !subjects.isDisjoint(with: [.checklist, .observation, .dataset, .id])
    }

    deinit {
        parts.deinitialize()
        parts.deallocate()
    }

    /// Appends one row, whole: after an error the buffer is as it was.
    /// - Parameter isFirst: Whether no row stands before it.
    @inline(__always)
    func append(_ row: ObservationRow, isFirst: Bool, to buffer: inout RowBuffer) throws(StoreError) {
        let start = buffer.count
        do throws(StoreError) {
            if !isFirst { buffer.append(separator.bytes) }
            let observation: Records.Observation? = needsObservation ? try records.observation(of: row) : nil
            for index in parts.indices { try parts[index].append(row, observation, records, to: &buffer) }
            buffer.append(rowEnd.bytes)
        } catch {
            buffer.truncate(to: start)
            throw error
        }
    }
}
