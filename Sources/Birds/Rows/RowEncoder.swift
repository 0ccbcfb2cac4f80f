/// Writes observations in a format, with the given members.
///
/// The members are compiled to parts: adjacent members that depend on the same thing (location, species, date …)
/// form one part, which is rendered once for each location and then copied. Only ids, counts and columns of single
/// observations are written for each row. This is most of the speed of an answer: formatting two coordinates costs
/// more than all the rest of a row.
///
/// It belongs to one store: its fragments are true of that generation only.
final class RowEncoder {
    let format: RowFormat
    let fields: [Field]
    let syntax: RowSyntax
    /// The text before the first row.
    let opening: String

    /// Whether each row ends with its uncertainty and whether it was generalised, where it has them. There are always
    /// other members before them.
    let showsExactness: Bool
    /// The texts before these.
    private let uncertaintyPrefix: Literal
    private let generalisedPrefix: Literal

    let records: Records
    private let parts: UnsafeMutableBufferPointer<RowPart>
    private let rowEnd: Literal
    private let separator: Literal
    /// Whether a member shows a column of the observation or its checklist, which no index holds.
    private let needsObservation: Bool
    /// Whether rows need their data set and id (`isWide`).
    let needsIdentity: Bool

    /// - Parameters:
    ///   - fields: The members, in order. A repeated one is written once.
    ///   - showsExactness: As in `ObservationQuery`.
    ///   - cacheBound: How many bytes of rendered members are kept, shared by all parts.
    init(format: RowFormat, fields: [Field], showsExactness: Bool, records: Records, cacheBound: Int) {
        self.format = format
        self.fields = fields
        self.showsExactness = showsExactness
        self.records = records
        var distinct: [Field] = []
        for field in fields where !distinct.contains(field) {
            // They are in the geometry.
            if format == .geojson, field == .latitude || field == .longitude { continue }
            distinct.append(field)
        }
        let syntax = RowSyntax(format, columns: distinct.count)
        self.syntax = syntax
        opening = syntax.opening(distinct.map(\.rawValue))
        separator = Literal(syntax.separator)
        rowEnd = Literal(syntax.rowEnd)
        uncertaintyPrefix = Literal(
            syntax.prefix(Field.coordinateUncertainty.rawValue, isFirst: false))
        generalisedPrefix = Literal(syntax.prefix(Field.generalised.rawValue, isFirst: false))

        // Adjacent members with the same subject become one part.
        var runs: [(subject: Subject, members: [RowPart.Member])] = []
        if format == .geojson { runs.append((.location, [RowPart.Member(field: nil, prefix: "")])) }
        // In the other formats, every row begins with the same bytes, which become part of the first prefix.
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
                to: RowPart(
                    subject: run.subject, members: run.members, syntax: syntax, cacheBound: bound))
        }
        let subjects = Set(runs.map(\.subject))
        needsObservation = !subjects.isDisjoint(with: [.checklist, .observation])
        needsIdentity =
            showsExactness || !subjects.isDisjoint(with: [.checklist, .observation, .dataset, .locationName, .id])
    }

    deinit {
        parts.deinitialize()
        parts.deallocate()
    }

    /// Appends one whole row. After an error the buffer is as it was before.
    /// - Parameter isFirst: Whether it is the first row, which no separator precedes.
    /// - Throws: `.overBudget`, `.cancelled` or `.sqlite`.
    @inline(__always)
    func append(_ row: ObservationRow, isFirst: Bool, to buffer: inout RowBuffer) throws(StoreError) {
        let start = buffer.count
        do throws(StoreError) {
            if !isFirst { buffer.append(separator.bytes) }
            if needsObservation {
                try appendParts(row, try records.observation(of: row), to: &buffer)
            } else {
                try appendParts(row, nil, to: &buffer)
            }
            if showsExactness { try appendExactness(row, to: &buffer) }
            buffer.append(rowEnd.bytes)
        } catch {
            buffer.truncate(to: start)
            throw error
        }
    }

    /// Appends all members.
    /// - Parameter observation: As in `RowPart.append`. It is inlined, so that rows without it copy and release none.
    @inline(__always)
    private func appendParts(
        _ row: ObservationRow, _ observation: Records.Observation?, to buffer: inout RowBuffer
    ) throws(StoreError) {
        for index in parts.indices { try parts[index].append(row, observation, records, to: &buffer) }
    }

    /// Appends how exact the place of a record is, as far as that is known.
    @inline(never)
    private func appendExactness(_ row: ObservationRow, to buffer: inout RowBuffer) throws(StoreError) {
        guard row.isRecord else { return }
        let exactness = try records.exactness(of: row)
        if let uncertainty = exactness.uncertainty {
            buffer.append(uncertaintyPrefix.bytes)
            syntax.append(uncertainty, to: &buffer)
        }
        if let isGeneralised = exactness.isGeneralised {
            buffer.append(generalisedPrefix.bytes)
            syntax.append(isGeneralised, to: &buffer)
        }
    }
}
