import BirdImport
import FileSystem
import Glibc
import Testing

@testable import rookery

@Suite struct OtherAccountTests {
    @Test func namesTheAccountAndTheVariables() {
        let command = ["rookery", "import", "my birds.csv", "--source", "it's $HOME", ""]
        let named = OtherAccount(owner: 0, group: 0, arguments: command, variables: [], hasSudo: true)
        #expect(named.lines == ["sudo -u root rookery import 'my birds.csv' --source 'it'\\''s $HOME' ''"])
        let other = OtherAccount(
            owner: 1234, group: 56, arguments: ["./rookery", "import", "a.csv"],
            variables: ["ROOKERY_DATABASE", "ROOKERY_SOURCE"], hasSudo: true)
        #expect(
            other.lines == [
                "sudo -u '#1234' --preserve-env=ROOKERY_DATABASE,ROOKERY_SOURCE ./rookery import a.csv",
                "setpriv --reuid=1234 --regid=56 --clear-groups ./rookery import a.csv   # if sudo does not know that account",
            ])
        #expect(
            OtherAccount(owner: 0, group: 7, arguments: ["rookery"], variables: [], hasSudo: false).lines == [
                "sudo -u root rookery", "setpriv --reuid=0 --regid=0 --init-groups rookery   # without sudo",
            ])
    }

    @Test(arguments: [
        "plain", "", "it's", "#1234", "~", "a b", "$(x)", "*", "a;b", "é", "-x", "\n", "a\nb", "\u{1B}[31m",
        "%s\\n\u{7}'", "a\u{9B}", "'\u{301}; echo x #", "%\u{301}\n'\u{301}x",
    ])
    func aShellReadsTheQuotedWordsAgain(word: String) throws {
        let process = try ImportProcess()
        let shell = try process.run(program: "/bin/sh", ["-c", "printf '[%s]' " + shellLine([word, word])])
        #expect(shell.output == "[\(word)][\(word)]")
        // A terminal shows the line as it is, but for a line feed that no command can print at the end of a word.
        #expect(word == "\n" || terminalLine(shellLine([word])) == shellLine([word]))
    }
}
