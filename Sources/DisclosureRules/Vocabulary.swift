/// The words a policy uses, each with the title people read. A word outside it is an error on loading and a refusal in
/// a decision.
package struct Vocabulary: Sendable {
  package let roles: Words
  package let documentKinds: Words
  package let recipientKinds: Words

  /// One list of words in the order of the file.
  package struct Words: Sendable {
    package let all: [String]
    private let titles: [String: String]

    init(_ entries: [(word: String, title: String)]) {
      all = entries.map(\.word)
      titles = Dictionary(entries.map { ($0.word, $0.title) }, uniquingKeysWith: { first, _ in first })
    }

    package func contains(_ word: String) -> Bool { titles[word] != nil }

    /// The title, or the word itself if the policy does not know it.
    package func title(of word: String) -> String { titles[word] ?? word }
  }
}

/// A list of vocabulary words, or all of them.
package struct WordFilter: Sendable {
  /// The file said `any`.
  package let isAny: Bool
  /// In the order of the file; for `any`, the whole vocabulary.
  package let words: [String]
  private let set: Set<String>

  init(isAny: Bool, words: [String]) {
    self.isAny = isAny
    self.words = words
    self.set = Set(words)
  }

  package func contains(_ word: String) -> Bool { set.contains(word) }
}
