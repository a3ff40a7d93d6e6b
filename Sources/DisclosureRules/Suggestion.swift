/// "Did you mean": the nearest known word, if one is near enough to be meant.
enum Suggestion {
  /// A hint for an unknown word: the nearest one, or, if none is near and there are few, all of them.
  static func text(for word: String, among known: [String], noun: String) -> String? {
    if let near = nearest(to: word, among: known) { return "did you mean \"\(near)\"?" }
    guard !known.isEmpty, known.count <= 24 else { return nil }
    return "\(noun): \(known.joined(separator: ", "))"
  }

  /// The known word with the least edit distance, at most a third of its length and at least one edit allowed.
  static func nearest(to word: String, among known: [String]) -> String? {
    let target = Array(word.lowercased().unicodeScalars.prefix(64))
    var best: (word: String, distance: Int)?
    for candidate in known {
      let scalars = Array(candidate.unicodeScalars)
      let allowed = max(1, max(target.count, scalars.count) / 3)
      let distance = editDistance(target, scalars)
      if distance <= allowed, distance < best?.distance ?? Int.max { best = (candidate, distance) }
    }
    return best?.word
  }

  /// Edits (insert, delete, replace, swap of neighbours) from one word to another.
  static func editDistance(_ left: [Unicode.Scalar], _ right: [Unicode.Scalar]) -> Int {
    var previous = [Int](repeating: 0, count: right.count + 1)
    var current = Array(0...right.count)
    var before = previous
    for row in 0..<left.count {
      before = previous
      previous = current
      current[0] = row + 1
      for column in 0..<right.count {
        let cost = left[row] == right[column] ? 0 : 1
        var least = min(previous[column + 1] + 1, current[column] + 1, previous[column] + cost)
        if row > 0, column > 0, left[row] == right[column - 1], left[row - 1] == right[column] {
          least = min(least, before[column - 1] + 1)
        }
        current[column + 1] = least
      }
    }
    return current[right.count]
  }
}
