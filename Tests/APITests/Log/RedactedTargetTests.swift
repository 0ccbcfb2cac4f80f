import FileSystem
import Testing

@testable import API

@Suite struct RedactedTargetTests {
    @Test(arguments: [
        ("/", "/"), ("/?species=stejay&year=2021", "/?species=stejay&year=2021"),
        ("/?password=mumble", "/?password=..."),
        ("/?Password=mumble&year=2021", "/?Password=...&year=2021"), ("/?pass%77ord=mumble", "/?pass%77ord=..."),
        ("/?x", "/?x"),
        ("/?a=b=c", "/?a=..."), ("/?", "/?"), ("/?limit=2&after=ATSZ&key=k", "/?limit=2&after=...&key=..."),
        // A name is compared as the query reads it.
        ("/?%73pecies=stejay&%79ear=2021", "/?%73pecies=stejay&%79ear=2021"),
        ("/?%73%70%65%63%69%65%73=%73tejay", "/?%73%70%65%63%69%65%73=%73tejay"),
        ("/?%61fter=ATSZ&afte%72=ATSZ", "/?%61fter=...&afte%72=..."), ("/?%6bey=k&k%65y=k", "/?%6bey=...&k%65y=..."),
        ("/?AFTER=ATSZ&%41fter=ATSZ&Key=k", "/?AFTER=...&%41fter=...&Key=..."),
        ("/?+species=a&species+=b&%20species=c", "/?+species=...&species+=...&%20species=..."),
        ("/?%2561fter=ATSZ&%2573pecies=a", "/?%2561fter=...&%2573pecies=..."),
        ("/?species%3Dafter=ATSZ&after%00=x", "/?species%3D...&after%00=..."),
        ("/?limit=1;after=ATSZ", "/?limit=1;after=..."),
        ("/?after%3DATSZ&aft%65r%3dATSZ", "/?after%3D...&aft%65r%3d..."),
        ("/?species=a%26after=ATSZ%3bpassword%3Dx", "/?species=a%26after=...%3bpassword%3D..."),
        ("/observations%3Fafter=ATSZ", "/observations%3Fafter=..."), ("/;after=ATSZ", "/;after=..."),
        ("/a=b&after=c#d=e", "/a=b&after=c#d=e"), ("/a=b?after=ATSZ&", "/a=b?after=...&"),
        ("/?species%3fafter=ATSZ&%3d=x&==x&=", "/?species%3fafter=...&%3d...&=...&=..."),
        ("/?limit=1%23after=ATSZ", "/?limit=1%23after=..."), ("/?species=x?after=ATSZ", "/?species=x?after=..."),
        ("/?location=a;b%3Dc=d", "/?location=a;b%3D..."), ("/?species=a%3Db&limit=1;;", "/?species=a%3Db&limit=1;;"),
        // What is no encoding is no name either.
        ("/?%7=x&%=x&%zz=x&%ff=x&=x", "/?%7=...&%=...&%zz=...&%ff=...&=..."),
    ])
    func keepsNoValueThatMayBeAPassword(target: String, expected: String) {
        #expect(RedactedTarget.whole(target) == expected)
        #expect(RedactedTarget.line(target) == expected)
    }

    /// Wherever the beginning of a long target ends, in the middle of a name, a sign or a value, no value is written.
    @Test(arguments: 0..<16) func aLongTargetIsCutBeforeItIsRead(padding: Int) {
        let beginning = "/?species=" + String(repeating: "a", count: LogText.longest - 16 - padding)
        for end in ["&after=SECRET", "&after%3dSECRET", "&%61%66ter=SECRET", "%26after=SECRET", "%3Bkey%3DSECRET"] {
            let target = beginning + end + String(repeating: "SECRET", count: 1_000)
            let line = RedactedTarget.line(target)
            #expect(!line.contains("S") && line.hasPrefix(beginning), "\(line.suffix(40))")
            #expect(line.hasSuffix("[\(target.utf8.count) bytes]") && line.utf8.count < LogText.longest + 20)
        }
    }
}
