/// The category that the names of a taxon tell, in the words of the eBird taxonomy.
enum TaxonCategory {
    /// - Returns: Nil if they do not tell.
    static func of(commonName: String?, scientificName: String?) -> String? {
        // The common name tells more: scientific names have slashes and crosses within a species too.
        guard let name = (commonName ?? scientificName)?.lowercased() else { return nil }
        // The name of the species comes before a parenthesis, and a subspecies or form within it.
        let head = name.prefix { $0 != "(" }
        func isCross(_ name: some StringProtocol) -> Bool { name.contains(" x ") || name.contains(" × ") }
        if name.contains("intergrade") { return "intergrade" }
        if name.contains("hybrid)") || isCross(head) { return "hybrid" }
        if name.contains("(domestic") || name.contains("(feral") { return "domestic" }
        if head.hasSuffix(" sp.") || head.contains(" sp. ") { return "spuh" }
        // Subspecies of one species: `Branta canadensis moffitti/maxima`.
        let words = head.split(separator: " ")
        let isWithinSpecies = commonName == nil && words.count > 2 && !words[..<2].contains { $0.contains("/") }
        if head.contains("/") { return isWithinSpecies ? "issf" : "slash" }
        if isCross(name) { return "intergrade" }
        if name.contains("undescribed form") || name.contains("unrecognized") { return "form" }
        if name.contains("(") { return "issf" }
        return scientificName?.split(separator: " ").count == 2 ? "species" : nil
    }
}
