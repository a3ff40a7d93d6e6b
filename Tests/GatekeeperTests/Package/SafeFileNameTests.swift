import Gatekeeper
import StrongroomTestSupport
import Testing

struct SafeFileNameTests {
  @Test(arguments: [
    ("EHC plan 2026.pdf", "EHC plan 2026.pdf"),
    ("Förderplan Zoë.pdf", "Förderplan Zoë.pdf"),
    ("../../etc/passwd", "_.._etc_passwd"),
    ("/etc/passwd", "_etc_passwd"),
    (#"C:\plans\plan.pdf"#, "C__plans_plan.pdf"),
    (".bashrc", "bashrc"),
    ("...", "document"),
    ("", "document"),
    (" - .pdf", "document.pdf"),
    ("-rf", "rf"),
    ("~root", "root"),
    ("plan\u{202E}fdp.exe", "planfdp.exe"),
    ("a\u{200B}b\u{FEFF}c", "abc"),
    ("tab\tnew\nline\u{0}nul\u{7F}", "tabnewlinenul"),
    ("50% done?.pdf", "50_ done_.pdf"),
    ("con", "_con"),
    ("LPT1.txt", "_LPT1.txt"),
    ("COM10.txt", "COM10.txt"),
    ("trailing dots...", "trailing dots"),
    ("non\u{A0}breaking\u{2003}blanks", "non breaking blanks"),
    ("private \u{E000}use", "private use"),
    ("plan.tar.gz", "plan.tar.gz"),
  ])
  func namesBecomeHarmless(original: String, expected: String) {
    #expect(SafeFileName(original).text == expected)
  }

  @Test func aLongNameKeepsItsExtension() {
    for letter in ["a", "ü", "字", "👩‍🏫"] {
      let name = SafeFileName(String(repeating: letter, count: 5000) + ".pdf").text
      #expect(name.hasSuffix(".pdf") && name.utf8.count <= SafeFileName.maximumByteCount)
      #expect(name.utf8.count > SafeFileName.maximumByteCount - 8)
    }
  }

  @Test(arguments: UInt64(1)...UInt64(20))
  func anyTextGivesASafeNameThatStaysAsItIs(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    for _ in 0..<50 {
      var scalars = String.UnicodeScalarView()
      for _ in 0..<Int.random(in: 0...60, using: &random) {
        let bound: UInt32 = Bool.random(using: &random) ? 0x80 : 0x30000
        if let scalar = Unicode.Scalar(UInt32.random(in: 0..<bound, using: &random)) {
          scalars.append(scalar)
        }
      }
      let name = SafeFileName(String(scalars)).text
      #expect(TarEntry.isSafePath(name) && !name.contains("/"), "seed \(seed)")
      #expect(SafeFileName(name).text == name, "making it safe twice changes nothing, seed \(seed)")
    }
  }
}

struct PadmeTests {
  /// Rows from the definition: exponent e, its bit count s, and the lowest e - s bits become zero, upwards.
  @Test(arguments: [
    (0, 0), (1, 1), (2, 2), (9, 10), (100, 104), (1024, 1024), (1025, 1088), (2560, 2560), (65_537, 67_584),
    (1_000_000, 1_015_808), (1 << 33 + 1, 1 << 33 + 1 << 27),
  ])
  func sizesAreRoundedAsThePaperSays(size: Int, expected: Int) {
    #expect(Padme.paddedSize(of: size) == expected)
  }

  @Test func roundingCostsLittleAndKeepsBlocks() {
    var previous = 0
    for size in stride(from: 1024, to: 3_000_000, by: 512) {
      let padded = Padme.paddedSize(of: size)
      #expect(padded >= size && padded % 512 == 0 && padded >= previous)
      #expect(Double(padded) <= Double(size) * 1.12)
      #expect(Padme.paddedSize(of: padded) == padded)
      previous = padded
    }
  }
}
