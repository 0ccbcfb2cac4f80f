/// What names are compared by: the same for names that differ in case alone, or in the way Unicode composes their letters.
///
/// Strings compare by canonical equivalence, so all normal forms of a text are one. Cases are folded by the mappings of Unicode without those of
/// a language: lower case first, which makes ß of ẞ; then upper case, which makes SS of ß and Σ of ς; then lower case again.
struct NameKey: Hashable {
    let text: String

    init(_ name: String) { text = name.lowercased().uppercased().lowercased() }

    var isASCII: Bool { text.utf8.allSatisfy { $0 < 0x80 } }
}
