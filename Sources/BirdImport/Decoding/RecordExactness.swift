import Birds

/// How exact the place of a record is.
extension RecordDecoder {
    /// The greatest uncertainty of a place in metres: half of the earth's circumference.
    private static let mostUncertain = 20_037_508.0

    /// How exact the place is. The accuracy of a true place says nothing of the obscured one that the file has.
    func decodeExactness(_ row: Row, into record: inout SourceRecord) throws(RowError) {
        var isGeneralised = try columns.flag(.obscured, row).map { $0 == 1 }
        if isGeneralised == nil, saysSomething(.generalisation, row) { isGeneralised = true }
        // They count against `coordinates_obscured` too: if one of the two is wrong, nobody can tell which.
        for member in [Format.Member.geoprivacy, .taxonGeoprivacy] where isGeneralised != true && columns.has(member) {
            if row.text(columns.cell(member, row)).lowercased() == "obscured" { isGeneralised = true }
        }
        // Such as "Coordinate uncertainty increased to 28 km to protect threatened taxon".
        if isGeneralised == nil, saysSomething(.withheld, row) {
            let text = row.text(columns.cell(.withheld, row)).lowercased()
            if Self.ofPlaces.contains(where: text.contains) { isGeneralised = true }
        }
        record[.generalised] = isGeneralised.map { $0 ? 1 : 0 }
        let isOther = rules.contains(.uncertaintyOfTruePlace) && isGeneralised != false
        let member = isOther ? Format.Member.publicUncertainty : .uncertainty
        (record[real: .coordinateUncertainty], record.hasUnreadUncertainty) = distance(member, row)
    }

    /// What says that the place is withheld. Observers and media may be withheld too.
    private static let ofPlaces = [
        "coordinate", "location withheld", "locality", "sensitive species", "precise location", "exact location",
    ]

    /// Whether a cell has words other than a denial, such as `none applied` or `Coordinates are not generalised`.
    private func saysSomething(_ member: Format.Member, _ row: Row) -> Bool {
        guard columns.has(member) else { return false }
        let words = row.text(columns.cell(member, row)).lowercased().split { !$0.isLetter && !$0.isNumber }
        return !words.allSatisfy { Self.denials.contains($0) || Self.ofDenials.contains($0) }
            || !words.isEmpty && !words.contains(where: Self.denials.contains)
    }

    private static let denials: Set<Substring> = [
        "no", "not", "non", "none", "false", "0", "na", "n", "null", "nil", "ungeneralised", "ungeneralized",
        "unmodified", "nein", "nicht", "kein", "keine", "nei", "nej", "inga", "ingen", "ikke", "inte", "nee", "geen",
        "niet", "aucun", "aucune", "ninguna", "ninguno", "nenhuma", "nessuna", "nessuno", "falsch", "faux", "falso",
    ]
    /// The other words of denials.
    private static let ofDenials: Set<Substring> = [
        "a", "applied", "applicable", "generalised", "generalized", "generalisation", "generalization",
        "generalisations", "generalizations", "data", "coordinates", "coordinate", "location", "locality", "place",
        "record", "the", "is", "are", "was", "were", "has", "have", "been", "ed", "made", "known", "angewendet",
        "generalisiert", "verallgemeinert",
    ]

    /// A distance on the earth in metres; nil if there is none. 0 means that it is not known, since no place is that
    /// exact. A remark in its place, such as `unknown`, never costs the record.
    private func distance(_ member: Format.Member, _ row: Row) -> (value: Double?, isUnread: Bool) {
        guard columns.has(member), !columns.cell(member, row).isEmpty else { return (nil, false) }
        guard let value = try? columns.double(member, row), value >= 0, value <= Self.mostUncertain else {
            return (nil, true)
        }
        return (value > 0 ? value : nil, false)
    }
}
