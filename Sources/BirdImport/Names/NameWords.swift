/// Words in a scientific name after which it does not mean the species that it begins with: of domestic forms and
/// hybrids, in the languages of the files that people have. (`Alternatives` has those between two species.)
///
/// Each could be the name of an author by its form: `Anser anser Hausgans`.
enum NameWords {
    /// Whether a word without parentheses and quotes, in lower case, says that a form is domestic.
    static func isDomestic(_ word: String) -> Bool {
        if domesticBeginnings.contains(where: word.hasPrefix) { return true }
        let word = word.trimmingSuffix(".!?")
        return domestic.contains(word)
            || domesticStems.contains { word.hasPrefix($0) && birds.contains(String(word.dropFirst($0.count))) }
    }

    private static let domesticBeginnings = [
        "domest", "doméstic", "gedomest",
    ]
    private static let domestic: Set<String> = [
        "dom", "tame", "tam", "tamme", "tamt", "zahm", "zahme", "racing", "homing", "farmyard", "barnyard",
    ]
    /// `Hausgans`, `Zuchtform`, `Straßentaube`, `stadsduif`, `tamanka`, `brevdue`.
    private static let domesticStems = [
        "haus", "zucht", "stadt", "straßen", "strassen", "brief", "reise", "stads", "post", "tam", "tamme", "soep",
        "boeren", "huis", "park", "by", "brev", "hus",
    ]
    private static let birds: Set<String> = [
        "gans", "gänse", "ente", "enten", "taube", "tauben", "huhn", "hühner", "form", "gås", "and", "anka", "duva",
        "due", "høns", "höns", "eend", "duif", "hoen", "vorm",
    ]

    /// Whether a word without parentheses and quotes, in lower case, says that a bird is feral. Only feral pigeons are
    /// a domestic form; feral pheasants are pheasants.
    static func isFeral(_ word: String) -> Bool { feralBeginnings.contains(where: word.hasPrefix) }

    private static let feralBeginnings = ["feral", "féral", "verwilder", "asilvestrad", "cimarr", "förvildad"]

    /// Whether a word without parentheses and quotes, in lower case, says that a bird is a hybrid.
    static func isHybrid(_ word: String) -> Bool {
        hybridBeginnings.contains(where: word.hasPrefix)
    }

    private static let hybridBeginnings = [
        "hybr", "híbrid", "ibrid", "intergrade", "bastard", "bâtard", "mischling", "kreuzung", "kruising", "korsning",
        "krydsning", "backcross", "back-cross", "rückkreuz",
    ]
    /// Names of species, as of `Chlidonias hybrida`.
    static let hybridEpithets: Set<String> = ["hybrida", "hybridus", "hybridum"]

    /// Words about a bird that look like authors where they have a capital, and like epithets after a slash.
    static let remarks: Set<String> = [
        "adult", "adults", "juv", "juvenile", "juveniles", "immature", "immatures", "subadult", "female", "females",
        "male", "males", "chick", "chicks", "pullus", "pulli", "duckling", "ducklings", "nest", "nests", "egg", "eggs",
        "first", "second", "third", "dead", "ringed", "injured", "singing", "calling", "several", "others", "albino",
        "leucistic", "weiblich", "männlich", "tot", "juvenilis", "femina", "mas", "ova", "nidus", "weibchen",
        "männchen",
    ]
}

extension String {
    /// Without the given characters at its end.
    func trimmingSuffix(_ characters: String) -> String { trimmingSuffix(characters.contains) }

    func trimmingSuffix(_ isDropped: (Character) -> Bool) -> String {
        var text = self[...]
        while let last = text.last, isDropped(last) { text.removeLast() }
        return String(text)
    }
}
