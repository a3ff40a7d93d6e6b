import Synchronization

/// Objects that are written and have no name yet, each with its open temporary file.
final class StagedObjects: Sendable {
  private let temporaries = Mutex<[ObjectID: DirectoryCore.Temporary]>([:])

  /// False if there is one of this name already.
  func keep(_ temporary: DirectoryCore.Temporary, as id: ObjectID) -> Bool {
    temporaries.withLock { held in
      guard held[id] == nil else { return false }
      held[id] = temporary
      return true
    }
  }

  func take(_ id: ObjectID) -> DirectoryCore.Temporary? {
    temporaries.withLock { $0.removeValue(forKey: id) }
  }
}
