import People
import Testing

@Suite struct NewPasswordTests {
    @Test(
        arguments: [
            ("nine char", "The password is too short: it needs at least 10 characters."),
            // Ten bytes, but five characters.
            ("äöüßé", "The password is too short: it needs at least 10 characters."),
            ("", "The password is too short: it needs at least 10 characters."),
            (
                String(repeating: "x1", count: 36) + "y",
                "The password is too long: it has 73 bytes, and 72 are the most."
            ),
            ("tab\tin the middle", "The password has a control character."),
            ("line\nbreak of mine", "The password has a control character."),
            ("hello ALICE hello", "The password contains the name."),
            ("qwertyuiop", "The password is one of those that many people have, which attackers try first."),
            ("Password123", "The password is one of those that many people have, which attackers try first."),
        ])
    func refuses(password: String, reason: String) {
        #expect(NewPassword.fault(in: password, of: "alice") == reason)
    }

    @Test(arguments: ["ten chars!", "korrektes Pferd", "äöüßéäöüßé", String(repeating: "x1", count: 36)])
    func takes(password: String) {
        #expect(NewPassword.fault(in: password, of: "alice") == nil)
    }
}
