import Birds

/// Whether a record passed its review, and whether the species was there at all.
extension RecordDecoder {
    /// Whether the record passed its review, and the count if other columns tell it. `occurrenceStatus` takes
    /// precedence over a count, and `individualCount` over `organismQuantity`.
    func decodeStatus(_ row: inout Row, into record: inout SourceRecord) throws(RowError) {
        record[.valid] = try columns.flag(.valid, row)
        record[.reviewed] = try columns.flag(.reviewed, row)
        if try columns.flag(.unlikely, row) == 1 { record[.valid] = 0 }
        if record.count == nil, !columns.cell(.quantity, row).isEmpty,
            row.text(columns.cell(.quantityType, row)).lowercased() == "individuals"
        {
            record.count = try count(row, .quantity)
        }
        if columns.has(.status) { try decodeOccurrenceStatus(&row, into: &record) }
    }

    /// A status that says that the species was not there means a count of 0. The comments keep one that says neither
    /// this nor the opposite, such as `doubtful`.
    private func decodeOccurrenceStatus(_ row: inout Row, into record: inout SourceRecord) throws(RowError) {
        let cell = columns.cell(.status, row)
        // Nearly all rows.
        if cell.isEmpty || row.bytes[cell.range].lazy.map({ $0 | 0x20 }).elementsEqual("present".utf8) { return }
        let word = row.text(cell).lowercased().filter { $0.isLetter || $0.isNumber }
        if word.hasPrefix("absen") || Self.absent.contains(word) || !word.isEmpty && word.allSatisfy({ $0 == "0" }) {
            record.count = 0
        } else if !Self.present.contains(word) {
            let status = row.text(try columns.label(.status, row, &record.cutTexts))
            note("occurrence status: \(status)", &row, &record)
        }
    }

    // Words for the status, in lower case and without spaces and signs. `absent` and `absence` are not listed.
    private static let absent: Set<String> = [
        "notpresent", "notdetected", "notobserved", "notseen", "notheard", "notfound", "notrecorded", "nondetection",
        "nondetected", "nodetection", "undetected", "none", "no", "n", "false", "f", "zero", "excluded", "ausente",
        "abwesend", "notreported", "noneobserved", "nonedetected", "noneseen", "nonefound",
        // German, French and Spanish.
        "nichtvorhanden", "nichtnachgewiesen", "nichtbeobachtet", "nichtgefunden", "nichtgesehen", "nichtfestgestellt",
        "keinnachweis", "fehlt", "fehlend", "fehlanzeige", "nonprésent", "nonobservé", "nonobserve", "nondétecté",
        "nondetecte", "nontrouvé", "nontrouve", "nopresente", "noobservado", "nodetectado", "noencontrado",
    ]
    private static let present: Set<String> = [
        "present", "presence", "presente", "detected", "observed", "recorded", "yes", "y", "true", "t", "1",
        "vorhanden", "anwesend", "nachgewiesen", "beobachtet", "festgestellt", "présent", "présente", "observé",
        "détecté", "observado", "detectado",
    ]
}
