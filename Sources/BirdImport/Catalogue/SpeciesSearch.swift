import Birds

/// Finds the species of the names in a record, by the rules of `ScientificName`.
final class SpeciesSearch {
    private let folded: FoldedNames
    private let row: Statement
    private let named: Statement

    init(_ database: Database) throws(StoreError) {
        folded = FoldedNames(database)
        row = try database.prepare("SELECT code, taxon_order IS NULL FROM species WHERE id = ?1")
        named = try database.prepare(
            """
            SELECT scientific_name FROM species WHERE code = ?1 AND (scientific_name IS NOT NULL OR common_name IS NOT NULL)
            """)
    }

    /// The species of a taxon.
    struct Match {
        /// The code in the database, or the name if no species has it.
        var code: [UInt8]
        /// What the species does not say, for the comments of the records.
        var remark: String?
        /// What to store for the code if it has no names.
        var description: SourceSpecies?
    }

    /// The code of the species that a text in place of a code names; nil if there is none, if the text is the code of a
    /// species that has names, or if it says more than the species.
    func find(insteadOf code: [UInt8]) throws(StoreError) -> [UInt8]? {
        if try hasNames(code) { return nil }
        let text = String(decoding: code, as: UTF8.self)
        for column in [FoldedNames.Column.scientific, .common] {
            if let code = try self.code(text, column) { return code }
        }
        let match = try find(Taxon(scientificName: code))
        guard match.remark == nil, match.code != code, try hasNames(match.code) else { return nil }
        return match.code
    }

    /// Whether a species with this code has a name.
    private func hasNames(_ code: [UInt8]) throws(StoreError) -> Bool {
        named.bind(1, utf8: code, 0..<code.count)
        var isNamed = false
        while try named.step() { isNamed = true }
        return isNamed
    }

    func find(_ taxon: Taxon) throws(StoreError) -> Match {
        let written = String(decoding: taxon.scientificName, as: UTF8.self)
        let name = ScientificName(written)
        // A question mark alone names nothing.
        let isNamed = !written.isEmpty && !ScientificName.isDoubt(written)
        let common = String(decoding: taxon.commonName, as: UTF8.self)
        for form in name.names {
            if let code = try code(form, .scientific) {
                return Match(code: code, remark: name.isUncertain ? Self.remark(written) : nil)
            }
        }
        if !common.isEmpty, !isNamed || Self.isAsExact(common, as: name), let code = try code(common, .common),
            try isAsDomestic(code, as: name)
        {
            // `Sitta europaea (pale)` says more than the species.
            let saysMore = name.isUncertain || name.kind == .species && !name.species.isEmpty
            return Match(code: code, remark: saysMore ? Self.remark(written) : nil)
        }
        if !taxon.category.isEmpty { return ownRow(taxon, name, common) }
        let speciesName = String(decoding: taxon.speciesName, as: UTF8.self)
        // Only a subspecies is its species, whatever the file says.
        let isOfSpecies = name.kind == .species || name.kind == .subspecies
        let ofFile = isOfSpecies && !speciesName.isEmpty ? ScientificName(speciesName).names : []
        for form in ofFile + name.species {
            guard let code = try code(form, .scientific) else { continue }
            // A synonym of the species says no more than the species.
            let saysMore = name.isUncertain || name.kind == .subspecies || !name.species.isEmpty
            return Match(code: code, remark: saysMore ? Self.remark(written) : nil)
        }
        if !isNamed, !common.isEmpty || written.isEmpty {
            return Match(code: Array(common.utf8), remark: name.isUncertain ? Self.remark(written) : nil)
        }
        // People write common names in this column too.
        if let code = try code(ScientificName.clean(written), .common) { return Match(code: code) }
        // `species` of GBIF is the accepted name of a synonym.
        let isPlain = name.kind == .species && name.species.isEmpty && !name.isUncertain
        let kept = isPlain && !speciesName.isEmpty ? ScientificName(speciesName).kept : name.kept
        return Match(
            code: Array(kept.utf8), description: name.category.map { SourceSpecies(code: kept, category: $0) })
    }

    /// A subspecies with names and category of its own.
    private func ownRow(_ taxon: Taxon, _ name: ScientificName, _ common: String) -> Match {
        Match(
            code: Array(name.kept.utf8),
            description: SourceSpecies(
                code: name.kept, scientificName: name.kept, commonName: common.isEmpty ? nil : common,
                category: String(decoding: taxon.category, as: UTF8.self)))
    }

    /// Whether the scientific name of a species has a word such as `domesticus` too if a name has one: `Fringilla
    /// domestica` may be *Passer domesticus*, but `Anser domesticus` not *Anser anser*.
    private func isAsDomestic(_ code: [UInt8], as name: ScientificName) throws(StoreError) -> Bool {
        guard name.mayBeDomestic else { return true }
        named.bind(1, utf8: code, 0..<code.count)
        var isDomestic = false
        while try named.step() {
            let other = ScientificName(named.text(0) ?? "")
            isDomestic = other.mayBeDomestic || other.kind == .domestic
        }
        return isDomestic
    }

    /// Whether a common name can stand for a scientific name. Some files give the common name of the species to its
    /// subspecies, hybrids and domestic forms.
    private static func isAsExact(_ common: String, as name: ScientificName) -> Bool {
        if name.kind == .species { return true }
        let category = SpeciesDecoder.category(of: SourceSpecies(code: "", commonName: common))
        return category != nil && category != "species"
    }

    private static func remark(_ written: String) -> String {
        "identified as " + ScientificName.clean(written)
    }

    /// The code of the species with a name. Of several, one of a taxonomy takes precedence over those that a newer one
    /// does not have any more, and then the one with the least id.
    private func code(_ name: String, _ column: FoldedNames.Column) throws(StoreError) -> [UInt8]? {
        var best: [UInt8]?
        for id in try folded.ids(name, column) {
            row.bind(1, id)
            while try row.step() {
                let code = row.bytes(0)
                guard row.int64(1) == 1 else {
                    row.reset()
                    return code
                }
                best = best ?? code
            }
        }
        return best
    }
}
