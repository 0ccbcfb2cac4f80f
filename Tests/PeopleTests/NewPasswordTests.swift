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
            ("password2026", "The password is one of those that many people have, which attackers try first."),
            ("99Basketball!", "The password is one of those that many people have, which attackers try first."),
            ("aaaaaaaaaa", "The password repeats a few characters, or counts up or down; take several words."),
            ("11111111111", "The password repeats a few characters, or counts up or down; take several words."),
            ("abcdefghij", "The password repeats a few characters, or counts up or down; take several words."),
            ("0123456789", "The password repeats a few characters, or counts up or down; take several words."),
            ("9876543210!", "The password repeats a few characters, or counts up or down; take several words."),
            ("xyz xyz xyz xyz", "The password repeats a few characters, or counts up or down; take several words."),
            ("Passwort123", "The password is one word or number, with signs or digits around it; take several words."),
            ("hallo12345", "The password is one word or number, with signs or digits around it; take several words."),
            ("sommer2026", "The password is one word or number, with signs or digits around it; take several words."),
            ("2026-Käuze!", "The password is one word or number, with signs or digits around it; take several words."),
            ("04392 817265", "The password is one word or number, with signs or digits around it; take several words."),
        ])
    func refuses(password: String, reason: String) {
        #expect(NewPassword.fault(in: password, of: "alice") == reason)
    }

    @Test(
        arguments: [
            "ten chars!", "korrektes Pferd", "äöüßéäöüßé", String(repeating: "xk1q", count: 18), "h4Kd9sQx72",
            "barn owls 2026", "482-716-093-551-264",
        ])
    func takes(password: String) {
        #expect(NewPassword.fault(in: password, of: "alice") == nil)
    }
}
