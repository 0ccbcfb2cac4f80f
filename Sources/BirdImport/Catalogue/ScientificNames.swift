import Birds
import FileSystem

/// The scientific names of species by their codes and common names, before an import has changed anything.
struct ScientificNames {
    private var byCode: [[UInt8]: [UInt8]] = [:]
    /// By common names in lower case.
    private var byCommonName: [String: [UInt8]] = [:]

    /// - Parameter species: The species of the import so far. What is added first is kept.
    init(_ species: [SourceSpecies]) {
        for species in species { add(species) }
    }

    /// The scientific name of a code, or else of a common name; nil if neither is known.
    func find(code: [UInt8], commonName: [UInt8]) -> [UInt8]? {
        byCode[code] ?? byCommonName[String(decoding: commonName, as: UTF8.self).lowercased()]
    }

    /// Adds the species of a table that the import reads later.
    mutating func add(_ table: SourceTable) throws(ChangeError) {
        var decoder = SpeciesDecoder(table.format, Columns(table.format, table.header, commas: table.commas))
        let rows = try table.open()
        var row = Row()
        while try rows.next(&row) {
            // A repeated header has no genus for the rows after it.
            if row.problem != nil || table.header.reasonToPass(row) != nil { continue }
            if case .species(let species)? = try? decoder.decode(&row) { add(species) }
        }
    }

    private mutating func add(_ species: SourceSpecies) {
        guard let name = species.scientificName else { return }
        add(Array(name.utf8), code: Array(species.code.utf8), commonName: species.commonName)
    }

    /// Adds the species of a database; none if there is no file.
    mutating func addStored(in path: String) throws(StoreError) {
        guard let identity = FileIdentity(path: path), identity.isRegular else { return }
        // Of several species with a common name, one of a taxonomy is meant.
        let database = try Database(path: path, mode: .readOnly)
        // A file of an older layout, which the import converts later, does not tell whose names these are.
        let isToldApart =
            try database.integer("SELECT 1 FROM pragma_table_info('species') WHERE name = 'listed'") == 1
        let select = try database.prepare(
            """
            SELECT scientific_name, code, common_name FROM species
            WHERE scientific_name IS NOT NULL \(isToldApart ? "AND listed <> 0" : "")
            ORDER BY taxon_order IS NULL, id
            """)
        while try select.step() { add(select.bytes(0), code: select.bytes(1), commonName: select.text(2)) }
    }

    /// Adds a name, unless there is one.
    private mutating func add(_ name: [UInt8], code: [UInt8], commonName: String?) {
        if byCode[code] == nil { byCode[code] = name }
        if let commonName = commonName?.lowercased(), byCommonName[commonName] == nil {
            byCommonName[commonName] = name
        }
    }
}
