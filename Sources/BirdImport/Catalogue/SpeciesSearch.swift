import Birds

/// Finds the species of the names in a record, by the rules of `ScientificName`.
final class SpeciesSearch {
    private let folded: FoldedNames
    private let row: Statement
    private let named: Statement
    private let ofGenus: Statement

    init(_ database: Database) throws(StoreError) {
        folded = FoldedNames(database)
        // Names that only records give would tell of them: other people, who may not see these, would find another
        // code in their records.
        row = try database.prepare("SELECT code, taxon_order IS NULL FROM species WHERE id = ?1 AND listed <> 0")
        named = try database.prepare(
            """
            SELECT scientific_name, common_name FROM species
            WHERE code = ?1 AND (scientific_name IS NOT NULL OR common_name IS NOT NULL) AND listed <> 0
            """)
        // The character after a space is `!`.
        ofGenus = try database.prepare(
            """
            SELECT EXISTS (SELECT 1 FROM species WHERE scientific_name COLLATE NOCASE > ?1 || ' '
                AND scientific_name COLLATE NOCASE < ?1 || '!' AND listed <> 0)
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

    /// The species that a text in place of a code names, or the text itself if it tells only a category; nil if it
    /// tells nothing, or is the code of a species that has names.
    func find(insteadOf code: [UInt8]) throws(StoreError) -> Match? {
        if try names(of: code) != nil { return nil }
        let text = String(decoding: code, as: UTF8.self)
        for column in [FoldedNames.Column.scientific, .common] {
            if let code = try self.code(text, column) { return Match(code: code) }
        }
        let match = try find(Taxon(scientificName: code))
        if try names(of: match.code) != nil { return match }
        // A code of one word may look like a genus, and a common name such as `lesser black gull` like a subspecies.
        guard let category = match.description?.category else { return nil }
        if category == "issf" || !code.contains(0x20), try !isKnown(genus: text.prefix { $0 != " " }) { return nil }
        return Match(code: code, description: SourceSpecies(code: text, category: category))
    }

    /// The species of a record that has names beside a code, if these mean another one than the code: files have codes
    /// of older taxonomies, which a newer one may have given to another species. Nil if the code counts.
    /// - Parameter code: The code, or the one that has replaced it.
    func find(_ taxon: Taxon, beside code: [UInt8]) throws(StoreError) -> Match? {
        let own = try names(of: code)
        let common = String(decoding: taxon.commonName, as: UTF8.self)
        let isOwnCommonName = !common.isEmpty && own?.common?.lowercased() == common.lowercased()
        let written = String(decoding: taxon.scientificName, as: UTF8.self)
        if !written.isEmpty {
            let name = ScientificName(written)
            if let own = own?.scientific?.lowercased(), name.names.contains(where: { $0.lowercased() == own }) {
                return nil
            }
            for form in name.names {
                if let other = try self.code(form, .scientific) { return other == code ? nil : Match(code: other) }
            }
            // A genus changes more often than an epithet.
            if let own = own?.scientific, !isOwnCommonName, name.stem != ScientificName(own).stem {
                let match = try find(taxon)
                return match.code == code ? nil : match
            }
        }
        if common.isEmpty || isOwnCommonName || own?.scientific != nil && !written.isEmpty { return nil }
        guard let other = try self.code(common, .common), other != code else { return nil }
        return Match(code: other)
    }

    /// The names of the species with this code; nil if it has none.
    private func names(of code: [UInt8]) throws(StoreError) -> (scientific: String?, common: String?)? {
        named.bind(1, utf8: code, 0..<code.count)
        var names: (scientific: String?, common: String?)?
        while try named.step() { names = (named.text(0), named.text(1)) }
        return names
    }

    /// Whether there is a scientific name in this genus.
    private func isKnown(genus: Substring) throws(StoreError) -> Bool {
        ofGenus.bind(1, String(genus))
        var isKnown = false
        while try ofGenus.step() { isKnown = ofGenus.int64(0) == 1 }
        return isKnown
    }

    func find(_ taxon: Taxon) throws(StoreError) -> Match {
        let written = String(decoding: taxon.scientificName, as: UTF8.self)
        let name = try ScientificName(written) { (name) throws(StoreError) in try code(name, .scientific) != nil }
        // A question mark alone names nothing.
        let isNamed = !written.isEmpty && !ScientificName.isDoubt(written)
        let common = String(decoding: taxon.commonName, as: UTF8.self)
        for form in name.names {
            if let code = try code(form, .scientific) {
                return Match(code: code, remark: name.isUncertain ? Self.remark(name) : nil)
            }
        }
        if !common.isEmpty, !isNamed || Self.isAsExact(common, as: name), let code = try code(common, .common),
            try isAsDomestic(code, as: name)
        {
            // `Sitta europaea (pale)` says more than the species.
            let saysMore = name.isUncertain || name.kind == .species && !name.species.isEmpty
            return Match(code: code, remark: saysMore ? Self.remark(name) : nil)
        }
        if !taxon.category.isEmpty { return ownRow(taxon, name, common) }
        let speciesName = String(decoding: taxon.speciesName, as: UTF8.self)
        // Only a subspecies is its species, whatever the file says.
        let isOfSpecies = name.kind == .species || name.kind == .subspecies
        let ofFile = isOfSpecies && !speciesName.isEmpty ? ScientificName(speciesName).names : []
        // What is nearer to the name than its species comes first: the species of the file may be that of another
        // taxonomy, which has not split it.
        for form in name.nearer + ofFile + name.binomials {
            guard let code = try code(form, .scientific) else { continue }
            // A synonym of the species says no more than the species.
            let saysMore = name.isUncertain || name.kind == .subspecies || !name.species.isEmpty
            return Match(code: code, remark: saysMore ? Self.remark(name) : nil)
        }
        if !isNamed, !common.isEmpty || written.isEmpty {
            return Match(code: Array(common.utf8), remark: name.isUncertain ? Self.remark(name) : nil)
        }
        // People write common names in this column too.
        if let code = try code(ScientificName.clean(written), .common) { return Match(code: code) }
        // `species` of GBIF is the accepted name of a synonym.
        let isPlain = name.kind == .species && name.species.isEmpty && !name.isUncertain
        if isPlain || name.mayBeAlternative && isOfSpecies, !speciesName.isEmpty {
            return Match(
                code: Array(ScientificName(speciesName).kept.utf8), remark: isPlain ? nil : Self.remark(name))
        }
        return Match(
            code: Array(name.kept.utf8),
            description: name.category.map { SourceSpecies(code: name.kept, category: $0) })
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
        let other = ScientificName(try names(of: code)?.scientific ?? "")
        return other.mayBeDomestic || other.kind == .domestic
    }

    /// Whether a common name can stand for a scientific name. Some files give the common name of the species to its
    /// subspecies, hybrids and domestic forms.
    private static func isAsExact(_ common: String, as name: ScientificName) -> Bool {
        if name.kind == .species { return true }
        let category = SpeciesDecoder.category(of: SourceSpecies(code: "", commonName: common))
        return category != nil && category != "species"
    }

    /// The name as written, but without an author that is certain: a name that was stored before its taxonomy has none
    /// either.
    private static func remark(_ name: ScientificName) -> String { "identified as " + name.kept }

    /// The code of the species with a name. Apostrophes may be straight or curly.
    private func code(_ name: String, _ column: FoldedNames.Column) throws(StoreError) -> [UInt8]? {
        if let code = try exactCode(name, column) { return code }
        guard name.contains(where: Self.apostrophes.contains) else { return nil }
        for apostrophe in ["'", "’"] {
            let other = name.map { Self.apostrophes.contains($0) ? apostrophe : String($0) }.joined()
            if other != name, let code = try exactCode(other, column) { return code }
        }
        return nil
    }

    private static let apostrophes: Set<Character> = ["'", "’", "‘", "ʼ", "`", "´"]

    /// The code of the species with a name. Of several, one of a taxonomy takes precedence over those that a newer one
    /// does not have any more, and then the one with the least id.
    private func exactCode(_ name: String, _ column: FoldedNames.Column) throws(StoreError) -> [UInt8]? {
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
