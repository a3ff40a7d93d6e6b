import Foundation
import StrongroomTestSupport
import Testing

/// The public vectors of `tlog/`: who made them and under which licence is in the README beside them.
enum Vectors {
  static let why: Comment =
    "the public vectors are not beside the package; STRONGROOM_VECTORS names their folder"

  static func folder(_ sub: String) throws -> URL { try #require(try VectorFolder.require("tlog/\(sub)")) }

  static func decode<Value: Decodable>(_ type: Value.Type, _ file: URL) throws -> Value {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    return try decoder.decode(type, from: Data(contentsOf: file))
  }

  /// Every file below a folder, in a fixed order.
  static func files(_ folder: URL, ending: String) throws -> [URL] {
    let paths = try FileManager.default.subpathsOfDirectory(atPath: folder.path).filter {
      $0.hasSuffix(ending)
    }.sorted()
    return paths.map { folder.appendingPathComponent($0) }
  }
}
