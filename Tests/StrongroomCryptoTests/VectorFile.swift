import Foundation
import StrongroomCrypto
import Testing

/// One case of a file in `Vectors/`.
struct VectorCase: Sendable, CustomTestStringConvertible {
  let file: String
  /// From 1, as RFCs count.
  let number: Int
  let fields: [String: String]

  var testDescription: String { "\(file) case \(number)" }

  /// A hexadecimal field; a missing one fails the test.
  func bytes(_ name: String) throws -> [UInt8] {
    let text = try #require(fields[name], "\(testDescription) has no \(name)")
    return try #require([UInt8](hex: text))
  }

  /// A decimal field.
  func number(_ name: String) throws -> Int {
    let text = try #require(fields[name], "\(testDescription) has no \(name)")
    return try #require(Int(text))
  }
}

/// Reads `Vectors/NAME`: cases between empty lines, `name = value` in each.
func vectorCases(_ name: String) throws -> [VectorCase] {
  let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent(
    "Vectors/\(name)")
  let text = try String(contentsOf: file, encoding: .utf8)
  var cases: [VectorCase] = []
  var fields: [String: String] = [:]
  for line in text.components(separatedBy: "\n") + [""] {
    if line.hasPrefix("#") { continue }
    if line.isEmpty {
      if !fields.isEmpty { cases.append(VectorCase(file: name, number: cases.count + 1, fields: fields)) }
      fields = [:]
      continue
    }
    let parts = line.components(separatedBy: " =")
    try #require(parts.count == 2, "\(name): \(line)")
    fields[parts[0]] = parts[1].trimmingCharacters(in: .whitespaces)
  }
  return cases
}
